"""Conversations that come by our API, what is remembered of a proven person, and messages that an account approved."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson


class ConversationRow(Base):
    """One conversation of a customer by our API. ``ticket_id`` passes what is said on into the helpdesk's ticket."""

    __tablename__ = "conversation"
    __table_args__ = (Index(None, "account_id", "customer"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    connection_id: Mapped[str] = mapped_column(ForeignKey("connection.id"))
    ticket_id: Mapped[str] = mapped_column(String(32), unique=True)
    customer: Mapped[str] = mapped_column(String(64))
    """A keyed hash of the customer's id at the account."""
    created_at: Mapped[datetime]


class UtteranceRow(Base):
    """One message of a customer. Its words are in the outbox alone; ``digest`` knows the same request again."""

    __tablename__ = "utterance"
    __table_args__ = (UniqueConstraint("account_id", "key"), Index(None, "conversation_id"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversation.id"))
    key: Mapped[str] = mapped_column(String(200))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class MemoryRow(Base):
    """What is remembered of a person who proved who they are, for their next ticket, wherever they write."""

    __tablename__ = "memory"
    __table_args__ = (UniqueConstraint("account_id", "person"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(64))
    """A keyed hash of the person's address."""
    known: Mapped[dict[str, Any]] = mapped_column(SealedJson("memory.known", scope="person", row="id"))
    at: Mapped[datetime]


class ApprovalRow(Base):
    """A message that somebody of the account approved, word for word: ``digest`` is that of its words."""

    __tablename__ = "approval"
    __table_args__ = (UniqueConstraint("account_id", "digest"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    template: Mapped[str] = mapped_column(String(100))
    digest: Mapped[str] = mapped_column(String(32))
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
