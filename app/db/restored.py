"""What a database that came out of a backup must not do: answer, pay or open a second time what it does not remember.

What it had planned may have been done since, so it is looked for before it is tried. What proved who somebody is proves nothing any
more. And every ticket in which we wrote in the time between is people's (``forgotten``), until they hand it back.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, Delete, Update, delete, func, or_, select, update
from sqlalchemy.orm import Session

from app.db import ids
from app.db.deeds import BEGUN, PERMITTED, PROPOSED
from app.db.deeds import REVIEW as FOR_PEOPLE
from app.db.effects import PENDING, SENDING
from app.db.models.access import AccessRow
from app.db.models.account import AccountRow
from app.db.models.effect import EffectRow
from app.db.models.identity import CodeRow, ProofRow
from app.db.models.install import InstallRow
from app.db.models.judgement import JudgementRow
from app.db.models.restored import RestoredRow
from app.db.models.run import DeedRow
from app.db.models.visit import InvitationRow, VisitRow
from connectors.types import Role, Ticket

QUIETLY = {"synchronize_session": False}
SKEW = timedelta(minutes=5)
"""How far a host's clock may be from ours."""


@dataclass(frozen=True)
class Settled:
    """What was found in doubt, by number."""

    effects: int
    deeds: int
    proposals: int
    sessions: int
    tokens: int
    accounts: int


def settle(session: Session, made_at: datetime, now: datetime, *, keep_tokens: bool, stopped: bool) -> Settled:
    """Put a database that was just loaded into the state in which it can be woken. ``made_at`` is the backup's time."""
    session.add(RestoredRow(id=ids.fresh(), made_at=made_at, restored_at=now))
    session.flush()
    for fleeting in (InvitationRow, InstallRow, ProofRow):
        session.execute(delete(fleeting), execution_options=QUIETLY)
    session.execute(update(CodeRow).where(CodeRow.void_at.is_(None)).values(void_at=now), execution_options=QUIETLY)
    return Settled(
        effects=_count(session, _effects(now)),
        proposals=_count(session, _proposals(now)),
        deeds=_count(session, _deeds(now)),
        sessions=_count(session, delete(VisitRow)),
        tokens=0 if keep_tokens else _count(session, _tokens(now)),
        accounts=_count(session, update(AccountRow).values(stopped=True)) if stopped else 0,
    )


def forgotten(session: Session, ticket_id: str, ticket: Ticket, *, recorded: bool) -> bool:
    """Whether we wrote in this ticket in a time that was lost, and have not decided on it since the restore.

    What was decided, sent or done there then is known to nobody, so people go on with it. ``recorded``: what we do is written down
    in another place, so that there may be no trace of it here: then whatever was said in that time counts.
    """
    moments = [one.at for one in ticket.messages if recorded or one.author.role is Role.US]
    if not moments:
        return False
    lost = session.scalars(select(RestoredRow).where(RestoredRow.restored_at > min(moments) - SKEW)).all()
    within = [one for one in lost if any(one.made_at - SKEW < at < one.restored_at + SKEW for at in moments)]
    if not within:
        return False
    since = max(one.restored_at for one in within)
    decided = select(JudgementRow.id).where(JudgementRow.ticket_id == ticket_id, JudgementRow.at >= since)
    return session.scalar(decided.limit(1)) is None


def _effects(now: datetime) -> Update:
    """Looked for in the host, since the moment at which they were planned."""
    begun = func.coalesce(EffectRow.started_at, EffectRow.created_at)
    doubtful = update(EffectRow).where(EffectRow.state.in_((PENDING, SENDING)))
    return doubtful.values(state=SENDING, started_at=begun, not_before=now)


def _deeds(now: datetime) -> Update:
    """Looked for at the backend, under their key."""
    begun = func.coalesce(DeedRow.started_at, DeedRow.created_at)
    doubtful = update(DeedRow).where(DeedRow.state.in_((PERMITTED, BEGUN)))
    return doubtful.values(state=BEGUN, started_at=begun, not_before=now)


def _proposals(now: datetime) -> Update:
    """Somebody may have released them since: a second press would do them twice."""
    return update(DeedRow).where(DeedRow.state == PROPOSED).values(state=FOR_PEOPLE, updated_at=now)


def _tokens(now: datetime) -> Update:
    """Those that were revoked since are not known: all of them end."""
    there = or_(AccessRow.ends_at.is_(None), AccessRow.ends_at > now)
    return update(AccessRow).where(AccessRow.revoked_at.is_(None), there).values(revoked_at=now)


def _count(session: Session, change: Update | Delete) -> int:
    return cast(CursorResult[Any], session.execute(change, execution_options=QUIETLY)).rowcount
