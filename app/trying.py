"""How an experiment stands: looked at as often as somebody likes, and ended when it has to be."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from app.db import stories, trials
from app.db.trials import Running
from app.engine.configuration.trials import Experiment
from app.engine.experiments import Found, found

OPEN = timedelta(days=30)
"""How long before its draw a ticket may have been opened: what was drawn is what counts."""


def looked(session: Session, account_id: str, experiment: Experiment, now: datetime) -> tuple[Running, Found] | None:
    """What can be said by now; None before anybody was drawn. An experiment that is over by what is found ends here."""
    running = trials.find(session, account_id, experiment)
    if running is None:
        return None
    until = running.ended_at or now
    told = [one for one in stories.since(session, account_id, running.began_at - OPEN) if one.opened_at <= until]
    seen = found(
        experiment, trials.arms(session, account_id, experiment, running.began_at), told, running.began_at, until
    )
    if seen.end is not None and running.ended_at is None:
        running = Running(running.began_at, now, str(seen.end), seen.arm, plain(seen))
        trials.end(session, account_id, experiment, running)
    return running, seen


def plain(seen: Found) -> dict[str, Any]:
    """What was found, as JSON."""
    return {
        "arms": [asdict(one) for one in seen.measured],
        "differences": {arm: asdict(one) for arm, one in seen.differences.items()},
        "satisfaction": {arm: asdict(one) for arm, one in seen.satisfaction.items()},
        "end": str(seen.end) if seen.end else None,
        "arm": seen.arm,
    }
