"""An account's vectors in memory, shared by all searches of a process and brought up to date by what was added and ended."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db import articles, vectors
from app.db.vectors import Current
from app.kb.past import Past
from app.kb.signs import Meanings

ACCOUNTS = 8
"""Accounts whose matrices a process keeps; 100,000 passages of 384 numbers are 154 MB."""
COUNTED = 60.0
"""Seconds after which it is counted whether there are other articles: counting goes through all of them."""
Mark = tuple[int, datetime | None, int]
"""The newest article, when one ended last, and how many there were when they were counted."""


@dataclass(frozen=True)
class Matrix:
    """One row a vector; ``owners`` says of which passage, ``version`` what the account's articles were."""

    mark: Mark
    version: str
    current: Current
    owners: NDArray[np.int64]
    rows: NDArray[np.float32]
    counted: dict[str, int] = field(default_factory=dict)
    """In about how many passages a stem stands, as far as anybody asked: among many passages counting takes long."""

    @property
    def passages(self) -> NDArray[np.int64]:
        """The numbers of all that is searched, in order."""
        return self.current.passages

    def places(self, passages: Collection[int]) -> dict[int, tuple[int, str]]:
        """Of which version each of those is, and in which locale; those that came later are left out."""
        wanted = np.fromiter(passages, np.int64)
        at = np.minimum(np.searchsorted(self.passages, wanted), max(len(self.passages) - 1, 0))
        here = at[self.passages[at] == wanted] if len(self.passages) else at[:0]
        known = zip(self.passages[here].tolist(), self.current.articles[here].tolist(), here.tolist(), strict=True)
        return {passage: (article, self.current.locales[place]) for passage, article, place in known}

    @cached_property
    def whole(self) -> bool:
        """Whether every passage has its vector."""
        return len(np.unique(self.owners)) == len(self.passages)

    def compared(self, vector: NDArray[np.float32], limit: int, besides: Collection[int] = ()) -> dict[int, float]:
        """The ``limit`` passages nearest to a unit vector, and those besides, with their cosines; a passage's best vector counts."""
        if not len(self.owners):
            return {}
        near, cosines = self._meanings.near(vector)
        # Twice as many rows as passages are wanted: a passage has at most two.
        best = np.argpartition(-cosines, min(2 * limit, len(cosines)) - 1)[: 2 * limit]
        best = best[np.argsort(-cosines[best], kind="stable")]
        found: dict[int, float] = {}
        for owner, cosine in zip(self.owners[near[best]].tolist(), cosines[best].tolist(), strict=True):
            found.setdefault(owner, cosine)
        return dict(list(found.items())[:limit]) | self._exactly(vector, np.fromiter(besides, np.int64))

    def _exactly(self, vector: NDArray[np.float32], passages: NDArray[np.int64]) -> dict[int, float]:
        """The cosines of those passages, as far as they have vectors."""
        order, owners = self._order
        first, end = np.searchsorted(owners, passages), np.searchsorted(owners, passages, "right")
        has = end > first
        if not has.any():
            return {}
        # The last of a passage's rows; with the first of them these are all, as there are at most two.
        rows = np.stack([order[first[has]], order[end[has] - 1]])
        cosines = (self.rows[rows] @ vector).max(axis=0)
        return dict(zip(passages[has].tolist(), cosines.tolist(), strict=True))

    @cached_property
    def _meanings(self) -> Meanings:
        return Meanings(self.rows)

    @cached_property
    def _order(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        order = np.argsort(self.owners, kind="stable")
        return order, self.owners[order]


class Matrices:
    """A process's matrices by account. Safe between threads; the one that was used longest ago goes first.

    What is added, changed or ended shows at once; what another transaction did late, within ``COUNTED`` seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[Matrix, float]] = OrderedDict()
        self.past = Past()

    def current(self, session: Session, account_id: str, encoder: str, width: int) -> Matrix:
        """The matrix of what is current; read anew only as far as something changed."""
        key = account_id, encoder
        with self._lock:
            before, until = self._kept.get(key, (None, 0.0))
            seen = articles.mark(session, account_id)
            if before is None or before.mark[:2] != seen or self._clock() >= until:
                mark, until = (*seen, articles.count(session, account_id)), self._clock() + COUNTED
            else:
                mark = before.mark
            if before is None or before.mark != mark or not before.whole:
                before = _read(session, account_id, encoder, width, mark, before)
            self._kept[key] = before, until
            self._kept.move_to_end(key)
            while len(self._kept) > ACCOUNTS:
                self._kept.popitem(last=False)
            return before


def past(session: Session, account_id: str, encoder: str, width: int, at: datetime) -> Matrix:
    """The matrix as of a moment. Not kept: who asks many questions of one moment keeps it."""
    current = vectors.current(session, account_id, at)
    owners, rows = vectors.read(session, encoder, current.passages, width)
    return Matrix((0, None, 0), articles.version(session, account_id, at), current, owners, rows)


def _read(session: Session, account_id: str, encoder: str, width: int, mark: Mark, before: Matrix | None) -> Matrix:
    if before is not None and before.mark == mark:
        current, version = before.current, before.version
    else:
        current, version = vectors.current(session, account_id), articles.version(session, account_id)
    passages = current.passages
    if before is None:
        owners, rows = vectors.read(session, encoder, passages, width)
        return Matrix(mark, version, current, owners, rows)
    fresh_owners, fresh = vectors.read(session, encoder, np.setdiff1d(passages, before.owners), width)
    stays = np.isin(before.owners, passages)
    if stays.all() and not len(fresh_owners):
        return Matrix(mark, version, current, before.owners, before.rows)
    owners = np.concatenate([before.owners[stays], fresh_owners])
    return Matrix(mark, version, current, owners, np.concatenate([before.rows[stays], fresh]))
