"""Who may call our own API for an account."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class AccessRow(Base):
    """One bearer token. ``digest`` is its SHA-256: the token itself is shown once and kept nowhere."""

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
