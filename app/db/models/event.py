"""The inbox: every knock by a vendor, once."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson

WAITING = text("state = 'waiting'")
PARKED = text("state = 'parked'")


class EventRow(Base):
    """Unique by (connection, delivery). ``state`` is waiting, done or parked; ``outcome`` says in a word what came of it."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("connection_id", "delivery"),
        Index("ix_event_waiting", "ticket_id", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_event_parked", "ticket_id", sqlite_where=PARKED, postgresql_where=PARKED),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id"))
    delivery: Mapped[str] = mapped_column(Text)
    ticket_id: Mapped[str] = mapped_column(String(32))
    ref: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    click: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("event.click", scope="ticket_id", row="delivery"))
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(40), default="", server_default="")
    trace: Mapped[str | None] = mapped_column(String(55))
