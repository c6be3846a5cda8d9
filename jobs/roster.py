"""Asking helpdesks who can be given tickets and who is there, where an account's configuration gives tickets to agents."""

import logging

from app import logs
from app.db import connections, inbox, roster
from app.db.connections import Installed
from app.errors import UnknownRecord
from app.queue import ROSTER
from app.services import Services
from connectors.base import HasTeammates
from connectors.errors import ConnectorError
from connectors.types import Event, EventKind
from jobs import base
from jobs.assign import GONE

log = logging.getLogger(__name__)


def run(connection_id: str) -> None:
    """Read the people of one connection. Called by name from the queue; what fails is tried at the next schedule."""
    services = base.services()
    services.work.answered(ROSTER, connection_id)
    with logs.context(connection=connection_id):
        with services.database.reading() as session:
            installed = connections.find(session, connection_id)
        if installed.active and wanted(services, installed):
            _read(services, installed)


def wanted(services: Services, installed: Installed) -> bool:
    """Whether the account gives tickets to agents, or names any; one without a configuration does neither."""
    try:
        rules = services.configuration(installed.account_id).rules
        return rules.assigning.agents or bool(rules.people)
    except UnknownRecord:
        return False


def _read(services: Services, installed: Installed) -> None:
    connector = services.connected.connector(installed.id)
    if not isinstance(connector, HasTeammates):
        return
    try:
        people = connector.teammates()
    except ConnectorError as error:
        # Those known before stay: yesterday's list is better than nobody.
        log.warning("roster.unread", extra={"error": type(error).__name__})
        return
    with services.database.session() as session:
        now = services.database.now(session)
        gone = roster.replace(session, installed.id, people, now)
        left = roster.seats_of(session, installed.id, sorted(gone)) if gone else []
        events = [Event(f"{GONE}{one.ticket_id}:{one.agent}", EventKind.CHANGED, one.ref, now) for one in left]
        to_ring = inbox.accept(session, installed.id, events, now) if events else []
    for ticket_id in to_ring:
        services.work.ring(ticket_id)
    log.info("roster.read", extra={"people": len(people), "gone": len(gone)})
