"""What was thought of a ticket, each step saved, and what people said about it afterwards."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from app.db import ids
from app.db.codec import decode, encode
from app.db.models.judgement import JudgementRow, OutcomeRow
from app.db.protecting import seal
from app.engine.types import Classification, Decision, Draft

CLASSIFICATION, DRAFT, DECISION = "classification", "draft", "decision"


@dataclass(frozen=True)
class Judged:
    """One decision with what it rests on."""

    ticket_id: str
    classification: Classification
    draft: Draft
    decision: Decision


@dataclass(frozen=True)
class Outcome:
    """What somebody said about a decision with a button, and why where they gave a reason."""

    kind: str
    by: str
    at: datetime
    reason: str = ""


def save(session: Session, account_id: str, judged: Judged, at: datetime) -> None:
    """Keep all three values."""
    decision = judged.decision
    log = {"account_id": account_id, "category": judged.classification.category[:200], "mode": str(decision.mode)}
    values = ((CLASSIFICATION, judged.classification), (DRAFT, judged.draft), (DECISION, decision))
    for kind, value in values:
        name = decision.id if kind == DECISION else ids.fresh()
        session.add(
            JudgementRow(
                id=name,
                kind=kind,
                decision_id=decision.id,
                ticket_id=judged.ticket_id,
                question=decision.question,
                revision=decision.revision,
                body=seal(session, JudgementRow.body, encode(value), judged.ticket_id, name, account_id),
                at=at,
                quoted=kind == DRAFT and bool(judged.draft.passages),
                **(log if kind == DECISION else {}),
            )
        )


def find(session: Session, ticket_id: str, decision_id: str) -> Judged | None:
    """The decision of that id on that ticket, or None: a button's value came from outside and may be anything."""
    chosen = select(JudgementRow).where(JudgementRow.decision_id == decision_id, JudgementRow.ticket_id == ticket_id)
    bodies = {row.kind: row.body for row in session.scalars(chosen)}
    if bodies.keys() != {CLASSIFICATION, DRAFT, DECISION}:
        return None
    return Judged(
        ticket_id,
        decode(Classification, bodies[CLASSIFICATION]),
        decode(Draft, bodies[DRAFT]),
        decode(Decision, bodies[DECISION]),
    )


def proposing(session: Session, ticket_id: str, key: str) -> Judged | None:
    """The newest decision whose note asks a person to release that effect, or None."""
    chosen = select(JudgementRow).where(JudgementRow.ticket_id == ticket_id, JudgementRow.kind == DRAFT)
    for row in session.scalars(chosen.order_by(JudgementRow.at.desc(), JudgementRow.id.desc())):
        work = decode(Draft, row.body).work
        if work and any(one.key == key for one in work.proposals):
            return find(session, ticket_id, row.decision_id)
    return None


def latest(session: Session, ticket_id: str) -> Decision | None:
    """What was decided on this ticket last, or None."""
    row = session.scalar(_LATEST, {"ticket": ticket_id})
    return decode(Decision, row.body) if row else None


def of_ticket(session: Session, ticket_id: str) -> list[Decision]:
    """Every decision on this ticket, oldest first."""
    chosen = select(JudgementRow).where(JudgementRow.ticket_id == ticket_id, JudgementRow.kind == DECISION)
    return [decode(Decision, row.body) for row in session.scalars(chosen.order_by(JudgementRow.at, JudgementRow.id))]


def record_outcome(session: Session, ticket_id: str, decision_id: str, outcome: Outcome) -> None:
    """Keep what a person said with a button."""
    name = ids.fresh()
    session.add(
        OutcomeRow(
            id=name,
            decision_id=decision_id,
            ticket_id=ticket_id,
            kind=outcome.kind,
            by=outcome.by,
            at=outcome.at,
            reason=seal(session, OutcomeRow.reason, outcome.reason, ticket_id, name),
        )
    )


def said(session: Session, decision_id: str, kind: str, by: str) -> bool:
    """Whether that person said this about the decision before."""
    chosen = select(OutcomeRow.id).where(OutcomeRow.decision_id == decision_id, OutcomeRow.kind == kind)
    return session.scalar(chosen.where(OutcomeRow.by == by).limit(1)) is not None


def about(session: Session, ticket_id: str, decision_id: str) -> list[Outcome]:
    """What people said about one decision, oldest first."""
    chosen = select(OutcomeRow).where(OutcomeRow.decision_id == decision_id, OutcomeRow.ticket_id == ticket_id)
    rows = session.scalars(chosen.order_by(OutcomeRow.at, OutcomeRow.id))
    return [Outcome(row.kind, row.by, row.at, row.reason) for row in rows]


def outcomes(session: Session, ticket_id: str) -> list[Outcome]:
    """What people said about this ticket's decisions, oldest first."""
    chosen = select(OutcomeRow).where(OutcomeRow.ticket_id == ticket_id).order_by(OutcomeRow.at, OutcomeRow.id)
    return [Outcome(row.kind, row.by, row.at, row.reason) for row in session.scalars(chosen)]


# Built once: every turn asks these, and building a statement costs more than running it.
_LATEST = (
    select(JudgementRow)
    .where(JudgementRow.ticket_id == bindparam("ticket"), JudgementRow.kind == DECISION)
    .order_by(JudgementRow.at.desc(), JudgementRow.id.desc())
    .limit(1)
)
