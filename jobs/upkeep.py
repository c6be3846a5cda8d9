"""What is done by the calendar: usage written down and experiments looked at daily, gaps found and models trained weekly."""

import logging
from datetime import timedelta

from app.carrying import carry, falling, move
from app.db import accounts, clocks, gaps, problems
from app.db.examples import TRAINED
from app.db.problems import Problem
from app.engine.configuration import ConfigurationError
from app.errors import UnknownRecord
from app.metering import metered
from app.nlp.generations import Order, fresh, retrain
from app.nlp.model import Model
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
        found = gaps.find(session, account_id, services.database.now(session))
        waiting = fresh(session, account_id) if training.wanted else 0
    log.info("gaps.found", extra={"account": account_id, "gaps": len(found)})
    if training.wanted and waiting >= training.least:
        _train(services, Order(account_id, BY, training.least))


def _train(services: Services, order: Order) -> None:
    """A better model counts at once where every promoted category keeps its proof with it; else people are told, and choose."""
    before, fallen = services.classifier(order.account).version, []

    def held(model: Model) -> str:
        fallen.extend(falling(services, move(order.account, before, model)))
        return f"{', '.join(fallen)} would have to be judged anew" if fallen else ""

    ended = retrain(services.database, order, *services.school(order.account), held)
    if ended is None:
        return
    log.info("model.trained", extra={"account": order.account, "number": ended.number, "kind": ended.kind})
    if ended.kind == TRAINED:
        carry(services, move(order.account, before, services.school(order.account)[0].current))
    elif fallen:
        with services.database.session() as session:
            problems.report(session, _waits(fallen), services.database.now(session))


def _waits(fallen: list[str]) -> Problem:
    return Problem(
        "training",
        f"a better model waits: with it {', '.join(fallen)} would have to be judged anew",
        "put it in force when it suits with `deskhand retrain --anyway`; the calendar takes nothing from a promoted category",
    )
