"""What is looked through for card data, how far, and what was found. What counts as card data is the asker's to say.

Every table of ours is a source, by its own description: a new one is looked through without anybody thinking of it.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    Integer,
    String,
    Table,
    Text,
    and_,
    cast,
    delete,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from app.db.models import Base
from app.db.models.access import AccessRow
from app.db.models.base import Moment
from app.db.models.connection import ConnectionRow
from app.db.models.finding import FindingRow, ScanRow
from app.db.models.kin import SketchRow
from app.db.models.ticket import TicketRow
from app.db.sealing import Sealed, sealed
from app.db.statements import insert

QUIETLY = {"synchronize_session": False}
APART = frozenset({"scan", "finding", "beat", "leader", "chain", "anchor", "used"})
"""Tables without a word that anybody wrote."""
SEALED = frozenset({"connection.secrets", "authenticator.secret", "install.verifier"})
"""Columns that hold sealed secrets; columns of personal data say it by their type."""
BARE = ("", "{}", "[]", "null", "None")
_VAULTED = re.compile(r"v\d+\.[0-9a-f]{8}\.")
TIMES = ("created_at", "at", "opened_at", "received_at", "found_at", "asked_at", "began_at", "first_at")
OWNERS = ("account_id", "connection_id", "ticket_id", "access_id")
"""Columns that lead to whose row it is."""
# fmt: off
NAMED = frozenset((
    "id", "ids", "ref", "refs", "key", "digest", "revision", "question", "delivery", "message", "subject", "about", "url", "link",
    "person", "customer",
))
# fmt: on
"""Names of values that are names themselves: one of digits alone there is a vendor's id, and no card's."""


@dataclass(frozen=True)
class Source:
    """One thing to look through: rows of a table in the order of ``keys``. ``steady``: what is new comes after what was there."""

    name: str
    table: Table
    keys: tuple[Column[Any], ...]
    words: tuple[Column[Any], ...]
    sealed: tuple[Column[Any], ...] = ()
    only: Any = None
    steady: bool = False

    @property
    def closed(self) -> "Source":
        """The same without what is sealed, for rows whose key is gone."""
        return replace(self, words=tuple(c for c in self.words if not _seals(c)))


@dataclass(frozen=True)
class Scan:
    """How far one source is."""

    source: str
    position: str
    began_at: datetime
    pass_at: datetime
    until: datetime | None
    seen: int

    @property
    def why(self) -> str:
        """Why something that is followed could not be read the last time, or nothing."""
        return str(json.loads(self.position).get("why", "")) if self.position.startswith("{") else ""


@dataclass(frozen=True)
class Row:
    """One row as it is looked at: its texts by where they stand, what lies there raw of what has to be sealed."""

    subject: str
    position: str
    texts: tuple[tuple[str, str], ...] = field(repr=False)
    sealed: tuple[tuple[str, str], ...] = field(repr=False)
    owners: Mapping[str, str] = field(repr=False)
    at: datetime | None = None
    sent: bool = False
    """It left for a host."""


@dataclass(frozen=True)
class Finding:
    """One place where something stands that may not. Nothing of it stands here."""

    kind: str
    place: str
    subject: str
    at: datetime
    account_id: str = ""
    ticket_id: str = ""
    link: str = ""
    gone_at: datetime | None = None

    @property
    def id(self) -> str:
        """The same place is the same finding, however often it is looked at."""
        return hashlib.sha256(f"{self.kind} {self.place} {self.account_id} {self.subject}".encode()).hexdigest()


@cache
def sources() -> tuple[Source, ...]:
    """Everything in our database that may hold a word, in the order in which it is looked through."""
    return tuple(one for table in Base.metadata.sorted_tables for one in _of_table(table) if one.words or one.sealed)


def _of_table(table: Table) -> Iterator[Source]:
    if table.name in APART:
        return
    keys = tuple(table.primary_key.columns)
    closed = tuple(c for c in table.columns if f"{table.name}.{c.name}" in SEALED or _seals(c))
    words = tuple(c for c in table.columns if isinstance(c.type, String | JSON | Sealed))
    words = tuple(
        c for c in words if not c.foreign_keys and c.name not in OWNERS and f"{table.name}.{c.name}" not in SEALED
    )
    if table.name == "judgement":
        for kind in ("classification", "decision", "draft"):
            order = (table.c.at, table.c.id)
            yield Source(f"judgement/{kind}", table, order, words, closed, table.c.kind == kind, steady=True)
        return
    steady = len(keys) == 1 and isinstance(keys[0].type, Integer)
    yield Source(table.name, table, keys, words, closed, steady=steady)


def _seals(column: Column[Any]) -> bool:
    """Whether a column's own type seals what is put into it, and opens it again."""
    return isinstance(column.type, Sealed)


