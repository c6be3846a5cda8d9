"""What language models took: one row a question, so that budgets hold and costs can be told."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base


class ModelCallRow(Base):
    """One question to a model. Until it is settled its tokens are what it may take at most; nothing that was said is kept."""

    __tablename__ = "model_call"
    __table_args__ = (Index(None, "account_id", "at"), Index(None, "ticket_id"))

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    ticket_id: Mapped[str] = mapped_column(String(32))
    requester: Mapped[str] = mapped_column(Text)
    """The person's id at the vendor."""
    task: Mapped[str] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(200))
    prompt: Mapped[str] = mapped_column(String(80))
    """Name and version of its prompt."""
    tokens_in: Mapped[int]
    tokens_out: Mapped[int]
    micros: Mapped[int]
    """Millionths of the price list's currency."""
    outcome: Mapped[str] = mapped_column(String(20))
    """``open``, ``answered``, or why not."""
    at: Mapped[datetime]
