"""The audit trail: one row for each act, its place in the account's chain, what was anchored outside, and what must be kept."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base

UNSEALED = text("sequence IS NULL")


class TrailRow(Base):
    """Who did what, when, why, under which authority. Written once with what it records; only the sealer adds to it, once.

    ``account_id`` is empty for what concerns the installation. ``sequence`` and ``digest`` are empty until it is sealed.
    It names no other table: a row outlives the account, the ticket and the person it is about.
    """

    __tablename__ = "trail"
    __table_args__ = (
        UniqueConstraint("account_id", "sequence"),
        Index("ix_trail_unsealed", "account_id", "id", sqlite_where=UNSEALED, postgresql_where=UNSEALED),
        Index(None, "account_id", "at"),
        Index(None, "account_id", "ticket_id"),
        Index(None, "account_id", "person"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
    who: Mapped[str] = mapped_column(String(200))
    authority: Mapped[str] = mapped_column(String(200))
    what: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str] = mapped_column(String(200), default="")
    ticket_id: Mapped[str] = mapped_column(String(32), default="")
    person: Mapped[str] = mapped_column(String(64), default="")
    why: Mapped[str] = mapped_column(String(200), default="")
    detail: Mapped[dict[str, Any]]
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64), default="")


class ChainRow(Base):
    """Where an account's chain ends, signed; and what the last check of it found. ``fault`` is empty while all is well."""

    __tablename__ = "chain"

    account_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    signed_by: Mapped[str] = mapped_column(String(16))
    signature: Mapped[str] = mapped_column(String(128))
    at: Mapped[datetime]
    checked_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(String(200), default="")


class AnchorRow(Base):
    """A signed digest of an account's chain, to be sent outside.

    ``places`` says where it arrived; ``due_at`` when the rest is tried again.
    """

    __tablename__ = "anchor"
    __table_args__ = (UniqueConstraint("account_id", "day"), Index(None, "due_at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32))
    day: Mapped[str] = mapped_column(String(10))
    sequence: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    body: Mapped[dict[str, Any]]
    places: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    due_at: Mapped[datetime | None]


class HoldRow(Base):
    """What must be kept whatever the calendar or anybody says: an account, a ticket or a person, until somebody lifts it."""

    __tablename__ = "hold"
    __table_args__ = (Index(None, "account_id", "kind", "subject"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32))
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(64), default="")
    why: Mapped[str] = mapped_column(String(200))
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime]
    lifted_by: Mapped[str] = mapped_column(String(200), default="")
    lifted_at: Mapped[datetime | None]
