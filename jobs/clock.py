"""The clock (``python -m jobs.clock``): a beat each second. Of several clocks one leads; when it dies another follows."""

import logging
import os
import signal
import socket
import threading
from collections.abc import Callable
from datetime import timedelta

from app.db import clocks, ids
from app.errors import DatabaseDown
from app.process import prepared
from app.services import Services
from jobs import schedule

log = logging.getLogger("jobs.clock")
"""By its name: what is run as a program is called otherwise."""

OFFICE = "clock"
BEAT = 1.0
"""Seconds."""
TERM = timedelta(seconds=10)
"""How long a lead lasts after the last beat."""
SLOWEST = 120.0
"""Seconds within which it comes round, a database that is away included."""


class Clock:
    """Beats until it is told to stop. A database that is away is asked again at the next beat."""

    def __init__(
        self, services: Services, *, term: timedelta = TERM, table: tuple[schedule.Periodic, ...] = schedule.TABLE
    ) -> None:
        self._services = services
        self._term = term
        self._table = table
        self._owner = f"{socket.gethostname()[:20]}-{os.getpid()}-{ids.fresh()[-12:]}"
        self._stop = threading.Event()
        self.came_round: Callable[[float], None] = lambda within: None

    def beat(self) -> bool:
        """Lead if nobody else does, and begin what is due. True while leading."""
        database = self._services.database
        with database.session() as session:
            now = database.now(session)
            if not clocks.lead(session, OFFICE, self._owner, now, now + self._term):
                return False
        schedule.tick(self._services, self._table)
        return True

    def run(self) -> None:
        """Beat each second."""
        while not self._stop.wait(BEAT):
            self.came_round(SLOWEST)
            try:
                self.beat()
            except DatabaseDown as error:
                log.warning("clock.blind", exc_info=error)
        try:
            self.resign()
        except DatabaseDown as error:
            # Nobody can be told; the lead runs out by itself.
            log.warning("clock.unresigned", exc_info=error)

    def stop(self) -> None:
        """End after this beat."""
        self._stop.set()

    def resign(self) -> None:
        """Let another clock lead at once."""
        database = self._services.database
        with database.session() as session:
            clocks.resign(session, OFFICE, self._owner, database.now(session))


def main() -> None:
    """Run a clock until SIGTERM or SIGINT."""
    process = prepared("clock")
    clock = Clock(process.services)
    clock.came_round = process.pulse.round
    with process.living():
        serve(clock)


def serve(clock: Clock) -> None:
    """Run this clock until SIGTERM or SIGINT."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: clock.stop())
    clock.run()


if __name__ == "__main__":
    main()
