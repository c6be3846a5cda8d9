"""A worker (``python -m jobs.worker``): takes jobs one after the other, in its own process, from one queue."""

import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app import logs
from app.errors import DatabaseDown
from app.process import prepared
from app.queue import QUEUE
from app.services import Services
from jobs import (
    anchor,
    base,
    compliance,
    forecast,
    fraud,
    notify,
    reconcile,
    reporting,
    roster,
    signals,
    ticket,
    upkeep,
)
from jobs.base import PATIENCE, Patience

log = logging.getLogger("jobs.worker")
"""By its name: what is run as a program is called otherwise."""

JOBS = (
    ticket.run,
    reconcile.run,
    reconcile.articles,
    reconcile.solved,
    notify.run,
    reporting.run,
    roster.run,
    forecast.run,
    signals.run,
    upkeep.run,
    anchor.run,
    fraud.run,
    compliance.run,
    compliance.look,
)
"""Everything that the queue names; loaded here, so that the first job does not pay for it."""
RECYCLE = 1000
"""Jobs after which a worker ends, for its supervisor to start a fresh one."""
IDLE = 180.0
"""Seconds within which a worker without a job comes round, a broker that is away included."""
CUT = 75
"""The exit code of a worker that could not finish what it had in hand: somebody else goes on with it."""


class Worker(SimpleWorker):  # type: ignore[misc]  # the library has no types
    """The library's own, which shows that it comes round and ends within a bound.

    At SIGTERM it takes nothing more, and the ticket in hand ends with the turn that it is in. What takes longer than ``drain``
    seconds is left where it is: every step of it was saved, its lease runs out, and another worker goes on. A second SIGTERM
    leaves it at once.
    """

    drain: float = 30.0
    came_round: Callable[[float], None] = staticmethod(lambda within: None)
    _asked = 0.0
    _error: BaseException | None = None

    def heartbeat(self, timeout: int | None = None, pipeline: Any = None) -> None:
        """Told by the library each time that it looks for a job, and with a job's own time when it begins one."""
        self.came_round(IDLE + float(timeout or 0))
        super().heartbeat(timeout, pipeline)

    def handle_job_failure(self, job: Any, queue: Any, *more: Any, exc_string: str = "", **named: Any) -> None:
        """As the library does, but what it keeps in Redis of an error says where it happened, and nobody's words."""
        error, self._error = self._error, None
        super().handle_job_failure(job, queue, *more, exc_string=logs.trace(error) if error else "lost", **named)

    def handle_exception(self, job: Any, *exc_info: Any) -> None:
        """Log it in our way; the library's line quotes the error."""
        self._error = exc_info[1]
        log.error("job.failed", extra={"job": job.id, "what": job.func_name}, exc_info=exc_info[1])

    def request_stop(self, signum: int, frame: FrameType | None) -> None:
        """The first request: nothing new is begun."""
        self._asked = time.monotonic()
        base.drain()
        log.info("worker.draining", extra={"seconds": self.drain})
        cut = threading.Timer(self.drain, _cut)
        cut.daemon = True
        cut.start()
        super().request_stop(signum, frame)

    def request_force_stop(self, signum: int, frame: FrameType | None) -> None:
        """The second: now. One within a second is the same request, as a terminal and a supervisor both pass it on."""
        if time.monotonic() - self._asked > 1.0:
            _cut()


def build(services: Services, patience: Patience = PATIENCE) -> Worker:
    """A worker wired to these services; JSON only, never pickle."""
    base.use(services, patience)
    worker = Worker(
        [QUEUE],
        connection=services.work.patient(),
        serializer=JSONSerializer,
        worker_ttl=60,
        job_monitoring_interval=10,
        maintenance_interval=30,
        log_job_description=False,
    )
    worker.drain = services.settings.drain_seconds
    return worker


def main() -> None:
    """Work until SIGTERM (the turn in hand is finished first) or until enough was done; the supervisor starts another."""
    process = prepared("worker")
    # Until the library listens itself: whoever is stopped while it warms up has nothing in hand.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with process.living():
        try:
            process.services.warm_up()
        except DatabaseDown as reason:
            log.warning("worker.cold", extra={"kind": type(reason).__name__})
        worker = build(process.services, Patience.of(process.services.settings))
        worker.came_round = process.pulse.round
        worker.work(max_jobs=RECYCLE, logging_level="WARNING")
    sys.exit(0)


def _cut() -> None:
    """End without another word to anybody: what was not saved is as if it had not been begun."""
    log.warning("worker.cut")
    os._exit(CUT)


if __name__ == "__main__":
    main()