def lies_open(text: str) -> bool:
    """Whether what stands in a column that has to be sealed is not; nothing needs no seal."""
    return text not in BARE and not sealed(text) and not _VAULTED.match(text)


def rows(session: Session, source: Source, position: str, limit: int) -> list[Row]:
    """The next rows after that position."""
    table = source.table
    more = [c for c in table.columns if c.name in OWNERS or c.name in TIMES or c.name == "state"]
    chosen = list(dict.fromkeys((*source.keys, *source.words, *more)))
    raw = [cast(literal_column(f'"{table.name}"."{c.name}"'), Text).label(f"raw_{c.name}") for c in source.sealed]
    asked = select(*chosen, *raw).order_by(*source.keys).limit(limit)
    if source.only is not None:
        asked = asked.where(source.only)
    if position:
        asked = asked.where(tuple_(*source.keys) > tuple_(*_typed(source, position)))
    return [_row(source, row._mapping) for row in session.execute(asked)]


def _typed(source: Source, position: str) -> list[Any]:
    given = json.loads(position)
    moments = [isinstance(key.type, Moment) for key in source.keys]
    return [datetime.fromisoformat(v) if moment else v for v, moment in zip(given, moments, strict=True)]


def _row(source: Source, row: Mapping[Any, Any]) -> Row:
    keys = [row[key] for key in source.keys]
    position = json.dumps([key.isoformat() if isinstance(key, datetime) else key for key in keys])
    texts = tuple(text for c in source.words for text in leaves(c.name, row[c]))
    closed = tuple((f"{source.table.name}.{c.name}", str(row[f"raw_{c.name}"] or "")) for c in source.sealed)
    owners = {c.name: row[c] for c in source.table.columns if c.name in OWNERS and row[c]}
    owners |= {"account_id": row[source.table.c.id]} if source.table.name == "account" else {}
    owners |= {"ticket_id": row[source.table.c.id]} if source.table.name == "ticket" else {}
    at = next((row[source.table.c[name]] for name in TIMES if name in source.table.c), None)
    name = " ".join(str(row[key]) for key in source.table.primary_key.columns)
    sent = source.table.name == "effect" and row[source.table.c.state] == "sent"
    return Row(f"{source.table.name} {name}", position, texts, closed, owners, at, sent)


