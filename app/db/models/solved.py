"""What was solved before, without anything personal: evidence for whoever answers the next ticket."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedText

CASE = "account_id+origin+external_id"
"""Each old ticket has a key of its own."""


class SolvedRow(Base):
    """One solved ticket. ``question`` and ``resolution`` are masked before they come here."""

    __tablename__ = "solved"
    __table_args__ = (
        UniqueConstraint("account_id", "origin", "external_id"),
        Index(None, "account_id", "encoder", "solved_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    origin: Mapped[str] = mapped_column(String(400))
    external_id: Mapped[str] = mapped_column(String(200))
    category: Mapped[str] = mapped_column(String(200))
    question: Mapped[str] = mapped_column(SealedText("solved.question", scope=CASE, row="external_id"))
    resolution: Mapped[str] = mapped_column(SealedText("solved.resolution", scope=CASE, row="external_id"))
    digest: Mapped[str] = mapped_column(String(64))
    solved_at: Mapped[datetime]
    encoder: Mapped[str] = mapped_column(String(40))
    numbers: Mapped[bytes] = mapped_column(LargeBinary)
    """Its vector, or nothing while none was made."""
