"""The accounts' solved cases in memory: what a question is compared with."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db import solved
from app.kb.embedding import Encoder
from app.kb.signs import Signs

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


class Past:
    """A process's solved cases by account, read anew when there are others. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[object, Cases]] = OrderedDict()

    def current(self, session: Session, account_id: str, encoder: Encoder) -> Cases:
        """The cases as they are now."""
        with self._lock:
            mark, key = solved.mark(session, account_id, encoder.version), (account_id, encoder.version)
            if key not in self._kept or self._kept[key][0] != mark:
                found = solved.compared(session, account_id, encoder.version, encoder.width)
                self._kept[key] = (mark, Cases(*found))
            self._kept.move_to_end(key)
            while len(self._kept) > ACCOUNTS:
                self._kept.popitem(last=False)
            return self._kept[key][1]
