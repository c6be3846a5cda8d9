"""What people proved of a category with one model, and what of it holds for another that answers the same tickets alike."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.engine.evidence import holds
from app.engine.lessons import Learned
from app.engine.types import EvidenceRecord


@dataclass(frozen=True)
class Carried:
    """A record as the new model would have it, unsigned, and the decisions that it rests on. Only one that ``stands`` may count."""

    record: EvidenceRecord
    decisions: tuple[str, ...]

    @property
    def stands(self) -> bool:
        """Whether what is left still proves what was promised."""
        return holds(self.record)


def carried(
    record: EvidenceRecord,
    lessons: Sequence[Learned],
    says: Mapping[str, str],
    attracted: int,
    digest: str,
    now: datetime,
) -> Carried:
    """The record on those of its tickets that the new model puts into the same category, surely enough to act.

    ``says`` is ticket -> that category, of tickets whose words are known; of the others nothing is known, and their right
    answers count for nothing. A wrong one counts whatever the new model says of it, and so does each ticket that people filed
    elsewhere and that the new model is sure belongs here (``attracted``). Neither is it good for longer than before.
    """
    same = [one for one in lessons if says.get(one.ticket_id) == record.category]
    wrong = [one for one in lessons if not one.lesson.right]
    right = [one for one in same if one.lesson.right]
    kept = (*right, *wrong)
    voices = Counter(one.by for one in kept).values()
    errors = len(wrong) + attracted
    bound = replace(
        record,
        judged=len(right) + errors,
        errors=errors,
        people=len(voices),
        largest=max(voices, default=0),
        digest=digest,
        issued_at=now,
        signature="",
    )
    return Carried(bound, tuple(one.decision for one in kept))
