"""Proof that a category may act by itself, as it was signed."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class EvidenceRow(Base):
    """One signed record; it is never changed, only followed by a newer one."""

    __tablename__ = "evidence"
    __table_args__ = (Index(None, "account_id", "category"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    category: Mapped[str] = mapped_column(String(200))
    body: Mapped[dict[str, Any]]
    issued_at: Mapped[datetime]
