"""Asking vendors: what changed lately (webhooks get lost), and what their articles say now."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import islice

from app import logs
from app.db import articles as shelf
from app.db import connections, inbox, problems
from app.db import solved as past
from app.db.connections import Installed
from app.db.consents import Purpose
from app.db.problems import Problem
from app.kb import solved as history
from app.kb.embedding import embed
from app.nlp.personal import mask
from app.queue import ARTICLES, RECONCILE, SOLVED
from app.rights import who
from app.services import Services
from connectors.base import HasArticles, TellsChanged, TellsSolved
from connectors.errors import ConnectorError
from jobs import away, base
from jobs.base import Remedy

log = logging.getLogger(__name__)

OVERLAP = timedelta(minutes=5)
"""Asked for again each time: vendors' searches lag, and clocks differ."""
FIRST = timedelta(hours=1)
"""How far back the first question reaches."""
PAST = timedelta(days=180)
"""How far back the first reading of solved tickets reaches."""
MOST_SOLVED = 100
"""Solved tickets of one reading: each costs the vendor two calls or three."""
BATCH = 200
"""Events or articles saved in one transaction."""


def run(connection_id: str) -> None:
    """Take in what changed at the vendor since it was last asked. Called by name from the queue.

    A change that came by webhook, too, wakes its ticket once more; it is then found to be known.
    """
    services = base.services()
    services.work.answered(RECONCILE, connection_id)
    with logs.context(connection=connection_id):
        _guarded(services, connection_id, _changes)


def articles(connection_id: str) -> None:
    """Read all of the vendor's articles; what it no longer publishes is forgotten. Called by name from the queue."""
    services = base.services()
    services.work.answered(ARTICLES, connection_id)
    with logs.context(connection=connection_id):
        _guarded(services, connection_id, _articles)


def solved(connection_id: str) -> None:
    """Keep how people solved tickets lately, masked, for those that ask the same. Called by name from the queue.

    Begins where the last reading ended and takes so many a time: a helpdesk with a long past is read over days.
    """
    services = base.services()
    services.work.answered(SOLVED, connection_id)
    with logs.context(connection=connection_id):
        _guarded(services, connection_id, _solved)


def _solved(services: Services, installed: Installed) -> None:
    connector = services.connected.connector(installed.id)
    if not isinstance(connector, TellsSolved):
        return
    with services.database.reading() as session:
        last = past.newest(session, installed.account_id, installed.id)
        since = last or services.database.now(session) - PAST
    read = list(islice(connector.solved(since), MOST_SOLVED))
    for ticket in read:
        who.listen(services, installed.account_id, installed.id, ticket)
    with services.database.session() as session:
        here = (services, session, installed.account_id, installed.id)
        there = [ticket for ticket in read if not who.absent(*here, ticket)]
        for ticket in there:
            who.remember(*here, ticket)
        may = [ticket for ticket in there if who.permits(*here, ticket, Purpose.LEARNING)]
    cases = [history.told(ticket) for ticket in may]
    changed = history.take(services.database, installed.account_id, installed.id, cases, lambda text: mask(text).text)
    if services.encoder is not None:
        history.embed(services.database, installed.account_id, services.encoder)
    log.info("solved.read", extra={"tickets": len(cases), "changed": changed})


def _changes(services: Services, installed: Installed) -> None:
    connector = services.connected.connector(installed.id)
    if not isinstance(connector, TellsChanged):
        return
    with services.database.reading() as session:
        now = services.database.now(session)
    since = (installed.asked_at or now - FIRST) - OVERLAP
    events = list(connector.changed(since))
    for start in range(0, len(events), BATCH):
        with services.database.session() as session:
            to_ring = inbox.accept(session, installed.id, events[start : start + BATCH], now)
        for ticket_id in () if away.just_back(services, installed.id) else to_ring:
            services.work.ring(ticket_id)
    with services.database.session() as session:
        connections.asked(session, installed.id, now)
    log.info("connection.reconciled", extra={"events": len(events)})


def _articles(services: Services, installed: Installed) -> None:
    connector = services.connected.connector(installed.id)
    if not isinstance(connector, HasArticles):
        return
    found = list(connector.articles(None))
    with services.database.session() as session:
        changed, now = 0, services.database.now(session)
        for start in range(0, len(found), BATCH):
            changed += shelf.upsert(session, installed.account_id, installed.id, found[start : start + BATCH], now)
        gone = shelf.prune(session, installed.account_id, installed.id, {article.id for article in found}, now)
        connections.read(session, installed.id, now)
    # What is not done in time goes on at the next reading; until then those passages are found by their words.
    if services.encoder is not None:
        embed(services.database, installed.account_id, services.encoder, seconds=services.settings.job_timeout / 2)
    log.info("articles.read", extra={"articles": len(found), "changed": changed, "gone": gone})


def _guarded(services: Services, connection_id: str, act: Callable[[Services, Installed], None]) -> None:
    """Do it for an active connection. A vendor that will not or cannot answer is asked again by the next schedule."""
    with services.database.reading() as session:
        installed = connections.find(session, connection_id)
    if not installed.active:
        return
    try:
        act(services, installed)
    except ConnectorError as error:
        _failed(services, installed, error)


def _failed(services: Services, installed: Installed, error: ConnectorError) -> None:
    remedy = base.confirmed(services, installed.id, error)
    log.warning("connection.silent", extra={"remedy": str(remedy), "error": type(error).__name__})
    with services.database.session() as session:
        now: datetime = services.database.now(session)
        if remedy is Remedy.PAUSE:
            base.paused(session, installed.id, error, now)
        elif remedy is Remedy.PARK:
            text = f"{type(error).__name__}: the vendor does not say what changed"
            problem = Problem(
                "reconcile_refused",
                text,
                "see that the token has the permissions of the manifest, then run `deskhand connect` again",
                installed.id,
            )
            problems.report(session, problem, now)
        elif remedy is Remedy.WAIT:
            base.held_back(session, services, installed.id, error)
