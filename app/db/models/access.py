"""Who may call our own API for an account, and what they were answered."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedText


class AccessRow(Base):
    """One bearer token. ``digest`` is its SHA-256: the token itself is shown once and kept nowhere.

    ``per_minute`` is how many requests it may make a minute; None: as many as any.
    """

    __tablename__ = "access"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    label: Mapped[str] = mapped_column(String(80), default="")
    scopes: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    per_minute: Mapped[int | None]


class AnsweredRow(Base):
    """A request that its caller gave a key, and what it was answered; ``status`` is empty while it is being answered.

    ``digest`` is of all that was asked: the same key for something else is refused.
    """

    __tablename__ = "answered"
    __table_args__ = (Index(None, "at"),)

    access_id: Mapped[str] = mapped_column(ForeignKey("access.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(100), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[str] = mapped_column(SealedText("answered.body", scope="access_id", row="key"), default="")
    at: Mapped[datetime]
