"""What is done by the calendar: usage written down and experiments looked at daily, gaps found and models trained weekly."""

import logging
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import accounts, clocks, evidence, gaps, lessons, problems
from app.db.problems import Problem
from app.engine.configuration import ConfigurationError
from app.engine.evidence import REPLY, holds
from app.errors import UnknownRecord
from app.metering import metered
from app.nlp.generations import Order, fresh, retrain
from app.queue import UPKEEP
from app.services import Services
from app.trying import looked
from jobs import base

log = logging.getLogger(__name__)

DAY, WEEK = timedelta(days=1), timedelta(days=7)
BY = "calendar"
"""Who is said to have ordered a training that nobody ordered."""


def sweep(services: Services) -> None:
    """Have every account seen to."""
    with services.database.reading() as session:
        every = [account.id for account in accounts.every(session)]
    for account_id in every:
        services.work.upkeep(account_id)


def run(account_id: str) -> None:
    """Do what is due for one account. Called by name from the queue; each part is whole or not at all."""
    services = base.services()
    services.work.answered(UPKEEP, account_id)
    try:
        services.configuration(account_id)
    except (UnknownRecord, ConfigurationError) as reason:
        log.warning("account.unsettled", extra={"account": account_id, "kind": type(reason).__name__})
        return
    if _due(services, f"daily:{account_id}", DAY):
        _daily(services, account_id)
    if _due(services, f"weekly:{account_id}", WEEK):
        _weekly(services, account_id)


def _due(services: Services, name: str, every: timedelta) -> bool:
    with services.database.session() as session:
        return clocks.due(session, name, services.database.now(session), every)


def _daily(services: Services, account_id: str) -> None:
    with services.database.session() as session:
        now = services.database.now(session)
        lines = metered(session, account_id, now)
        for experiment in services.configuration(account_id, session).experiments:
            looked(session, account_id, experiment, now)
    log.info("usage.metered", extra={"account": account_id, "lines": lines})


def _weekly(services: Services, account_id: str) -> None:
    training = services.configuration(account_id).training
    with services.database.session() as session:
        now = services.database.now(session)
        found = gaps.find(session, account_id, now)
        waiting = fresh(session, account_id) if training.wanted else 0
        promoted = _promoted(services, session, account_id, now)
        if waiting >= training.least and promoted:
            problems.report(session, _waits(waiting, promoted), now)
    log.info("gaps.found", extra={"account": account_id, "gaps": len(found)})
    if training.wanted and not promoted:
        order = Order(account_id, BY, training.least)
        ended = retrain(services.database, order, *services.school(account_id)) if waiting >= order.least else None
        if ended:
            log.info("model.trained", extra={"account": account_id, "number": ended.number, "kind": ended.kind})


def _promoted(services: Services, session: Session, account_id: str, now: datetime) -> list[str]:
    """Categories that may answer by themselves: people proved them with the model in force, and would have to again with another."""
    names = [category.name for category in services.configuration(account_id, session).categories]
    return [
        name
        for name in names
        if any(
            record.expires_at > now and holds(record)
            for action in (REPLY, *lessons.effects(session, account_id, name))
            for record in evidence.in_force(session, account_id, name, action)
        )
    ]


def _waits(new: int, promoted: list[str]) -> Problem:
    return Problem(
        "training",
        f"{new} new examples wait: a new model would have {', '.join(promoted)} judged anew",
        "train when it suits with `deskhand retrain`; nothing is taken from a promoted category by the calendar",
    )
