"""Where the processes of a run come from: all is loaded once, and each of them is a fork of that. Being killed stays as real as ever.

Reads a line of JSON for each process to start, and answers with its id: ``python -m tests.chaos.nursery``.
"""

import json
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any

import gunicorn.app.wsgiapp
import gunicorn.workers.gthread
import time_machine

from app.cli import broker
from app.nlp.tier import tier
from app.process import prepared
from app.settings import Settings
from jobs import clock, schedule, worker
from jobs.base import Patience

PATIENCE = Patience(
    lease=timedelta(seconds=6),
    unanswered=timedelta(seconds=12),
    grace=timedelta(seconds=1),
    longest=timedelta(seconds=2),
)
"""The played vendors answer within milliseconds, or never; what is cut off has no effect later."""
OFTEN = {"reconcile": timedelta(seconds=20)}
TABLE = tuple(replace(line, every=OFTEN.get(line.name, line.every)) for line in schedule.TABLE)


NEEDED = ("app.web", "connectors.intercom", "connectors.slack", "connectors.zendesk")
"""What they load by name, when they need it."""


def web() -> None:
    sys.argv = ["gunicorn", "-c", "python:app.web.serving", "app.web:create_app()"]
    gunicorn.app.wsgiapp.run()


def work() -> None:
    process = prepared("worker")
    with process.living():
        made = worker.build(process.services, PATIENCE)
        made.came_round = process.pulse.round
        made.work(max_jobs=worker.RECYCLE, logging_level="WARNING")


def beat() -> None:
    process = prepared("clock")
    made = clock.Clock(process.services, term=timedelta(seconds=3), table=TABLE)
    made.came_round = process.pulse.round
    with process.living():
        clock.serve(made)


def embedded() -> None:
    broker.run(Settings.load())


def shared() -> None:
    """One Redis for all hosts, on a port."""
    port, folder = os.environ["CHAOS_REDIS_PORT"], os.environ["CHAOS_REDIS_DIR"]
    flags = ("--bind", "127.0.0.1", "--port", port, "--dir", folder, "--appendonly", "yes", "--save", "")
    os.execv(broker.binary(), [broker.binary(), *flags])


KINDS = {"web": web, "worker": work, "clock": beat, "broker": embedded, "redis": shared}


def born(order: Mapping[str, Any]) -> int:
    """Fork a process for this order; gives its id."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        _begin(order)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    except BaseException:  # noqa: BLE001  # a fork must never go on as its parent
        traceback.print_exc()
    finally:
        os._exit(code)


def _begin(order: Mapping[str, Any]) -> None:
    os.setsid()
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for target, source in ((0, nothing), (1, log), (2, log)):
        os.dup2(source, target)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(order["environment"])
    if order["skew"]:
        time_machine.travel(datetime.now(UTC) + timedelta(seconds=order["skew"]), tick=True).start()
    KINDS[order["kind"]]()


def main() -> None:
    """Fork whatever is ordered until nobody orders any more; nothing of it is left then, also when the run itself was killed."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for them: the kernel buries them at once
    for name in NEEDED:
        import_module(name)
    tier(None, "")
    print("ready", flush=True)
    for line in sys.stdin:
        print(born(json.loads(line)), flush=True)
    for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        with suppress(ProcessLookupError):  # it just ended by itself
            os.killpg(int(pid), signal.SIGKILL)


if __name__ == "__main__":
    main()
