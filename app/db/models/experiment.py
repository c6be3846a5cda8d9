"""Experiments: when each began, and how it ended."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class ExperimentRow(Base):
    """One experiment as it was written at its beginning (``digest``); written otherwise, it is another one and begins anew."""

    __tablename__ = "experiment"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    began_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str] = mapped_column(String(20))
    arm: Mapped[str] = mapped_column(String(60))
    report: Mapped[dict[str, Any]]
