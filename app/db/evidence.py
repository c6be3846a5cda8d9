"""Signed proof that a category may act by itself: kept and found. What it is worth is decided in the engine."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import ids
from app.db.codec import decode, encode
from app.db.models.evidence import EvidenceRow
from app.engine.types import EvidenceRecord


def save(session: Session, account_id: str, record: EvidenceRecord) -> None:
    """Keep a record; the newest of a category and action is the one that counts."""
    session.add(
        EvidenceRow(
            id=ids.fresh(),
            account_id=account_id,
            category=record.category,
            body=encode(record),
            issued_at=record.issued_at,
        )
    )
    session.flush()


def newest(session: Session, account_id: str, category: str, action: str = "reply") -> EvidenceRecord | None:
    """The latest record for that category and action (``reply``, or an operation of a backend), or None."""
    chosen = select(EvidenceRow).where(
        EvidenceRow.account_id == account_id,
        EvidenceRow.category == category,
        EvidenceRow.body["action"].as_string() == action,
    )
    row = session.scalar(chosen.order_by(EvidenceRow.issued_at.desc(), EvidenceRow.id.desc()).limit(1))
    return decode(EvidenceRecord, row.body) if row else None
