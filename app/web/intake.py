"""From a verified webhook to a row that lasts and a bell that rang. Knows no HTTP and no vendor."""

import logging
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from app import metrics
from app.db import problems
from app.db.database import Database
from app.db.problems import Problem
from app.db.taking import Row, rows, take
from app.errors import DatabaseDown, DeskhandError, UnknownRecord
from app.queue import Work
from connectors.types import Event

log = logging.getLogger(__name__)

QUIET = 10.0
"""Seconds between two records of the same trouble by one process: a flood costs no disk."""


@dataclass
class Turn:
    """One webhook's events on their way into the database. It failed until a commit says otherwise."""

    events: Sequence[Row]
    error: DeskhandError | None = field(default_factory=lambda: DatabaseDown("the events were not saved"))
    over: bool = False
    called: threading.Lock = field(default_factory=threading.Lock)
    """Given free when it is over, or when its thread is to lead. (An Event is five times the work.)"""


class Intake:
    """Takes events in. Threads that come together share one transaction: the disk is waited for once.

    One thread leads: it saves what waits for everybody. Who comes meanwhile waits for the next transaction, which the
    first of them leads. Every thread is woken once.
    """

    def __init__(self, database: Database, work: Work) -> None:
        self._database = database
        self._work = work
        self._gate = threading.Lock()
        self._led = False
        self._waiting: list[Turn] = []
        self._recorded: dict[tuple[str, str], float] = {}

    def accept(self, connection_id: str, events: Sequence[Event], at: datetime) -> None:
        """Return once the events are committed; they are rung for then, heard or not.

        Raises DatabaseDown and UnknownRecord (the connection is gone): none of these events was taken.
        """
        mine = Turn(rows(self._database, connection_id, events, at))
        mine.called.acquire()
        with self._gate:
            self._waiting.append(mine)
            follows, self._led = self._led, True
        if follows:
            mine.called.acquire()
        if not mine.over:
            self._lead()
        if mine.error:
            raise mine.error
        metrics.count("events.accepted", len(events))

    def record(self, problem: Problem, at: datetime) -> None:
        """Keep this trouble for an admin, at most once in a while. A database that is down is no further trouble."""
        key = (problem.connection_id or "", problem.kind)
        now = time.monotonic()
        if now - self._recorded.get(key, -QUIET) < QUIET:
            return
        self._recorded[key] = now
        try:
            with self._database.session() as session:
                problems.report(session, problem, at)
        except DatabaseDown:
            log.warning("problem.unrecorded", extra={"kind": problem.kind})

    def _lead(self) -> None:
        """Save everything that waits, call the next to lead, and ring: by one question for all."""
        with self._gate:
            batch, self._waiting = self._waiting, []
        tickets: list[str] = []
        try:
            tickets = self._save(batch)
        finally:
            with self._gate:
                following = self._waiting[:1]
                self._led = bool(following)
            for one in batch:
                one.over = True
            for one in batch + following:
                one.called.release()
        if tickets:
            self._work.ring(*tickets)

    def _save(self, batch: Sequence[Turn]) -> list[str]:
        """One transaction for all; where one of them cannot be saved, one for each, so that it fails alone."""
        try:
            tickets = take(self._database, [row for one in batch for row in one.events])
        except UnknownRecord as error:
            if len(batch) > 1:
                return [ticket for one in batch for ticket in self._save([one])]
            batch[0].error = error
        except DatabaseDown as error:
            for one in batch:
                one.error = error
        else:
            for one in batch:
                one.error = None
            return tickets
        return []
