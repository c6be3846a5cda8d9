"""Codes that were sent and what they proved. Every comparison counts, in the transaction that makes it; none is undone."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.base import Moment
from app.db.models.identity import CodeRow, ProofRow
from app.engine import otp
from app.engine.identity import Way, Window
from app.engine.otp import Bound, Sealed
from app.engine.workflows.types import Level

HOLDS = timedelta(minutes=30)
"""How long somebody stays proven for one purpose in one ticket."""
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_TICKET, PER_PERSON, WRONG_PER_PERSON = 3, 5, 9
"""Codes in an hour for a ticket and for a person, and wrong tries of a person in a day; then only a person can help."""
SKEW = timedelta(minutes=1)
"""How far a vendor's clock may be from ours, where only the masking of a text depends on it."""
LATE = timedelta(hours=1)
"""How long after its end a code that comes too late is still kept out of every text."""
QUIETLY = {"synchronize_session": False}


class Outcome(StrEnum):
    """What came of an answer."""

    PROVEN = "proven"
    WRONG = "wrong"
    SPENT = "spent"
    """No try is left: another code is needed, or a person."""
    NONE = "none"
    """Nothing waits for a code here: it is over, used, for somebody else, or this message was compared before."""


class TooManyCodes(Exception):
    """Nobody is sent a code for now; a person helps."""


@dataclass(frozen=True)
class Issued:
    """A code that can be sent. Its repr does not show it."""

    id: str
    code: str = field(repr=False)


def issue(session: Session, bound: Bound, way: Way, key: bytes, at: datetime) -> Issued:
    """A new code; what was sent before in this ticket is void. Raises TooManyCodes."""
    person = person_of(bound.account, bound.person, key)
    lately = CodeRow.issued_at > at - HOUR
    mine = (CodeRow.account_id == bound.account, CodeRow.person == person)
    if (
        _count(session, CodeRow.ticket_id == bound.ticket, lately) >= PER_TICKET
        or _count(session, *mine, lately) >= PER_PERSON
        or _wrong(session, *mine, CodeRow.issued_at > at - DAY) >= WRONG_PER_PERSON
    ):
        raise TooManyCodes
    withdraw(session, bound.ticket, at)
    code = otp.fresh() if way is not Way.APP else ""
    kept = otp.sealed(code, bound, key)
    row = CodeRow(
        id=ids.fresh(),
        account_id=bound.account,
        ticket_id=bound.ticket,
        person=person,
        way=way.value,
        salt=kept.salt,
        digest=kept.digest,
        tries=0,
        heard="",
        issued_at=at,
        ends_at=at + otp.LASTS,
    )
    session.add(row)
    session.flush()
    return Issued(row.id, code)


def sent(session: Session, code_id: str, at: datetime) -> None:
    """It is on its way: only from now on can it be answered."""
    session.execute(update(CodeRow).where(CodeRow.id == code_id).values(sent_at=at), execution_options=QUIETLY)


def withdraw(session: Session, ticket_id: str, at: datetime) -> None:
    """No code of this ticket opens anything any more."""
    open_ones = (CodeRow.ticket_id == ticket_id, CodeRow.used_at.is_(None), CodeRow.void_at.is_(None))
    session.execute(update(CodeRow).where(*open_ones).values(void_at=at), execution_options=QUIETLY)


def awaited(session: Session, ticket_id: str, at: datetime) -> Way | None:
    """The way of the code that this ticket's customer was sent and can still answer; None where there is none."""
    row = session.scalar(_OPEN, {"ticket": ticket_id, "at": at})
    return Way(row.way) if row else None


@dataclass(frozen=True)
class Said:
    """The codes that a message holds, which a repr does not show."""

    message: str
    codes: tuple[str, ...] = field(repr=False)


def attempt(
    session: Session, bound: Bound, said: Said, key: bytes, at: datetime, app: Callable[[str], bool]
) -> Outcome:
    """Compare what a message holds with the code that was sent. A message counts once; one with several codes is wrong.

    ``app`` says whether a code is of the person's authenticator. What is bound to anything else compares as wrong: no
    caller has to check that before.
    """
    row = session.scalar(_TAKEN, {"ticket": bound.ticket, "at": at})
    if row is None or row.heard == said.message:
        return Outcome.NONE
    row.heard, row.tries = said.message, row.tries + 1
    if len(said.codes) == 1 and _fits(row, bound, said.codes[0], key, app):
        row.used_at = at
        _prove(session, bound, Level.APP if row.way == Way.APP else Level.CODE, key, at)
        return Outcome.PROVEN
    if row.tries >= otp.TRIES:
        row.void_at = at
        return Outcome.SPENT
    return Outcome.WRONG


def proven(session: Session, bound: Bound, key: bytes, at: datetime) -> Level:
    """What is proven at this moment for exactly that ticket, person, address and purpose."""
    mine = (ProofRow.ticket_id == bound.ticket, ProofRow.bound == bound.digest(key), ProofRow.ends_at > at)
    return Level(session.scalar(select(func.max(ProofRow.level)).where(*mine)) or Level.NOBODY)


def windows(session: Session, ticket_id: str) -> list[Window]:
    """When customers may have written a code into this ticket: those texts are kept without it."""
    rows = session.scalars(_OF_TICKET, {"ticket": ticket_id})
    return [(row.issued_at - SKEW, (row.used_at + SKEW) if row.used_at else row.ends_at + LATE) for row in rows]


# Built once: every turn asks these, and building a statement costs more than running it.
_OF_TICKET = select(CodeRow).where(CodeRow.ticket_id == bindparam("ticket"))
_OPEN = (
    _OF_TICKET.where(CodeRow.used_at.is_(None), CodeRow.void_at.is_(None), CodeRow.sent_at.is_not(None))
    .where(CodeRow.ends_at > bindparam("at", type_=Moment()))
    .order_by(CodeRow.issued_at.desc())
    .limit(1)
)
_TAKEN = _OPEN.with_for_update()


def _fits(row: CodeRow, bound: Bound, given: str, key: bytes, app: Callable[[str], bool]) -> bool:
    """A question for an authenticator's code has no code of its own: what it is bound to is compared all the same."""
    kept = Sealed(row.salt, row.digest)
    if row.way != Way.APP:
        return otp.fits(given, kept, bound, key)
    return otp.fits("", kept, bound, key) and app(given)


def _prove(session: Session, bound: Bound, level: Level, key: bytes, at: datetime) -> None:
    session.add(
        ProofRow(
            id=ids.fresh(),
            account_id=bound.account,
            ticket_id=bound.ticket,
            bound=bound.digest(key),
            level=int(level),
            at=at,
            ends_at=at + HOLDS,
        )
    )
    session.flush()


def _count(session: Session, *conditions: object) -> int:
    return session.scalar(select(func.count()).select_from(CodeRow).where(*conditions)) or 0  # type: ignore[arg-type]


def _wrong(session: Session, *conditions: object) -> int:
    """Tries that proved nothing; one that did is not counted."""
    tried = func.coalesce(func.sum(CodeRow.tries), 0)
    right = func.count(CodeRow.used_at)
    return session.scalar(select(tried - right).where(*conditions)) or 0  # type: ignore[arg-type]


def key_of(master: bytes) -> bytes:
    """What codes and people are hashed with; of its own, so that it opens nothing else."""
    return hmac.new(master, b"deskhand codes", hashlib.sha256).digest()


def person_of(account_id: str, name: str, key: bytes) -> str:
    """A person's name, id or address as it stands in our tables: a keyed hash."""
    return Bound(account_id, "", name, "", "person").digest(key)
