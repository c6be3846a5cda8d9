"""What people may do, as their hosts say it: at the door, and again while a session lasts. No page waits for a host that is down."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from dataclasses import replace
from datetime import datetime, timedelta

from app import metrics
from app.db import members, visits
from app.db.members import Who
from app.db.visits import Visit
from app.errors import DatabaseDown, SealBroken, UnknownRecord
from app.services import Services
from connectors.base import Ranks
from connectors.errors import BadSignature, ConnectorError
from connectors.types import Level

log = logging.getLogger(__name__)

FRESH = timedelta(minutes=5)
"""How long a host's word is good without being asked for again."""
LONGEST = timedelta(hours=1)
"""How long it counts while the host cannot be asked: after that, only what can be known without it."""
PATIENCE = 2.0
"""Seconds that a request waits for a word that is overdue."""
AWAY = 60.0
"""Seconds for which a host that did not answer is not asked again."""

Run = Callable[[Callable[[], None]], "Future[None]"]


class Levels:
    """The hosts' word on people. Each web process remembers for itself which of them are away."""

    def __init__(self, services: Services, run: Run | None = None) -> None:
        self._services = services
        self._run = run or ThreadPoolExecutor(2, "levels").submit
        self._gate = threading.RLock()
        self._asked: dict[Who, Future[None]] = {}
        self._away: dict[str, float] = {}
        self._known: dict[Who, tuple[float, Level]] = {}

    def of(self, who: Who) -> tuple[Level, bool]:
        """The host's word for somebody who comes in, and whether it is one: else an agent's where the roster knows them, or a viewer's.

        Raises BadSignature for whoever is no member of the team.
        """
        now = time.monotonic()
        with self._gate:
            known = self._known.get(who)
        if known and now - known[0] < FRESH.total_seconds():
            return known[1], True
        try:
            return self._word(who), True
        except BadSignature:
            raise
        except (ConnectorError, SealBroken) as error:
            log.warning("level.unread", extra={"error": type(error).__name__})
            return self._least(who), False

    def still(self, visit: Visit, now: datetime) -> Visit:
        """The visit with what its person may do by now. Raises UnknownRecord where the host says: nothing any more.

        A word that is not fresh is asked for beside the request. One that is overdue is waited for, a moment; without it, the
        session goes on with the least that can be known.
        """
        age = now - visit.told_at if visit.told_at else timedelta(0)
        if not visit.connection_id or age < FRESH:
            return visit
        who = Who(visit.account_id, visit.connection_id, visit.person)
        asking = self._ask(who)
        if age < LONGEST:
            return visit
        if asking is not None:
            try:
                asking.result(PATIENCE)
            except Late:
                metrics.count("levels.late")
        with self._services.database.reading() as session:
            again = visits.of_digest(session, visit.digest, now)
        if again.told_at and now - again.told_at < LONGEST:
            return again
        least = self._least(who)
        return again if again.level.rank <= least.rank else replace(again, level=least)

    def _ask(self, who: Who) -> "Future[None] | None":
        """Have the host asked, once at a time; None for one that has just not answered."""
        with self._gate:
            if self._away.get(who.connection_id, 0.0) > time.monotonic():
                return None
            there = self._asked.get(who)
            if there is None or there.done():
                self._asked = {one: asked for one, asked in self._asked.items() if not asked.done()}
                there = self._asked[who] = self._run(lambda: self._told(who))
            return there

    def _told(self, who: Who) -> None:
        """Keep what the host says now: a role for all their sessions, or the end of these."""
        database = self._services.database
        try:
            level = self._word(who)
            with database.session() as session:
                visits.told(session, who, level, database.now(session))
                members.told(session, who, level)
        except BadSignature:
            with database.session() as session:
                ended = visits.end_all(session, who.account_id, who.person, who.connection_id)
            metrics.count("levels.gone")
            log.warning("person.gone", extra={"connection": who.connection_id, "sessions": ended})
        except (ConnectorError, SealBroken, UnknownRecord, DatabaseDown) as error:
            with self._gate:
                self._away[who.connection_id] = time.monotonic() + AWAY
            log.warning("level.unread", extra={"connection": who.connection_id, "error": type(error).__name__})

    def _word(self, who: Who) -> Level:
        """What the host says now. Raises BadSignature for who is no member of the team, or another ConnectorError."""
        connector = self._services.connected.connector(who.connection_id)
        if not isinstance(connector, Ranks):
            raise ConnectorError("this vendor tells no roles")
        level = connector.level(who.person)
        with self._gate:
            self._known[who] = (time.monotonic(), level)
        return level

    def _least(self, who: Who) -> Level:
        from app.db import roster  # noqa: PLC0415  # naming the web loads none of the engine's rules

        with self._services.database.reading() as session:
            known = any(one.id == who.person for one in roster.people(session, who.connection_id))
        return Level.AGENT if known else Level.VIEWER
