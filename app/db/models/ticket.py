"""What we have to remember about a vendor's ticket. Its content stays with the vendor."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class TicketRow(Base):
    """One row per (connection, ref): who works on it, what was decided last, and whether a person took over.

    ``owner``, ``until`` and ``fence`` are the lease: ``fence`` grows with each one given. ``attempts`` counts failures in a row.
    ``quiet_since`` is set while a person has the ticket; ``heard`` is the vendor's time of the last human message that a
    hand-back covers. ``decided`` is the question decided last, empty when it has to be decided again;
    ``asked`` is the same and stays, and ``redecided`` says how often that question had to be decided again.
    ``linked_*`` name the helpdesk's ticket that records this one.
    """

    __tablename__ = "ticket"
    __table_args__ = (
        UniqueConstraint("connection_id", "ref"),
        Index(None, "next_try"),
        Index(None, "linked_connection", "linked_ref"),
        Index(None, "created_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id"))
    ref: Mapped[str] = mapped_column(Text)
    owner: Mapped[str | None] = mapped_column(String(64))
    until: Mapped[datetime | None]
    fence: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[datetime | None]
    quiet_since: Mapped[datetime | None]
    heard: Mapped[datetime | None]
    decided: Mapped[str] = mapped_column(Text, default="")
    redecided: Mapped[int] = mapped_column(default=0)
    linked_connection: Mapped[str | None] = mapped_column(String(64))
    linked_ref: Mapped[str | None] = mapped_column(Text)
    asked: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
