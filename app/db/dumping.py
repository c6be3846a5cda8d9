"""Every row of a database as plain lines, and back: the same for SQLite and PostgreSQL. Rows are not opened: what is sealed stays sealed.

The tables are read as they are in the database, not as today's models say: a backup of an earlier version loads into tables of
that version, which are upgraded then.
"""

import base64
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Column, Connection, Date, DateTime, LargeBinary, MetaData, Table, func, inspect, select, text
from sqlalchemy.types import TypeEngine

from app.db.database import Database
from app.db.models import Base
from app.db.models.keyring import KeyBase

VERSIONS = "alembic_version"
TOGETHER = 500
"""Rows in one statement."""
FLEETING = frozenset({"clock"})
"""Tables that a running process writes by itself: what is in them makes no database full."""
Row = list[Any]


def names(*, keys: bool) -> frozenset[str]:
    """The tables of the data, or those of the key store: never both in one backup."""
    return frozenset((KeyBase if keys else Base).metadata.tables)


@contextmanager
def snapshot(database: Database) -> Iterator[Connection]:
    """One look at everything as it was at one moment. Nobody who writes has to wait. Raises DatabaseDown."""
    with database.reading() as session:
        yield session.connection()


def tables(connection: Connection, wanted: Collection[str]) -> list[Table]:
    """Those of these tables that are there, each after what it refers to."""
    there = [name for name in inspect(connection).get_table_names() if name in wanted]
    metadata = MetaData()
    metadata.reflect(connection, only=there)
    return [table for table in metadata.sorted_tables if table.name in wanted]


def columns(table: Table) -> list[str]:
    """Their names, in the order in which rows come."""
    return [column.name for column in table.columns if column.computed is None]


def rows(connection: Connection, table: Table) -> Iterator[Row]:
    """Every row as plain JSON, by primary key."""
    wanted = [column for column in table.columns if column.computed is None]
    plain = [_plain(column.type) for column in wanted]
    found = connection.execution_options(yield_per=TOGETHER).execute(select(*wanted).order_by(*table.primary_key))
    for row in found:
        yield [None if value is None else act(value) for act, value in zip(plain, row, strict=True)]


def empty(connection: Connection, wanted: Collection[str]) -> bool:
    """Whether nobody's data are there; no tables at all count as empty."""
    ask = "select 1 from {} limit 1"
    return all(
        connection.exec_driver_sql(ask.format(name)).first() is None
        for plain, name in _there(connection, wanted)
        if plain not in FLEETING
    )


def clear(connection: Connection, wanted: Collection[str], *, versions: bool) -> None:
    """Take these tables away, so that they can be made anew as another version knew them. They were found empty before."""
    for _, name in reversed(_there(connection, [*wanted, VERSIONS] if versions else wanted)):
        connection.exec_driver_sql(f"drop table {name}")


def _there(connection: Connection, wanted: Collection[str]) -> list[tuple[str, str]]:
    """Plain and quoted names of those of these tables that are there, each after what it refers to."""
    known = [table.name for base in (Base, KeyBase) for table in base.metadata.sorted_tables]
    there = set(inspect(connection).get_table_names()) & set(wanted)
    return [(name, connection.dialect.identifier_preparer.quote(name)) for name in (VERSIONS, *known) if name in there]


def make_keys(database: Database) -> None:
    """The key store's tables."""
    with database.session() as session:
        KeyBase.metadata.create_all(session.connection())


def load(connection: Connection, table: Table, given: Sequence[str], lines: Sequence[Row]) -> None:
    """Insert these rows. Raises ValueError where the table does not have these columns."""
    if set(given) != set(columns(table)):
        raise ValueError(f"the table {table.name} has other columns")
    revive = [_revived(table.columns[name], connection) for name in given]
    for first in range(0, len(lines), TOGETHER):
        batch = [
            {name: None if value is None else act(value) for name, act, value in zip(given, revive, row, strict=True)}
            for row in lines[first : first + TOGETHER]
        ]
        connection.execute(table.insert(), batch)


def count_on(connection: Connection, table: Table) -> None:
    """Let PostgreSQL number new rows after those that were loaded; SQLite does so by itself."""
    key = table.primary_key.columns.values()
    if connection.dialect.name != "postgresql" or len(key) != 1:
        return
    names_ = {"table": table.name, "column": key[0].name}
    sequence = connection.execute(text("select pg_get_serial_sequence(:table, :column)"), names_).scalar()
    last = connection.execute(select(func.max(key[0]))).scalar() if sequence else None
    if last is not None:
        connection.execute(
            text("select setval(cast(:sequence as regclass), :last)"), {"sequence": sequence, "last": last}
        )


def _plain(kind: TypeEngine[Any]) -> Callable[[Any], Any]:
    if isinstance(kind, DateTime):
        return _moment
    if isinstance(kind, Date):
        return lambda value: value.isoformat()
    if isinstance(kind, LargeBinary):
        return lambda value: base64.b64encode(value).decode()
    return lambda value: value


def _moment(value: datetime) -> str:
    return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)).isoformat()


def _revived(column: Column[Any], connection: Connection) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, DateTime):
        naive = connection.dialect.name == "sqlite"
        return lambda value: datetime.fromisoformat(value).replace(tzinfo=None if naive else UTC)
    if isinstance(kind, Date):
        return date.fromisoformat
    if isinstance(kind, LargeBinary):
        return base64.b64decode
    return lambda value: value
