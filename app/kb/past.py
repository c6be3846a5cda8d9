"""The accounts' solved cases in memory: what a question is compared with."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db import solved
from app.kb.embedding import Encoder
from app.kb.signs import Meanings

COUNTED = 60.0
"""Seconds after which it is counted whether there are others: counting goes through all that are compared."""
FRESH = 500
"""Newly solved cases that are kept beside the others; when there are more, all are read again."""
ACCOUNTS = 8
"""Accounts whose cases a process keeps; 50,000 cases of 384 numbers are 77 MB."""


@dataclass(frozen=True)
class Cases:
    """Cases by their numbers, with the meanings of their questions as rows."""

    numbers: list[int]
    rows: NDArray[np.float32]

    def alike(self, vector: NDArray[np.float32], least: float) -> dict[int, float]:
        """Those whose cosine with a unit vector is at least that."""
        near, cosines = self._meanings.near(vector)
        above = np.flatnonzero(cosines >= least)
        return {self.numbers[place]: float(cosines[at]) for at, place in zip(above, near[above].tolist(), strict=True)}

    @cached_property
    def _meanings(self) -> Meanings:
        return Meanings(self.rows)


@dataclass(frozen=True)
class Known:
    """The cases as they were read whole, those solved since, and until when nobody has to count them again."""

    whole: Cases
    fresh: Cases
    begun: datetime | None
    """When the oldest was solved that is compared; None while all are."""
    read: datetime | None
    """When the latest was solved as all were read."""
    last: datetime | None
    """When the latest was solved that is known by now."""
    told: int
    """How many were compared as all were read."""
    until: float

    @property
    def count(self) -> int:
        """How many there are since ``begun`` while no old one came or went."""
        return self.told + len(self.fresh.numbers)

    def alike(self, vector: NDArray[np.float32], least: float) -> dict[int, float]:
        """Those whose cosine with a unit vector is at least that; of one that was solved again the latest question counts."""
        return self.whole.alike(vector, least) | self.fresh.alike(vector, least)


class Past:
    """A process's solved cases by account, read anew as far as there are others. Safe between threads.

    A newly solved case shows at once; an old one that came or went within ``COUNTED`` seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Known] = OrderedDict()

    def current(self, session: Session, account_id: str, encoder: Encoder) -> Known:
        """The cases as they are now."""
        key = account_id, encoder.version
        with self._lock:
            self._kept[key] = known = _current(session, key, encoder.width, self._kept.get(key), self._clock())
            self._kept.move_to_end(key)
            while len(self._kept) > ACCOUNTS:
                self._kept.popitem(last=False)
            return known


def _current(session: Session, key: tuple[str, str], width: int, known: Known | None, now: float) -> Known:
    last = solved.last(session, *key)
    if known and last != known.last:
        fresh = Cases(*solved.compared(session, *key, width, FRESH + 1, known.read))
        known = replace(known, fresh=fresh, last=last)
    if known and now >= known.until and solved.count(session, *key, known.begun) == known.count:
        known = replace(known, until=now + COUNTED)
    if known and now < known.until and len(known.fresh.numbers) <= FRESH:
        return known
    begun, cases = solved.begun(session, *key), Cases(*solved.compared(session, *key, width, solved.NEWEST))
    count = solved.count(session, *key, begun)
    return Known(cases, Cases([], cases.rows[:0]), begun, last, last, count, now + COUNTED)
