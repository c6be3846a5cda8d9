"""What gets worse at an account, gathered from its facts: shares against the weeks before, the queue, evidence, and its own alerts."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import agreements, evidence, lessons, stories, toolbox
from app.engine import alarms
from app.engine.alarms import Alarm, Counted
from app.engine.configuration import Configuration
from app.engine.evidence import Claim
from app.engine.measures import named, watchable
from app.engine.outcomes import Story
from app.engine.policy import REPLY
from app.engine.proving import proof
from app.reports import figures
from app.reports.figures import Period

WEEK, BEFORE, DAY = timedelta(days=7), timedelta(days=28), timedelta(days=1)


def degraded(session: Session, account_id: str, configuration: Configuration, now: datetime) -> list[Alarm]:
    """Everything that is out of order now."""
    told = stories.since(session, account_id, now - WEEK - BEFORE, now)
    week = [one for one in told if one.opened_at >= now - WEEK]
    past = [one for one in told if one.opened_at < now - WEEK]
    found = alarms.worse([*_judged(session, account_id, now), *_of_stories(week, past)])
    usual = [alarms.backlog(told, now - n * DAY) for n in range(1, 29)] if past else []
    crowd = alarms.crowded(alarms.backlog(told, now), usual)
    return [
        *found,
        *([crowd] if crowd else []),
        *_near(session, account_id, configuration, now),
        *_own(session, account_id, configuration, now),
    ]


def _judged(session: Session, account_id: str, now: datetime) -> list[Counted]:
    start = now - WEEK
    kinds = (
        ("agreement", "People agree on the category", agreements.counted),
        ("accuracy", "Drafts let stand", toolbox.right),
    )
    return [
        Counted(name, title, count(session, account_id, start, now), count(session, account_id, start - BEFORE, start))
        for name, title, count in kinds
    ]


def _of_stories(week: Sequence[Story], past: Sequence[Story]) -> list[Counted]:
    return [
        Counted("csat", "Satisfied customers", alarms.rated(week), alarms.rated(past)),
        Counted("reopened", "Reopened", alarms.reopened(week), alarms.reopened(past), good=False),
    ]


def _near(session: Session, account_id: str, configuration: Configuration, now: datetime) -> list[Alarm]:
    """Promoted categories whose proof is about to fall."""
    found = []
    for category in configuration.categories:
        for record in evidence.in_force(session, account_id, category.name, REPLY):
            claim = Claim(account_id, category.name, REPLY, record.digest)
            shown = proof(lessons.about(session, claim), claim)
            alarm = alarms.near(category.name, shown.bound, record.target) if shown.judged else None
            if alarm and now < record.expires_at:
                found.append(alarm)
    return found


def _own(session: Session, account_id: str, configuration: Configuration, now: datetime) -> list[Alarm]:
    """The account's own alerts, about the last week."""
    wanted = configuration.watched.alerts
    if not wanted:
        return []
    week = Period("last-7-days", now - WEEK, now)
    values = figures.figures(session, account_id, week, now, configuration.watched.costs).values
    known = {name: values[figure] for name in watchable() if (figure := named(name))}
    weighed = [(one, one.weigh(known)) for one in wanted]
    return [
        Alarm(f"own:{one.text}", f"{one.text}: {said.why} in the last 7 days") for one, said in weighed if said.holds
    ]
