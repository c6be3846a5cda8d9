"""The receiver beside its alternatives, in one run: CPU for each event, and how long a vendor waits for its answer.

CPU is user plus system time of the server's processes, so that other load on the machine counts little; the handlers
take turns in shuffled order, each behind the same gunicorn with as many processes and threads as we have. All on
loopback, bounded, about a minute.
"""

import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from socket import create_connection, socket

from app.cli import broker
from app.db import accounts, connections, migrations
from app.db.connections import Installed
from app.services import Services
from app.settings import Settings, child_environment
from tests.bench.load import Knock, Server, closed, open_loop, until
from tests.web.vendors import VENDORS

SLACK = next(vendor for vendor in VENDORS if vendor.name == "slack")
ROUNDS, EACH = 5, 500
RATE, SECONDS = 200, 5
AIM_CPU, AIM_P99, AIM_AWAY = 600, 25, 500
"""Microseconds, milliseconds, milliseconds."""


def main() -> int:
    """Measure and print. Ends with 1 when an answer was wrong, not when the machine was slow."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        settings = Settings.load({"DESKHAND_DATA_DIR": folder})
        broker_pid = stack.enter_context(broker_running(settings))
        ours = stack.enter_context(server_running(folder, settings, "app.web:create_app()", _connected(settings)))
        others = {
            name: stack.enter_context(server_running(folder, settings, f"tests.bench.handlers:{name}()", "/events"))
            for name in _others()
        }
        _cpu({**others, "deskhand": ours})
        _latency(ours)
        os.kill(broker_pid, signal.SIGKILL)
        _away(ours)
    return 0


def knocks(count: int) -> list[Knock]:
    """Signed Slack events of about 800 bytes, each in a thread of its own: the dearest case, one bell for each."""
    made = []
    for _ in range(count):
        event = SLACK.event(f"Ev{uuid.uuid4().hex[:14]}")
        event["padding"] = "x" * max(0, 784 - len(json.dumps(event)))
        body = json.dumps(event).encode()
        made.append(Knock(body, SLACK.signed(body)))
    return made


def _others() -> list[str]:
    if find_spec("slack_bolt"):
        return ["bare", "bolt", "obvious"]
    print("slack_bolt is not installed (pip install slack_bolt): left out")
    return ["bare", "obvious"]


def _cpu(servers: dict[str, Server]) -> None:
    found: dict[str, list[float]] = {name: [] for name in servers}
    for server in servers.values():
        closed(server, knocks(100))
    for _ in range(ROUNDS):
        for name in random.sample(list(servers), len(servers)):
            found[name].append(closed(servers[name], knocks(EACH)))
    print(f"\nCPU for each event, microseconds (median of {ROUNDS} rounds of {EACH}, lowest to highest)")
    bare = statistics.median(found["bare"])
    for name, costs in sorted(found.items(), key=lambda item: statistics.median(item[1])):
        cost = statistics.median(costs)
        print(f"  {name:10} {cost:6.0f}  ({min(costs):.0f} to {max(costs):.0f}), {cost / bare:.2f} x bare")
    print(f"  aim: deskhand under {AIM_CPU}")


def _latency(server: Server) -> None:
    taken = open_loop(server, knocks(RATE * SECONDS), RATE)
    p50, p99 = (taken[int(len(taken) * share)] for share in (0.5, 0.99))
    print(f"\nanswered at {RATE} events a second, open loop, {len(taken)} events:")
    print(f"  p50 {p50:.1f} ms, p99 {p99:.1f} ms, longest {taken[-1]:.1f} ms")
    print(f"  aim: p99 {AIM_P99} ms")


def _away(server: Server) -> None:
    taken = open_loop(server, knocks(40), 10)
    print(f"\nwith Redis killed, {len(taken)} events: longest answer {taken[-1]:.0f} ms, all accepted")
    print(f"  aim: under {AIM_AWAY} ms")


@contextmanager
def broker_running(settings: Settings) -> Iterator[int]:
    """The embedded broker; gives its process's id."""
    environment = {**child_environment(settings), "REDIS_URL": ""}
    process = subprocess.Popen([sys.executable, "-m", "app", "broker"], env=environment, stderr=subprocess.DEVNULL)
    try:
        broker.wait(settings)
        yield process.pid
    finally:
        process.kill()
        process.wait()


@contextmanager
def server_running(folder: str, settings: Settings, application: str, path: str) -> Iterator[Server]:
    """An application behind gunicorn, as we are served."""
    with socket() as line:
        line.bind(("127.0.0.1", 0))
        port = line.getsockname()[1]
    environment = {
        **child_environment(settings),
        "PORT": str(port),
        "BENCH_FOLDER": folder,
        "BENCH_REDIS": settings.redis_url,
    }
    command = [sys.executable, "-m", "gunicorn", "-c", "python:app.web.serving", application]
    log = Path(folder) / f"{port}.log"
    with log.open("w") as lines:
        process = subprocess.Popen(command, env={**environment, "REDIS_URL": ""}, stderr=lines)
    try:
        until(lambda: _listens(port))
        yield Server(port, path, process.pid)
    finally:
        process.terminate()
        process.wait()


def _listens(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def _connected(settings: Settings) -> str:
    """A Slack connection in our own database; gives its webhooks' path."""
    services = Services(settings)
    migrations.upgrade(services.database)
    name, now = connections.new_id(), datetime.now(UTC)
    sealed = services.vault.seal(SLACK.secrets, place=name)
    with services.database.session() as session:
        account = accounts.add(session, f"bench {time.time()}", now)
        connections.add(session, Installed(name, account.id, "slack", "", SLACK.settings, sealed), now)
    services.dispose()
    return f"/webhooks/slack/{name}"


if __name__ == "__main__":
    sys.exit(main())
