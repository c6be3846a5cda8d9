"""Connections whose vendor was away or asked for patience: which of them are back since lately, and what was not an attempt."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import connections, effects
from app.db.connections import ACTIVE
from app.db.effects import Effect
from app.db.models.connection import ConnectionRow
from app.db.models.effect import EffectRow


def returning(session: Session, since: datetime, now: datetime) -> dict[str, datetime]:
    """Connections that were held back until a moment since then, and that moment."""
    chosen = select(ConnectionRow.id, ConnectionRow.wait_until).where(
        ConnectionRow.state == ACTIVE, ConnectionRow.wait_until > since, ConnectionRow.wait_until <= now
    )
    return {row.id: row.wait_until for row in session.execute(chosen.order_by(ConnectionRow.id))}


def still_returning(session: Session, connection_id: str, now: datetime) -> None:
    """It counts as back since now: more of it waits."""
    connections.hold(session, connection_id, now)


def not_tried(session: Session, effect: Effect, not_before: datetime, reason: str) -> None:
    """It will be made later, and looked for first; this was no attempt, because nobody was there."""
    effects.postpone(session, effect, not_before, reason)
    row = update(EffectRow).where(EffectRow.id == effect.id).values(attempts=effect.attempts)
    session.execute(row, execution_options={"synchronize_session": False})
