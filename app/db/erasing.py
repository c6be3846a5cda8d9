"""Erasing somebody from the tables, by the data map: what says there how it goes is what is done here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import gaps, ids
from app.db.models import Base
from app.db.models.access import AccessRow, AnsweredRow
from app.db.models.connection import ConnectionRow
from app.db.models.datamap import CUSTOMERS, Erased, Of
from app.db.models.effect import EffectRow
from app.db.models.example import ExampleRow
from app.db.models.gap import GapRow
from app.db.models.judgement import JudgementRow
from app.db.models.rights import PartyRow
from app.db.models.roster import SeatRow
from app.db.models.solved import SolvedRow
from app.db.models.spending import ModelCallRow
from app.db.models.talk import ConversationRow
from app.db.models.ticket import TicketRow
from app.db.models.trail import HoldRow
from app.db.retention import unnamed

QUIETLY = {"synchronize_session": False}
TAUGHT = frozenset({"example", "difference", "solved"})
"""Tables that hold what was learnt from what people wrote."""
MANY = 500
"""Rows that one statement names."""
ERASED = "erased"
"""Why a planned batch is not made."""


class Busy(Exception):
    """A run works on one of the tickets, or an attempt may still arrive at the host: it is tried again in a moment."""


@dataclass(frozen=True)
class Subject:
    """All that is somebody's in an account, by every way in which rows name it."""

    account_id: str
    tickets: tuple[str, ...]
    people: tuple[str, ...]
    """Keyed hashes of their names, and of what they are called at the host."""
    sketched: tuple[str, ...] = ()
    signalled: tuple[str, ...] = ()
    texts: tuple[str, ...] = field(default=(), repr=False)
    """What they are called in words: what a text may not go on holding."""


def held(session: Session, subject: Subject) -> list[str]:
    """The legal holds that keep something of theirs, by id."""
    mine = select(HoldRow).where(HoldRow.account_id == subject.account_id, HoldRow.lifted_at.is_(None))
    wanted = {"account": None, "ticket": subject.tickets, "person": (*subject.people, *subject.sketched)}
    found = []
    for row in session.scalars(mine.order_by(HoldRow.id)):
        of = wanted.get(row.kind, ())
        if of is None or row.subject in of:
            found.append(row.id)
    return found


def counted(session: Session, subject: Subject) -> dict[str, int]:
    """How many rows of each table are somebody's."""
    found: dict[str, int] = {}
    for entry in CUSTOMERS:
        table = Base.metadata.tables[entry.table]
        for rule in entry.erased:
            chosen = select(func.count()).select_from(table).where(theirs(session, table, rule, subject))
            found[entry.table] = found.get(entry.table, 0) + (session.scalar(chosen) or 0)
    return {name: number for name, number in found.items() if number}


def decisions(session: Session, subject: Subject) -> list[str]:
    """The decisions on their tickets: what was learnt beside them is named by these."""
    mine = JudgementRow.ticket_id.in_(subject.tickets)
    return list(session.scalars(select(JudgementRow.decision_id).where(mine).distinct()))


def cases(session: Session, subject: Subject) -> list[tuple[int, str, str]]:
    """Their old tickets that are kept as solved: the row, where it is from, and its number there."""
    theirs = set(subject.tickets)
    rows = session.execute(
        select(SolvedRow.id, SolvedRow.origin, SolvedRow.external_id).where(SolvedRow.account_id == subject.account_id)
    )
    return [(row[0], row[1], row[2]) for row in rows if ids.ticket(row[1], row[2]) in theirs]


def scopes(session: Session, subject: Subject) -> list[str]:
    """The names of every key that only texts of theirs are sealed with, or what is deleted with them: answers of the API."""
    account = subject.account_id
    callers = list(session.scalars(select(AccessRow.id).where(AccessRow.account_id == account)))
    old = [f"{account}:{origin}:{ref}" for _, origin, ref in cases(session, subject)]
    told = [f"{account}:{person}" for person in subject.signalled]
    taught = [f"{account}:{ticket}" for ticket in subject.tickets]
    return [*callers, *subject.tickets, *decisions(session, subject), *subject.people, *old, *told, *taught]


def away(
    session: Session, subject: Subject, now: datetime, naming: Mapping[str, Sequence[Any]] | None = None
) -> dict[str, int]:
    """Delete and empty what is theirs; how many rows of each table. Raises Busy, and has changed nothing then.

    ``naming``: rows that name them in words, by table and id, as ``app.db.naming`` finds them.
    """
    _alone(session, subject.tickets, now)
    done: dict[str, int] = {}
    _proposals(session, subject, done)
    _words(session, subject, done, naming or {})
    for entry in _in_order():
        table = Base.metadata.tables[entry.table]
        for rule in entry.erased:
            number = _apply(session, table, rule, subject)
            if number:
                done[entry.table] = done.get(entry.table, 0) + number
    return done


def unlearn(session: Session, account_id: str, tickets: Sequence[str]) -> None:
    """Take out what these tickets taught: examples, differences, solved cases. The model in force is made without them next time."""
    subject = Subject(account_id, tuple(tickets), ())
    for entry in CUSTOMERS:
        for rule in entry.erased if entry.table in TAUGHT else ():
            _apply(session, Base.metadata.tables[entry.table], rule, subject)


def _in_order() -> Sequence[Any]:
    """What points to others goes first, and what others are found by goes last."""
    place = {table.name: number for number, table in enumerate(Base.metadata.sorted_tables)}
    late = {"judgement": 1, "party": 2}
    return sorted(CUSTOMERS, key=lambda entry: (late.get(entry.table, 0), -place[entry.table]))


