"""Lines of logs: when each was written, and where in them something stands that may not."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice

from app.db import findings
from app.db.database import Database
from app.db.findings import Finding
from app.reports.compliance import LOGS
from app.scanning.sight import sighted

BATCH = 500
"""Lines that are looked at in one transaction."""
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def logged(database: Database, name: str, lines: Iterable[str]) -> int:
    """Look through a log, line by line; gives the lines. What was looked at from when until when is by the lines' own times."""
    rest, count = iter(lines), 0
    while batch := list(islice(rest, BATCH)):
        with database.session() as session:
            now = database.now(session)
            scan = findings.scan(session, f"{LOGS}{name}"[:300], min(times(batch), default=now))
            for one in seen(name, batch, count, now):
                findings.found(session, one, now)
            count += len(batch)
            findings.keep(session, replace(scan, position=str(count), pass_at=now, until=now, seen=count))
    return count


def seen(name: str, lines: Sequence[str], before: int, now: datetime) -> list[Finding]:
    """What stands in these lines of a log, after so many before them. A line that does not say when it was written is of now."""
    return [
        Finding(kind, "log", f"log {name}, {where}"[-300:], _time(line) or now)
        for number, line in enumerate(lines, before + 1)
        for kind, where in sighted([(f"line {number}", line)])
    ]


def times(lines: Iterable[str]) -> list[datetime]:
    """When lines were written, of those that say so."""
    return [time for line in lines if (time := _time(line))]


def _time(line: str) -> datetime | None:
    stamp = _STAMP.search(line)
    return datetime.fromisoformat(stamp[0]) if stamp else None
