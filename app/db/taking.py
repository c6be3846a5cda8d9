"""The webhooks' hot path into the inbox: several webhooks' events in one transaction, in the driver's own words.

Everything else uses a session. Here the session's own work was measured at three times that of the insert, and it is
paid for every webhook. What is stored is the same as ``inbox.accept`` stores.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from app import tracing
from app.db import ids
from app.db.codec import encode
from app.db.database import Database
from app.errors import DatabaseDown, UnknownRecord
from connectors.types import Event


class Row(NamedTuple):
    """One event as its table keeps it."""

    connection_id: str
    delivery: str
    ticket_id: str
    ref: str
    kind: str
    at: datetime | str
    click: str | None
    received_at: datetime | str
    trace: str | None = None


_TAKE = (
    f"insert into event ({', '.join(Row._fields)}, state, outcome) values {{}} "  # noqa: S608 - names of ours
    "on conflict (connection_id, delivery) do nothing"
)
_LOT = 500
"""Rows in one statement: databases limit how many values it may have."""


def rows(database: Database, connection_id: str, events: Sequence[Event], at: datetime) -> list[Row]:
    """The events of one webhook that came at ``at``, ready for this database. Touches nothing yet."""
    lite = database.engine.dialect.name == "sqlite"
    received = _moment(at, lite=lite)
    made: list[Row] = []
    trace = tracing.current()
    for event in events:
        ref = event.ref.id if event.ref else ""
        ticket = ids.ticket(connection_id, ref)
        click = json.dumps(encode(event.click)) if event.click else None
        moment = _moment(event.at, lite=lite)
        made.append(Row(connection_id, event.delivery, ticket, ref, event.kind.value, moment, click, received, trace))
    return made


def take(database: Database, events: Sequence[Row]) -> list[str]:
    """Save them all or none; the tickets to ring, each once. None when every event was there already; when only some
    were, those may be among the others': a bell too many finds nothing to do.

    Raises DatabaseDown: nothing was kept then, unless the answer to the commit itself was what got lost; and
    UnknownRecord when one is of a connection that is no longer there: nothing was kept.
    """
    lots = [events[first : first + _LOT] for first in range(0, len(events), _LOT)]
    place = "?" if database.engine.dialect.name == "sqlite" else "%s"
    values = f"({', '.join(place for _ in Row._fields)}, 'waiting', '')"
    saved = 0
    with _connection(database) as connection:
        cursor = connection.cursor()
        if place == "?" and len(lots) > 1:
            # A single statement is a transaction by itself: one call of the library, which lets go of Python's lock once.
            cursor.execute("begin immediate")
        for lot in lots:
            cursor.execute(_TAKE.format(", ".join(values for _ in lot)), [value for row in lot for value in row])
            saved += cursor.rowcount
        connection.commit()
    return list(dict.fromkeys(row.ticket_id for row in events)) if saved else []


def _moment(at: datetime, *, lite: bool) -> datetime | str:
    """As the tables keep it: SQLite has sortable text in UTC, with all six digits."""
    utc = at.astimezone(UTC)
    return utc.replace(tzinfo=None).isoformat(" ", "microseconds") if lite else utc


@contextmanager
def _connection(database: Database) -> Iterator[Any]:
    """A connection of the driver; what was not committed is rolled back by the pool."""
    driver = database.engine.dialect.loaded_dbapi
    try:
        connection = database.engine.raw_connection()
        try:
            yield connection
        finally:
            connection.close()
    except driver.IntegrityError as error:
        raise UnknownRecord("there is no such connection any more") from error
    except (driver.OperationalError, driver.InterfaceError, DBAPIError, PoolTimeout) as error:
        raise DatabaseDown("the database cannot be reached or written", "see that it runs and has room") from error
