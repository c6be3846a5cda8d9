"""What people's answers said about drafts, and who asked what of the evidence."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class LessonRow(Base):
    """What became of one decision's draft. One decision teaches once; ``by`` is the person's id at the vendor.

    ``ticket_id`` is our own name for the ticket, or an old ticket's at its host when it was replayed.
    """

    __tablename__ = "lesson"
    __table_args__ = (Index(None, "account_id", "category", "at"),)

    decision_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    ticket_id: Mapped[str] = mapped_column(Text)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    category: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]


class PromotionRow(Base):
    """One thing that happened to a category's autonomy: asked, promoted or demoted; ``by`` is a person's name, empty for a demotion."""

    __tablename__ = "promotion"
    __table_args__ = (Index(None, "account_id", "category", "at"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    category: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(10))
    by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
