"""A database that has seen very many tickets: the rows that a few real turns left, copied by the database itself.

Each copy is another ticket, of another customer, of an earlier day; what is about the account stays one. A sealed text keeps its
seal, or no more than the seal's mark, and opens nowhere but in its own row: a turn that reads other tickets' words fails loudly.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Column, Connection, DateTime, Integer, LargeBinary, String, Table, UniqueConstraint, text

from app.db.database import Database
from app.db.models import Base
from app.db.models.datamap import EVERY
from app.db.models.keyring import DataKeyRow
from app.db.sealing import MARK, NOTHING, Sealed
from app.settings import Settings

SINGLE = frozenset({
    "access", "account", "alarm", "anchor", "approval", "article", "beat", "chain", "configuration", "connection",
    "evidence", "experiment", "generation", "hold", "install", "invitation", "leader", "member", "passage", "problem",
    "promotion", "restored", "scan", "teammate", "used", "vector", "visit",
})  # fmt: skip
"""Tables that grow with the account, not with its tickets."""
NAMES = frozenset(["ticket_id", "decision_id", "twin", "parent", "person", "mail", "phone", "customer", "run_id"])
"""Columns that name somebody or something of a ticket's."""
SAME = frozenset(["account_id", "connection_id", "origin", "linked_connection", "account_key", "experiment", "metric"])
"""Columns in which every copy has the same."""
A_DAY = 2_000
"""Tickets of one day: what lately means stays the same, however many there are."""
KNOWN = 5
"""So many copies are of the same customers: who asks again is known."""
EACH = 3
"""Tickets of every other customer."""
DRAWN = 8_192
"""Meanings of solved cases, drawn at random and given out in turn: alike to nothing, and all over the place as real ones are."""


@dataclass(frozen=True)
class Copies:
    """From the first up to, not with, the last; ``templates`` tickets are copied each time.

    Not ``whole``: of each sealed text only the mark is kept, which is half of the bytes, and nothing that a turn reads.
    """

    first: int
    last: int
    templates: int
    whole: bool = True

    @property
    def apart(self) -> float:
        """Seconds between two of them."""
        return 86_400 / A_DAY * self.templates


def copy(database: Database, keys: Database, copies: Copies) -> int:
    """Copy all that is about tickets; says how many rows came to be."""
    rows = 0
    tables = [table for table in Base.metadata.sorted_tables if table.name not in SINGLE]
    assert {table.name for table in Base.metadata.sorted_tables} == {entry.table for entry in EVERY}
    for where, some in ((database, tables), (keys, [DataKeyRow.__table__])):
        with _unhurried(where) as connection:
            if where is database and copies.first == 1:
                _draw(connection)
            indexes = [index for table in some for index in table.indexes]  # type: ignore[attr-defined]
            for index in indexes:
                index.drop(connection)
            for table in some:
                rows += _copied(connection, table, copies)  # type: ignore[arg-type]
            for index in indexes:
                index.create(connection)
            connection.commit()
            if connection.dialect.name == "postgresql":
                connection.execute(text("analyze"))
                connection.commit()
    return rows


@contextmanager
def _unhurried(database: Database) -> Iterator[Connection]:
    """A connection of its own while nobody else is here: no reference is checked, no journal kept, no write waits for the disk."""
    database.dispose()
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("set session_replication_role = replica"))
            yield connection
        else:
            raw = connection.connection.driver_connection
            assert raw is not None
            connection.rollback()
            for pragma in ("foreign_keys=off", "synchronous=off", "cache_size=-1000000", "temp_store=memory"):
                raw.execute(f"pragma {pragma}")
            raw.execute("pragma journal_mode=off")
            yield connection
            raw.execute("pragma journal_mode=wal")
    database.dispose()  # what was set here is for nobody else


def _draw(connection: Connection) -> None:
    """The meanings that copied cases get, as wide as those that are there."""
    connection.execute(text("create table aside_drawn as select id as n, numbers from solved limit 0"))
    connection.execute(text("create unique index ix_aside_drawn on aside_drawn (n)"))
    wide = (connection.scalar(text("select max(length(numbers)) from solved")) or 0) // 2
    rows = np.random.default_rng(11).standard_normal((DRAWN, wide))
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    given = [{"n": n, "numbers": row.astype("<f2").tobytes()} for n, row in enumerate(rows)]
    connection.execute(text("insert into aside_drawn values (:n, :numbers)"), given)


