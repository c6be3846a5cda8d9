"""Legal holds: what must be kept, whatever the calendar or anybody says, until somebody lifts it. Placed and lifted on record."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from app.db import ids, trail
from app.db.models.connection import ConnectionRow
from app.db.models.ticket import TicketRow
from app.db.models.trail import HoldRow
from app.db.trail import Entry, What
from app.errors import UnknownRecord


class Of(StrEnum):
    """What a hold is about."""

    ACCOUNT = "account"
    TICKET = "ticket"
    PERSON = "person"


@dataclass(frozen=True)
class Hold:
    """One hold. ``subject`` is a ticket's id or a person's keyed hash, empty for the whole account."""

    id: str
    account_id: str
    of: Of
    subject: str
    why: str
    by: str
    at: datetime
    lifted_at: datetime | None = None
    lifted_by: str = ""


@dataclass(frozen=True)
class Kept:
    """All that is held of an account now."""

    everything: bool
    tickets: frozenset[str]
    people: frozenset[str]

    def covers(self, ticket_id: str, person: str) -> bool:
        """Whether something about that ticket or person has to stay."""
        return self.everything or ticket_id in self.tickets or (person != "" and person in self.people)


def place(session: Session, account_id: str, of: Of, subject: str, *, why: str, at: datetime) -> Hold:
    """Have it kept from now on."""
    by = trail.actor().who
    row = HoldRow(
        id=ids.fresh(),
        account_id=account_id,
        kind=str(of),
        subject=subject,
        why=why[:200],
        by=by,
        at=at,
        lifted_by="",
    )
    session.add(row)
    session.flush()
    _note(session, row, What.HELD, why, at)
    return _hold(row)


def lift(session: Session, account_id: str, hold_id: str, *, why: str, at: datetime) -> Hold:
    """It is kept no longer for that reason. Raises UnknownRecord for one that is not there, or was lifted."""
    row = session.get(HoldRow, hold_id)
    if row is None or row.account_id != account_id or row.lifted_at is not None:
        raise UnknownRecord("the account has no such hold", "see `deskhand audit holds`")
    row.lifted_at, row.lifted_by = at, trail.actor().who
    session.flush()
    _note(session, row, What.RELEASED, why, at)
    return _hold(row)


def of_account(session: Session, account_id: str, *, lifted: bool = False) -> list[Hold]:
    """The account's holds, oldest first; with ``lifted``, those of before as well."""
    chosen = select(HoldRow).where(HoldRow.account_id == account_id)
    chosen = chosen if lifted else chosen.where(HoldRow.lifted_at.is_(None))
    return [_hold(row) for row in session.scalars(chosen.order_by(HoldRow.id))]


def kept(session: Session, account_id: str) -> Kept:
    """What is held of the account."""
    found: Sequence[Hold] = of_account(session, account_id)
    tickets = frozenset(one.subject for one in found if one.of is Of.TICKET)
    people = frozenset(one.subject for one in found if one.of is Of.PERSON)
    return Kept(any(one.of is Of.ACCOUNT for one in found), tickets, people)


def tickets(session: Session, account_id: str, named: str) -> list[str]:
    """The account's tickets of that id, or of that number at a helpdesk; two at most."""
    mine = select(TicketRow.id).join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
    mine = mine.where(ConnectionRow.account_id == account_id, or_(TicketRow.id == named, TicketRow.ref == named))
    return list(session.scalars(mine.limit(2)))


def _note(session: Session, row: HoldRow, what: What, why: str, at: datetime) -> None:
    ticket = row.subject if row.kind == Of.TICKET else ""
    person = row.subject if row.kind == Of.PERSON else ""
    trail.record(session, row.account_id, Entry(what, f"hold:{row.id}", ticket, person, why, {"of": row.kind}, at=at))


def _hold(row: HoldRow) -> Hold:
    return Hold(
        row.id,
        row.account_id,
        Of(row.kind),
        row.subject,
        row.why,
        row.by,
        row.at,
        row.lifted_at,
        row.lifted_by,
    )
