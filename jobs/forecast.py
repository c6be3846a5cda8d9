"""Foreseeing broken promises: every minute each running clock's risk is said anew, and the worst are looked at before their time.

Only the time of the warning moves: what is then done is what is done where little time is left (``sla``).
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app import metrics
from app.db import forecasts
from app.db.forecasts import Ended, Running, Said
from app.engine import prediction
from app.engine.hours import MINUTE, Calendar
from app.engine.prediction import Corrected, Jumpers, Model, Wait
from app.engine.routing import Waiting, comes_up
from app.queue import FORECAST
from app.services import Services
from connectors.types import Priority
from jobs import base

log = logging.getLogger(__name__)

LATELY = timedelta(days=7)
"""What pace and flow are measured over."""
PAST = timedelta(days=30)
"""What forecasts are learned from and corrected by."""
RISK = 0.5
"""The probability from which a promise is looked at before its time."""
AT_ONCE = 5
"""Promises of one account looked at early in one run: when all are at risk, raising all of them would help none."""


def sweep(services: Services) -> None:
    """Have it foreseen for every account with a running clock."""
    with services.database.reading() as session:
        found = forecasts.accounts(session)
    for account_id in found:
        services.work.forecast(account_id)


def run(account_id: str) -> None:
    """Say each running clock's risk. Called by name from the queue; only the numbers of the last run are lost with it."""
    services = base.services()
    services.work.answered(FORECAST, account_id)
    rules = services.configuration(account_id).rules
    with services.database.reading() as session:
        now = services.database.now(session)
        running = forecasts.running(session, account_id)
        ended = forecasts.ended(session, account_id, now - PAST)
        came = forecasts.came(session, account_id, now - LATELY)
        outcomes = forecasts.outcomes(session, account_id, now - PAST, now)
    view = View(rules.hours if rules.declared else None, now, tuple(running), tuple(ended))
    model, correction = prediction.learned(view.waits()), prediction.corrected(outcomes)
    said = foretold(view, came, model, correction)
    with services.database.session() as session:
        forecasts.say(session, said)
        forecasts.hurry(session, _worst(view, said, model, now), now)
    error = prediction.calibration_error(outcomes)
    metrics.count("forecasts", len(said))
    log.info("clocks.foreseen", extra={"clocks": len(said), "waits": model.ended, "calibration_error": round(error, 3)})


@dataclass(frozen=True)
class View:
    """The account's clocks at ``now``; without a calendar every minute is an open one."""

    calendar: Calendar | None
    now: datetime
    running: tuple[Running, ...]
    ended: tuple[Ended, ...]

    def minutes(self, start: datetime, end: datetime) -> float:
        """Open minutes between."""
        passed = self.calendar.between(start, end) if self.calendar else max(end - start, timedelta())
        return passed / MINUTE

    def waits(self) -> list[Wait]:
        """What is known of waits: those over, and those that go on as far as they got."""
        over = [
            Wait(prediction.kind(one.priority, one.ahead), one.foreseen, self.minutes(one.started, one.met))
            for one in self.ended
            if one.foreseen
        ]
        still = [
            Wait(
                prediction.kind(one.priority, one.ahead), one.foreseen, self.minutes(one.started, self.now), over=False
            )
            for one in self.running
            if one.foreseen
        ]
        return [*over, *still]

    def pace(self) -> float:
        """Clocks ended an open minute, on the best day of late."""
        zone = self.calendar.zone if self.calendar else self.now.tzinfo
        days = Counter(one.met.astimezone(zone).date() for one in self.ended if one.met >= self.now - LATELY)
        return prediction.pace((count, self._open(day)) for day, count in days.items())

    def _open(self, day: date) -> float:
        zone = self.calendar.zone if self.calendar else self.now.tzinfo
        start = datetime(day.year, day.month, day.day, tzinfo=zone)
        return self.minutes(start, min(start + timedelta(days=1), self.now))


def foretold(view: View, came: dict[str, int], model: Model, correction: Corrected) -> list[Said]:
    """The risk of each running clock, by its place in the queue; nothing where nothing was ever done."""
    pace = view.pace()
    if not pace:
        return []
    ordered = sorted(((_place(one), one) for one in view.running), key=lambda pair: (pair[0], pair[1].id))
    leads = {one.priority: place - one.started for place, one in ordered}
    span = view.minutes(view.now - LATELY, view.now) or 1.0
    found = []
    for ahead, (place, one) in enumerate(ordered):
        jumpers = [
            Jumpers(came.get(name, 0) / span, view.minutes(view.now, place - lead)) for name, lead in leads.items()
        ]
        wait = one.foreseen or prediction.foreseen(ahead, pace, jumpers)
        waited = view.minutes(one.started, view.now) if one.foreseen else 0.0
        of = prediction.kind(one.priority, one.ahead if one.foreseen else ahead)
        risk = correction.p(model.p(of, wait, view.minutes(view.now, one.due), waited))
        found.append(Said(one.id, ahead, wait, risk, first=one.foreseen is None))
    return found


def _place(one: Running) -> datetime:
    return comes_up(Waiting(str(one.id), Priority(one.priority or "normal"), one.started, one.due))


def _worst(view: View, said: Sequence[Said], model: Model, now: datetime) -> list[int]:
    """Those to look at before their time: likely to be missed, not warned of yet, the first of the queue."""
    if model.ended < prediction.ENOUGH:
        return []
    early = {one.id for one in view.running if one.warn and one.warn > now and not one.warned}
    return [one.id for one in said if one.risk >= RISK and one.id in early][:AT_ONCE]
