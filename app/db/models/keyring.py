"""The key store: tables of their own, in a place of their own, because they must not be in the same backup as the data.

Destroying a row of ``keyring_data`` closes what was sealed with it everywhere, in every backup of the data.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, MetaData, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.db.models.base import NAMES, Moment


class KeyBase(DeclarativeBase):
    """The parent of the key store's rows: none of them is a row of the data."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {datetime: Moment, dict[str, Any]: JSON}  # noqa: RUF012  # read once by SQLAlchemy


class OwnKeyRow(KeyBase):
    """A secret of the installation's own, wrapped by the master key."""

    __tablename__ = "keyring_own"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    wrapped: Mapped[str] = mapped_column(Text)


class AccountKeyRow(KeyBase):
    """One key of an account, wrapped by the master key. The newest wraps new data keys; older ones go when nothing needs them."""

    __tablename__ = "keyring_account"
    __table_args__ = (Index(None, "account_id", "created_at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32))
    wrapped: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class DataKeyRow(KeyBase):
    """The key of one ``scope``: a ticket's, a person's, or what an account has in common. Wrapped by a key of the account."""

    __tablename__ = "keyring_data"
    __table_args__ = (Index(None, "account_key"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(Text, unique=True)
    account_key: Mapped[str] = mapped_column(ForeignKey("keyring_account.id"))
    wrapped: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class DestroyedRow(KeyBase):
    """A data key that was destroyed, and for which erasure. Kept, so that a backup that comes back is erased again."""

    __tablename__ = "keyring_destroyed"
    __table_args__ = (Index(None, "account_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(String(32))
    scope: Mapped[str] = mapped_column(Text)
    erasure: Mapped[str] = mapped_column(String(32))
    at: Mapped[datetime]
