"""Signs of fraud reach people: looked for every few seconds where the account wants to know at once, each said once until it is over."""

import logging
from datetime import timedelta

from app.db import accounts, clocks
from app.engine.alarms import FRAUD
from app.engine.configuration import Configuration
from app.queue import FRAUDS
from app.reports.suspicious import fraudulent
from app.services import Services
from jobs import alert, base
from jobs.alert import Lane

log = logging.getLogger(__name__)

AT_ONCE = timedelta(seconds=20)
"""Between two looks where somebody wants to know at once: with what sending takes, people know within a minute."""
WATCHED = timedelta(hours=1)
LANE = Lane(
    "fraud",
    "signs of fraud",
    "signs of fraud",
    "See the tickets of these categories in the helpdesk.",
    "say under `contacts` how one of `escalation.fraud.notify` is reached; see `deskhand doctor` for mail and pager",
    FRAUD,
    urgent=True,
)


def sweep(services: Services) -> None:
    """Have it looked for at each account whose turn it is."""
    with services.database.reading() as session:
        every = [one.id for one in accounts.every(session) if not one.stopped]
    for account_id in every:
        watched = base.settled(services, account_id)
        if watched is None or not watched.watched.fraud.any:
            continue
        often = AT_ONCE if watched.watched.fraud.at_once else WATCHED
        with services.database.session() as session:
            due = clocks.due(session, f"fraud:{account_id}", services.database.now(session), often)
        if due:
            services.work.frauds(account_id)


def run(account_id: str) -> None:
    """Look, and plan what people are told. Called by name from the queue."""
    services = base.services()
    services.work.answered(FRAUDS, account_id)
    configuration = services.configuration(account_id)
    with services.database.session() as session:
        now = services.database.now(session)
        found = fraudulent(session, account_id, configuration.watched.fraud, now)
        fresh = alert.raised(session, account_id, found, LANE, now)
        if fresh:
            log.info("fraud.suspected", extra={"account": account_id, "alarms": len(fresh)})
            alert.tell(session, (account_id, configuration), _told(configuration), fresh, LANE, now)
    if fresh:
        services.work.notices(account_id)


def _told(configuration: Configuration) -> list[str]:
    """Whoever is told of fraud in single tickets, and who gets reports."""
    about = set(configuration.watched.fraud.categories)
    topics = [name for topic in configuration.rules.topics if topic.categories & about for name in topic.notify]
    return [*topics, *configuration.watched.reports.recipients]
