"""Who has our pages open, how they came in, and which of a host's one-time tokens were used."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class VisitRow(Base):
    """One person's session on our pages. ``digest`` is the SHA-256 of its key, which is kept nowhere.

    ``connection_id`` is the host they came from, empty for a link of ours; ``framed_by`` the origins that may show the pages.
    ``level`` is what the host said of them, at ``told_at``.
    """

    __tablename__ = "visit"
    __table_args__ = (Index(None, "account_id", "ends_at"), Index(None, "ends_at"))

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    connection_id: Mapped[str] = mapped_column(String(64), default="")
    person: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(String(200), default="")
    level: Mapped[str] = mapped_column(String(10))
    framed_by: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    told_at: Mapped[datetime | None]


class MemberRow(Base):
    """Somebody who was on our pages: ``told`` is what their host said of them last, ``given`` the role that an admin gave them here.

    ``given`` is empty for the host's, ``none`` for nothing at all.
    """

    __tablename__ = "member"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    connection_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    person: Mapped[str] = mapped_column(String(300), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    told: Mapped[str] = mapped_column(String(10))
    given: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(Text)
    seen_at: Mapped[datetime]
    given_at: Mapped[datetime | None]


class InvitationRow(Base):
    """A link that lets one person in, once. ``digest`` is the SHA-256 of what stands in it.

    ``person`` and ``connection_id`` say who that is at a host, where one asked for the link.
    """

    __tablename__ = "invitation"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[str] = mapped_column(String(300), default="", server_default="")
    connection_id: Mapped[str] = mapped_column(String(300), default="", server_default="")
    level: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class UsedRow(Base):
    """A host's one-time token that was used, by its digest, kept as long as the token itself would be good."""

    __tablename__ = "used"
    __table_args__ = (Index(None, "ends_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    ends_at: Mapped[datetime]
