"""Standards, held to by the clock: our tables are looked through for card data a little at a time, and what fails a check is told at once.

A killed look goes on where it was; nothing of what was found is kept but where it stands.
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
    """Have each account that keeps to a standard looked after."""
    with services.database.reading() as session:
        every = [one.id for one in accounts.every(session)]
    for account_id in every:
        settled = base.settled(services, account_id)
        if settled is not None and settled.standards:
            services.work.compliance(account_id)


def run(account_id: str) -> None:
    """Look through our tables a little further, then say what fails. Called by name from the queue."""
    services = base.services()
    services.work.answered(COMPLIANCE, account_id)
    scanning.looked_through(services.database)
    configuration = services.configuration(account_id)
    with services.database.session() as session:
        now = services.database.now(session)
        if PCI in configuration.standards:
            scanning.listening(session, account_id, now)
        _taken_out(session)
        fresh = _told(session, account_id, configuration, now)
    if fresh:
        services.work.notices(account_id)


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
