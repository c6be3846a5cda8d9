"""Runs of workflows, and what they do elsewhere: each effect on a backend once, as the outbox does it for the helpdesk."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson

OPEN = text("state = 'open'")


class RunRow(Base):
    """One run of a workflow for a ticket and category; ``state`` is open or ended.

    ``question`` is the customer's message that it dealt with last, ``body`` how far it is, ``judged`` the classification it began
    with. ``wake_at`` and ``event`` are what it waits for, ``happened`` what has come, ``wakes`` how often it was woken.
    """

    __tablename__ = "run"
    __table_args__ = (
        Index(None, "ticket_id", "created_at"),
        Index("uq_run_open", "ticket_id", "category", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_run_wake_at", "wake_at", sqlite_where=OPEN, postgresql_where=OPEN),
        Index("ix_run_event", "account_id", "event", sqlite_where=OPEN, postgresql_where=OPEN),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    category: Mapped[str] = mapped_column(String(60))
    question: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    body: Mapped[dict[str, Any]] = mapped_column(SealedJson("run.body", scope="ticket_id", row="id"))
    judged: Mapped[dict[str, Any]] = mapped_column(SealedJson("run.judged", scope="ticket_id", row="id"))
    event: Mapped[str] = mapped_column(String(200), default="")
    wake_at: Mapped[datetime | None]
    happened: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("run.happened", scope="ticket_id", row="id"))
    wakes: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class DeedRow(Base):
    """One effect that a run asks for. ``state``: proposed, rejected, permitted, begun, done, failed, or review (a person has to look).

    ``permit`` is the leave it has, ``undoes`` the key of the deed that it takes back. ``started_at`` is the first attempt's begin.
    """

    __tablename__ = "deed"
    __table_args__ = (Index(None, "run_id"), Index(None, "ticket_id"), Index(None, "account_id", "name", "created_at"))

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(100), unique=True)
    run_id: Mapped[str] = mapped_column(ForeignKey("run.id"))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(100))
    system: Mapped[str] = mapped_column(String(60))
    inputs: Mapped[dict[str, Any]] = mapped_column(SealedJson("deed.inputs", scope="ticket_id", row="key"))
    amount: Mapped[int | None] = mapped_column(BigInteger)
    currency: Mapped[str] = mapped_column(String(3), default="")
    state: Mapped[str] = mapped_column(String(10))
    permit: Mapped[dict[str, Any] | None]
    why: Mapped[dict[str, Any] | None]
    undoes: Mapped[str] = mapped_column(String(100), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None]
    not_before: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None] = mapped_column(SealedJson("deed.answer", scope="ticket_id", row="key"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
