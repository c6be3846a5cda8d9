"""Whether two tickets are about the same: by meaning where vectors are there, by words elsewhere. Finds; links and merges nothing.

A sketch holds no word of anybody: words are keyed hashes, and only whether two tickets share them can be seen.
"""

import hashlib
import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.engine.words import meaningful, words

WITHIN = timedelta(days=7)
"""A person who writes of the same within this time asks again; later it is another matter."""
SAME_MEANING = 0.62
"""Cosine from which two texts of one person mean the same: of 65 pairs it knows 24 of 30, and takes 2 of 35 for one that is none."""
SAME_WORDS = 0.6
"""Share of common words (cosine of the sets) that says so where nobody can compare meanings: 7 of 30, and none of 35."""
_LONGEST = 4_000
_DIGITS = 3


@dataclass(frozen=True)
class Meaning:
    """A unit vector and what made it; empty where nothing compares meanings."""

    vector: tuple[float, ...] = ()
    engine: str = ""


@dataclass(frozen=True)
class Sketch:
    """One ticket by its newest question. ``marks`` are its long numbers (an order, an account): two that differ contradict."""

    ticket: str
    person: str
    category: str
    words: frozenset[int]
    marks: frozenset[int]
    meaning: Meaning
    at: datetime
    url: str = ""
    moods: tuple[float, ...] = ()
    spam: bool = False


def hashed(parts: Iterable[str], key: bytes) -> frozenset[int]:
    """The parts as numbers that say nothing to who has not the key."""
    return frozenset(
        int.from_bytes(hashlib.blake2b(part.encode(), key=key[:64], digest_size=6).digest()) for part in parts
    )


def spoken(text: str, key: bytes) -> tuple[frozenset[int], frozenset[int]]:
    """What a text says, hashed: its words that carry meaning, and its long numbers."""
    read = text[:_LONGEST]
    numbers = {w for w in words(read) if sum(c.isdigit() for c in w) >= _DIGITS}
    return hashed((w for w in meaningful(read) if w not in numbers), key), hashed(numbers, key)


def meant_alike(one: Sketch, other: Sketch) -> float | None:
    """The cosine of the meanings, or None where they cannot be compared."""
    mine, theirs = one.meaning, other.meaning
    if not mine.vector or mine.engine != theirs.engine or len(mine.vector) != len(theirs.vector):
        return None
    return math.fsum(map(operator.mul, mine.vector, theirs.vector))


def worded_alike(one: Sketch, other: Sketch) -> float:
    """The share of common words, 0 to 1."""
    if not (one.words and other.words):
        return 0.0
    return len(one.words & other.words) / math.sqrt(len(one.words) * len(other.words))


def same_problem(one: Sketch, other: Sketch) -> bool:
    """Whether two texts of one person are about the same. Numbers of which none is common say that they are not."""
    if one.marks and other.marks and not one.marks & other.marks:
        return False
    meaning = meant_alike(one, other)
    return worded_alike(one, other) >= SAME_WORDS if meaning is None else meaning >= SAME_MEANING


def twin(mine: Sketch, others: Sequence[Sketch]) -> Sketch | None:
    """The oldest recent ticket of the same person and problem, or None. Nobody in particular is nobody's twin."""
    if not mine.person:
        return None
    found = [
        one
        for one in others
        if one.ticket != mine.ticket
        and one.person == mine.person
        and timedelta() <= mine.at - one.at <= WITHIN
        and same_problem(mine, one)
    ]
    return min(found, key=lambda one: one.at, default=None)
