"""Signed proof that a category may act by itself: kept and found. What it is worth is decided in the engine."""

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db import ids, trail
from app.db.codec import decode, encode
from app.db.models.evidence import EvidenceRow
from app.db.trail import Entry, What
from app.engine.evidence import lower_bound
from app.engine.types import EvidenceRecord

MOST = 200
"""Records that are looked at, newest first: what is older was made before many a change."""


def save(session: Session, account_id: str, record: EvidenceRecord) -> None:
    """Keep a record; the newest of a category, action and digest is the one that counts."""
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
    what = What.PROMOTED if lower_bound(record.judged, record.errors) >= record.target else What.DEMOTED
    detail = {"action": record.action, "judged": record.judged, "errors": record.errors, "target": record.target}
    trail.record(session, account_id, Entry(what, f"category:{record.category}", detail=detail))


def in_force(session: Session, account_id: str, category: str, action: str = "reply") -> tuple[EvidenceRecord, ...]:
    """The latest record of each digest for that category and action (``reply``, or an operation of a backend), newest first.

    Each way of writing is promoted for itself: a quotation, a model, every workflow. Which one counts is the gate's to say.
    """
    rows = session.scalars(_IN_FORCE, {"account": account_id, "category": category, "action": action})
    found: dict[str, EvidenceRecord] = {}
    for row in rows:
        record = decode(EvidenceRecord, row.body)
        found.setdefault(record.digest, record)
    return tuple(found.values())


def newest(session: Session, account_id: str, category: str, action: str = "reply") -> EvidenceRecord | None:
    """The latest record for that category and action, whatever it is bound to; None where nobody promoted it."""
    return next(iter(in_force(session, account_id, category, action)), None)


# Built once: every turn asks this, and building a statement costs more than running it.
_IN_FORCE = (
    select(EvidenceRow)
    .where(EvidenceRow.account_id == bindparam("account"), EvidenceRow.category == bindparam("category"))
    .where(EvidenceRow.body["action"].as_string() == bindparam("action"))
    .order_by(EvidenceRow.issued_at.desc(), EvidenceRow.id.desc())
    .limit(MOST)
)
