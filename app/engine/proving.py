"""From lessons to a record: whether enough was judged, and rightly, for a person to promote a category. Nobody else can.

Lessons come from people alone. Only those of what is in force count (classifier, writer, knowledge, configuration), and only
the newest ``WINDOW``, so that a good spring does not pay for a bad autumn.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.engine.evidence import CONFIDENCE, LEAST_TARGET, Claim, at_most, lower_bound, sign
from app.engine.lessons import Learned
from app.engine.sequences import proves, share_at_least
from app.engine.types import EvidenceRecord, Reason

WINDOW = 300
"""Lessons that count, newest first."""
LASTS = timedelta(days=90)
"""How long a record is good for."""
MOST_BY_ONE = 0.8
"""The share of lessons that may come from one person, once there is a team to judge."""
TEAM = 3
"""People who judge at the account from whom on no single one may carry a proof alone."""


class NotProven(Exception):
    """The category stays with people; ``reason`` says what is missing."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


@dataclass(frozen=True)
class Proof:
    """What the lessons of one claim add up to. ``looks``: how often somebody has looked or asked before.

    ``team``: how many people judge at the account, be it something else.
    """

    judged: int
    errors: int
    people: int
    largest: int
    """Lessons by the person who gave most."""
    looks: int = 0
    team: int = 0
    voice: str = ""
    """The id of the person who gave most."""

    @property
    def bound(self) -> float:
        """The accuracy that is proven at this look: see ``proven``."""
        return proven(self.judged, self.errors, self.looks)

    @property
    def by_one(self) -> bool:
        """One person's judgement is most of it."""
        return self.judged > 0 and self.largest > MOST_BY_ONE * self.judged

    @property
    def counts(self) -> str:
        """What was judged, and by how many, as people read it: ``60 judged by one person, 1 wrong``."""
        by = "one person" if self.people == 1 else f"{self.people} people"
        most = f", {self.largest} of them by one" if self.people > 1 and self.by_one else ""
        return f"{self.judged} judged{f' by {by}' if self.people else ''}{most}, {self.errors} wrong"


def proven(judged: int, errors: int, looks: int = 0) -> float:
    """What share is right at least, with 95 % confidence.

    For one look that is the exact bound of Clopper and Pearson. Who looks again and again is lucky at last, so from the second look on
    it is a bound that holds at all of them together, however many follow (``sequences.share_at_least``).
    """
    once = lower_bound(judged, errors)
    return once if looks == 0 else min(once, share_at_least(judged, errors))


def proof(lessons: Sequence[Learned], claim: Claim, looks: int = 0, team: int = 0) -> Proof:
    """The newest lessons that are about the claim, counted. One decision teaches once."""
    about = {one.decision: one for one in lessons if _about(one, claim)}
    newest = sorted(about.values(), key=lambda one: one.at, reverse=True)[:WINDOW]
    voices = Counter(one.by for one in newest)
    ((voice, largest),) = voices.most_common(1) or (("", 0),)
    errors = sum(not one.lesson.right for one in newest)
    return Proof(len(newest), errors, len(voices), largest, looks, team, voice)


def _about(one: Learned, claim: Claim) -> bool:
    return (one.account, one.category, one.action, one.digest) == (
        claim.account,
        claim.category,
        claim.action,
        claim.digest,
    )


def missing(found: Proof, target: float) -> Reason | None:
    """What stands between the lessons and a record, or None."""
    if found.judged == 0:
        return Reason("no_evidence", "Nobody has judged an answer of what is in force yet.")
    if max(found.people, found.team) >= TEAM and found.by_one:
        return Reason(
            "one_voice", f"One person gave {found.largest} of {found.judged} judgements: others have to look too."
        )
    if found.bound < target:
        more = needed(found, target)
        return Reason(
            "evidence_thin",
            f"At least {found.bound:.1%} right is proven; {target:.1%} is needed: {more} more without an error would do.",
        )
    return None


def own(found: Proof, person: str, leads: Collection[str]) -> Reason | None:
    """Why that person may not promote it: nearly all of it is their own judgement, and another of the account's ``leads`` is there."""
    if not found.by_one or person != found.voice or not set(leads) - {person}:
        return None
    return Reason(
        "own_judgement", f"{found.counts}, by whoever asks: the account has another lead, who has to promote it."
    )


def needed(found: Proof, target: float) -> int:
    """How many more right answers in a row would prove the target."""
    low, high = 0, 1
    while not _enough(found, high, target):
        low, high = high, high * 2
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if _enough(found, middle, target) else (middle + 1, high)
    return low


def _enough(found: Proof, more: int, target: float) -> bool:
    """Whether so many more without an error prove the target: what ``proven`` says, without working out how much more they prove."""
    judged = found.judged + more
    once = at_most(found.errors, judged, 1 - target) < 1 - CONFIDENCE
    return once and (found.looks == 0 or proves(judged, found.errors, target))


def record(found: Proof, claim: Claim, target: float, now: datetime, key: bytes) -> EvidenceRecord:
    """The signed record that a person's promotion makes. Raises NotProven, and ValueError for a target below the least."""
    if not LEAST_TARGET <= target < 1:
        raise ValueError(f"a target lies between {LEAST_TARGET} and 1")
    if why := missing(found, target):
        raise NotProven(why)
    unsigned = EvidenceRecord(
        account=claim.account,
        category=claim.category,
        action=claim.action,
        judged=found.judged,
        errors=found.errors,
        target=target,
        digest=claim.digest,
        issued_at=now,
        expires_at=now + LASTS,
        signature="",
        people=found.people,
        largest=found.largest,
    )
    return sign(unsigned, key)


def fallen(found: Proof, target: float) -> Reason | None:
    """Why a promoted category goes back to people: its newest lessons no longer prove what was promised, or None."""
    if found.judged and lower_bound(found.judged, found.errors) < target:
        return Reason(
            "demoted", f"{found.errors} of the newest {found.judged} judged answers were wrong: people answer again."
        )
    return None
