"""A run that is told to end leaves nothing behind: no process, no server, no folder."""

import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.bench.capacity import DATABASE, TICKETS_SO_FAR, judged
from tests.bench.load import below

RUNS = [
    ("tests.chaos", "--events", "500", "--kills", "1"),
    ("tests.bench.capacity", "--soak", "5"),
]
SOON = 60.0
"""Seconds; on a machine with nothing else to do it takes a few."""


@pytest.mark.slow
@pytest.mark.parametrize("command", RUNS, ids=["chaos", "soak"])
def test_a_run_that_is_told_to_end_leaves_nothing_behind(command: tuple[str, ...], tmp_path: Path) -> None:
    environment = {**os.environ, "TMPDIR": str(tmp_path)}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen([sys.executable, "-m", *command], env=environment, **quiet) as run:
        while len(started := list(below(run.pid))) < 6:  # nursery, broker, web and its worker, two workers or clocks
            assert run.poll() is None
            time.sleep(0.1)  # between two looks
        handles = [os.pidfd_open(pid) for pid in started]
        run.send_signal(signal.SIGTERM)  # not SIGINT: what a shell starts beside itself ignores that
        run.wait(SOON)
    for handle in handles:
        assert select.select([handle], [], [], SOON)[0], "a process outlived its run"
        os.close(handle)
    assert list(tmp_path.iterdir()) == []


def test_what_grew_in_a_soak_is_told_from_what_is_flat() -> None:
    tickets = [float(n) for n in range(200)]
    flat = {TICKETS_SO_FAR: tickets, DATABASE: [n * 0.02 + 5 for n in tickets], "worker, MB each": [200.0] * 200}
    assert not judged(flat)
    assert judged(flat | {"worker, MB each": [200 + n for n in tickets]})
    assert judged(flat | {DATABASE: [n * n * 0.001 for n in tickets]})
    assert not judged(flat | {"waiting": [float(n % 4) for n in range(200)]})
