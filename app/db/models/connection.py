"""A vendor installed for an account."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class ConnectionRow(Base):
    """``id`` stands in the webhook's address and cannot be guessed. ``secrets`` are sealed. ``state`` is active or paused.

    ``place`` names what an admin granted at the vendor's consent page, so that it is connected once; nothing for what was typed in.

    ``wait_until`` holds back every ticket of it, after the vendor asked for patience or was away, ``away_until`` for the second
    alone. ``asked_at`` and ``read_at`` are the vendor-clock times up to which changed tickets and articles were asked for.
    """

    __tablename__ = "connection"
    __table_args__ = (Index(None, "account_id"), Index(None, "place", unique=True))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    vendor: Mapped[str] = mapped_column(String(40))
    base_url: Mapped[str] = mapped_column(Text)
    settings: Mapped[dict[str, Any]]
    secrets: Mapped[str] = mapped_column(Text)
    place: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    wait_until: Mapped[datetime | None]
    away_until: Mapped[datetime | None]
    asked_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
