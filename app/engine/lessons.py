"""What a person's answer says about our draft: kept, said otherwise, corrected, completed, or thrown away.

Only a draft that a person let stand counts as right. What is compared is what an answer promises (figures, addresses, refusals)
and which of its words remain; greetings and signatures are around it, so words that were added weigh less than words that went.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.engine.figures import addresses, figures, without_addresses
from app.engine.pieces import sentences
from app.engine.words import meaningful, words

KEPT_SHARE = 0.95
"""So much of the draft's words has to be in an answer that kept it."""
SAME_SHARE = 0.6
"""And so much in one that says the same in other words; the facts must agree as well."""
MORE = 1.6
"""An answer with this many times the draft's words has a step that the draft lacks."""
AROUND = 12
"""Words that a greeting and a signature may add to it."""
NEGATIONS = frozenset(
    {"not", "no", "never", "cannot", "cant", "dont", "doesnt", "wont", "isnt", "arent", "unable", "without"}
    | {"nicht", "kein", "keine", "nie", "pas", "jamais", "aucun", "nunca", "ningun", "nao", "sem", "sin", "ohne"}
)


class Lesson(StrEnum):
    """What became of a draft, best first."""

    KEPT = "kept"
    TONE = "tone"
    """The same, in other words."""
    MISSING = "missing step"
    """All of it stands, and more had to be said."""
    FACT = "fact"
    """A figure, an address or a refusal was corrected."""
    WRONG = "wrong"
    """Something else was answered."""

    @property
    def right(self) -> bool:
        """Whether the draft could have been sent as it was."""
        return self in (Lesson.KEPT, Lesson.TONE)


@dataclass(frozen=True)
class Learned:
    """A lesson with what it is about. ``by`` is the person's id at the vendor: machines teach nothing."""

    decision: str
    ticket_id: str
    account: str
    category: str
    action: str
    digest: str
    """What was judged, as evidence is bound to it."""
    lesson: Lesson
    by: str
    at: datetime


def lesson(draft: str, answer: str) -> Lesson:
    """What ``answer``, by a person, says about ``draft``. Raises ValueError when either is empty: then there is no lesson."""
    if not draft.strip() or not answer.strip():
        raise ValueError("a draft and an answer are compared")
    ours, theirs = set(meaningful(without_addresses(draft))), set(meaningful(without_addresses(answer)))
    kept = len(ours & theirs) / len(ours) if ours else 1.0
    if kept < SAME_SHARE:
        return Lesson.WRONG
    if _corrected(draft, answer):
        return Lesson.FACT
    longer = len(words(answer)) > MORE * len(words(draft)) + AROUND
    if longer or addresses(answer) - addresses(draft) or figures(answer) - figures(draft):
        return Lesson.MISSING
    return Lesson.KEPT if kept >= KEPT_SHARE else Lesson.TONE


def _corrected(draft: str, answer: str) -> bool:
    """Whether a fact of the draft is not in the answer, or a refusal is in only one of them."""
    lost = figures(draft) - figures(answer) or addresses(draft) - addresses(answer)
    return bool(lost) or _refusals(draft) != _refusals(answer)


def _refusals(text: str) -> int:
    """Sentences that deny something: ``you can`` and ``you cannot`` share every other word."""
    return sum(bool(NEGATIONS & set(words(sentence))) for sentence in sentences(text))
