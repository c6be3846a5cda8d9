"""Whose data are where, what people asked about theirs, what they consented to, and who must not come back by themselves.

People are named by keyed hashes (``app.db.parties``): these tables tell nobody who anybody is.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson


class PartyRow(Base):
    """A customer who wrote in a ticket, under each name that we know them by: their id at the host, address and number."""

    __tablename__ = "party"
    __table_args__ = (
        Index(None, "account_id", "person"),
        Index(None, "account_id", "mail"),
        Index(None, "account_id", "phone"),
    )

    ticket_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    mail: Mapped[str] = mapped_column(String(64), default="")
    phone: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]


class RightRow(Base):
    """What a person asked about their data. ``kind``: access, portability or erasure; ``state``: open, held, host, done or refused.

    ``wanted`` holds who it is about while that is needed, under a key that is destroyed when it is done. ``progress`` says how
    far an erasure is, ``proof`` what was done.
    """

    __tablename__ = "rights_request"
    __table_args__ = (Index(None, "account_id", "asked_at"), Index(None, "state", "due_at"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str] = mapped_column(String(12))
    person: Mapped[str] = mapped_column(String(64))
    by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[str] = mapped_column(String(10))
    wanted: Mapped[dict[str, Any]] = mapped_column(SealedJson("rights_request.wanted", scope="id", row="id"))
    progress: Mapped[dict[str, Any]]
    proof: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime]
    due_at: Mapped[datetime]
    done_at: Mapped[datetime | None]


class AbsentRow(Base):
    """A person who was erased, under one of their names: what was written before ``since`` brings nothing of them back."""

    __tablename__ = "absent"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), primary_key=True)
    since: Mapped[datetime]


class ConsentRow(Base):
    """One word of a person on one purpose. Never changed: the newest counts."""

    __tablename__ = "consent"
    __table_args__ = (Index(None, "account_id", "person", "purpose", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(20))
    given: Mapped[bool]
    source: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime]
