"""Whether whoever presses may release what compliance reviews: by their role as our own page or their host knows it, now."""

import logging
from dataclasses import replace

from app.db import members, roster
from app.db.members import Who
from app.engine.reviewing import releases
from connectors.base import Ranks
from connectors.errors import BadSignature, ConnectorError
from connectors.types import Click, Level, Person
from jobs.base import Run

log = logging.getLogger(__name__)

RELEASING = frozenset({"share", "approve"})
"""Buttons that let something leave."""


def reviewing(run: Run, account_id: str, click: Click) -> bool:
    """Whether it is somebody who releases for compliance. Asks the host: never call it within a session of the database's."""
    configuration = run.services.configuration(account_id)
    if click.action not in RELEASING or not configuration.rules.reviews:
        return False
    person = click.person
    if configuration.rules.reviewers and not person.email:
        person = replace(person, email=_address(run, person))
    level = click.level
    if level is None and not configuration.rules.reviewers and releases(person, Level.ADMIN, configuration):
        level = _level(run, account_id, person)
    return releases(person, level, configuration)


def _address(run: Run, person: Person) -> str:
    """The address that the host knows them by, as far as we have read who is there."""
    with run.services.database.reading() as session:
        there = roster.people(session, run.lease.connection_id)
    return next((one.email for one in there if one.id == person.id), "")


def _level(run: Run, account_id: str, person: Person) -> Level | None:
    """What the host says of them now, or what an admin gave them here instead; None where nobody says anything."""
    connection_id = run.lease.connection_id
    connector = run.connector(connection_id)
    if not isinstance(connector, Ranks):
        return None
    try:
        told = connector.level(person.id)
    except BadSignature:
        return None
    except ConnectorError as error:
        log.warning("level.unread", extra={"error": type(error).__name__})
        return None
    with run.services.database.reading() as session:
        given = members.given(session, Who(account_id, connection_id, person.id))
    return members.allowed(told, given)
