"""Solved tickets, masked: kept once each, given their vectors, and read to be compared."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from app.db.models.solved import SolvedRow
from app.db.protecting import seal

NEWEST = 50_000
"""Solved tickets of an account that are compared, the latest ones."""


@dataclass(frozen=True)
class Solved:
    """What was asked and what solved it, without anything personal: masking is the caller's part."""

    id: str
    question: str = field(repr=False)
    resolution: str = field(repr=False)
    solved_at: datetime
    category: str = ""


def keep(session: Session, account_id: str, origin: str, cases: Iterable[Solved]) -> int:
    """Keep these, new or changed; says how many differed from what was kept."""
    changed = 0
    for case in cases:
        row = session.scalar(
            select(SolvedRow).where(
                SolvedRow.account_id == account_id, SolvedRow.origin == origin, SolvedRow.external_id == case.id
            )
        )
        digest = hashlib.sha256("\x1f".join((case.question, case.resolution, case.category)).encode()).hexdigest()
        if row is not None and row.digest == digest:
            continue
        row = row or SolvedRow(account_id=account_id, origin=origin, external_id=case.id)
        scope = f"{account_id}:{origin}:{case.id}"
        row.question = seal(session, SolvedRow.question, case.question, scope, case.id, account_id)
        row.resolution = seal(session, SolvedRow.resolution, case.resolution, scope, case.id, account_id)
        row.category = case.category
        row.digest, row.solved_at, row.encoder, row.numbers = digest, case.solved_at, "", b""
        session.add(row)
        changed += 1
    session.flush()
    return changed


def newest(session: Session, account_id: str, origin: str) -> datetime | None:
    """When the latest of an origin's cases was solved, or None when it has none."""
    mine = (SolvedRow.account_id == account_id, SolvedRow.origin == origin)
    found: datetime | None = session.scalar(select(func.max(SolvedRow.solved_at)).where(*mine))
    return found


def count(session: Session, account_id: str, encoder: str, since: datetime | None) -> int:
    """How many cases with a vector were solved since then; goes through them."""
    some = [SolvedRow.solved_at >= since] if since else []
    return session.scalar(_compared((func.count(),), account_id, encoder).where(*some)) or 0


def begun(session: Session, account_id: str, encoder: str) -> datetime | None:
    """When the oldest of the cases that are compared was solved, or None when all are."""
    latest = _compared((SolvedRow.solved_at,), account_id, encoder).order_by(SolvedRow.solved_at.desc())
    oldest: datetime | None = session.scalar(latest.offset(NEWEST - 1).limit(1))
    return oldest


def last(session: Session, account_id: str, encoder: str) -> datetime | None:
    """When the latest case that has a vector was solved: cheap to ask in every turn."""
    latest: datetime | None = session.scalar(_LAST, {"account": account_id, "encoder": encoder})
    return latest


def unmade(session: Session, account_id: str, encoder: str, limit: int) -> list[tuple[int, str]]:
    """The numbers and questions of the next cases without a vector of this encoder."""
    rows = session.execute(
        select(SolvedRow.id, SolvedRow.question)
        .where(SolvedRow.account_id == account_id, SolvedRow.encoder != encoder, SolvedRow.question != "")
        .order_by(SolvedRow.id)
        .limit(limit)
    )
    return [(number, question) for number, question in rows]


def give(session: Session, encoder: str, made: Iterable[tuple[int, NDArray[np.float32]]]) -> None:
    """Keep the vectors of cases."""
    for number, vector in made:
        row = session.get(SolvedRow, number)
        if row is not None:
            row.encoder, row.numbers = encoder, vector.astype("<f2").tobytes()


def compared(
    session: Session, account_id: str, encoder: str, width: int, most: int, after: datetime | None = None
) -> tuple[list[int], NDArray[np.float32]]:
    """The latest cases that have vectors, of those solved after a moment, and the vectors as rows of a matrix."""
    some = [SolvedRow.solved_at > after] if after else []
    latest = _compared((SolvedRow.id, SolvedRow.numbers), account_id, encoder).where(*some)
    rows = session.execute(latest.order_by(SolvedRow.solved_at.desc(), SolvedRow.id).limit(most)).all()
    whole = b"".join(numbers for _, numbers in rows)
    return [number for number, _ in rows], np.frombuffer(whole, "<f2").reshape(-1, width).astype(np.float32)


def read(session: Session, numbers: Iterable[int]) -> dict[int, Solved]:
    """Those cases, by their numbers."""
    rows = session.scalars(select(SolvedRow).where(SolvedRow.id.in_(list(numbers))))
    return {r.id: Solved(r.external_id, r.question, r.resolution, r.solved_at, r.category) for r in rows}


def _compared(what: Iterable[Any], account_id: Any, encoder: Any) -> Select[Any]:
    return select(*what).where(SolvedRow.account_id == account_id, SolvedRow.encoder == encoder)


# Built once: every turn asks this, and building a statement costs more than running it.
_LAST = _compared((func.max(SolvedRow.solved_at),), bindparam("account"), bindparam("encoder"))
