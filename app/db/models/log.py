"""What is learned of decisions afterwards, what people ask to have taken back, and which figures are out of order."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson


class AgreementRow(Base):
    """What people did where we only watched, beside what we would have done. No word of anybody is kept."""

    __tablename__ = "agreement"
    __table_args__ = (Index(None, "account_id", "at"),)

    decision_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    url: Mapped[str] = mapped_column(Text, default="")
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class ErrandRow(Base):
    """Something that a person asks of one ticket's turn: to undo what a decision did, or to recall what was answered.

    ``state``: waiting, planned (its effects are in the outbox) or nothing (there was nothing left to do); ``outcome`` says why.
    """

    __tablename__ = "errand"
    __table_args__ = (Index(None, "account_id", "asked_at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    decision_id: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(SealedJson("errand.body", scope="ticket_id", row="id"))
    state: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(200), default="")
    asked_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


class AlarmRow(Base):
    """A figure that is out of order: since when, and when people were told last. Kept when it is over, so that it can come back."""

    __tablename__ = "alarm"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), primary_key=True)
    text: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    told_at: Mapped[datetime]
    over_at: Mapped[datetime | None]
