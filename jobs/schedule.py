"""The one table of what happens by the clock, and how far apart."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app import metrics
from app.db import clocks, connections
from app.services import Services
from connectors.base import TellsSolved
from jobs import (
    anchor,
    away,
    compliance,
    duplicates,
    forecast,
    fraud,
    memory,
    notify,
    privacy,
    reporting,
    roster,
    seal,
    signals,
    sla,
    upkeep,
    workflow,
)

log = logging.getLogger(__name__)


READ = timedelta(minutes=15)
"""Between two readings of one connection's articles, and of its solved tickets."""
PEOPLE = timedelta(minutes=1)
"""Between two readings of who is there, at one connection."""


def sweep(services: Services) -> None:
    """Ring for every ticket that has something to do now. This, not the queue, is what work depends on."""
    due = away.due(services)
    for ticket_id in due:
        services.work.ring(ticket_id)
    metrics.count("sweep.rung", len(due))


def reconcile(services: Services) -> None:
    """Have every vendor asked what changed lately."""
    for connection_id in _active(services):
        services.work.reconcile(connection_id)


def articles(services: Services) -> None:
    """Have the articles read of each vendor whose turn it is; a new connection's turn is at once."""
    for connection_id in _active(services):
        if _due(services, f"read:{connection_id}", READ):
            services.work.articles(connection_id)


def people(services: Services) -> None:
    """Have it read who is there, of each vendor of an account that gives tickets to agents."""
    with services.database.reading() as session:
        every = [one for one in connections.every(session) if one.active]
    for one in every:
        if roster.wanted(services, one) and _due(services, f"people:{one.id}", PEOPLE):
            services.work.roster(one.id)


def solved(services: Services) -> None:
    """Have solved tickets read of each vendor whose turn it is."""
    for connection_id in _active(services):
        vendor = services.connected.helpdesks[services.connected.installed(connection_id).vendor]
        if issubclass(vendor, TellsSolved) and _due(services, f"solved:{connection_id}", READ):
            services.work.solved(connection_id)


def _active(services: Services) -> list[str]:
    with services.database.reading() as session:
        return [
            one.id for one in connections.every(session) if one.active and one.vendor in services.connected.helpdesks
        ]


@dataclass(frozen=True)
class Periodic:
    """One line of the table."""

    name: str
    every: timedelta
    act: Callable[[Services], None]


TABLE = (
    Periodic("sweep", timedelta(seconds=1), sweep),
    Periodic("seal", timedelta(seconds=1), seal.sweep),
    Periodic("anchors", timedelta(hours=1), anchor.sweep),
    Periodic("wakes", timedelta(seconds=1), workflow.sweep),
    Periodic("signals", timedelta(seconds=5), signals.sweep),
    Periodic("promises", timedelta(seconds=15), sla.sweep),
    Periodic("notices", timedelta(seconds=5), notify.sweep),
    Periodic("reconcile", timedelta(minutes=3), reconcile),
    Periodic("forecasts", timedelta(minutes=1), forecast.sweep),
    Periodic("people", timedelta(seconds=5), people),
    Periodic("articles", timedelta(seconds=5), articles),
    Periodic("solved", timedelta(minutes=1), solved),
    Periodic("figures", timedelta(minutes=1), reporting.sweep),
    Periodic("frauds", timedelta(seconds=5), fraud.sweep),
    Periodic("compliance", timedelta(minutes=1), compliance.sweep),
    Periodic("sketches", timedelta(days=1), duplicates.sweep),
    Periodic("memories", timedelta(days=1), memory.sweep),
    Periodic("erasures", timedelta(seconds=30), privacy.erasures),
    Periodic("bare", timedelta(minutes=1), privacy.seal),
    Periodic("retention", timedelta(hours=1), privacy.expire),
    Periodic("upkeep", timedelta(hours=1), upkeep.sweep),
)


def tick(services: Services, table: tuple[Periodic, ...] = TABLE) -> list[str]:
    """Begin everything that is due, each at most once per its time however many ask. Says what was begun."""
    begun = []
    for line in table:
        if _due(services, line.name, line.every):
            line.act(services)
            begun.append(line.name)
    return begun


def _due(services: Services, name: str, every: timedelta) -> bool:
    with services.database.session() as session:
        now: datetime = services.database.now(session)
        return clocks.due(session, name, now, every)
