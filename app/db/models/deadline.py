"""What is promised to whom and whether it was kept, and who is told when it may not be."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedText

RUNNING = text("met_at is null")


class WatchRow(Base):
    """What a ticket's clocks rest on besides its messages: a few facts for the policy, and the turns of its status that we saw."""

    __tablename__ = "watch"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    category: Mapped[str] = mapped_column(String(60), default="")
    priority: Mapped[str] = mapped_column(String(10), default="normal")
    team: Mapped[str] = mapped_column(String(200), default="")
    facts: Mapped[dict[str, Any]]
    turns: Mapped[list[Any]]


class DeadlineRow(Base):
    """One clock. ``due_at`` is empty while it is paused or kept in time; ``warned_at`` is set once, by whoever acts on it.

    ``ahead`` is how many clocks of the account came before this one when it started, ``foreseen`` (open minutes) and
    ``predicted`` what followed from that then: see ``prediction``. ``risk`` is the newest probability that it is missed.
    """

    __tablename__ = "deadline"
    __table_args__ = (
        UniqueConstraint("ticket_id", "metric", "started_at"),
        Index(None, "warn_at"),
        Index(None, "account_id", "started_at"),
        Index("ix_deadline_running", "account_id", "due_at", sqlite_where=RUNNING, postgresql_where=RUNNING),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    metric: Mapped[str] = mapped_column(String(20))
    policy: Mapped[str] = mapped_column(Text)
    team: Mapped[str] = mapped_column(String(200), default="")
    tier: Mapped[str] = mapped_column(String(100), default="")
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None]
    warn_at: Mapped[datetime | None]
    met_at: Mapped[datetime | None]
    warned_at: Mapped[datetime | None]
    breached: Mapped[bool] = mapped_column(default=False)
    ahead: Mapped[int] = mapped_column(default=0)
    priority: Mapped[str] = mapped_column(String(10), default="", server_default="")
    foreseen: Mapped[float | None]
    predicted: Mapped[float | None]
    risk: Mapped[float | None]


class NoticeRow(Base):
    """One message to one contact by one way. ``state`` is pending, sending, sent, digested, or review (nobody can be reached).

    ``subject`` names the ticket and why, never what the customer wrote. A report is about no ticket: it has a ``text``, and a
    ``page`` (HTML) for whoever shows one.
    """

    __tablename__ = "notice"
    __table_args__ = (Index(None, "account_id", "state"), Index(None, "ticket_id"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(120), unique=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    ticket_id: Mapped[str | None] = mapped_column(ForeignKey("ticket.id"))
    contact: Mapped[str] = mapped_column(String(200))
    way: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(
        SealedText("notice.text", scope=("ticket_id", "account_id"), row="key"), default="", server_default=""
    )
    page: Mapped[str] = mapped_column(
        SealedText("notice.page", scope=("ticket_id", "account_id"), row="key"), default="", server_default=""
    )
    topic: Mapped[str] = mapped_column(String(60), default="")
    state: Mapped[str] = mapped_column(String(10), default="pending")
    attempts: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[datetime | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    raised_at: Mapped[datetime | None]
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str] = mapped_column(Text, default="", server_default="")
