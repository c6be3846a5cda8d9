"""The processes of a run: started, killed by signal, started again as a supervisor would."""

import contextlib
import json
import os
import resource
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOM = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@dataclass
class Hand:
    """One process that should always run. ``handle`` is the kernel's name for it, which no other process ever gets."""

    kind: str
    environment: Mapping[str, str]
    skew: float = 0.0
    pid: int = 0
    handle: int = -1
    born: int = 0
    """How often it was started."""

    @property
    def lives(self) -> bool:
        return self.handle >= 0 and not select.select([self.handle], [], [], 0)[0]


@dataclass
class Crew:
    """All of them. ``wait`` says when something that is down may come back."""

    log: Path
    hands: dict[str, Hand] = field(default_factory=dict)
    paused: float = 0.0
    """Until then nothing is started: the disk is full."""

    def __post_init__(self) -> None:
        environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._nursery = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.nursery"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
            start_new_session=True,
        )
        if self._heard() != "ready":
            raise RuntimeError("the nursery did not open")

    def _heard(self) -> str:
        assert self._nursery.stdout is not None
        return self._nursery.stdout.readline().strip()

    def add(self, name: str, kind: str, environment: Mapping[str, str]) -> None:
        self.hands[name] = Hand(kind, environment)
        self.start(name)

    def start(self, name: str) -> None:
        hand = self.hands[name]
        if hand.handle >= 0:
            os.close(hand.handle)
        order = {"kind": hand.kind, "environment": dict(hand.environment), "log": str(self.log), "skew": hand.skew}
        assert self._nursery.stdin is not None
        self._nursery.stdin.write(json.dumps(order) + "\n")
        self._nursery.stdin.flush()
        hand.pid, hand.handle = int(self._heard()), -1
        with contextlib.suppress(ProcessLookupError):  # it ended already: the next look starts it anew
            hand.handle = os.pidfd_open(hand.pid)
        hand.born += 1

    def mend(self) -> None:
        """Start again whatever is gone."""
        if time.monotonic() < self.paused:
            return
        for name, hand in self.hands.items():
            if not hand.lives:
                self.start(name)

    def kill(self, name: str) -> None:
        """The whole process group, at once: nothing of it gets to clean up."""
        hand = self.hands[name]
        if hand.lives:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(hand.pid, signal.SIGKILL)
            select.select([hand.handle], [], [], 10)

    def cramp(self, names: Sequence[str], seconds: float) -> None:
        """No file that these write may have any byte more, as on a full disk, for so long."""
        self.paused = time.monotonic() + seconds
        for name in names:
            if self.hands[name].lives:
                limit(self.hands[name].pid, (0, resource.RLIM_INFINITY))

    def relieve(self) -> None:
        """There is room again."""
        for hand in self.hands.values():
            if hand.lives:
                limit(hand.pid, ROOM)

    def close(self) -> None:
        """End everything that was started here."""
        for name in self.hands:
            self.kill(name)
            if self.hands[name].handle >= 0:
                os.close(self.hands[name].handle)
        assert self._nursery.stdin is not None and self._nursery.stdout is not None
        self._nursery.stdin.close()
        self._nursery.wait(10)
        self._nursery.stdout.close()


def limit(pid: int, room: tuple[int, int], user: str | None = None) -> None:
    """How long files may be which the process and all below it write. Those that are gone meanwhile are left alone.

    ``user``: whose they are, where not ours; on some machines even root may not limit what another user runs.
    """
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
            limit(int(child), room, user)
    if user is None:
        with contextlib.suppress(ProcessLookupError):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, room)
        return
    soft, hard = ("unlimited" if one == resource.RLIM_INFINITY else str(one) for one in room)
    command = ["prlimit", f"--pid={pid}", f"--fsize={soft}:{hard}"]
    done = subprocess.run(command, user=user, capture_output=True, text=True, check=False)
    if done.returncode and Path(f"/proc/{pid}").exists():
        raise PermissionError(done.stderr.strip())


def until(holds: Callable[[], bool], seconds: float, crew: Crew) -> bool:
    """Whether it came to hold in time; whatever dies meanwhile is started again."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            return False
        crew.mend()
        time.sleep(0.1)  # between two looks at the condition
    return True
