"""What people teach about categories: whom to believe, what to hold back, and whether a new model may replace the one in force.

Nobody's word counts for more than a share; who contradicts others is set aside with them. What is held back is never learnt
from, by no model, so that every later one is examined on it. Two models are compared where they differ (McNemar's exact test).
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app.engine.evidence import at_most
from app.engine.words import words

NOISE = 0.05
"""How likely a difference may be by chance alone and still be called noise no more."""
LEAST_HELD = 20
"""Held-back examples under which nothing can be said."""
LEAST_NEW = 100
"""New examples that a training is worth, where the configuration says nothing."""
SPLIT = 0.2
"""The share that is held back, where the configuration says nothing."""
ALWAYS = 25
"""So many examples of one person always count."""
TIMES_OTHERS = 0.5
"""Beyond those, nobody counts for more than this share of what all others gave together."""
TEAM = 3
"""People from whom on no single one may count for more than a share."""
GIVEN = "given"
"""The feedback of what somebody handed in, with the account's own leave."""
UNLIKE_OTHERS = 0.001
"""How unlikely one person's disagreement with the others has to be before all that they taught is set aside."""


@dataclass(frozen=True)
class Taught:
    """A text, masked, with the category that a person gave it; an empty ``label`` says that it is none of them."""

    id: str
    text: str = field(repr=False)
    label: str
    by: str
    at: datetime
    feedback: str = "positive"
    """``positive`` where a draft was right, ``needs-improvement`` where a person put it right, ``given`` when handed in."""
    reason: str = ""
    ref: str = ""


@dataclass(frozen=True)
class Screening:
    """What may be learnt from, and what may not with the reason in a word."""

    kept: tuple[Taught, ...]
    aside: tuple[tuple[Taught, str], ...] = ()

    @property
    def reasons(self) -> Mapping[str, int]:
        """Reason -> how many were set aside for it."""
        return Counter(why for _, why in self.aside)


def plain(text: str) -> str:
    """What makes two texts the same: their words."""
    return " ".join(words(text))


def name(account: str, text: str, label: str, by: str) -> str:
    """The id of what one person said about one text. What they say of it later has another id: models keep what they were made from."""
    return hashlib.sha256("\x1f".join((account, plain(text), label, by)).encode()).hexdigest()[:32]


def screened(
    taught: Iterable[Taught],
    categories: Collection[str],
    expected: Callable[[str], str] = lambda _text: "",
    team: int = 0,
) -> Screening:
    """Whom to believe. ``expected`` is what the model in force is sure that a text is, or nothing.

    ``team``: how many people answer at the account, whether or not they taught.
    """
    every = sorted(taught, key=lambda one: one.id)
    aside = [(one, "corrected since") for one in _outdated(every)]
    aside += [(one, "unknown category") for one in _without(every, aside) if one.label and one.label not in categories]
    left = _without(every, aside)
    aside += [(one, "contradicted") for one in _contradicting(left)]
    left = _without(left, aside)
    aside += [(one, "unlike all others") for one in _strange(left, expected)]
    left = _without(left, aside)
    aside += [(one, "too many by one person") for one in _beyond(left, team)]
    return Screening(tuple(_without(left, aside)), tuple(aside))


def _without(every: Sequence[Taught], aside: Sequence[tuple[Taught, str]]) -> list[Taught]:
    gone = {one.id for one, _ in aside}
    return [one for one in every if one.id not in gone]


def _outdated(every: Sequence[Taught]) -> list[Taught]:
    """What the same person has said otherwise later."""
    last = {(one.by, plain(one.text)): one.id for one in sorted(every, key=lambda one: one.at)}
    return [one for one in every if last[one.by, plain(one.text)] != one.id]


def _contradicting(every: Sequence[Taught]) -> list[Taught]:
    """One text, two categories: nobody knows who is right."""
    said: dict[str, set[str]] = {}
    for one in every:
        said.setdefault(plain(one.text), set()).add(one.label)
    return [one for one in every if len(said[plain(one.text)]) > 1]


