"""Installs by OAuth that were begun and not yet answered."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class InstallRow(Base):
    """One way to a vendor's consent page. ``digest`` is the SHA-256 of its state, ``visit`` that of the session it began in.

    ``verifier`` is sealed. ``connection_id`` is the connection that is to be connected again, if it is one.
    The row goes when somebody comes back with the state, so that it is good once.
    """

    __tablename__ = "install"
    __table_args__ = (Index(None, "ends_at"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    visit: Mapped[str] = mapped_column(String(64))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    vendor: Mapped[str] = mapped_column(String(40))
    connection_id: Mapped[str] = mapped_column(String(64), default="", server_default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    redirect: Mapped[str] = mapped_column(Text)
    verifier: Mapped[str] = mapped_column(Text)
    ends_at: Mapped[datetime]
