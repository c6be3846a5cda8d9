"""Sessions on our pages, links that let somebody in once, and tokens of hosts that were used. Keys are kept as hashes."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.models.visit import InvitationRow, UsedRow, VisitRow
from app.db.statements import insert
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


def begin(session: Session, visit: Visit, at: datetime) -> str:
    """Keep a new session and give its key, which is in nothing that is saved. What is over is cleared away."""
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
        )
    )
    session.flush()
    return key


def of_key(session: Session, key: str, at: datetime) -> Visit:
    """The session of that key. Raises UnknownRecord for one that is made up or over, without saying which."""
    row = session.get(VisitRow, _digest(key))
    if row is None or row.ends_at <= at:
        raise UnknownRecord("there is no such session")
    return _visit(row)


def there(session: Session, account_id: str, at: datetime) -> list[Visit]:
    """Who of an account is signed in now, each once with their latest session, by name."""
    chosen = select(VisitRow).where(VisitRow.account_id == account_id, VisitRow.ends_at > at)
    found = {row.person: _visit(row) for row in session.scalars(chosen.order_by(VisitRow.ends_at, VisitRow.digest))}
    return sorted(found.values(), key=lambda one: (one.name, one.person))


def end(session: Session, key: str) -> None:
    """That key opens nothing from now on; twice changes nothing."""
    session.execute(delete(VisitRow).where(VisitRow.digest == _digest(key)))


def end_all(session: Session, account_id: str, person: str = "") -> int:
    """End every session of an account, or of one person there; how many that were."""
    chosen = delete(VisitRow).where(VisitRow.account_id == account_id)
    chosen = chosen.where(VisitRow.person == person) if person else chosen
    return len(session.scalars(chosen.returning(VisitRow.digest)).all())


def end_person(session: Session, person: str) -> int:
    """End every session of somebody who is known by one name in all accounts; how many that were."""
    return len(session.scalars(delete(VisitRow).where(VisitRow.person == person).returning(VisitRow.digest)).all())


def end_from(session: Session, connection_id: str) -> None:
    """End every session that came in by that host."""
    session.execute(delete(VisitRow).where(VisitRow.connection_id == connection_id))


def invite(session: Session, account_id: str, level: Level, name: str, at: datetime) -> str:
    """What stands in a link that lets one person in, once, within ``INVITED``."""
    token = secrets.token_urlsafe(32)
    session.add(
        InvitationRow(
            digest=_digest(token),
            account_id=account_id,
            name=name[:200],
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
    return Visit(row.account_id, f"invited:{row.name or row.level}", Level(row.level), row.name)


def open_invitation(session: Session, token: str, at: datetime) -> bool:
    """Whether that link would let somebody in now."""
    row = session.get(InvitationRow, _digest(token))
    return row is not None and row.used_at is None and row.ends_at > at


def use(session: Session, token: str, ends_at: datetime, at: datetime) -> bool:
    """Use a host's one-time token up. False when it was used before, by whomever."""
    session.execute(delete(UsedRow).where(UsedRow.ends_at <= at))
    row = insert(session, UsedRow).values(digest=_digest(token), ends_at=ends_at)
    return session.scalar(row.on_conflict_do_nothing().returning(UsedRow.digest)) is not None


def _visit(row: VisitRow) -> Visit:
    return Visit(row.account_id, row.person, Level(row.level), row.name, row.connection_id, row.framed_by, row.ends_at)


def _digest(key: str) -> str:
    """A key has 256 random bits: a slow hash would protect nothing more."""
    return hashlib.sha256(key.encode()).hexdigest()
