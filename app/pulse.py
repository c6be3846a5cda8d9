"""A process's pulse: every few seconds it hands on what was counted, and leaves a file that says how its main loop is.

The file is for ``deskhand health`` and whoever restarts containers; it knows nothing of databases and brokers, whose trouble no
restart of ours would mend.
"""

import json
import logging
import os
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from app import metrics
from app.errors import BrokerDown
from app.metrics import Sample
from app.queue import Work

log = logging.getLogger(__name__)

EVERY = 5.0
"""Seconds between two beats."""
GONE = 30.0
"""Seconds without a beat after which a process counts as gone."""
FORGOTTEN = 86_400.0
MARK = "\x1f"


@dataclass(frozen=True)
class Sign:
    """What a process left behind: when it beat last, and until when its main loop has to come round again (seconds of the epoch)."""

    kind: str
    pid: int
    at: float
    until: float

    def trouble(self, now: float) -> str:
        """What is wrong with it in words; empty when it is well."""
        if now - self.at > GONE:
            return f"process {self.pid} has not beaten for {now - self.at:.0f} seconds"
        if now > self.until:
            return f"the main loop of process {self.pid} is stuck for {now - self.until:.0f} seconds"
        return ""


class Pulse:
    """Beats in a thread of its own from ``start`` until ``stop``. ``folder`` is where the sign is left; None: nowhere."""

    def __init__(self, work: Work, kind: str, folder: Path | None) -> None:
        self._work, self._kind, self._folder = work, kind, folder
        self._who = f"{kind}:{socket.gethostname()[:40]}:{os.getpid()}"
        self._until = float("inf")
        self._stop = threading.Event()
        self._told = threading.Lock()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        """Begin. After any fork: threads do not survive one."""
        self.beat()
        if self._folder:
            _tidy(self._folder)
        self._thread.start()

    def round(self, within: float) -> None:
        """The main loop came round, and promises to do so again within so many seconds."""
        self._until = time.time() + within

    def stop(self) -> None:
        """Hand on what is left, and take the sign away."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join(timeout=2 * EVERY)
        self.tell()
        with suppress(BrokerDown):
            self._work.forget(self._who)
        if self._folder:
            _file(self._folder, self._kind, os.getpid()).unlink(missing_ok=True)

    def beat(self) -> None:
        """Once: the sign, then the counters."""
        if self._folder:
            _write(self._folder, Sign(self._kind, os.getpid(), time.time(), min(self._until, 1e12)))
        self.tell()

    def tell(self) -> None:
        """Hand on what was counted. A broker that is away costs nothing: it is told the next time."""
        with self._told:
            fresh = metrics.take()
            own = {MARK.join((g.family, *g.labels)): value for g, value in metrics.gauges().items()}
            word = json.dumps({"at": time.time(), "kind": self._kind, "gauges": own})
            try:
                self._work.tally(self._who, word, {named(sample): by for sample, by in fresh.items()})
            except BrokerDown:
                metrics.give_back(fresh)

    def _run(self) -> None:
        while not self._stop.wait(EVERY):
            try:
                self.beat()
            except OSError as error:
                log.warning("pulse.unwritten", extra={"kind": type(error).__name__})


def named(sample: Sample) -> str:
    """A sample as the broker keeps it."""
    return MARK.join((sample.family, *sample.labels, sample.part))


def read(counted: Mapping[str, float], words: Mapping[str, str], now: float) -> tuple[dict[Sample, float], set[str]]:
    """What all processes told as figures, and who is gone: of those only what they counted still counts."""
    figures: dict[Sample, float] = {}
    for key, value in counted.items():
        family, *labels, part = key.split(MARK)
        figures[Sample(family, tuple(labels), part)] = value
    gone = set()
    for who, word in words.items():
        said = json.loads(word)
        if now - said["at"] > GONE:
            gone.add(who)
            continue
        parts = {"deskhand_processes" + MARK + said["kind"]: 1.0, **said["gauges"]}
        for key, value in parts.items():
            family, *labels = key.split(MARK)
            sample = Sample(family, tuple(labels))
            figures[sample] = figures.get(sample, 0.0) + value
    return figures, gone


def signs(folder: Path, kind: str) -> list[Sign]:
    """What this machine's living processes of that kind left. What the dead left is taken away."""
    found = []
    for file in sorted(folder.glob(f"{kind}-{socket.gethostname()[:40]}-*.json")):
        try:
            sign = Sign(**json.loads(file.read_text("utf-8")))
            os.kill(sign.pid, 0)
        except (FileNotFoundError, ProcessLookupError):
            file.unlink(missing_ok=True)
        except PermissionError:
            found.append(sign)
        else:
            found.append(sign)
    return found


def folder(data_dir: Path) -> Path:
    """Where signs are left."""
    return data_dir / "pulse"


def _tidy(folder: Path) -> None:
    """Signs that containers which are gone left on a volume they shared."""
    for file in folder.glob("*.json"):
        with suppress(FileNotFoundError):
            if time.time() - file.stat().st_mtime > FORGOTTEN:
                file.unlink()


def _file(folder: Path, kind: str, pid: int) -> Path:
    return folder / f"{kind}-{socket.gethostname()[:40]}-{pid}.json"


def _write(folder: Path, sign: Sign) -> None:
    """Whole or not at all: somebody may be reading."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = _file(folder, sign.kind, sign.pid)
    fresh = file.with_suffix(".new")
    fresh.write_text(json.dumps(asdict(sign)), "utf-8")
    fresh.replace(file)
