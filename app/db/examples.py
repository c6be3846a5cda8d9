"""What people taught about categories, and the generations of models that were made from it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from app.db import ids, trail
from app.db.models.example import ExampleRow, GenerationRow
from app.db.models.lesson import LessonRow
from app.db.protecting import seal
from app.db.trail import Entry, What
from app.engine.lessons import Lesson
from app.engine.training import Taught

TRAINED, KEPT, ROLLED_BACK = "trained", "kept", "rolled back"
ERASED = "erased"
"""What a model learnt was erased: the same is made again from the rest."""
IN_FORCE = (TRAINED, ROLLED_BACK, ERASED)
"""Ends of a training after which another model counts; after ``kept`` the one before goes on."""


@dataclass(frozen=True)
class Generation:
    """One end of a training. ``examples`` are the ids that the model in force from then on learnt from."""

    number: int
    kind: str
    model: str
    examples: tuple[str, ...] = field(repr=False)
    report: dict[str, Any]
    by: str
    at: datetime


def add(session: Session, account_id: str, taught: Iterable[Taught]) -> int:
    """Keep examples, each once; what was said before is only said again. Says how many are new."""
    new = 0
    for one in taught:
        known = session.get(ExampleRow, one.id)
        if known is not None:
            known.at = max(known.at, one.at)
            continue
        session.add(_row(session, account_id, one))
        session.flush()
        new += 1
    if new:
        trail.record(session, account_id, Entry(What.TAUGHT, "examples", detail={"new": new}))
    return new


def _row(session: Session, account_id: str, one: Taught) -> ExampleRow:
    return ExampleRow(
        id=one.id,
        account_id=account_id,
        text=seal(session, ExampleRow.text, one.text, f"{account_id}:{one.ref}", one.id, account_id),
        label=one.label,
        feedback=one.feedback,
        reason=one.reason,
        by=one.by,
        ref=one.ref,
        at=one.at,
    )


def every(session: Session, account_id: str, among: Collection[str] | None = None) -> list[Taught]:
    """The account's examples in a fixed order; with ``among``, only those ids."""
    rows = session.scalars(select(ExampleRow).where(ExampleRow.account_id == account_id).order_by(ExampleRow.id))
    return [
        Taught(row.id, row.text, row.label, row.by, row.at, row.feedback, row.reason, row.ref)
        for row in rows
        if among is None or row.id in among
    ]


def count(session: Session, account_id: str) -> int:
    """How many examples there are. None is ever taken away."""
    chosen = select(func.count()).select_from(ExampleRow).where(ExampleRow.account_id == account_id)
    return session.scalar(chosen) or 0


def generations(session: Session, account_id: str) -> list[Generation]:
    """Every training's end, newest first."""
    chosen = select(GenerationRow).where(GenerationRow.account_id == account_id)
    return [_generation(row) for row in session.scalars(chosen.order_by(GenerationRow.number.desc()))]


def mark(session: Session, account_id: str) -> int:
    """The number of the generation in force; 0 while there is only what the account gave. Cheap to ask."""
    return session.scalar(_MARK, {"account": account_id}) or 0


def in_force(session: Session, account_id: str) -> Generation | None:
    """The generation whose examples count now, or None."""
    chosen = select(GenerationRow).where(
        GenerationRow.account_id == account_id, GenerationRow.number == mark(session, account_id)
    )
    row = session.scalar(chosen)
    return _generation(row) if row else None


def stood(session: Session, account_id: str, start: datetime, end: datetime) -> tuple[int, int]:
    """How many drafts people let stand within that time, and how many they judged: what a model was worth while it was in force."""
    judged = (
        LessonRow.account_id == account_id,
        LessonRow.action == "reply",
        LessonRow.at >= start,
        LessonRow.at < end,
    )
    counted = select(LessonRow.kind, func.count()).where(*judged).group_by(LessonRow.kind)
    found = {Lesson(kind): number for kind, number in session.execute(counted)}
    return sum(number for kind, number in found.items() if kind.right), sum(found.values())


def keep(session: Session, account_id: str, generation: Generation) -> None:
    """Keep a training's end. Of two trainings at once the second one's number is taken: its transaction fails, and nothing is changed."""
    session.add(
        GenerationRow(
            id=ids.fresh(),
            account_id=account_id,
            number=generation.number,
            kind=generation.kind,
            model=generation.model,
            examples=list(generation.examples),
            report=generation.report,
            by=generation.by,
            at=generation.at,
        )
    )
    session.flush()
    what = What.ROLLED_BACK if generation.kind == ROLLED_BACK else What.RETRAINED
    detail = {"number": generation.number, "kind": generation.kind, "ordered_by": generation.by}
    trail.record(session, account_id, Entry(what, generation.model, detail=detail))


def _generation(row: GenerationRow) -> Generation:
    return Generation(row.number, row.kind, row.model, tuple(row.examples), row.report, row.by, row.at)


# Built once: every turn asks this, and building a statement costs more than running it.
_MARK = select(func.max(GenerationRow.number)).where(
    GenerationRow.account_id == bindparam("account"), GenerationRow.kind.in_(IN_FORCE)
)
