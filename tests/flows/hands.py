"""Real worker and clock processes for the tests: ``python -m tests.flows.hands worker``. Only less patient than in production."""

import sys
from datetime import timedelta

from app import logs
from app.services import Services
from app.settings import Settings
from jobs import clock, schedule, worker
from jobs.base import Patience

HASTY = Patience(
    lease=timedelta(seconds=5),
    unanswered=timedelta(seconds=6),
    grace=timedelta(seconds=1),
    longest=timedelta(seconds=2),
)
"""The played vendor on this machine answers within milliseconds, or not at all."""
TABLE = (
    schedule.Periodic("sweep", timedelta(seconds=1), schedule.sweep),
    schedule.Periodic("reconcile", timedelta(seconds=3), schedule.reconcile),
)


def main(kind: str) -> None:
    settings = Settings.load()
    logs.set_up(settings.log_level)
    services = Services(settings)
    if kind == "worker":
        worker.build(services, HASTY).work(logging_level="WARNING")
    else:
        clock.serve(clock.Clock(services, term=timedelta(seconds=3), table=TABLE))


if __name__ == "__main__":
    main(sys.argv[1])
