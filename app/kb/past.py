"""The accounts' solved cases in memory: what a question is compared with."""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db import solved
from app.kb.embedding import Encoder
from app.kb.signs import Signs

COUNTED = 60.0
"""Seconds after which it is counted whether there are others: counting goes through all of them."""
ACCOUNTS = 8
"""Accounts whose cases a process keeps; 50,000 cases of 384 numbers are 77 MB."""


@dataclass(frozen=True)
class Cases:
    """Cases by their numbers, with the meanings of their questions as rows."""

    numbers: list[int]
    rows: NDArray[np.float32]

    def alike(self, vector: NDArray[np.float32], least: float) -> dict[int, float]:
        """Those whose cosine with a unit vector is at least that. Among many, those are compared whose signs are the nearest."""
        near = np.arange(len(self.rows)) if self._signs is None else self._signs.nearest(vector)
        cosines = self.rows @ vector if self._signs is None else self.rows[near] @ vector
        above = np.flatnonzero(cosines >= least)
        return {self.numbers[place]: float(cosines[at]) for at, place in zip(above, near[above].tolist(), strict=True)}

    @cached_property
    def _signs(self) -> Signs | None:
        return Signs(self.rows) if Signs.serve(self.rows) else None


@dataclass(frozen=True)
class _Kept:
    """Cases, what they were read at, and until when nobody has to count them again."""

    mark: tuple[int, datetime | None]
    until: float
    cases: Cases

    @property
    def last(self) -> datetime | None:
        """When the latest of them was solved."""
        return self.mark[1]


class Past:
    """A process's solved cases by account, read anew when there are others. Safe between threads.

    A newly solved case shows at once; an old one that came or went within ``COUNTED`` seconds.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], _Kept] = OrderedDict()

    def current(self, session: Session, account_id: str, encoder: Encoder) -> Cases:
        """The cases as they are now."""
        key = account_id, encoder.version
        with self._lock:
            known, now = self._kept.get(key), time.monotonic()
            if known is None or now >= known.until or known.last != solved.last(session, *key):
                mark = solved.mark(session, *key)
                if known is None or known.mark != mark:
                    found = solved.compared(session, *key, encoder.width)
                    known = _Kept(mark, now, Cases(*found))
                self._kept[key] = known = _Kept(mark, now + COUNTED, known.cases)
            self._kept.move_to_end(key)
            while len(self._kept) > ACCOUNTS:
                self._kept.popitem(last=False)
            return known.cases
