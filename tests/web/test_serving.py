"""The server as it is really run: a process of it that is killed is replaced before anybody is refused."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from socket import socket

import pytest

from app.cli.running import PROGRAMS
from app.settings import Settings, child_environment


def children(pid: int) -> set[int]:
    """The processes that this one has begun."""
    return {int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()}


def answer(port: int) -> int:
    """What ``/healthz`` answers; 0 when nobody listens."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=60) as page:
            return page.status
    except urllib.error.URLError as error:
        if isinstance(error.reason, ConnectionRefusedError):
            return 0
        raise


@pytest.mark.slow
def test_a_killed_process_is_replaced_and_nobody_is_refused(prepared: Settings) -> None:
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {**child_environment(prepared), "PORT": str(port), "DESKHAND_WEB_PROCESSES": "1"}
    command = [sys.executable, "-m", *PROGRAMS["web"]]
    master = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL, process_group=0)
    try:
        end = time.monotonic() + 60
        while answer(port) != 200:
            assert master.poll() is None
            assert time.monotonic() < end
            time.sleep(0.05)
        [worker] = children(master.pid)
        os.kill(worker, signal.SIGKILL)
        while worker in children(master.pid):
            assert time.monotonic() < end
            time.sleep(0.01)
        began = time.monotonic()
        assert answer(port) == 200
        assert time.monotonic() - began < 30
        assert children(master.pid).isdisjoint({worker})
    finally:
        master.terminate()
        master.wait(30)
