"""Times of which nobody here remembers anything: between a backup and its coming back."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class RestoredRow(Base):
    """One restore: what happened from ``made_at`` to ``restored_at`` was done by us, too, and stands in no table."""

    __tablename__ = "restored"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    made_at: Mapped[datetime]
    restored_at: Mapped[datetime]
