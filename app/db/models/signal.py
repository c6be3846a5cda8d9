"""What backends and the account's own site have told us, until it is dealt with."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson

WAITING = text("state in ('waiting', 'opening')")


class SignalRow(Base):
    """One signal. ``source`` is the connection of the backend that sent it, or ``site``; ``about`` an issue's key, or what a
    visitor uses. ``person`` is a hash of who it is about. ``state``: waiting, opening (a ticket), unheard (nobody waited for it
    yet), done. ``values`` is emptied when it is done.
    """

    __tablename__ = "signal"
    __table_args__ = (
        UniqueConstraint("account_id", "source", "delivery"),
        Index("ix_signal_waiting", "account_id", "id", sqlite_where=WAITING, postgresql_where=WAITING),
        Index(None, "account_id", "state", "received_at"),
        Index(None, "account_id", "person", "received_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    source: Mapped[str] = mapped_column(String(64))
    delivery: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(40))
    about: Mapped[str] = mapped_column(String(200), default="")
    person: Mapped[str] = mapped_column(String(64), default="")
    at: Mapped[datetime]
    values: Mapped[dict[str, Any]] = mapped_column(
        SealedJson("signal.values", scope="account_id+person", row="delivery")
    )
    received_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(60), default="")
    started_at: Mapped[datetime | None]
