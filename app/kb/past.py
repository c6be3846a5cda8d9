"""The accounts' solved cases in memory: what a question is compared with."""

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db import solved
from app.kb.embedding import Encoder

ACCOUNTS = 8
"""Accounts whose cases a process keeps; 50,000 cases of 384 numbers are 77 MB."""


class Past:
    """A process's solved cases by account, read anew when there are others. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[object, list[int], NDArray[np.float32]]] = OrderedDict()

    def current(self, session: Session, account_id: str, encoder: Encoder) -> tuple[list[int], NDArray[np.float32]]:
        """The numbers of the cases, and their vectors as rows."""
        with self._lock:
            mark, key = solved.mark(session, account_id, encoder.version), (account_id, encoder.version)
            if key not in self._kept or self._kept[key][0] != mark:
                self._kept[key] = (mark, *solved.compared(session, account_id, encoder.version, encoder.width))
            self._kept.move_to_end(key)
            while len(self._kept) > ACCOUNTS:
                self._kept.popitem(last=False)
            return self._kept[key][1:]
