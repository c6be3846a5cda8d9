"""Accounts, and each version of their configuration."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class AccountRow(Base):
    """A customer of ours. ``stopped`` is the one switch that stops everything."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    stopped: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]


class ConfigurationRow(Base):
    """One version of an account's configuration, as the file was given, and ``by`` whom. The highest number is in force."""

    __tablename__ = "configuration"
    __table_args__ = (UniqueConstraint("account_id", "version"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    version: Mapped[int]
    name: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text, default="", server_default="")
    created_at: Mapped[datetime]
