"""Standards, held to by the clock: our tables are looked through for card data a little at a time, and what fails a check is told at once.

A killed look goes on where it was; nothing of what was found is kept but where it stands.
"""

import logging
import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import accounts, effects, findings
from app.db.findings import Finding, Row, Scan, Source
from app.engine.alarms import COMPLIANCE as LANE_NAME
from app.engine.alarms import Alarm
from app.engine.compliance.facts import Status
from app.engine.compliance.standards import checked
from app.engine.configuration import Configuration, ConfigurationError
from app.errors import SealBroken, UnknownRecord
from app.nlp.personal import Kind, find
from app.queue import COMPLIANCE
from app.reports import compliance
from app.reports.figures import Period
from app.services import Services
from connectors.redaction import Redact
from jobs import alert, base
from jobs.alert import Lane

log = logging.getLogger(__name__)

WATCHED = timedelta(days=90)
"""What people are told of is not older than this."""
AGAIN = timedelta(days=1)
"""Between the beginnings of two passes through everything."""
BATCH, MOST = 500, 5_000
"""Rows that are looked at in one transaction, and in one run."""
KINDS = {Kind.CARD: "card", Kind.CVV: "cvv"}
LANE = Lane(
    "compliance",
    "checks of standards fail",
    "checks of standards that fail",
    "See `deskhand compliance report`, or the page Compliance.",
    "say under `contacts` how `compliance` is reached; see `deskhand doctor` for mail and pager",
    (LANE_NAME,),
)
CONTACT = "compliance"
_THREE = re.compile(r"\d\D{0,3}\d\D{0,3}\d")


def sweep(services: Services) -> None:
    """Have each account that keeps to a standard looked after."""
    with services.database.reading() as session:
        every = [one.id for one in accounts.every(session)]
    for account_id in every:
        settled = _settled(services, account_id)
        if settled is not None and settled.standards:
            services.work.compliance(account_id)


def _settled(services: Services, account_id: str) -> Configuration | None:
    """The account's configuration; None where it has none that can be read."""
    try:
        return services.configuration(account_id)
    except (UnknownRecord, ConfigurationError):
        return None


def run(account_id: str) -> None:
    """Look through our tables a little further, then say what fails. Called by name from the queue."""
    services = base.services()
    services.work.answered(COMPLIANCE, account_id)
    looked_through(services)
    with services.database.session() as session:
        now = services.database.now(session)
        _taken_out(session)
        fresh = _told(session, account_id, services.configuration(account_id), now)
    if fresh:
        services.work.notices(account_id)


# --- looking ------------------------------------------------------------------------------------------------


def looked_through(services: Services, most: int = MOST) -> int:
    """Look at so many rows at most, from where the last look ended; gives how many there were."""
    done = 0
    with services.database.session() as session:
        _chats(session, services.database.now(session))
    for source in findings.sources():
        while done < most:
            number, ended = _batch(services, source, min(BATCH, most - done))
            done += number
            if ended:
                break
    return done


def _chats(session: Session, now: datetime) -> None:
    """Conversations are looked at in their own turns; that somebody does is on record from now on."""
    chats = findings.scan(session, compliance.CHAT, now)
    findings.keep(session, replace(chats, until=now))


def _batch(services: Services, source: Source, limit: int) -> tuple[int, bool]:
    """The next rows of a source: how many, and whether its end was reached for now."""
    with services.database.session() as session:
        now = services.database.now(session)
        scan = findings.scan(session, source.name, now)
        if now - scan.pass_at >= AGAIN:
            scan = replace(scan, position="", pass_at=now, seen=0)
        elif scan.until is not None and scan.until >= scan.pass_at and not source.steady:
            return 0, True
        rows = _rows(session, source, scan.position, limit)
        for row in rows:
            _look(session, row, now)
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


def _look(session: Session, row: Row, now: datetime) -> None:
    """Keep what stands in a row that may not, and what stands there no more as gone."""
    place = "sent" if row.sent else "storage"
    there = list(_cards(row.texts)) + [("plain", column) for column, text in row.sealed if findings.lies_open(text)]
    before = {one.id for one in findings.standing(session, row=row.subject)}
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


def _cards(texts: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    """What stands where, each once."""
    for where, text in texts:
        if _THREE.search(text):
            yield from dict.fromkeys((KINDS[one.type], where) for one in find(text) if one.type in KINDS)


# --- what was taken out -------------------------------------------------------------------------------------


def _taken_out(session: Session) -> None:
    """What stood in a conversation is gone once the host has taken it out and left nothing of it."""
    for one in findings.standing(session, place="chat"):
        for effect in effects.of_ticket(session, one.ticket_id):
            message = one.subject.rpartition(" ")[2]
            wanted = any(isinstance(c, Redact) and c.message == message for c in effect.plan.changes)
            receipt = effect.receipt
            if (
                wanted
                and effect.state == effects.SENT
                and receipt
                and not any("redaction" in w for w in receipt.skipped)
            ):
                findings.gone(session, [one.id], receipt.at)


# --- telling ------------------------------------------------------------------------------------------------


def _told(session: Session, account_id: str, configuration: Configuration, now: datetime) -> list[Alarm]:
    """Tell of each check that fails, once until it holds again."""
    when = Period("now", now - WATCHED, now + timedelta(seconds=1))
    known = compliance.facts(session, account_id, when, now, 1)
    found = []
    for name in configuration.standards:
        for check, result in checked(name, known).results:
            if result.status is Status.FAIL and (check.name in configuration.monitored or not configuration.monitored):
                text = f"{name}, {check.title}: {result.said}"
                found.append(Alarm(f"{LANE_NAME}{name}:{check.name}", text))
    fresh = alert.raised(session, account_id, found, LANE, now)
    if fresh:
        log.info("compliance.failed", extra={"account": account_id, "alarms": len(fresh)})
        names = [CONTACT, *configuration.watched.reports.recipients]
        alert.tell(session, (account_id, configuration), names, fresh, LANE, now)
    return fresh
