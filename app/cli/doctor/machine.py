"""What the doctor looks at on this machine: room, speed of the disk, limits, who may read our files, who holds their locks."""

import fcntl
import os
import resource
import shutil
import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from app import pulse
from app.cli.doctor.finding import Finding, judged, noted
from app.settings import Settings

ROOM = 1 << 30
"""Bytes that have to be free where we write: with less, a busy day may fill the disk."""
SLOW = 0.1
"""Seconds for one write that lasts. Every webhook waits for one."""
FILES = 1024
"""Open files that a process has to be allowed: sockets, the database, models."""
WRITES = 5


def look(settings: Settings) -> Iterator[Finding]:
    """Everything about this machine."""
    yield disk(settings.data_dir)
    yield sync(settings.data_dir)
    yield files()
    yield private(settings.data_dir)
    yield locks(settings)
    yield processes(settings.data_dir)


def disk(folder: Path) -> Finding:
    """Room where the data are."""
    usage = shutil.disk_usage(folder)
    text = f"{usage.free / 1e9:.1f} GB free of {usage.total / 1e9:.1f} GB"
    return judged("disk", text, "make room, or move DESKHAND_DATA_DIR to a larger disk", well=usage.free >= ROOM)


def sync(folder: Path) -> Finding:
    """How long a write takes that survives a power cut."""
    probe = folder / f".doctor-{os.getpid()}"
    took = []
    try:
        with probe.open("wb", buffering=0) as file:
            for _ in range(WRITES):
                file.write(b"\0" * 4096)
                begun = time.perf_counter()
                os.fsync(file.fileno())
                took.append(time.perf_counter() - begun)
    except OSError as error:
        remedy = "let the user that runs Deskhand write there"
        return Finding("disk writes", False, f"the data directory cannot be written ({error.strerror})", remedy)
    finally:
        probe.unlink(missing_ok=True)
    middle = statistics.median(took)
    remedy = "use a disk of this machine, not one over the network, or PostgreSQL: each webhook waits for such a write"
    return judged("disk writes", f"{middle * 1000:.1f} ms for one that lasts", remedy, well=middle <= SLOW)


def files() -> Finding:
    """Open files that this shell, and what is started from it, may have."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    remedy = f"raise it to {FILES} or more (`ulimit -n`, or LimitNOFILE of the service)"
    return judged("open files", f"{soft} allowed for each process", remedy, well=soft >= FILES)


def private(folder: Path) -> Finding:
    """Whether others on this machine can read the key or the data."""
    names = ("secret.key", "deskhand.db")
    readable = [name for name in names if (folder / name).exists() and (folder / name).stat().st_mode & 0o077]
    if readable:
        return Finding("permissions", False, f"others may read {', '.join(readable)}", f"chmod 600 in {folder}")
    return Finding("permissions", True, "key and data are for their owner alone")


def locks(settings: Settings) -> Finding:
    """Who holds the embedded broker's lock: a broker that lives, or nobody."""
    if not settings.own_broker:
        return Finding("locks", True, "none is used: REDIS_URL names a broker")
    file = settings.data_dir / "broker.lock"
    held = file.exists() and _held(file)
    socket_there = settings.broker_socket.exists()
    if socket_there and not held:
        return noted("locks", "a broker left its socket behind", "start `deskhand up`: it takes its place", quiet=False)
    return Finding("locks", True, "the embedded broker holds its own" if held else "nobody holds the broker's")


def processes(folder: Path) -> Finding:
    """Whether the main loops of this machine's processes come round."""
    found = {kind: pulse.signs(pulse.folder(folder), kind) for kind in ("web", "worker", "clock")}
    now = time.time()
    trouble = [f"{kind}: {words}" for kind, signs in found.items() for one in signs if (words := one.trouble(now))]
    if trouble:
        return Finding(
            "processes", False, "; ".join(trouble), "restart what is stuck; what it held is resumed by others"
        )
    counted = ", ".join(f"{len(signs)} {kind}" for kind, signs in found.items())
    return Finding("processes", True, f"here: {counted}")


def _held(file: Path) -> bool:
    with file.open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
