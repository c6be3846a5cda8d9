"""Our own tables, looked through for card data a little at a time: from where the last look ended, to the end, and daily anew."""

import logging
from bisect import bisect_left
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import findings
from app.db.database import Database
from app.db.findings import Finding, Row, Scan, Source
from app.errors import SealBroken
from app.scanning.sight import sighted

log = logging.getLogger(__name__)

AGAIN = timedelta(days=1)
"""Between the beginnings of two passes through everything."""
BATCH, MOST = 500, 5_000
"""Rows that are looked at in one transaction, and in one run."""


def looked_through(database: Database, most: int = MOST) -> int:
    """Look at so many rows at most, from where the last look ended; gives how many there were."""
    done = 0
    for source in findings.sources():
        while done < most:
            number, ended = _batch(database, source, min(BATCH, most - done))
            done += number
            if ended:
                break
    return done


def _batch(database: Database, source: Source, limit: int) -> tuple[int, bool]:
    """The next rows of a source: how many, and whether its end was reached for now."""
    with database.session() as session:
        now = database.now(session)
        scan = findings.scan(session, source.name, now)
        if now - scan.pass_at >= AGAIN:
            scan = replace(scan, position="", pass_at=now, seen=0)
        elif scan.until is not None and scan.until >= scan.pass_at and not source.steady:
            return 0, True
        rows = _rows(session, source, scan.position, limit)
        standing = sorted((one.subject, one.id) for one in findings.standing(session)) if rows else []
        for row in rows:
            _look(session, row, standing, now)
        ended = len(rows) < limit
        findings.keep(session, _on(scan, rows, source, now, ended=ended))
    return len(rows), ended


def _rows(session: Session, source: Source, position: str, limit: int) -> list[Row]:
    """The next rows; of those that do not open any more, because their key was destroyed, nothing is left to look at."""
    try:
        return findings.rows(session, source, position, limit)
    except SealBroken:
        if limit == 1:
            log.warning("compliance.unreadable", extra={"source": source.name})
            return findings.rows(session, source.closed, position, 1)
        return _rows(session, source, position, max(1, limit // 2))


def _on(scan: Scan, rows: list[Row], source: Source, now: datetime, *, ended: bool) -> Scan:
    position = rows[-1].position if rows else scan.position
    until = (now if source.steady else scan.pass_at) if ended else scan.until
    return replace(scan, position=position, seen=scan.seen + len(rows), until=until)


def _look(session: Session, row: Row, standing: list[tuple[str, str]], now: datetime) -> None:
    """Keep what stands in a row that may not, and what stands there no more as gone. ``standing``: places with their ids, in order."""
    place = "sent" if row.sent else "storage"
    there = list(sighted(row.texts)) + [("plain", column) for column, text in row.sealed if findings.lies_open(text)]
    first, last = (bisect_left(standing, (f"{row.subject}{mark}",)) for mark in (", ", "-"))
    before = {id for _, id in standing[first:last]}
    if not there and not before:
        return
    account, ticket, link = findings.whose(session, row.owners)
    now_there = set()
    for kind, where in there:
        at = "storage" if kind == "plain" else place
        one = Finding(kind, at, f"{row.subject}, {where}"[:300], row.at or now, account, ticket, link)
        now_there.add(one.id)
        if findings.found(session, one, now):
            log.warning("compliance.found", extra={"kind": kind, "place": at, "account": account})
    findings.gone(session, sorted(before - now_there), now)


def through(database: Database) -> int:
    """Look through everything to its end, whatever was looked at before; gives the rows."""
    with database.session() as session:
        now = database.now(session)
        for source in findings.sources():
            scan = findings.scan(session, source.name, now)
            findings.keep(session, replace(scan, position="", pass_at=now, seen=0))
    done = 0
    while number := looked_through(database):
        done += number
    return done
