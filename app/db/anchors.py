"""Anchors: signed ends of chains, one a day for each account, where they were sent and where they have yet to go."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.trail import AnchorRow
from app.db.statements import insert


@dataclass(frozen=True)
class Kept:
    """One anchor as it was kept. ``body`` is the file that is sent; ``places`` are those where it arrived, and when."""

    id: str
    account_id: str
    day: str
    body: Mapping[str, Any]
    places: Mapping[str, str]
    at: datetime


def keep(session: Session, account_id: str, body: Mapping[str, Any], at: datetime) -> bool:
    """Keep the account's anchor of the day, to be sent at once. False where the day has one."""
    told = body["anchor"]
    row = insert(session, AnchorRow).values(
        id=ids.fresh(),
        account_id=account_id,
        day=at.date().isoformat(),
        sequence=told["sequence"],
        digest=told["digest"],
        body=dict(body),
        places={},
        at=at,
        due_at=at,
    )
    return session.scalar(row.on_conflict_do_nothing().returning(AnchorRow.id)) is not None


def newest(session: Session, account_id: str) -> Kept | None:
    """The account's latest anchor."""
    chosen = select(AnchorRow).where(AnchorRow.account_id == account_id)
    row = session.scalar(chosen.order_by(AnchorRow.day.desc()).limit(1))
    return _kept(row) if row else None


def bodies(session: Session, account_id: str) -> list[Mapping[str, Any]]:
    """Every anchor of the account that was kept, oldest first."""
    return list(
        session.scalars(select(AnchorRow.body).where(AnchorRow.account_id == account_id).order_by(AnchorRow.day))
    )


def due(session: Session, account_id: str, now: datetime) -> list[Kept]:
    """What has yet to be sent now, oldest first."""
    chosen = select(AnchorRow).where(AnchorRow.account_id == account_id, AnchorRow.due_at <= now)
    return [_kept(row) for row in session.scalars(chosen.order_by(AnchorRow.day))]


def arrived(session: Session, anchor_id: str, places: Mapping[str, str], again_at: datetime | None) -> None:
    """Keep where it is by now; ``again_at`` is when the rest is tried again, None when it is everywhere."""
    row = session.get_one(AnchorRow, anchor_id)
    row.places = {**row.places, **places}
    row.due_at = again_at


def standing(session: Session) -> tuple[datetime | None, int]:
    """When the latest anchor was made, and how many have yet to arrive somewhere."""
    latest = session.scalar(select(func.max(AnchorRow.at)))
    return latest, session.scalar(select(func.count()).where(AnchorRow.due_at.is_not(None))) or 0


def _kept(row: AnchorRow) -> Kept:
    return Kept(row.id, row.account_id, row.day, row.body, row.places, row.at)
