"""The supervisor with small real processes: what it restarts, in which order it stops, and that it leaves nobody behind."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="looks at processes through /proc")

CHILD = """
import signal, sys, time
name, log = sys.argv[1:3]
def say(what):
    with open(log, "a") as file:
        file.write(f"{name} {what}\\n")
def end(*_):
    say("stopped")
    sys.exit(0)
signal.signal(signal.SIGTERM, signal.SIG_IGN if "deaf" in name else end)
signal.signal(signal.SIGINT, lambda *_: say("interrupted"))
say("began")
while True:
    time.sleep(0.05)
"""

SUPERVISE = """
import json, os, sys
from pathlib import Path
from app.cli.supervisor import Part, Supervisor
spec = json.loads(sys.argv[1])
log = Path(spec["log"])
def ready(name):
    return lambda: log.exists() and f"{name} began" in log.read_text()
parts = [
    Part(name, [sys.executable, "-c", spec.get("code", {}).get(name, spec["child"]), name, spec["log"]], stage, grace=spec.get("grace", 5),
         ready=ready(name) if name in spec.get("wait", []) else None)
    for name, stage in spec["parts"]
]
Supervisor(parts, dict(os.environ), lambda line: print(line, flush=True), patience=spec.get("patience", 20)).run(
    lambda: print("STARTED", flush=True))
"""


class Trial:
    """A supervisor in a process of its own, over children that note what happens to them."""

    def __init__(self, folder: Path, parts: list[tuple[str, int]], **more: object) -> None:
        self.log = folder / "log"
        spec = {"log": str(self.log), "child": CHILD, "parts": parts, **more}
        command = [sys.executable, "-c", textwrap.dedent(SUPERVISE), json.dumps(spec)]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, process_group=0
        )

    def said(self, line: str) -> str:
        """Read the supervisor's lines up to the first that holds ``line``."""
        for heard in self.process.stdout:
            if line in heard:
                return heard
        raise AssertionError(f"the supervisor ended without saying {line!r}")

    def noted(self) -> list[str]:
        return self.log.read_text().splitlines() if self.log.exists() else []

    def until(self, holds: Callable[[], bool], seconds: float = 20.0) -> None:
        end = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < end, self.noted()
            time.sleep(0.02)

    def children(self) -> list[int]:
        """Every process that has our log's path among its arguments, but for the supervisor itself."""
        found = []
        for entry in Path("/proc").glob("[0-9]*/cmdline"):
            try:
                arguments = entry.read_bytes().split(b"\0")
            except (FileNotFoundError, ProcessLookupError):
                continue
            if str(self.log).encode() in arguments:
                found.append(int(entry.parent.name))
        return found


@pytest.fixture
def trial(tmp_path):
    trials: list[Trial] = []

    def begin(parts, **more):
        trials.append(Trial(tmp_path, parts, **more))
        return trials[-1]

    yield begin
    for one in trials:
        one.process.kill()
        one.process.wait()
        one.process.stdout.close()
        one.until(lambda one=one: not one.children())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_parts_stop_by_stage_and_the_supervisor_ends_well(trial, number):
    one = trial([("broker", 3), ("web", 0), ("worker", 1), ("clock", 2)], wait=["broker", "web", "worker", "clock"])
    one.said("STARTED")
    one.process.send_signal(number)
    assert one.process.wait(60) == 0
    assert one.noted()[4:] == ["web stopped", "worker stopped", "clock stopped", "broker stopped"]


def test_ctrl_c_in_a_terminal_reaches_only_the_supervisor(trial):
    one = trial([("web", 0)], wait=["web"])
    one.said("STARTED")
    os.killpg(one.process.pid, signal.SIGINT)
    assert one.process.wait(60) == 0
    assert "web interrupted" not in one.noted()


def test_a_part_waits_for_the_one_before_it_to_be_ready(trial):
    one = trial([("broker", 1), ("web", 0)], wait=["broker", "web"])
    one.said("STARTED")
    assert one.noted() == ["broker began", "web began"]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_part_that_ends_is_started_again_whatever_its_code(trial, number):
    one = trial([("worker", 0)], wait=["worker"])
    one.said("STARTED")
    os.kill(one.children()[0], number)
    one.said("worker ended with code")
    one.until(lambda: one.noted().count("worker began") == 2)


def test_what_a_killed_part_leaves_behind_is_gone_before_it_starts_again(trial):
    forks = "import os, sys\nif os.fork():\n  os.wait()\n" + CHILD
    one = trial([("web", 0)], wait=["web"], code={"web": forks})
    one.said("STARTED")
    parent, orphan = sorted(one.children())
    os.kill(parent, signal.SIGKILL)
    one.until(lambda: one.noted().count("web began") == 2)
    assert orphan not in one.children()


def test_a_part_that_keeps_ending_is_started_ever_less_often(trial):
    one = trial([("worker", 0)], code={"worker": "raise SystemExit(0)"})
    pauses = [one.said("worker ended with code 0").rpartition(" in ")[2].strip() for _ in range(4)]
    assert pauses == ["0.0 s", "0.2 s", "0.5 s", "1.0 s"]


def test_a_part_that_ends_at_the_start_stops_everything(trial):
    one = trial([("broker", 1), ("web", 0)], wait=["broker", "web"], code={"web": "raise SystemExit(7)"})
    one.said("NotStarted: web ended with code 7 at the start")
    assert one.process.wait(60) == 1
    assert one.noted() == ["broker began", "broker stopped"]


def test_a_part_that_never_gets_ready_stops_everything(trial):
    silent = "import time\nwhile True: time.sleep(0.05)"
    one = trial([("web", 0)], wait=["web"], code={"web": silent}, patience=0.5)
    one.said("NotStarted: web was not ready within")
    assert one.process.wait(60) == 1
    assert one.children() == []


def test_a_part_that_does_not_listen_is_killed_after_its_grace(trial):
    one = trial([("deaf", 0), ("broker", 1)], wait=["deaf", "broker"], grace=0.3)
    one.said("STARTED")
    one.process.terminate()
    assert one.process.wait(60) == 0
    assert one.children() == []
    assert one.noted()[-1] == "broker stopped"


def test_a_second_signal_does_not_wait(trial):
    one = trial([("deaf", 0)], wait=["deaf"], grace=600)
    one.said("STARTED")
    one.process.send_signal(signal.SIGINT)
    with pytest.raises(subprocess.TimeoutExpired):
        one.process.wait(0.3)
    one.process.send_signal(signal.SIGINT)
    assert one.process.wait(60) == 0
    assert one.children() == []


@pytest.mark.parametrize("name", ["web", "deaf"])
def test_nobody_is_left_when_the_supervisor_itself_is_killed(trial, name):
    one = trial([("broker", 1), (name, 0)], wait=["broker", name])
    one.said("STARTED")
    one.process.kill()
    one.until(lambda: not one.children(), seconds=15)
    assert "broker stopped" in one.noted()