def _copied(connection: Connection, table: Table, copies: Copies) -> int:
    """The templates are what was there before the first copy: they are set aside once."""
    aside = f"aside_{table.name}"
    if copies.first == 1:
        connection.execute(text(f'create table {aside} as select * from "{table.name}"'))
    lite = connection.dialect.name == "sqlite"
    taken = [column for column in table.columns if not (isinstance(column.type, Integer) and column.primary_key)]
    names = ", ".join(f'"{column.name}"' for column in taken)
    values = ", ".join(_value(column, copies, lite=lite) for column in taken)
    numbers = (
        f"(with recursive counted(n) as (select {copies.first} union all select n + 1 from counted where n + 1 < {copies.last}) "
        "select n from counted)"
        if lite
        else f"(select generate_series({copies.first}, {copies.last - 1}) as n)"
    )
    said = f'insert into "{table.name}" ({names}) select {values} from {numbers} as numbers, {aside} as a'
    return int(connection.execute(text(said)).rowcount)


def _value(column: Column[object], copies: Copies, *, lite: bool) -> str:
    """What stands in a copy's column, in the database's own words."""
    name, kind = f'a."{column.name}"', column.type
    impl = getattr(kind, "impl", kind)
    if column.name == "numbers":
        return f"(select numbers from aside_drawn as d where d.n = (numbers.n * {copies.templates} + a.id) % {DRAWN})"
    if column.name in SAME or isinstance(impl, LargeBinary) or isinstance(kind, Sealed):
        return name if copies.whole or not isinstance(kind, Sealed) else _marked(name, kind)
    if column.name == "sequence":
        return f"{name} - numbers.n * (select max(sequence) from aside_trail)"  # before the chain's end, which stays
    if isinstance(impl, DateTime):
        back = f"numbers.n * {copies.apart}"
        return (
            f"case when {name} is null then null else strftime('%Y-%m-%d %H:%M:%f', {name}, '-' || ({back}) || ' seconds') || '000' end"
            if lite
            else f"{name} - {back} * interval '1 second'"
        )
    if column.name in {"ref", "linked_ref"}:
        number = f"1000000000 + numbers.n * 1000 + cast({name} as integer) % 1000"
        return f"case when {name} = '' then '' else cast({number} as text) end"
    return _named(column, name, lite=lite)


def _marked(name: str, kind: Sealed) -> str:
    """No more than the mark of what is sealed there."""
    mark = f'"{MARK}"' if kind.reads_json else MARK
    bare = ", ".join(f"'{one}'" for one in NOTHING)
    return f"case when {name} is null or cast({name} as text) in ({bare}) then {name} else '{mark}' end"


def _named(column: Column[object], name: str, *, lite: bool) -> str:
    """A name that no other row has: its first eight letters are another number's, spread like those of real names."""
    impl = getattr(column.type, "impl", column.type)
    if not isinstance(impl, String) or not (column.name in NAMES or _sole(column)):
        return name
    who = column.name in {"person", "mail", "phone", "customer"}
    number = f"(numbers.n / {EACH})" if who else "numbers.n"
    spread = f"({number} * 2654435761) % 4294967296"
    letters = (
        f"printf('%08x', {spread})" if lite else f"lpad(to_hex(({number}::bigint * 2654435761) % 4294967296), 8, '0')"
    )
    long = f"case when length({name}) < 16 then {letters} || {name} else {letters} || substr({name}, 9) end"
    kept = f" or numbers.n <= {KNOWN}" if who else ""
    return f"case when {name} is null or {name} = ''{kept} then {name} else {long} end"


def _sole(column: Column[object]) -> bool:
    """Whether no two rows may have the same there, alone or with others."""
    sole = [one.columns for one in column.table.constraints if isinstance(one, UniqueConstraint)]
    return column.primary_key or any(column.name in one for one in sole)


def size(database: Database, settings: Settings) -> int:
    """Bytes on disk."""
    with database.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            return int(connection.execute(text("select pg_database_size(current_database())")).scalar_one())
    return sum(file.stat().st_size for file in settings.data_dir.glob("*.db*"))
