"""What people taught about categories, and which of the models that were made from it is in force."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedText


class ExampleRow(Base):
    """A text with the category that a person gave it; ``text`` is masked before it comes here, an empty ``label`` is none of them."""

    __tablename__ = "example"
    __table_args__ = (Index(None, "account_id", "at"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    text: Mapped[str] = mapped_column(SealedText("example.text", scope="account_id+ref", row="id"))
    label: Mapped[str] = mapped_column(String(200))
    feedback: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(Text)
    ref: Mapped[str] = mapped_column(Text)
    """The ticket that it is from, or empty."""
    at: Mapped[datetime]


class GenerationRow(Base):
    """One end of a training: a model that was put in force, one that was not good enough, or a step back. Never changed.

    ``examples`` are the ids of all examples beyond the account's own file that the model in force afterwards learnt from.
    """

    __tablename__ = "generation"
    __table_args__ = (UniqueConstraint("account_id", "number"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    number: Mapped[int]
    kind: Mapped[str] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(80))
    examples: Mapped[list[Any]]
    report: Mapped[dict[str, Any]]
    by: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime]
