"""Lessons that people taught, and the history of promotions and demotions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.lesson import LessonRow, PromotionRow
from app.engine.evidence import REPLY, Claim
from app.engine.lessons import Learned, Lesson
from app.engine.proving import WINDOW

ASKED, PROMOTED, DEMOTED, LOOKED, CARRIED = "asked", "promoted", "demoted", "looked", "carried"
AT_ONCE = 500
WRITERS = 20
"""Ways of writing that are looked at in a category, the last judged first."""


@dataclass(frozen=True)
class Step:
    """One thing that happened to a category's autonomy."""

    category: str
    action: str
    kind: str
    by: str
    reason: str
    at: datetime


def save(session: Session, learned: Learned) -> bool:
    """Keep a lesson. False when the decision has taught before: the first word stands."""
    if session.get(LessonRow, learned.decision) is not None:
        return False
    session.add(
        LessonRow(
            decision_id=learned.decision,
            ticket_id=learned.ticket_id,
            account_id=learned.account,
            category=learned.category,
            action=learned.action,
            digest=learned.digest,
            kind=str(learned.lesson),
            by=learned.by,
            at=learned.at,
        )
    )
    session.flush()
    return True


def find(session: Session, decision_id: str) -> Learned | None:
    """What the decision taught, or None."""
    row = session.get(LessonRow, decision_id)
    return _learned(row) if row else None


def taught(session: Session, decision_id: str) -> bool:
    """Whether the decision has taught already."""
    return session.get(LessonRow, decision_id) is not None


def about(session: Session, claim: Claim, limit: int = WINDOW) -> list[Learned]:
    """The newest lessons that are about a claim, newest first."""
    chosen = select(LessonRow).where(
        LessonRow.account_id == claim.account,
        LessonRow.category == claim.category,
        LessonRow.action == claim.action,
        LessonRow.digest == claim.digest,
    )
    newest = chosen.order_by(LessonRow.at.desc(), LessonRow.decision_id.desc()).limit(limit)
    return [_learned(row) for row in session.scalars(newest)]


def latest(session: Session, account_id: str, category: str, action: str) -> Learned | None:
    """The newest lesson of a category, whatever it is bound to; None when nobody has judged there."""
    return next(iter(newest(session, account_id, category, action)), None)


def newest(session: Session, account_id: str, category: str, action: str) -> list[Learned]:
    """The newest lesson of each digest, those first that were taught last; no more than ``WRITERS``."""
    of = (LessonRow.account_id == account_id, LessonRow.category == category, LessonRow.action == action)
    last = func.max(LessonRow.at)
    digests = session.scalars(select(LessonRow.digest).where(*of).group_by(LessonRow.digest).order_by(last.desc()))
    claims = [Claim(account_id, category, action, digest) for digest in digests.fetchmany(WRITERS)]
    return [learned for claim in claims for learned in about(session, claim, 1)]


def people(session: Session, account_id: str) -> int:
    """How many people have judged anything of the account's."""
    return session.scalar(select(func.count(LessonRow.by.distinct())).where(LessonRow.account_id == account_id)) or 0


def effects(session: Session, account_id: str, category: str) -> list[str]:
    """The effects on backends that people have judged in a category, by name."""
    chosen = select(LessonRow.action).where(LessonRow.account_id == account_id, LessonRow.category == category)
    return sorted({*session.scalars(chosen.distinct())} - {REPLY})


def counts(session: Session, account_id: str, since: datetime) -> dict[str, dict[Lesson, int]]:
    """Category -> lesson about a draft -> how often, whatever was in force then."""
    chosen = select(LessonRow.category, LessonRow.kind, func.count()).where(
        LessonRow.account_id == account_id, LessonRow.at >= since, LessonRow.action == REPLY
    )
    found: dict[str, dict[Lesson, int]] = {}
    for category, kind, number in session.execute(chosen.group_by(LessonRow.category, LessonRow.kind)):
        found.setdefault(category, {})[Lesson(kind)] = number
    return found


def rebind(session: Session, claim: Claim, decisions: Sequence[str]) -> None:
    """These lessons are about the claim from now on, and the looks at what they were about count for it."""
    for start in range(0, len(decisions), AT_ONCE):
        some = LessonRow.decision_id.in_(decisions[start : start + AT_ONCE])
        before = session.scalars(select(LessonRow.digest).where(some).distinct()).all()
        session.execute(update(LessonRow).where(some).values(digest=claim.digest))
        session.execute(
            update(PromotionRow)
            .where(
                PromotionRow.account_id == claim.account,
                PromotionRow.category == claim.category,
                PromotionRow.action == claim.action,
                PromotionRow.kind.in_((ASKED, LOOKED)),
                PromotionRow.digest.in_(before),
            )
            .values(digest=claim.digest)
        )


def note(session: Session, claim: Claim, kind: str, by: str, reason: str, at: datetime) -> None:
    """Keep that somebody asked for a promotion, that it was made, or that a category fell back."""
    session.add(
        PromotionRow(
            id=ids.fresh(),
            account_id=claim.account,
            category=claim.category,
            action=claim.action,
            digest=claim.digest,
            kind=kind,
            by=by,
            reason=reason,
            at=at,
        )
    )
    session.flush()


def looks(session: Session, claim: Claim) -> int:
    """How often somebody has asked for this very promotion, or was shown how far its proof is."""
    chosen = select(func.count()).where(
        PromotionRow.account_id == claim.account,
        PromotionRow.category == claim.category,
        PromotionRow.action == claim.action,
        PromotionRow.digest == claim.digest,
        PromotionRow.kind.in_((ASKED, LOOKED)),
    )
    return session.scalar(select(chosen.scalar_subquery())) or 0


def history(session: Session, account_id: str, limit: int = 50) -> list[Step]:
    """What happened to the account's categories, newest first."""
    chosen = select(PromotionRow).where(PromotionRow.account_id == account_id)
    rows = session.scalars(chosen.order_by(PromotionRow.at.desc(), PromotionRow.id.desc()).limit(limit))
    return [Step(row.category, row.action, row.kind, row.by, row.reason, row.at) for row in rows]


def _learned(row: LessonRow) -> Learned:
    return Learned(
        decision=row.decision_id,
        ticket_id=row.ticket_id,
        account=row.account_id,
        category=row.category,
        action=row.action,
        digest=row.digest,
        lesson=Lesson(row.kind),
        by=row.by,
        at=row.at,
    )