def _alone(session: Session, tickets: Collection[str], now: datetime) -> None:
    """Nobody works on these tickets, and whoever began before is locked out of them; nothing planned is made any more."""
    fenced = update(TicketRow).where(TicketRow.id.in_(tickets), TicketRow.owner.is_(None) | (TicketRow.until <= now))
    taken = session.execute(fenced.values(fence=TicketRow.fence + 1, owner=None, until=None), execution_options=QUIETLY)
    there = session.scalar(select(func.count()).select_from(TicketRow).where(TicketRow.id.in_(tickets))) or 0
    mine = EffectRow.ticket_id.in_(tickets)
    sending = session.scalar(select(func.count()).select_from(EffectRow).where(mine, EffectRow.state == "sending"))
    if taken.rowcount != there or sending:  # type: ignore[attr-defined]  # an update has one
        raise Busy
    dropped = update(EffectRow).where(mine, EffectRow.state == "pending").values(state="dropped", reason=ERASED)
    session.execute(dropped, execution_options=QUIETLY)


def _apply(session: Session, table: Table, rule: Erased, subject: Subject) -> int:
    mine = theirs(session, table, rule, subject)
    if not rule.blank:
        gone = session.execute(delete(table).where(mine))
        return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete has one
    emptied = session.execute(update(table).where(mine).values(**rule.blank))
    if table.name == "story":
        unnamed(session, subject.tickets)
    return int(emptied.rowcount)  # type: ignore[attr-defined]


def theirs(session: Session, table: Table, rule: Erased, subject: Subject) -> ColumnElement[bool]:
    """The condition that a table's rows are somebody's."""
    column = table.c[rule.by]
    if rule.of is Of.CASES:
        return column.in_([number for number, _, _ in cases(session, subject)])
    if rule.of is Of.CONVERSATIONS:
        mine = ConversationRow.ticket_id.in_(subject.tickets)
        return column.in_(session.scalars(select(ConversationRow.id).where(mine)).all())
    named: Mapping[Of, Collection[str]] = {
        Of.TICKETS: subject.tickets,
        Of.PEOPLE: subject.people,
        Of.SIGNALLED: subject.signalled,
    }
    found = decisions(session, subject) if rule.of is Of.DECISIONS else named[rule.of]
    return column.in_(list(found))


def _proposals(session: Session, subject: Subject, done: dict[str, int]) -> None:
    """Open proposals that rest on their tickets; what is ruled on is the team's own sentence."""
    theirs = set(decisions(session, subject))
    mine = select(GapRow).where(GapRow.account_id == subject.account_id, GapRow.state == gaps.OPEN)
    for row in session.scalars(mine):
        if theirs & set(row.body.get("decisions", ())):
            session.delete(row)
            done["gap"] = done.get("gap", 0) + 1
    session.flush()


def _words(session: Session, subject: Subject, done: dict[str, int], naming: Mapping[str, Sequence[Any]]) -> None:
    """What names them in words though no column does: examples and old cases, answers that the API keeps for a day."""
    of_account = select(AccessRow.id).where(AccessRow.account_id == subject.account_id)
    gone = {"answered": [delete(AnsweredRow).where(AnsweredRow.access_id.in_(of_account))]}
    for table in (ExampleRow, SolvedRow):
        found = naming.get(table.__tablename__, ())
        gone[table.__tablename__] = [
            delete(table).where(table.id.in_(found[first : first + MANY])) for first in range(0, len(found), MANY)
        ]
    for name, statements in gone.items():
        number = sum(session.execute(one, execution_options=QUIETLY).rowcount for one in statements)  # type: ignore[attr-defined]  # a delete has one
        if number:
            done[name] = done.get(name, 0) + number


def names(text: str, wanted: Collection[str]) -> bool:
    """Whether a text holds one of these, in whatever case."""
    folded = text.casefold()
    return any(one.casefold() in folded for one in wanted)


def there(session: Session, names: Collection[str]) -> list[str]:
    """Those of these names that are tickets of which something is here."""
    found, every = set[str](), sorted(names)
    columns = (TicketRow.id, JudgementRow.ticket_id, PartyRow.ticket_id, ExampleRow.ref)
    for first in range(0, len(every), MANY):
        some = every[first : first + MANY]
        for column in columns:
            found.update(session.scalars(select(column).where(column.in_(some)).distinct()))
    return sorted(found)


def connections(session: Session, subject: Subject) -> list[tuple[str, str]]:
    """Id and vendor of every host that their tickets are at."""
    chosen = select(ConnectionRow.id, ConnectionRow.vendor).join(TicketRow, TicketRow.connection_id == ConnectionRow.id)
    return [(row[0], row[1]) for row in session.execute(chosen.where(TicketRow.id.in_(subject.tickets)).distinct())]


def requesters(session: Session, subject: Subject) -> set[tuple[str, str]]:
    """Connection and id of everybody whose tickets these are, where they stand in plain."""
    found: set[tuple[str, str]] = set()
    for table in (EffectRow, SeatRow, ModelCallRow):
        named = select(TicketRow.connection_id, table.requester).join(TicketRow, TicketRow.id == table.ticket_id)
        rows = session.execute(named.where(TicketRow.id.in_(subject.tickets), table.requester.is_not(None)).distinct())
        found |= {(row[0], row[1]) for row in rows if row[1]}
    return found
