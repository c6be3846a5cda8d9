"""Keeps a handful of processes running and stops them in order. Knows nothing of what they do."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from app.cli import keeper
from app.errors import DeskhandError

STEADY = 60.0
"""Seconds after which a process that ended counts as having run well, and its backoff begins anew."""
LONGEST_PAUSE = 30.0


class NotStarted(DeskhandError):
    """A process ended, or did not get ready, while everything was being started."""


@dataclass(frozen=True)
class Part:
    """One process that should always run. ``stage`` orders the stopping: lower first, the same together."""

    name: str
    command: Sequence[str]
    stage: int
    grace: float = 10.0
    """Seconds from SIGTERM to SIGKILL."""
    ready: Callable[[], bool] | None = None
    """Asked at the start only: the next part waits until it says yes."""


@dataclass
class Child:
    """A part, its present process and how often it ended early."""

    part: Part
    process: subprocess.Popen[bytes]
    began: float
    failures: int = 0
    again: float | None = None
    """When to start it anew, by the monotonic clock; None while it runs."""


@dataclass
class Supervisor:
    """Starts ``parts`` in order, restarts any that ends, and on SIGINT or SIGTERM stops them by stage.

    Each part has a process group of its own, so that Ctrl-C reaches only us. When we are killed outright, the
    keeper stops what is left.
    """

    parts: Sequence[Part]
    environment: Mapping[str, str]
    say: Callable[[str], None]
    patience: float = 60.0
    """Seconds that a part may take to get ready."""
    _children: list[Child] = field(default_factory=list, init=False)
    _signals: "Signals" = field(init=False)
    _keeper: "Keeper" = field(init=False)

    def run(self, started: Callable[[], None]) -> None:
        """Run until told to stop; calls ``started`` once when all is ready. Raises NotStarted, with everything stopped again."""
        with Signals() as signals, Keeper() as watch:
            self._signals, self._keeper = signals, watch
            try:
                for part in self.parts:
                    self._begin(part)
                if not signals.stops:
                    started()
                while not signals.stops:
                    self._restart_ended()
                    signals.wait(0.1 if any(child.again is not None for child in self._children) else 1.0)
            finally:
                self._stop_all()

    # --- starting and restarting ---------------------------------------------------------------------------

    def _begin(self, part: Part) -> None:
        """Start a part and wait until it is ready, it ends, or we are told to stop."""
        if self._signals.stops:
            return
        child = Child(part, self._spawn(part), time.monotonic())
        self._children.append(child)
        while part.ready and not self._signals.stops and not part.ready():
            if child.process.poll() is not None:
                self._keeper.note("-", child.process)
                raise NotStarted(
                    f"{part.name} ended with code {child.process.returncode} at the start", "see its lines above"
                )
            if time.monotonic() - child.began > self.patience:
                raise NotStarted(f"{part.name} was not ready within {self.patience:.0f} seconds", "see its lines above")
            self._signals.wait(0.05)

    def _spawn(self, part: Part) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(part.command, env=dict(self.environment), stdin=subprocess.DEVNULL, process_group=0)  # noqa: S603
        self._keeper.note("+", process)
        return process

    def _restart_ended(self) -> None:
        """Any exit counts, 0 too: a worker that lost Redis ends politely."""
        now = time.monotonic()
        for child in self._children:
            if child.again is None and child.process.poll() is not None:
                self._bury(child)
                child.failures = 0 if now - child.began > STEADY else child.failures + 1
                # Anything may die once: nobody waits for that. What keeps dying is given time.
                pause = min(LONGEST_PAUSE, 0.25 * 2 ** (child.failures - 2)) if child.failures > 1 else 0.0
                child.again = now + pause
                self.say(
                    f"{child.part.name} ended with code {child.process.returncode}; starting again in {pause:.1f} s"
                )
            if child.again is not None and child.again <= now:
                child.process, child.began, child.again = self._spawn(child.part), now, None

    # --- stopping ------------------------------------------------------------------------------------------

    def _stop_all(self) -> None:
        for stage in sorted({child.part.stage for child in self._children}):
            self._stop([c for c in self._children if c.part.stage == stage])

    def _stop(self, children: Sequence[Child]) -> None:
        """SIGTERM to each, then SIGKILL to the groups of those that take longer than their grace, or at a second signal."""
        asked = self._signals.stops
        running = [child for child in children if child.process.poll() is None]
        for child in running:
            child.process.terminate()
        end = time.monotonic() + max((child.part.grace for child in running), default=0.0)
        while (
            any(c.process.poll() is None for c in running)
            and time.monotonic() < end
            and self._signals.stops <= max(asked, 1)
        ):
            self._signals.wait(0.1)
        for child in children:
            self._bury(child)

    def _bury(self, child: Child) -> None:
        """Make sure that nothing of its group is left, and say so."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
        self._keeper.note("-", child.process)


class Signals:
    """Counts requests to stop, and lets one wait for them or for a child's end without polling in haste."""

    HEARD = (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD)

    def __init__(self) -> None:
        self.stops = 0

    def __enter__(self) -> Self:
        self._ear, self._mouth = socket.socketpair()
        self._ear.setblocking(False)
        self._mouth.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._mouth.fileno(), warn_on_full_buffer=False)
        self._before = {number: signal.signal(number, self._heard) for number in self.HEARD}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(self._wakeup)
        self._ear.close()
        self._mouth.close()

    def wait(self, seconds: float) -> None:
        """Return at the next signal, or after ``seconds``."""
        if select.select([self._ear], [], [], seconds)[0]:
            self._ear.recv(4096)

    def _heard(self, number: int, _frame: object) -> None:
        self.stops += number != signal.SIGCHLD


class Keeper:
    """The process that stops what we leave behind when we are killed; see ``app.cli.keeper``."""

    def __enter__(self) -> Self:
        command = [sys.executable, "-I", str(Path(keeper.__file__))]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, process_group=0)  # noqa: S603
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def note(self, sign: str, process: subprocess.Popen[bytes]) -> None:
        """A process group began (``+``) or is gone (``-``)."""
        pipe = self._process.stdin
        with contextlib.suppress(BrokenPipeError):  # without its keeper a supervisor still does its work
            if pipe:
                pipe.write(f"{sign}{process.pid}\n".encode())
                pipe.flush()
