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
from app.db.taking import Delivery, take
from app.errors import DatabaseDown, DeskhandError
from app.queue import Work
from connectors.types import Event

log = logging.getLogger(__name__)

QUIET = 10.0
"""Seconds between two records of the same trouble by one process: a flood costs no disk."""


@dataclass
class Turn:
    """One webhook's events on their way into the database. It failed until a commit says otherwise."""

    delivery: Delivery
    tickets: list[str] = field(default_factory=list)
    error: DeskhandError | None = field(default_factory=lambda: DatabaseDown("the events were not saved"))
    over: bool = False


class Intake:
    """Takes events in. Threads that come together share one transaction: the disk is waited for once."""

    def __init__(self, database: Database, work: Work) -> None:
        self._database = database
        self._work = work
        self._gate = threading.Lock()
        self._turn = threading.Lock()
        self._waiting: list[Turn] = []
        self._recorded: dict[tuple[str, str], float] = {}

    def accept(self, connection_id: str, events: Sequence[Event], at: datetime) -> None:
        """Return once the events are committed; then ring, heard or not. Raises DatabaseDown: nothing was taken."""
        mine = Turn(Delivery(connection_id, events, at))
        with self._gate:
            self._waiting.append(mine)
        with self._turn:
            if not mine.over:
                self._commit()
        if mine.error:
            raise mine.error
        metrics.count("events.accepted", len(events))
        for ticket in mine.tickets:
            self._work.ring(ticket)

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

    def _commit(self) -> None:
        """Save everything that waits, together."""
        with self._gate:
            batch, self._waiting = self._waiting, []
        try:
            for one, tickets in zip(batch, take(self._database, [one.delivery for one in batch]), strict=True):
                one.tickets, one.error = tickets, None
        except DeskhandError as error:
            for one in batch:
                one.error = error
        finally:
            for one in batch:
                one.over = True
