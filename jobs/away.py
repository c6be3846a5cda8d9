"""A vendor that is away as a whole: its connection rests, no ticket is given up for it, and what waited comes back at a pace.

Whether it is the vendor or this one ticket that gives no answer is asked of the vendor's cheapest question. While it is away one
ticket tries now and then; nothing else is called. When it is back the oldest tickets come first, so many a second: by then people
have answered some of them, which costs one look, and nobody is flooded.
"""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import inbox, problems, resting, tickets
from app.db.problems import Problem
from app.services import Services
from connectors.errors import ConnectorError, RateLimited, Unavailable

PROBE = timedelta(seconds=20)
"""Between two tries while it is away."""
BACK = timedelta(minutes=10)
"""For so long, and for as long as more waits than is let through, a connection counts as just back."""


def away(services: Services, connection_id: str, error: Exception) -> bool:
    """Whether nobody is there at all, asked in passing; no for any error that says otherwise."""
    if not isinstance(error, Unavailable):
        return False
    try:
        services.connected.connector(connection_id).check()
    except (Unavailable, RateLimited):
        return True
    except ConnectorError:
        return False
    return False


def rest(session: Session, connection_id: str, now: datetime) -> datetime:
    """Leave the connection alone for a while, and tell an admin why; until when."""
    until = now + PROBE * random.uniform(1.0, 1.2)  # noqa: S311  # jitter is no secret
    resting.rest(session, connection_id, until)
    text = "Unavailable: the vendor gives no answer to anything; what waits is kept"
    advice = "look at the vendor's status page; work goes on by itself when it is back, the oldest tickets first"
    problems.report(session, Problem("vendor_away", text, advice, connection_id), now)
    return until


def just_back(services: Services, connection_id: str) -> bool:
    """Whether its tickets are let through at a pace: then the sweep rings for them, and nobody else."""
    with services.database.reading() as session:
        now = services.database.now(session)
        return connection_id in resting.returning(session, now - BACK, now)


def due(services: Services) -> list[str]:
    """Every ticket that has something to do now, in order; of a connection that is just back a few."""
    pace = services.settings.return_pace
    with services.database.reading() as session:
        now = services.database.now(session)
        back = resting.returning(session, now - BACK, now)
        found = dict.fromkeys([*tickets.due(session, now, but=back), *inbox.to_ring(session, now, but=back)])
        waits = {one: list(_waiting(session, one, now, pace + 1)) for one in back}
    for connection_id, since in back.items():
        if len(waits[connection_id]) > pace and since < now - BACK / 2:
            with services.database.session() as session:
                resting.still_returning(session, connection_id, now)
    return [*found, *(one for waiting in waits.values() for one in waiting[:pace])]


def _waiting(session: Session, connection_id: str, now: datetime, most: int) -> Iterator[str]:
    """The oldest of what waits there."""
    planned = tickets.due(session, now, most, only=connection_id)
    yield from dict.fromkeys([*planned, *inbox.to_ring(session, now, most, only=connection_id)])
