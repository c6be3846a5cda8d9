"""Connections whose vendor was away as a whole: which of them are back since lately, and what was not an attempt."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.db import connections, effects
from app.db.connections import ACTIVE
from app.db.effects import Effect
from app.db.models.connection import ConnectionRow
from app.db.models.effect import EffectRow


def rest(session: Session, connection_id: str, until: datetime) -> None:
    """Nobody is there: no ticket of it is worked on before ``until``, and then it counts as just back."""
    connections.hold(session, connection_id, until)
    still_returning(session, connection_id, until)


def returning(session: Session, since: datetime, now: datetime) -> dict[str, datetime]:
    """Connections whose vendor was away until a moment since then, and that moment."""
    chosen = select(ConnectionRow.id, ConnectionRow.away_until).where(
        ConnectionRow.state == ACTIVE, ConnectionRow.away_until > since, ConnectionRow.away_until <= now
    )
    return {row.id: row.away_until for row in session.execute(chosen.order_by(ConnectionRow.id))}


def still_returning(session: Session, connection_id: str, since: datetime) -> None:
    """It counts as back since then: more of it waits."""
    row = update(ConnectionRow).where(ConnectionRow.id == connection_id).values(away_until=since)
    session.execute(row, execution_options={"synchronize_session": False})


def not_tried(session: Session, effect: Effect, not_before: datetime, reason: str) -> None:
    """It will be made later, and looked for first; this was no attempt, because nobody was there."""
    effects.postpone(session, effect, not_before, reason)
    row = update(EffectRow).where(EffectRow.id == effect.id).values(attempts=effect.attempts)
    session.execute(row, execution_options={"synchronize_session": False})