def leaves(name: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every text in a value, with the way to it. Vendors' ids that are digits alone are none."""
    if isinstance(value, str):
        last = name.rpartition(".")[2].partition("[")[0].lower()
        if not (value.isdigit() and (last in NAMED or last.endswith("_id"))):
            yield name, value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from leaves(f"{name}.{key}", part)
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            yield from leaves(f"{name}[{number}]", part)


# --- how far ------------------------------------------------------------------------------------------------


def scan(session: Session, source: str, at: datetime) -> Scan:
    """How far a source is; it begins now where nobody has looked yet."""
    row = session.get(ScanRow, source)
    if row is None:
        first = insert(session, ScanRow).values(source=source, position="", began_at=at, pass_at=at, until=None, seen=0)
        session.execute(first.on_conflict_do_nothing())
        row = session.get_one(ScanRow, source)
    return Scan(row.source, row.position, row.began_at, row.pass_at, row.until, row.seen)


def keep(session: Session, one: Scan) -> None:
    """Keep how far it is."""
    values = {
        "position": one.position,
        "began_at": one.began_at,
        "pass_at": one.pass_at,
        "until": one.until,
        "seen": one.seen,
    }
    session.execute(update(ScanRow).where(ScanRow.source == one.source).values(**values), execution_options=QUIETLY)


def scans(session: Session) -> list[Scan]:
    """Every source that was ever looked at."""
    every = session.scalars(select(ScanRow).order_by(ScanRow.source))
    return [Scan(row.source, row.position, row.began_at, row.pass_at, row.until, row.seen) for row in every]


def forget(session: Session, start: str, but: Sequence[str]) -> None:
    """Forget every source whose name begins so, but those."""
    gone = ScanRow.source.startswith(start, autoescape=True) & ScanRow.source.not_in(list(but))
    session.execute(delete(ScanRow).where(gone), execution_options=QUIETLY)


# --- what was found -----------------------------------------------------------------------------------------


def found(session: Session, one: Finding, now: datetime) -> bool:
    """Keep it; the same place is kept once, and stands again where it was gone. True where it is new."""
    values = {
        "id": one.id,
        "account_id": one.account_id,
        "kind": one.kind,
        "place": one.place,
        "subject": one.subject[:300],
        "ticket_id": one.ticket_id,
        "link": one.link,
        "at": one.at,
        "found_at": now,
        "gone_at": one.gone_at,
    }
    made = insert(session, FindingRow).values(**values)
    if session.execute(made.on_conflict_do_nothing().returning(FindingRow.id)).one_or_none():
        return True
    again = update(FindingRow).where(FindingRow.id == one.id).values(gone_at=one.gone_at)
    session.execute(again, execution_options=QUIETLY)
    return False


def gone(session: Session, ids: Sequence[str], at: datetime) -> None:
    """These places were looked at again and hold nothing any more."""
    mine = and_(FindingRow.id.in_(list(ids)), FindingRow.gone_at.is_(None))
    session.execute(update(FindingRow).where(mine).values(gone_at=at), execution_options=QUIETLY)


def standing(session: Session, *, place: str = "", ticket_id: str = "", account_id: str = "") -> list[Finding]:
    """What was found and is not gone: all of it, of a place, of a ticket, or of an account."""
    asked = select(FindingRow).where(FindingRow.gone_at.is_(None))
    if account_id:
        asked = asked.where(FindingRow.account_id == account_id)
    if place:
        asked = asked.where(FindingRow.place == place)
    if ticket_id:
        asked = asked.where(FindingRow.ticket_id == ticket_id)
    return [_finding(one) for one in session.scalars(asked)]


def between(session: Session, account_id: str, since: datetime, until: datetime) -> list[Finding]:
    """What came to stand there within that time, gone or not; what concerns the whole installation comes along."""
    asked = select(FindingRow).where(FindingRow.account_id.in_((account_id, "")))
    asked = asked.where(FindingRow.at >= since, FindingRow.at < until)
    return [_finding(one) for one in session.scalars(asked.order_by(FindingRow.at, FindingRow.id))]


def whose(session: Session, owners: Mapping[str, str]) -> tuple[str, str, str]:
    """Account, ticket, and where the ticket is at its host, by a row's own columns; empty for what is the installation's."""
    ticket, connection, account = (owners.get(name, "") for name in ("ticket_id", "connection_id", "account_id"))
    if ticket and not connection:
        connection = session.scalar(select(TicketRow.connection_id).where(TicketRow.id == ticket)) or ""
    if connection and not account:
        account = session.scalar(select(ConnectionRow.account_id).where(ConnectionRow.id == connection)) or ""
    if not account and owners.get("access_id"):
        account = session.scalar(select(AccessRow.account_id).where(AccessRow.id == owners["access_id"])) or ""
    link = session.scalar(select(SketchRow.url).where(SketchRow.ticket_id == ticket)) if ticket else ""
    return account, ticket, link or ""


def _finding(row: FindingRow) -> Finding:
    return Finding(row.kind, row.place, row.subject, row.at, row.account_id, row.ticket_id, row.link, row.gone_at)
