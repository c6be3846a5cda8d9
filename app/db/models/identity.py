"""Who is proven to speak: codes that were sent, what they proved, and customers' authenticators."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class CodeRow(Base):
    """One code that was sent. ``digest`` is made of it, the salt, our key and everything that it is bound to.

    ``heard`` names the last message that was compared with it, so that reading a ticket again costs no try.
    """

    __tablename__ = "code"
    __table_args__ = (Index(None, "account_id", "person", "issued_at"), Index(None, "ticket_id"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    ticket_id: Mapped[str] = mapped_column(String(32))
    person: Mapped[str] = mapped_column(String(64))
    """A keyed hash of the person's id at the host."""
    way: Mapped[str] = mapped_column(String(10))
    salt: Mapped[str] = mapped_column(String(32))
    digest: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(default=0)
    heard: Mapped[str] = mapped_column(Text, default="")
    issued_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    void_at: Mapped[datetime | None]


class ProofRow(Base):
    """What a code proved: at which level who spoke, bound as the code was."""

    __tablename__ = "proof"
    __table_args__ = (Index(None, "ticket_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    ticket_id: Mapped[str] = mapped_column(String(32))
    bound: Mapped[str] = mapped_column(String(64))
    """A keyed hash of account, ticket, person, address and purpose."""
    level: Mapped[int]
    at: Mapped[datetime]
    ends_at: Mapped[datetime]


class AuthenticatorRow(Base):
    """A customer's authenticator. ``secret`` is sealed; ``step`` is the last one that was used, so none is used twice."""

    __tablename__ = "authenticator"
    __table_args__ = (Index(None, "account_id", "person", unique=True),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    person: Mapped[str] = mapped_column(String(64))
    """A keyed hash of the customer's address."""
    secret: Mapped[str] = mapped_column(Text)
    step: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
