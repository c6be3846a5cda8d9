"""Log files and folders that the operator names, read on as they grow, so many bytes at a time.

A file is known again by how it begins and not by its name: one that was turned over, and even packed, is read on where the last look ended.
"""

import gzip
import hashlib
import json
import logging
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, cast

from app.db import findings
from app.db.database import Database
from app.db.findings import Finding, Scan
from app.reports.compliance import FOLLOWED
from app.scanning.lines import seen, times

log = logging.getLogger(__name__)

MOST = 2 << 20
"""Bytes that are read at one place in one run."""
HEAD = 1024
"""Bytes by which a file is known again; of a shorter one, all that it has."""
FILES = 500
"""Files of one folder."""
LAP = 64
"""Bytes of a line without an end that are looked at again with what follows: more than a card number has."""


@dataclass(frozen=True)
class Log:
    """How far one file is. ``size`` and ``touched`` are as the last look found it; ``still``: as the look before found it, too."""

    name: str
    head: str = ""
    of: int = 0
    """Bytes that ``head`` is the digest of."""
    at: int = 0
    """The first byte, unpacked, that was not looked at."""
    lines: int = 0
    size: int = -1
    touched: int = 0
    ended: bool = False
    still: bool = False

    def unchanged(self, name: str, size: int, touched: int) -> bool:
        """Whether the file of that name is as it was, and was read to its end."""
        return self.ended and (self.name, self.size, self.touched) == (name, size, touched)

    def begins(self, head: bytes) -> bool:
        """Whether a file that begins so is this one."""
        return 0 < self.of <= len(head) and self.head == _digest(head[: self.of])


@dataclass
class Look:
    """One look at one place: what it found, and what it may still read."""

    left: int
    now: datetime
    logs: list[Log]
    found: list[Finding]
    when: list[datetime]
    met: set[str]
    """The heads of the logs that were found again."""
    read: int = 0
    why: str = ""


def followed(database: Database, places: Sequence[Path], most: int = MOST) -> int:
    """Read on in the logs at these places, so many bytes of each; gives the lines. What is no longer named is forgotten."""
    names = [f"{FOLLOWED}{place}"[:300] for place in places]
    with database.session() as session:
        findings.forget(session, FOLLOWED, names)
        now = database.now(session)
        scans = [findings.scan(session, name, now) for name in names]
    return sum(
        _place(database, place, scan, Look(most, now, [], [], [], set()))
        for place, scan in zip(places, scans, strict=True)
    )


def _place(database: Database, place: Path, scan: Scan, look: Look) -> int:
    known = [Log(**one) for one in json.loads(scan.position)["logs"]] if scan.position else []
    try:
        for path in _files(place):
            _file(path, known, look)
    except OSError as error:
        look.why = f"{place} cannot be read ({error.strerror or type(error).__name__})"
        look.logs = look.logs or known
    with database.session() as session:
        for one in look.found:
            if findings.found(session, one, look.now):
                log.warning("compliance.found", extra={"kind": one.kind, "place": "log"})
        findings.keep(session, _on(scan, known, look))
    return look.read


def _files(place: Path) -> Iterator[Path]:
    """The files of a folder; or a file, with those that it was turned over to. Raises OSError."""
    if place.is_dir():
        every = sorted(one for one in place.iterdir() if one.is_file() and not one.name.startswith("."))
        if len(every) > FILES:
            raise OSError(0, f"more than {FILES} files")
        yield from every
        return
    place.stat()
    yield place
    yield from sorted(one for one in place.parent.glob(f"{place.name}[.-]*") if one.is_file())


def _file(path: Path, known: Sequence[Log], look: Look) -> None:
    """Read on in one file. What cannot be opened, or is just being packed, is said and tried again."""
    try:
        status = path.stat()
        same = next((one for one in known if one.unchanged(path.name, status.st_size, status.st_mtime_ns)), None)
        if same:
            look.met.add(same.head)
            look.logs.append(replace(same, still=True))
            return
        with _opened(path) as file:
            one = _read(path, file, known, look)
        look.logs.append(replace(one, name=path.name, size=status.st_size, touched=status.st_mtime_ns, still=False))
    except FileNotFoundError:
        return  # turned over while we looked: the next look finds it by its new name
    except (OSError, EOFError, zlib.error) as error:
        look.why = f"{path} cannot be read ({getattr(error, 'strerror', None) or type(error).__name__})"


def _opened(path: Path) -> IO[bytes]:
    return cast(IO[bytes], gzip.open(path)) if path.suffix == ".gz" else path.open("rb")


def _read(path: Path, file: IO[bytes], known: Sequence[Log], look: Look) -> Log:
    """The next bytes. A packed file that was never read unpacked is of before anybody looked."""
    head = file.read(HEAD)
    before = max(
        (one for one in known if one.begins(head)), key=lambda one: (one.name == path.name, one.of), default=None
    )
    now = Log(path.name, _digest(head), len(head), ended=True)
    if before is None and path.suffix == ".gz":
        return now
    at, lines = (before.at, before.lines) if before else (0, 0)
    look.met |= {before.head} if before else set()
    file.seek(at)
    data = file.read(look.left)
    ended = len(data) < look.left
    whole = data.rfind(b"\n") + 1
    # The beginning of a line that is not all there is looked at, and looked at again with its end.
    on = whole or (0 if ended else max(0, len(data) - LAP))
    said = (data if ended or not whole else data[:whole]).decode(errors="replace").splitlines()
    look.found += seen(str(path), said, lines, look.now)
    look.when += times(said)
    complete = data.count(b"\n")
    look.read += complete
    look.left -= len(data)
    return replace(now, at=at + on, lines=lines + complete, ended=ended)


def _on(scan: Scan, known: Sequence[Log], look: Look) -> Scan:
    """How far it is now. What went away before its end was looked at leaves a gap: from now on there is none."""
    lost = [one for one in known if one.of and not one.still and one.head not in look.met and not look.why]
    if lost:
        log.warning("compliance.log_lost", extra={"files": len(lost)})
    began = look.now if lost else min([*look.when, scan.began_at])
    ended = not look.why and all(one.ended for one in look.logs)
    return replace(
        scan,
        position=json.dumps({"why": look.why, "logs": [asdict(one) for one in look.logs]}),
        began_at=began,
        pass_at=look.now,
        until=look.now if ended else scan.until,
        seen=scan.seen + look.read,
    )


def _digest(head: bytes) -> str:
    return hashlib.sha256(head).hexdigest()
