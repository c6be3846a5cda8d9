"""What we thought of a ticket, step by step, and what became of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.models.base import Base
from app.db.sealing import SealedJson, SealedText

_DECIDED = text("account_id <> ''")


class JudgementRow(Base):
    """One saved value of one step: ``kind`` is classification, draft or decision. Made for ``question`` at ``revision``.

    A decision's ``id`` is the decision's own, and so is its classification's and draft's ``decision_id``. Only a decision's row
    has ``account_id``, ``category`` and ``mode``, by which the log is searched; ``quoted`` is a draft that quotes knowledge.
    """

    __tablename__ = "judgement"
    __table_args__ = (
        Index(None, "ticket_id", "kind", "at", "id"),
        Index(None, "decision_id"),
        Index(None, "kind", "at", "id"),
        Index(None, "account_id", "at", "id", sqlite_where=_DECIDED, postgresql_where=_DECIDED),
    )

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    decision_id: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    question: Mapped[str] = mapped_column(Text)
    revision: Mapped[str] = mapped_column(Text)
    body: Mapped[dict[str, Any]] = mapped_column(SealedJson("judgement.body", scope="ticket_id", row="id"))
    at: Mapped[datetime]
    account_id: Mapped[str] = mapped_column(String(32), default="", server_default="")
    category: Mapped[str] = mapped_column(String(200), default="", server_default="")
    mode: Mapped[str] = mapped_column(String(10), default="", server_default="")
    quoted: Mapped[bool] = mapped_column(default=False, server_default=false())


class OutcomeRow(Base):
    """What somebody did with a decision or its draft. ``kind`` is the click's action; ``by`` is the person's id there.

    ``reason`` is why, where a person said so.
    """

    __tablename__ = "outcome"
    __table_args__ = (Index(None, "decision_id"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    decision_id: Mapped[str] = mapped_column(String(64))
    ticket_id: Mapped[str] = mapped_column(ForeignKey("ticket.id"))
    kind: Mapped[str] = mapped_column(String(20))
    by: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(
        SealedText("outcome.reason", scope="ticket_id", row="id"), default="", server_default=""
    )
    at: Mapped[datetime]
