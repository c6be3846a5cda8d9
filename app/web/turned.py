"""Who was turned away at a door of ours is on record: the first at once, more of them within a minute as one row with their number."""

import threading
from collections.abc import Callable
from time import monotonic

from app.db import trail
from app.db.database import Database
from app.db.trail import INSTALLATION, Entry, What

APART = 60.0
"""Seconds between two rows of one way in: nobody without a right fills the trail."""
NOBODY = "nobody"


class Turned:
    """One way in: ``link``, ``host``, ``provider``, ``token`` or ``approval``. Each web process counts for itself."""

    def __init__(self, database: Database, way: str, clock: Callable[[], float] = monotonic) -> None:
        self._database = database
        self._way = way
        self._clock = clock
        self._gate = threading.Lock()
        self._known: dict[str, tuple[float, int]] = {}

    def away(self, account_id: str = INSTALLATION) -> None:
        """Somebody showed what opens nothing; ``account_id`` is whose door it was, where that is known."""
        with self._gate:
            at, more = self._known.get(account_id, (float("-inf"), 0))
            due = self._clock() - at >= APART
            self._known[account_id] = (self._clock(), 0) if due else (at, more + 1)
        if due:
            entry = Entry(What.SIGN_IN_FAILED, self._way, detail={"times": more + 1}, who=NOBODY, authority="none")
            with self._database.session() as session:
                trail.record(session, account_id, entry)
