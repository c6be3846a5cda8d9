"""What tickets are like, so that those of one person and one problem, and those of one cause, are found. No word of anybody is kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class SketchRow(Base):
    """One ticket, by its newest question. ``person`` and ``words`` are keyed hashes; ``vector`` is its meaning by ``engine``.

    ``moods`` are the sentiments of its decisions, oldest first. ``twin`` is the older ticket that it probably repeats.
    """

    __tablename__ = "sketch"
    __table_args__ = (Index(None, "account_id", "person", "at"), Index(None, "account_id", "category", "at"))

    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(64), default="")
    category: Mapped[str] = mapped_column(String(60), default="")
    url: Mapped[str] = mapped_column(Text, default="")
    words: Mapped[list[Any]]
    marks: Mapped[list[Any]]
    vector: Mapped[bytes | None] = mapped_column(LargeBinary)
    engine: Mapped[str] = mapped_column(String(80), default="")
    moods: Mapped[list[Any]]
    spam: Mapped[bool] = mapped_column(default=False)
    twin: Mapped[str | None] = mapped_column(ForeignKey("ticket.id"))
    incident_id: Mapped[str | None] = mapped_column(ForeignKey("incident.id"))
    first_at: Mapped[datetime]
    at: Mapped[datetime]


class IncidentRow(Base):
    """Tickets of several people with one cause. ``parent`` is the first of them; ``confirmed_by`` is who told everybody about it."""

    __tablename__ = "incident"
    __table_args__ = (Index(None, "account_id", "opened_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    category: Mapped[str] = mapped_column(String(60), default="")
    parent: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    opened_at: Mapped[datetime]
    last_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    confirmed_by: Mapped[str] = mapped_column(Text, default="")
