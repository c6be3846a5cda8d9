"""Who was in which arm of an experiment."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class TrialRow(Base):
    """One ticket in one arm. ``person`` is a keyed hash: the same customer is always in the same arm."""

    __tablename__ = "trial"
    __table_args__ = (Index(None, "account_id", "experiment", "at"),)

    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    experiment: Mapped[str] = mapped_column(String(60), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    arm: Mapped[str] = mapped_column(String(60))
    category: Mapped[str] = mapped_column(String(200))
    person: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
