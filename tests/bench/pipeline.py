"""From webhook to write: tickets a second through real web, workers and a played host over HTTP, beside jobs that do nothing.

The same workers (two, RQ's SimpleWorker) first empty a queue of nothing, then do the work. CPU is counted for each
kind of process, so that the first limit has a name. The played host runs in this process and costs CPU, too.
"""

import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from redis import Redis
from rq import Queue, SimpleWorker, Worker
from rq.serializers import JSONSerializer

from app.db import migrations
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.services import Services
from app.settings import Settings, child_environment
from tests.bench.load import spent, until
from tests.bench.receiver import broker_running, server_running
from tests.flows.stage import QUESTION
from tests.flows.test_processes import SECRET, connect, decisions

NOTHING, WARM, TICKETS = 600, 10, 80
WORKERS = 2


def main() -> int:
    """Measure and print. Ends with an error when a ticket was not worked on, not when the machine was slow."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings = Settings.load({"DESKHAND_DATA_DIR": folder})
        broker = stack.enter_context(broker_running(settings))
        rate, cost = _nothing(settings)
        print(f"\nthe queue alone, {NOTHING} jobs that do nothing, {WORKERS} workers:")
        print(f"  {rate:.0f} jobs a second, {cost * 1e3:.1f} ms of the workers' CPU each")
        _tickets(stack, folder, settings, broker, rate)
    return 0


def _nothing(settings: Settings) -> tuple[float, float]:
    """Jobs a second, and CPU seconds of a worker for each."""
    with Redis.from_url(settings.redis_url) as redis, _workers(settings, "tests.bench.pipeline", "nothing") as pids:
        until(lambda: Worker.count(connection=redis) == WORKERS)
        queue, before, begun = (
            Queue("nothing", connection=redis, serializer=JSONSerializer),
            _cost(pids),
            time.monotonic(),
        )
        queue.enqueue_many([Queue.prepare_data("operator.truth", (1,), result_ttl=0) for _ in range(NOTHING)])
        until(lambda: not queue.count)
        took = time.monotonic() - begun
        return NOTHING / took, (_cost(pids) - before) / NOTHING


def _tickets(stack: ExitStack, folder: str, settings: Settings, broker: int, nothing: float) -> None:
    services = Services(settings)
    stack.callback(services.dispose)
    migrations.upgrade(services.database)
    host = ZendeskHost(World(), "zendesk")
    connection = connect(services, stack.enter_context(Served(application(host.world, [host]))), host)
    web = stack.enter_context(
        server_running(folder, settings, "app.web:create_app()", f"/webhooks/zendesk/{connection}")
    )
    host.hook(f"http://127.0.0.1:{web.port}{web.path}", SECRET)
    workers = stack.enter_context(_workers(settings, "jobs.worker"))
    _written(host, WARM)
    kinds = {"web": [web.pid], "workers": workers, "broker": [broker]}
    before, own, begun = {kind: _cost(pids) for kind, pids in kinds.items()}, time.process_time(), time.monotonic()
    _written(host, TICKETS)
    took = time.monotonic() - begun
    costs = {kind: (_cost(pids) - before[kind]) / TICKETS * 1e3 for kind, pids in kinds.items()}
    _say(took, costs, (time.process_time() - own) / TICKETS * 1e3, nothing)


def _say(took: float, costs: Mapping[str, float], host: float, nothing: float) -> None:
    rate = TICKETS / took
    print(f"\nfrom webhook to write, {TICKETS} tickets, {WORKERS} workers, a played Zendesk over HTTP:")
    print(f"  {rate:.1f} tickets a second, one for {nothing / rate:.0f} jobs that do nothing")
    shares = ", ".join(f"{kind} {cost:.1f}" for kind, cost in costs.items())
    print(f"  CPU for each ticket, ms: {shares}; beside them the played host {host:.1f}")
    busy = costs["workers"] * TICKETS / 1e3 / took / WORKERS
    print(
        f"  the workers were on a processor for {busy:.0%} of the time; the rest is waiting for disk, host or processor"
    )


def _written(host: ZendeskHost, count: int) -> None:
    """Customers write, and each ticket gets its one write."""
    before = set(decisions(host))
    for number in range(count):
        host.customer_writes(f"c{number}@customer.example", QUESTION, subject="Where is it?")
    until(lambda: all(decisions(host).values()) and len(decisions(host)) == len(before) + count, 90)


def _cost(pids: Sequence[int]) -> float:
    return sum(spent(pid) for pid in pids)


@contextmanager
def _workers(settings: Settings, *module: str) -> Iterator[Sequence[int]]:
    log = (Path(settings.data_dir) / "workers.log").open("ab")
    command = [sys.executable, "-m", *module]
    environment = {**child_environment(settings), "REDIS_URL": settings.redis_url}
    started = [subprocess.Popen(command, env=environment, stdout=log, stderr=log) for _ in range(WORKERS)]
    try:
        yield [one.pid for one in started]
    finally:
        for one in started:
            one.send_signal(signal.SIGKILL)
            one.wait()
        log.close()


def nothing() -> None:
    """A worker with RQ's own means alone."""
    redis = Redis.from_url(Settings.load().redis_url)
    SimpleWorker(["nothing"], connection=redis, serializer=JSONSerializer).work(logging_level="WARNING")


if __name__ == "__main__":
    sys.exit(nothing() if sys.argv[1:] == ["nothing"] else main())
