"""What the look for card data has gone through, and what it found where nothing may be."""

from datetime import datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class ScanRow(Base):
    """How far one source has been looked through. A pass begins again each day; in between only what is new is looked at.

    ``position`` names the last row that was looked at. Everything that was there at ``until`` has been looked at; None: not yet.
    """

    __tablename__ = "scan"

    source: Mapped[str] = mapped_column(String(300), primary_key=True)
    position: Mapped[str] = mapped_column(Text, default="")
    began_at: Mapped[datetime]
    """When it was looked at first."""
    pass_at: Mapped[datetime]
    """When the pass that is on, or was last, began."""
    until: Mapped[datetime | None]
    seen: Mapped[int] = mapped_column(default=0)
    """Rows, or lines, that this pass has looked at."""


class FindingRow(Base):
    """One place where something stands that may not: ``kind`` is card, cvv or plain (not sealed), ``place`` chat, sent, storage or log.

    ``subject`` names the place and never what stands there; ``gone_at`` is when it was looked at again and was not there any more.
    """

    __tablename__ = "finding"
    __table_args__ = (Index(None, "account_id", "at"), Index(None, "subject"))

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32), default="")
    kind: Mapped[str] = mapped_column(String(10))
    place: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(300))
    ticket_id: Mapped[str] = mapped_column(String(32), default="")
    link: Mapped[str] = mapped_column(Text, default="")
    at: Mapped[datetime]
    """When it came to stand there, as far as that is known; else when it was found."""
    found_at: Mapped[datetime]
    gone_at: Mapped[datetime | None]
