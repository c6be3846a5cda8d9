"""The outbox: every batch of changes that a vendor is asked for, once."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson

UNFINISHED = text("state in ('pending', 'sending')")
REVIEW = text("state = 'review'")
VISIBLE = text("requester is not null")


class EffectRow(Base):
    """``state`` is pending, sending, sent, dropped or review (a person has to look).

    ``ticket_id`` is the ticket whose lease guards it; ``connection_id`` and ``ref`` say where it goes, an empty ``ref`` meaning
    the ticket that is linked by then. ``started_at`` is the first attempt's begin, ``not_before`` the earliest next one.
    ``requester`` and ``domain`` are set when a customer will read it: what budgets are counted by.
    ``trace`` is the trace of the turn that planned it; ``since`` is when the event came that the first write of a turn follows.
    """

    __tablename__ = "effect"
    __table_args__ = (
        Index("ix_effect_unfinished", "ticket_id", "id", sqlite_where=UNFINISHED, postgresql_where=UNFINISHED),
        Index("ix_effect_review", "id", sqlite_where=REVIEW, postgresql_where=REVIEW),
        Index("ix_effect_visible", "created_at", sqlite_where=VISIBLE, postgresql_where=VISIBLE),
        Index(None, "ticket_id"),
        Index(None, "requester", "created_at"),
        Index(None, "domain", "created_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    decision_id: Mapped[str] = mapped_column(String(64), default="")
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id"))
    ref: Mapped[str] = mapped_column(Text)
    changes: Mapped[list[Any]] = mapped_column(SealedJson("effect.changes", scope="ticket_id", row="key"))
    expect: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(200), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    receipt: Mapped[dict[str, Any] | None]
    requester: Mapped[str | None] = mapped_column(Text)
    domain: Mapped[str | None] = mapped_column(String(255))
    created_at: Mapped[datetime]
    trace: Mapped[str | None] = mapped_column(String(55))
    since: Mapped[datetime | None]
