"""Sessions on our pages, links that let somebody in once, and tokens of hosts that were used. Keys are kept as hashes."""

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.orm import Session

from app.db import members, trail
from app.db.members import Who
from app.db.models.visit import InvitationRow, MemberRow, UsedRow, VisitRow
from app.db.statements import insert
from app.db.trail import Entry, What
from app.errors import UnknownRecord
from connectors.types import Level

LASTS = timedelta(hours=10)
"""A working day: a session ends then, whatever is done in it."""
INVITED = timedelta(minutes=10)


@dataclass(frozen=True)
class Visit:
    """Whose session it is. Nothing that the browser sends can change any of it.

    ``connection_id`` is the host it came from, ``framed_by`` the origins that may frame its pages; both may be empty.
    """

    account_id: str
    person: str
    level: Level
    name: str = ""
    connection_id: str = ""
    framed_by: str = ""
    ends_at: datetime | None = None
    told_at: datetime | None = None
    """When the host said what they may do; of a link of ours, when it was used."""
    digest: str = ""
    """The session's name in the database; empty for one that is not begun."""


def begin(session: Session, visit: Visit, at: datetime) -> str:
    """Keep a new session and give its key, which is in nothing that is saved. What is over is cleared away.

    Raises ShutOut for whom an admin has closed these pages.
    """
    members.seen(session, Who(visit.account_id, visit.connection_id, visit.person), visit.name, visit.level, at)
    key = secrets.token_urlsafe(32)
    session.execute(delete(VisitRow).where(VisitRow.ends_at <= at))
    session.add(
        VisitRow(
            digest=_digest(key),
            account_id=visit.account_id,
            connection_id=visit.connection_id,
            person=visit.person,
            name=visit.name[:200],
            level=str(visit.level),
            framed_by=visit.framed_by,
            created_at=at,
            ends_at=at + LASTS,
            told_at=visit.told_at or at,
        )
    )
    session.flush()
    came = {"role": str(visit.level), "connection": visit.connection_id}
    entry = Entry(What.SIGNED_IN, named(key), detail=came, who=visit.person, authority=authority(key), at=at)
    trail.record(session, visit.account_id, entry)
    return key


def named(key: str) -> str:
    """How a session is named where it must open nothing."""
    return _digest(key)[:16]


def authority(key: str) -> str:
    """Under which a person acts who is signed in."""
    return f"session:{named(key)}"


def of_key(session: Session, key: str, at: datetime) -> Visit:
    """The session of that key. Raises UnknownRecord for one that is made up or over, without saying which."""
    return of_digest(session, _digest(key), at)


def of_digest(session: Session, digest: str, at: datetime) -> Visit:
    """The session of that name, with what its person may do here now. Raises UnknownRecord."""
    found = session.execute(_joined(MemberRow.given).where(VisitRow.digest == digest)).one_or_none()
    row, given = found or (None, None)
    level = members.allowed(Level(row.level), given or members.AS_TOLD) if row else None
    if row is None or level is None or row.ends_at <= at:
        raise UnknownRecord("there is no such session")
    return replace(_visit(row), level=level)


def _joined(*more: Any) -> Any:
    """Sessions, each beside what its person was given here."""
    same = [getattr(MemberRow, name) == getattr(VisitRow, name) for name in ("account_id", "connection_id", "person")]
    return select(VisitRow, *more).outerjoin(MemberRow, and_(*same))


def there(session: Session, account_id: str, at: datetime) -> list[Visit]:
    """Who of an account is signed in now, each once with their latest session, by name."""
    chosen = select(VisitRow).where(VisitRow.account_id == account_id, VisitRow.ends_at > at)
    every = map(_visit, session.scalars(chosen.order_by(VisitRow.ends_at, VisitRow.digest)))
    found = {(one.connection_id, one.person): one for one in every}
    return sorted(found.values(), key=lambda one: (one.name, one.person))


def end(session: Session, key: str) -> None:
    """That key opens nothing from now on; twice changes nothing."""
    gone = session.scalar(delete(VisitRow).where(VisitRow.digest == _digest(key)).returning(VisitRow))
    if gone:
        out = Entry(What.SIGNED_OUT, named(key), who=gone.person, authority=authority(key))
        trail.record(session, gone.account_id, out)


