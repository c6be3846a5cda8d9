"""Figures that reach people by themselves: a report at the account's hour, once a day whatever is killed; alarms once each."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import accounts, clocks, notices, stories
from app.db.notices import Notice
from app.engine.configuration import Configuration
from app.nlp.topics import crowds
from app.queue import REPORTS
from app.reports import daily, sheets
from app.reports.daily import Asked
from app.reports.drifting import Drifting, drifting
from app.reports.watching import degraded
from app.services import Services
from jobs import alert, base
from jobs.alert import Lane

log = logging.getLogger(__name__)

WATCHED = timedelta(hours=1)
"""Between two looks at an account's figures."""
SINCE = timedelta(days=36)
"""An account without a ticket for so long has no figures to watch."""
APART = timedelta(hours=20)
"""The least time between two reports to one recipient."""
TOPIC = "report"
LANE = Lane(
    "figures",
    "figures are out of order",
    "figures that got worse",
    "See `deskhand report day`.",
    "say under `contacts` how one of `analytics.reporting.recipients` is reached; see `deskhand doctor` for mail and pager",
)


def sweep(services: Services) -> None:
    """Have the figures of each account looked at when it is time; nothing heavy is done here."""
    with services.database.reading() as session:
        now = services.database.now(session)
        every = [one.id for one in accounts.every(session) if not one.stopped]
        living = [one for one in every if stories.any_since(session, one, now - SINCE)]
    for account_id in living:
        if _time(services, account_id, now):
            services.work.reports(account_id)


def _time(services: Services, account_id: str, now: datetime) -> bool:
    configuration = base.settled(services, account_id)
    if configuration is None:
        return False
    with services.database.session() as session:
        watch = clocks.due(session, f"watch:{account_id}", now, WATCHED)
        return watch or bool(_due(session, configuration, account_id, now))


def run(account_id: str) -> None:
    """Watch the account's figures, and plan its report once the hour has come. Called by name from the queue."""
    services = base.services()
    services.work.answered(REPORTS, account_id)
    configuration = services.configuration(account_id)
    with services.database.session() as session:
        now = services.database.now(session)
        _watch(session, account_id, configuration, now)
        _report(session, account_id, configuration, now)
    services.work.notices(account_id)


def _watch(session: Session, account_id: str, configuration: Configuration, now: datetime) -> None:
    """All that is new is one message: nobody gets ten because ten figures fell at once."""
    found = degraded(session, account_id, configuration, now)
    fresh = alert.raised(session, account_id, found, LANE, now)
    if fresh:
        log.info("figures.degraded", extra={"account": account_id, "alarms": len(fresh)})
        alert.tell(session, (account_id, configuration), configuration.watched.reports.recipients, fresh, LANE, now)


def _report(session: Session, account_id: str, configuration: Configuration, now: datetime) -> None:
    """One message for each recipient and way, under a key of the day: whoever plans it again plans nothing."""
    wanted = _due(session, configuration, account_id, now)
    if not wanted:
        return
    weekly = configuration.watched.reports.weekly
    period = "last-7-days" if weekly else "yesterday"
    zone = configuration.rules.hours.zone
    asked = Asked(account_id, configuration.service, configuration.watched, zone, period)
    drawn = daily.sheet(session, asked, now, _drift(session, account_id, configuration, now))
    text, page = sheets.text(drawn), sheets.mail(drawn)
    for key, (name, way) in wanted:
        notice = Notice(account_id, "", name, way, drawn.title, TOPIC, text=text, page=page if way == "email" else "")
        notices.plan(session, key, notice, now)
    log.info("report.planned", extra={"account": account_id, "notices": len(wanted)})


def _drift(session: Session, account_id: str, configuration: Configuration, now: datetime) -> Drifting | None:
    """Once a week: who looks at chance every day finds something in it."""
    monday = now.astimezone(configuration.rules.hours.zone).weekday() == 0
    return drifting(session, account_id, now, crowds) if monday or configuration.watched.reports.weekly else None


def _due(
    session: Session, configuration: Configuration, account_id: str, now: datetime
) -> list[tuple[str, tuple[str, str]]]:
    """What is to go out and has not. In another time zone today may be tomorrow: whoever has just had one waits for the next."""
    lately = notices.told(session, account_id, TOPIC, now - APART)
    every = _reports(configuration, account_id, now)
    return [(key, to) for key, to in every if to not in lately and not notices.planned(session, key)]


def _reports(configuration: Configuration, account_id: str, now: datetime) -> list[tuple[str, tuple[str, str]]]:
    """Key and recipient of everything that is to go out by now; nothing before the hour, nor on another day."""
    wanted = configuration.watched.reports
    local = now.astimezone(configuration.rules.hours.zone)
    if local.hour < wanted.hour or not (wanted.daily or (wanted.weekly and local.weekday() == 0)):
        return []
    found = []
    for name in dict.fromkeys(wanted.recipients):
        contact = configuration.rules.contacts.get(name)
        ways = alert.ways(contact) if contact else []
        found += [(f"report:{account_id}:{local.date()}:{name}:{way}", (name, way)) for way in ways]
    return found
