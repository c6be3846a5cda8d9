"""Signals: what backends and the account's own site tell us, each taken once, in order, until it is dealt with."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db.models.signal import SignalRow
from app.db.protecting import seal
from app.db.statements import insert

WAITING, OPENING, UNHEARD, DONE = "waiting", "opening", "unheard", "done"
SITE = "site"
"""The source of what an account's own site or product tells us."""
QUIETLY = {"synchronize_session": False}
MOST = 200
"""Signals that one look takes up."""


@dataclass(frozen=True)
class Told:
    """A signal as it came. ``person`` names who it is about, and is kept as a hash alone."""

    delivery: str
    kind: str
    at: datetime
    about: str = ""
    person: str = ""
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Kept:
    """A signal as it is kept. ``person`` is the hash."""

    id: int
    account_id: str
    source: str
    told: Told
    state: str
    started_at: datetime | None = None

    @property
    def key(self) -> str:
        """Names what follows from it, at the vendor too."""
        return f"signal-{self.account_id[:12]}-{self.id}"


def accept(session: Session, account_id: str, source: str, told: Sequence[Told], at: datetime) -> int:
    """Save what was told, once each; how many are new. What is there already is left alone."""
    new = 0
    for one in told:
        person = hashed(one.person)
        scope = f"{account_id}:{person}"
        row = {
            "account_id": account_id,
            "source": source,
            "delivery": one.delivery,
            "kind": one.kind,
            "about": one.about,
            "person": person,
            "at": one.at,
            "values": seal(session, SignalRow.values, dict(one.values), scope, one.delivery, account_id),
            "received_at": at,
            "state": WAITING,
            "outcome": "",
        }
        statement = insert(session, SignalRow).values(**row).on_conflict_do_nothing().returning(SignalRow.id)
        new += session.execute(statement).first() is not None
    return new


def delivered(session: Session, account_id: str, source: str, beginning: str) -> str:
    """The whole name of the signal whose name begins so, or nothing."""
    mine = (SignalRow.account_id == account_id, SignalRow.source == source)
    chosen = select(SignalRow.delivery).where(*mine, SignalRow.delivery.startswith(beginning, autoescape=True))
    return session.scalar(chosen.limit(1)) or ""


def hashed(person: str) -> str:
    """A name that tells nobody who it is; empty for nobody."""
    return hashlib.sha256(person.strip().casefold().encode()).hexdigest() if person.strip() else ""


def waiting(session: Session, account_id: str) -> list[Kept]:
    """What is to be dealt with, oldest first."""
    mine = SignalRow.account_id == account_id
    chosen = select(SignalRow).where(mine, SignalRow.state.in_((WAITING, OPENING))).order_by(SignalRow.id).limit(MOST)
    return [_kept(row) for row in session.scalars(chosen)]


def unheard(session: Session, account_id: str, since: datetime) -> list[Kept]:
    """What came before anybody waited for it, newest last."""
    mine = (SignalRow.account_id == account_id, SignalRow.state == UNHEARD, SignalRow.received_at > since)
    return [_kept(row) for row in session.scalars(select(SignalRow).where(*mine).order_by(SignalRow.id).limit(MOST))]


def accounts(session: Session, since: datetime) -> list[str]:
    """The accounts for which there is something to deal with, or to try again."""
    open_ones = SignalRow.state.in_((WAITING, OPENING)) | (
        (SignalRow.state == UNHEARD) & (SignalRow.received_at > since)
    )
    return list(session.scalars(select(SignalRow.account_id).where(open_ones).distinct()))


def begin(session: Session, one: Kept, at: datetime) -> datetime:
    """A ticket is being opened for it; since when, where that was begun before."""
    values = {"state": OPENING, "started_at": func.coalesce(SignalRow.started_at, at)}
    session.execute(update(SignalRow).where(SignalRow.id == one.id).values(**values), execution_options=QUIETLY)
    return one.started_at or at


def end(session: Session, one: Kept, outcome: str, *, state: str = DONE) -> None:
    """It was dealt with. Nothing personal of it is kept any more, unless it is to be tried again."""
    values: dict[str, Any] = {"state": state, "outcome": outcome} | ({"values": {}} if state == DONE else {})
    session.execute(update(SignalRow).where(SignalRow.id == one.id).values(**values), execution_options=QUIETLY)


@dataclass(frozen=True)
class Counted:
    """How many conversations were begun for signals: about this person, and for the account."""

    person: int
    account: int


OPENED = "opened"


def begun(session: Session, account_id: str, person: str, now: datetime, within: timedelta) -> Counted:
    """Count those of the last while; ``person`` is the hash. Those that are being opened count."""
    mine = (
        SignalRow.account_id == account_id,
        SignalRow.received_at > now - within,
        (SignalRow.outcome == OPENED) | (SignalRow.state == OPENING),
    )
    count = select(func.count()).select_from(SignalRow).where(*mine)
    of_person = session.scalar(count.where(SignalRow.person == person)) if person else 0
    return Counted(of_person or 0, session.scalar(count) or 0)


def errors(session: Session, one: Kept, now: datetime, within: timedelta) -> int:
    """How many errors of that person with the same thing were told lately, this one included."""
    mine = (
        SignalRow.account_id == one.account_id,
        SignalRow.person == one.told.person,
        SignalRow.kind == one.told.kind,
        SignalRow.about == one.told.about,
        SignalRow.received_at > now - within,
    )
    return session.scalar(select(func.count()).select_from(SignalRow).where(*mine)) or 0


def _kept(row: SignalRow) -> Kept:
    told = Told(row.delivery, row.kind, row.at, row.about, row.person, dict(row.values))
    return Kept(row.id, row.account_id, row.source, told, row.state, row.started_at)
