"""Standards, held to by the clock: tables and logs are looked through for card data a little at a time, and people told what fails.

The look is one for the installation, whoever keeps to a standard; the checks are each account's. A killed look goes on where it was.
"""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import scanning
from app.db import accounts, effects, findings
from app.engine.alarms import COMPLIANCE as LANE_NAME
from app.engine.alarms import Alarm
from app.engine.compliance.facts import Status
from app.engine.compliance.standards import PCI, checked
from app.engine.configuration import Configuration
from app.queue import COMPLIANCE, SCANNING
from app.reports import compliance
from app.reports.figures import Period
from app.services import Services
from connectors.redaction import Redact
from jobs import alert, base
from jobs.alert import Lane

log = logging.getLogger(__name__)

WATCHED = timedelta(days=90)
"""What people are told of is not older than this."""
LANE = Lane(
    "compliance",
    "checks of standards fail",
    "checks of standards that fail",
    "See `deskhand compliance report`, or the page Compliance.",
    "say under `contacts` how `compliance` is reached; see `deskhand doctor` for mail and pager",
    (LANE_NAME,),
)
CONTACT = "compliance"


def sweep(services: Services) -> None:
    """Have each account that keeps to a standard looked after; where one does, tables and logs are looked through first, once for all."""
    with services.database.reading() as session:
        every = [one.id for one in accounts.every(session)]
    mine = [one for one in every if (settled := base.settled(services, one)) is not None and settled.standards]
    if mine:
        services.work.scanning()
    for account_id in mine:
        services.work.compliance(account_id)


def look(subject: str) -> None:
    """Look through our tables and logs a little further. Called by name from the queue."""
    services = base.services()
    services.work.answered(SCANNING, subject)
    scanning.looked_through(services.database)
    scanning.followed(services.database, services.settings.log_files)


def run(account_id: str) -> None:
    """Say what fails for one account. Called by name from the queue."""
    services = base.services()
    services.work.answered(COMPLIANCE, account_id)
    configuration = services.configuration(account_id)
    with services.database.session() as session:
        now = services.database.now(session)
        if PCI in configuration.standards:
            scanning.listening(session, account_id, now)
        _taken_out(session, account_id)
        fresh = _told(session, account_id, configuration, now)
    if fresh:
        services.work.notices(account_id)


# --- what was taken out -------------------------------------------------------------------------------------


def _taken_out(session: Session, account_id: str) -> None:
    """What stood in one of the account's conversations is gone once the host has taken it out and left nothing of it."""
    for one in findings.standing(session, place="chat", account_id=account_id):
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
    known = compliance.facts(session, (account_id, configuration), when, now, 1)
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
