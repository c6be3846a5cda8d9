"""Requests that came with a key: each is done once, and told again what it was told."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.db.models.access import AccessRow, AnsweredRow
from app.db.protecting import seal
from app.db.statements import insert
from app.errors import DeskhandError

KEPT = timedelta(hours=24)
"""How long a key is known."""
ABANDONED = timedelta(minutes=1)
"""After this a request that was never answered may be taken up by its repeat: the process that had it is gone."""
QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Keyed:
    """One request of a caller's: by its key, and by a digest of all that it asks."""

    access_id: str
    key: str
    digest: str


@dataclass(frozen=True)
class Answered:
    """What a request was told."""

    status: int
    body: str


class OtherRequest(DeskhandError):
    """The key was used for something else."""


class StillAsked(DeskhandError):
    """The same request is being answered right now."""


def begin(session: Session, one: Keyed, now: datetime) -> Answered | None:
    """What it was told before; None: it is to be done now, by this caller alone. Raises OtherRequest or StillAsked."""
    mine = AnsweredRow.access_id == one.access_id
    session.execute(delete(AnsweredRow).where(mine, AnsweredRow.at <= now - KEPT), execution_options=QUIETLY)
    values = {"access_id": one.access_id, "key": one.key, "digest": one.digest, "body": "", "at": now}
    new = insert(session, AnsweredRow).values(**values).on_conflict_do_nothing().returning(AnsweredRow.key)
    if session.execute(new).first() is not None:
        return None
    row = session.execute(select(AnsweredRow.__table__).where(mine, AnsweredRow.key == one.key)).one()
    if row.digest != one.digest:
        raise OtherRequest("the key was used for another request")
    if row.status is not None:
        return Answered(row.status, row.body)
    again = update(AnsweredRow).where(mine, AnsweredRow.key == one.key, AnsweredRow.at <= now - ABANDONED)
    taken = session.execute(again.values(at=now).returning(AnsweredRow.key), execution_options=QUIETLY).first()
    if taken is None:
        raise StillAsked("the same request is being answered")
    return None


def finish(session: Session, one: Keyed, told: Answered) -> None:
    """Keep what it was told."""
    account = session.get_one(AccessRow, one.access_id).account_id
    body = seal(session, AnsweredRow.body, told.body, one.access_id, one.key, account)
    _mine(session, one, status=told.status, body=body)


def expire(session: Session, now: datetime) -> None:
    """Delete what is past its time, whoever asked: a caller who asks nothing more leaves it behind."""
    session.execute(delete(AnsweredRow).where(AnsweredRow.at <= now - KEPT), execution_options=QUIETLY)


def forget(session: Session, one: Keyed) -> None:
    """It was not done: whoever asks again may try."""
    chosen = (AnsweredRow.access_id == one.access_id, AnsweredRow.key == one.key, AnsweredRow.status.is_(None))
    session.execute(delete(AnsweredRow).where(*chosen), execution_options=QUIETLY)


def _mine(session: Session, one: Keyed, **values: object) -> None:
    chosen = (AnsweredRow.access_id == one.access_id, AnsweredRow.key == one.key)
    session.execute(update(AnsweredRow).where(*chosen).values(**values), execution_options=QUIETLY)
