"""A worker (``python -m jobs.worker``): takes jobs one after the other, in its own process, from one queue."""

import logging
import sys

from rq import SimpleWorker
from rq.serializers import JSONSerializer

from app import logs
from app.errors import DatabaseDown
from app.queue import QUEUE
from app.services import Services
from app.settings import Settings
from jobs import base, forecast, notify, reconcile, roster, ticket, upkeep
from jobs.base import PATIENCE, Patience

log = logging.getLogger(__name__)

JOBS = (ticket.run, reconcile.run, reconcile.articles, roster.run, forecast.run, notify.run, upkeep.run)
"""What the queue names; loaded here, so that the first job does not pay for it."""
RECYCLE = 1000
"""Jobs after which a worker ends, for its supervisor to start a fresh one."""


def build(services: Services, patience: Patience = PATIENCE) -> SimpleWorker:
    """A worker wired to these services; JSON only, never pickle."""
    base.use(services, patience)
    return SimpleWorker(
        [QUEUE],
        connection=services.work.patient(),
        serializer=JSONSerializer,
        worker_ttl=60,
        job_monitoring_interval=10,
        maintenance_interval=30,
        log_job_description=False,
    )


def main() -> None:
    """Work until SIGTERM (the job in hand is finished first) or until enough was done; the supervisor starts another."""
    settings = Settings.load()
    logs.set_up(settings.log_level)
    services = Services(settings)
    try:
        services.warm_up()
    except DatabaseDown as reason:
        log.warning("worker.cold", extra={"kind": type(reason).__name__})
    worker = build(services, Patience.of(settings))
    worker.work(max_jobs=RECYCLE, logging_level="WARNING")
    sys.exit(0)


if __name__ == "__main__":
    main()