def _strange(every: Sequence[Taught], expected: Callable[[str], str]) -> list[Taught]:
    """All by a person who disagrees with what is well known so much more often than the others that it is no chance."""
    known = [(one, wanted != one.label) for one in every if (wanted := expected(one.text))]
    against = Counter(one.by for one, wrong in known if wrong)
    seen = Counter(one.by for one, _ in known)
    strange = set()
    for person, count in seen.items():
        others, theirs = len(known) - count, sum(against.values()) - against[person]
        # One more of each: where the others never disagreed, one disagreement is not yet impossible.
        usual = (theirs + 1) / (others + 2)
        if others and at_least(against[person], count, usual) < UNLIKE_OTHERS:
            strange.add(person)
    return [one for one in every if one.by in strange]


def _beyond(every: Sequence[Taught], team: int) -> list[Taught]:
    """What one person gave beyond their share, where there is a team. Which of theirs count is settled by ids, not by them.

    Where the others of the team have taught nothing, that is only said of what tickets taught: what is handed in is somebody's decision.
    """
    voices = Counter(one.by for one in every)
    if max(len(voices), team) < TEAM:
        return []
    room = {by: max(ALWAYS, int(TIMES_OTHERS * (len(every) - count))) for by, count in voices.items()}
    beyond = []
    for one in every:
        if len(voices) < TEAM and one.feedback == GIVEN:
            continue
        room[one.by] -= 1
        if room[one.by] < 0:
            beyond.append(one)
    return beyond


def at_least(count: int, of: int, rate: float) -> float:
    """The chance of at least ``count`` in ``of`` when each happens with ``rate``."""
    if rate >= 1 or count <= 0:
        return 1.0
    return at_most(of - count, of, 1 - rate)


@dataclass(frozen=True)
class Exam:
    """One held-back example, and what both models said of it; an empty answer is none of the categories."""

    label: str
    old: str
    new: str
    old_sure: bool = True
    """Whether it would have acted on its answer."""
    new_sure: bool = True


@dataclass(frozen=True)
class Paired:
    """Two models on the same examples. ``gained`` are those that only the new one has right, ``lost`` those that only the old one has."""

    held: int
    old: int
    new: int
    gained: int
    lost: int

    @property
    def better(self) -> float:
        """How likely so much gain is by chance, were both equally good."""
        return at_least(self.gained, self.gained + self.lost, 0.5)

    @property
    def worse(self) -> float:
        """How likely so much loss is."""
        return at_least(self.lost, self.gained + self.lost, 0.5)


@dataclass(frozen=True)
class Verdict:
    """Whether the new model replaces the old one, why, and the counts that say so."""

    replaces: bool
    why: str
    whole: Paired
    categories: Mapping[str, Paired]


def verdict(exams: Sequence[Exam]) -> Verdict:
    """Better on all, worse nowhere beyond noise, and not surer of what is wrong."""
    whole = _paired(exams)
    labels = dict.fromkeys(exam.label for exam in exams)
    by_label = {label: _paired([exam for exam in exams if exam.label == label]) for label in labels}
    why = _refusal(exams, whole, by_label)
    said = f"right on {whole.new} instead of {whole.old} of {whole.held} that neither had seen"
    return Verdict(not why, why or said, whole, by_label)


def _refusal(exams: Sequence[Exam], whole: Paired, by_label: Mapping[str, Paired]) -> str:
    """Why the old model stays, or nothing."""
    if whole.held < LEAST_HELD:
        return f"only {whole.held} examples are held back; {LEAST_HELD} are needed"
    if whole.better > NOISE:
        return f"{whole.new} instead of {whole.old} of {whole.held} right is within what chance does"
    if worse := [label or "no category" for label, pair in by_label.items() if pair.worse <= NOISE]:
        return f"worse at {', '.join(worse)}"
    fresh = sum(_harm(e.label, e.new, e.new_sure) and not _harm(e.label, e.old, e.old_sure) for e in exams)
    mended = sum(_harm(e.label, e.old, e.old_sure) and not _harm(e.label, e.new, e.new_sure) for e in exams)
    if at_least(fresh, fresh + mended, 0.5) <= NOISE:
        return f"sure of {fresh} wrong answers that the old one was not sure of"
    return ""


def _harm(label: str, said: str, sure: bool) -> bool:
    return sure and said != label


def _paired(exams: Sequence[Exam]) -> Paired:
    old, new = [exam.old == exam.label for exam in exams], [exam.new == exam.label for exam in exams]
    gained = sum(n and not o for o, n in zip(old, new, strict=True))
    lost = sum(o and not n for o, n in zip(old, new, strict=True))
    return Paired(len(exams), sum(old), sum(new), gained, lost)