def told(session: Session, who: Who, level: Level, at: datetime) -> None:
    """The host said what somebody may do now: that counts in all their sessions that came in by it."""
    mine = (VisitRow.account_id == who.account_id, VisitRow.connection_id == who.connection_id)
    session.execute(
        update(VisitRow).where(*mine, VisitRow.person == who.person).values(level=str(level), told_at=at),
        execution_options={"synchronize_session": False},
    )


def end_all(session: Session, account_id: str, person: str = "", connection_id: str | None = None) -> int:
    """End every session of an account, or of one person there, who may have come in by one connection; how many that were."""
    chosen = delete(VisitRow).where(VisitRow.account_id == account_id)
    chosen = chosen.where(VisitRow.person == person) if person else chosen
    chosen = chosen if connection_id is None else chosen.where(VisitRow.connection_id == connection_id)
    return len(session.scalars(chosen.returning(VisitRow.digest)).all())


def end_person(session: Session, person: str) -> int:
    """End every session of somebody who is known by one name in all accounts; how many that were."""
    gone = session.scalars(delete(VisitRow).where(VisitRow.person == person).returning(VisitRow)).all()
    for row in gone:
        trail.record(session, row.account_id, Entry(What.SIGNED_OUT, who=row.person, authority="provider"))
    return len(gone)


def end_from(session: Session, connection_id: str) -> None:
    """End every session that came in by that host."""
    session.execute(delete(VisitRow).where(VisitRow.connection_id == connection_id))


def invite(session: Session, account_id: str, level: Level, name: str, at: datetime, who: Who | None = None) -> str:
    """What stands in a link that lets one person in, once, within ``INVITED``. ``who`` they are at a host, where one asked for it."""
    token = secrets.token_urlsafe(32)
    session.add(
        InvitationRow(
            digest=_digest(token),
            account_id=account_id,
            name=name[:200],
            person=who.person if who else "",
            connection_id=who.connection_id if who else "",
            level=str(level),
            created_at=at,
            ends_at=at + INVITED,
        )
    )
    session.flush()
    return token


def accept(session: Session, token: str, at: datetime) -> Visit:
    """Use an invitation up: of two who come with it at once, one gets in. Raises UnknownRecord."""
    chosen = (InvitationRow.digest == _digest(token), InvitationRow.used_at.is_(None), InvitationRow.ends_at > at)
    row = session.scalar(update(InvitationRow).where(*chosen).values(used_at=at).returning(InvitationRow))
    if row is None:
        raise UnknownRecord("there is no such invitation")
    person = row.person or f"invited:{row.name or row.level}"
    return Visit(row.account_id, person, Level(row.level), row.name, row.connection_id)


def open_invitation(session: Session, token: str, at: datetime) -> bool:
    """Whether that link would let somebody in now."""
    row = session.get(InvitationRow, _digest(token))
    return row is not None and row.used_at is None and row.ends_at > at


def use(session: Session, token: str, ends_at: datetime, at: datetime) -> bool:
    """Use a host's one-time token up. False when it was used before, by whomever."""
    session.execute(delete(UsedRow).where(UsedRow.ends_at <= at))
    row = insert(session, UsedRow).values(digest=_digest(token), ends_at=ends_at)
    return session.scalar(row.on_conflict_do_nothing().returning(UsedRow.digest)) is not None


def used_until(session: Session, token: str) -> datetime | None:
    """When a token that was used is forgotten again; None for one that was not."""
    return session.scalar(select(UsedRow.ends_at).where(UsedRow.digest == _digest(token)))


def _visit(row: VisitRow) -> Visit:
    return Visit(
        row.account_id,
        row.person,
        Level(row.level),
        row.name,
        row.connection_id,
        row.framed_by,
        row.ends_at,
        row.told_at,
        row.digest,
    )


def _digest(key: str) -> str:
    """A key has 256 random bits: a slow hash would protect nothing more."""
    return hashlib.sha256(key.encode()).hexdigest()
