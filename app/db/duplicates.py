"""Sketches of tickets: kept at each decision, found again by person or by category. Whether two are alike is the engine's to say."""

import struct
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from app.db.models.base import Moment
from app.db.models.kin import SketchRow
from app.db.models.ticket import TicketRow
from app.engine.duplicates import Meaning, Sketch
from connectors.types import Ref

KEPT = timedelta(days=400)
"""After which a ticket's sketch is forgotten."""
MOODS = 20
"""Sentiments kept of one ticket, the newest."""
_FLOAT = "e"
"""Half precision: what is compared are angles."""


def find(session: Session, ticket_id: str) -> Sketch | None:
    """The ticket's sketch as it was kept last."""
    row = session.get(SketchRow, ticket_id)
    return _sketch(row) if row else None


def keep(session: Session, account_id: str, sketch: Sketch, mood: float | None) -> None:
    """Keep the newest sketch of a ticket, and its moods so far."""
    row = session.get(SketchRow, sketch.ticket)
    if row is None:
        row = SketchRow(ticket_id=sketch.ticket, account_id=account_id, moods=[], first_at=sketch.at)
        session.add(row)
    row.person, row.category, row.url, row.spam, row.at = (
        sketch.person,
        sketch.category,
        sketch.url,
        sketch.spam,
        sketch.at,
    )
    row.words, row.marks = sorted(sketch.words), sorted(sketch.marks)
    row.vector, row.engine = _packed(sketch.meaning.vector), sketch.meaning.engine[:80]
    row.moods = [*row.moods, *([] if mood is None else [round(mood, 2)])][-MOODS:]


def of_person(session: Session, account_id: str, person: str, since: datetime, most: int = 20) -> list[Sketch]:
    """The person's tickets since then, newest first; none for nobody in particular."""
    if not person:
        return []
    asked = {"account": account_id, "person": person, "since": since, "most": most}
    return [_sketch(row) for row in session.scalars(_OF_PERSON, asked)]


def lately(session: Session, account_id: str, category: str, since: datetime, most: int = 200) -> list[Sketch]:
    """The account's tickets of a category since then, newest first."""
    chosen = select(SketchRow).where(
        SketchRow.account_id == account_id, SketchRow.category == category, SketchRow.at >= since
    )
    return [_sketch(row) for row in session.scalars(chosen.order_by(SketchRow.at.desc()).limit(most))]


def between(session: Session, account_id: str, since: datetime, until: datetime, most: int) -> list[Sketch]:
    """The account's tickets of that time, newest first."""
    chosen = select(SketchRow).where(
        SketchRow.account_id == account_id, SketchRow.first_at >= since, SketchRow.first_at < until
    )
    return [_sketch(row) for row in session.scalars(chosen.order_by(SketchRow.first_at.desc()).limit(most))]


def link(session: Session, ticket_id: str, twin: str) -> bool:
    """Remember what it probably repeats. True when that is news."""
    changed = update(SketchRow).where(SketchRow.ticket_id == ticket_id, SketchRow.twin.is_(None)).values(twin=twin)
    return session.execute(changed.returning(SketchRow.ticket_id)).one_or_none() is not None


def twin_of(session: Session, ticket_id: str) -> str | None:
    """The older ticket that this one probably repeats."""
    return session.scalar(select(SketchRow.twin).where(SketchRow.ticket_id == ticket_id))


def places(session: Session, tickets: Sequence[str]) -> dict[str, tuple[str, Ref]]:
    """Where these tickets are: id -> connection and ref."""
    if not tickets:
        return {}
    return {row[0]: (row[1], Ref(row[2])) for row in session.execute(_PLACES, {"tickets": list(tickets)})}


def forget(session: Session, before: datetime) -> int:
    """Drop sketches that were not touched since then; says how many."""
    gone = session.execute(
        delete(SketchRow).where(SketchRow.at < before), execution_options={"synchronize_session": False}
    )
    return int(gone.rowcount)  # type: ignore[attr-defined]  # a delete has one


def _packed(vector: Sequence[float]) -> bytes | None:
    return struct.pack(f"{len(vector)}{_FLOAT}", *vector) if vector else None


def _vector(packed: bytes | None) -> tuple[float, ...]:
    return struct.unpack(f"{len(packed) // 2}{_FLOAT}", packed) if packed else ()


def _sketch(row: SketchRow) -> Sketch:
    numbers: tuple[list[Any], list[Any]] = (row.words, row.marks)
    return Sketch(
        row.ticket_id,
        row.person,
        row.category,
        frozenset(numbers[0]),
        frozenset(numbers[1]),
        Meaning(_vector(row.vector), row.engine),
        row.at,
        row.url,
        tuple(row.moods),
        row.spam,
    )


# Built once: every turn asks these, and building a statement costs more than running it.
_OF_PERSON = (
    select(SketchRow)
    .where(SketchRow.account_id == bindparam("account"), SketchRow.person == bindparam("person"))
    .where(SketchRow.at >= bindparam("since", type_=Moment()))
    .order_by(SketchRow.at.desc())
    .limit(bindparam("most"))
)
_PLACES = select(TicketRow.id, TicketRow.connection_id, TicketRow.ref).where(
    TicketRow.id.in_(bindparam("tickets", expanding=True))
)
