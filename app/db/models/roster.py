"""Who can be given tickets, which tickets each of them has, and what the host's own clocks say."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson


class TeammateRow(Base):
    """One of the account's people at a vendor, as they were when the vendor was last asked."""

    __tablename__ = "teammate"

    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id"), primary_key=True)
    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    known: Mapped[dict[str, Any]] = mapped_column(SealedJson("teammate.known", scope="connection_id", row="id"))
    read_at: Mapped[datetime]


class SeatRow(Base):
    """Who has a ticket. ``state`` is held (we ask the vendor for it), taken (the vendor has it so) or left."""

    __tablename__ = "seat"
    __table_args__ = (Index(None, "connection_id", "agent", "state"), Index(None, "connection_id", "requester"))

    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id"))
    agent: Mapped[str] = mapped_column(String(64))
    requester: Mapped[str] = mapped_column(String(200), default="")
    weight: Mapped[float] = mapped_column(default=1.0)
    state: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]


class HostClockRow(Base):
    """One of the vendor's own clocks on a ticket, as it was last read."""

    __tablename__ = "host_clock"

    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"), primary_key=True)
    metric: Mapped[str] = mapped_column(String(60), primary_key=True)
    policy: Mapped[str] = mapped_column(String(200), default="")
    state: Mapped[str] = mapped_column(String(10))
    due_at: Mapped[datetime | None]
    read_at: Mapped[datetime]
