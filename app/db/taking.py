"""The webhooks' hot path into the inbox: several deliveries in one transaction, in the driver's own words.

Everything else uses a session. Here the session's own work was measured at three times that of the insert, and it is
paid for every webhook. What is stored is the same as ``inbox.accept`` stores.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app.db import ids
from app.db.codec import encode
from app.db.database import Database
from app.errors import DatabaseDown
from connectors.types import Event

_COLUMNS = ("connection_id", "delivery", "ticket_id", "ref", "kind", "at", "click", "received_at")
_TAKE = (
    f"insert into event ({', '.join(_COLUMNS)}, state, outcome) values ({{}}, 'waiting', '') "  # noqa: S608 - names of ours
    "on conflict (connection_id, delivery) do nothing returning ticket_id"
)


@dataclass(frozen=True)
class Delivery:
    """What one webhook told, and when it came."""

    connection_id: str
    events: Sequence[Event]
    at: datetime


def take(database: Database, deliveries: Sequence[Delivery]) -> list[list[str]]:
    """Save them all or none; for each, the tickets to ring: those of events that were not there already.

    Raises DatabaseDown: nothing was kept then, unless the answer to the commit itself was what got lost.
    """
    lite = database.engine.dialect.name == "sqlite"
    statement = _TAKE.format(", ".join(f":{c}" if lite else f"%({c})s" for c in _COLUMNS))
    with _transaction(database, lite=lite) as cursor:
        return [_tickets(cursor, statement, delivery, lite=lite) for delivery in deliveries]


def _tickets(cursor: Any, statement: str, delivery: Delivery, *, lite: bool) -> list[str]:
    to_ring: dict[str, None] = {}
    for event in delivery.events:
        ref = event.ref.id if event.ref else ""
        values = {
            "connection_id": delivery.connection_id,
            "delivery": event.delivery,
            "ticket_id": ids.ticket(delivery.connection_id, ref),
            "ref": ref,
            "kind": event.kind.value,
            "at": _moment(event.at, lite=lite),
            "click": json.dumps(encode(event.click)) if event.click else None,
            "received_at": _moment(delivery.at, lite=lite),
        }
        cursor.execute(statement, values)
        to_ring |= {row[0]: None for row in cursor.fetchall()}
    return list(to_ring)


def _moment(at: datetime, *, lite: bool) -> datetime | str:
    """As the tables keep it: SQLite has sortable text in UTC, with all six digits."""
    utc = at.astimezone(UTC)
    return utc.strftime("%Y-%m-%d %H:%M:%S.%f") if lite else utc


@contextmanager
def _transaction(database: Database, *, lite: bool) -> Iterator[Any]:
    """A cursor of the driver; committed at the end, rolled back by the pool on any error."""
    driver = database.engine.dialect.loaded_dbapi
    try:
        connection = database.engine.raw_connection()
        try:
            cursor = connection.cursor()
            if lite:
                cursor.execute("begin immediate")
            yield cursor
            connection.commit()
        finally:
            connection.close()
    except (driver.OperationalError, driver.InterfaceError, DBAPIError, PoolTimeout) as error:
        raise DatabaseDown("the database cannot be reached or written", "see that it runs and has room") from error
