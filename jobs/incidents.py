"""Incidents: tickets of one cause are marked and put under their first; one status update goes to all of them on a person's word."""

import logging
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import inbox, incidents, notices
from app.db.effects import Planned
from app.db.incidents import Incident, Member
from app.db.notices import Notice
from app.engine import fields, policy
from app.engine.configuration import Configuration
from app.engine.escalation import ON_CALL
from app.engine.history import History
from app.engine.phrases import phrases, tongue
from app.engine.reviewing import reviewed
from app.engine.types import Approval
from connectors.types import Change, Event, EventKind, LinkTo, Note, Person, Reply, Role, Tag
from jobs.duplicates import Ground, Kin

log = logging.getLogger(__name__)

JOINED = "deskhand:incident:"
"""Begins the delivery of an event of our own: this ticket is one of several with one cause."""
CONFIRMED = "deskhand:confirmed:"
"""Begins the delivery of an event of our own: somebody has said so, and everybody is told."""


def seen(session: Session, history: History, ticket_id: str) -> History:
    """The history with what is known of its incident by now."""
    known = incidents.of_ticket(session, ticket_id) if history.cluster else None
    if known is None or history.cluster is None:
        return history
    return replace(history, cluster=replace(history.cluster, id=known.id, confirmed=known.confirmed_at is not None))


def remember(session: Session, account_id: str, kin: Kin, configuration: Configuration, now: datetime) -> None:
    """Put the gathered tickets into one incident, wake those that are new in it, and have who is on call told once."""
    if not kin.alike:
        return
    session.flush()
    id = incidents.among(session, kin.alike)
    if id is None:
        id = incidents.open_(session, account_id, kin.sketch.category, kin.alike[0], now)
        _tell(session, account_id, id, kin, configuration, now)
        log.info("incident.opened", extra={"incident": id, "tickets": len(kin.alike)})
    for member in incidents.join(session, id, kin.alike, now):
        _wake(session, member, f"{JOINED}{id}:{member.ticket}", now)


def confirmed(session: Session, ticket_id: str, by: Person, now: datetime) -> bool:
    """Somebody of the team says that it is one incident: everybody is told, once. False when there is none, or it was said."""
    known = incidents.of_ticket(session, ticket_id)
    if known is None or not incidents.confirm(session, known.id, by.id, now):
        return False
    for member in incidents.members(session, known.id):
        _wake(session, member, f"{CONFIRMED}{known.id}:{member.ticket}", now)
    log.info("incident.confirmed", extra={"incident": known.id})
    return True


def followed(session: Session, ground: Ground) -> list[Planned]:
    """What is to be done in this ticket because of its incident: the mark and a note; once confirmed, the link and the update."""
    known = incidents.of_ticket(session, ground.ticket_id)
    if known is None:
        return []
    joined, told = (any(d.startswith(mark) for d in ground.deliveries) for mark in (JOINED, CONFIRMED))
    planned = _marked(known, ground) if joined else []
    if known.confirmed_at and (joined or told):
        planned += _linked(session, known, ground)
    if known.confirmed_at and told:
        planned += _updated(known, known.confirmed_at, ground)
    return planned


def _marked(known: Incident, ground: Ground) -> list[Planned]:
    tag = next(tag for tag, action in fields.PRESSED.items() if action == "incident")
    text = (
        f"**One incident, probably:** {known.tickets} tickets by {known.people} people of {known.category} within the hour "
        f"since {known.opened_at:%Y-%m-%d %H:%M} UTC report what looks like one cause. To tell all of them that you know "
        f"of it: the button, or the tag **{tag}**. Nothing was sent to anybody."
    )
    wanted: tuple[Change, ...] = (Tag((fields.TAG, fields.INCIDENT_TAG)), Note(text, ("incident",)))
    possible = tuple(change for change in wanted if type(change) in ground.takes)
    return [Planned(f"incident-{known.id}-{ground.ticket_id}", *ground.inside, possible)] if possible else []


def _linked(session: Session, known: Incident, ground: Ground) -> list[Planned]:
    """Under its first ticket, where the vendor has that and both are there."""
    connection, supports = ground.here
    first = next((one for one in incidents.members(session, known.id) if one.ticket == known.parent), None)
    if first is None or LinkTo not in supports or first.ticket == ground.ticket_id or first.connection_id != connection:
        return []
    return [Planned(f"under-{known.id}-{ground.ticket_id}", connection, ground.ticket.ref, (LinkTo(first.ref),))]


def _updated(known: Incident, said_at: datetime, ground: Ground) -> list[Planned]:
    """The one status update, in the customer's language.

    Not where a person has answered since, nor where it is solved, nor about what compliance releases answer by answer.
    """
    connection, supports = ground.here
    ticket = ground.ticket
    if Reply not in supports or ticket.question is None or reviewed(known.category, ground.configuration):
        return []
    approval = Approval(known.id, known.confirmed_by, said_at)
    person = Person(known.confirmed_by, Role.AGENT, external=False)
    text = phrases(tongue(ticket.requester.locale), ground.configuration.templates).known_trouble
    try:
        told = policy.status_update(known.id, text, approval, person, ticket, said_at)
    except policy.NotReleased as refusal:
        log.info("incident.untold", extra={"reason": refusal.reason.code})
        return []
    key = f"status-{known.id}-{ground.ticket_id}"
    return [Planned(key, connection, ticket.ref, told.changes, expect=told.revision)]


def _wake(session: Session, member: Member, delivery: str, now: datetime) -> None:
    inbox.accept(session, member.connection_id, [Event(delivery, EventKind.CHANGED, member.ref, now)], now)


def _tell(session: Session, account_id: str, id: str, kin: Kin, configuration: Configuration, now: datetime) -> None:
    """One notice for each way of who is on call. It names how many and what of, and no word of anybody."""
    contact = configuration.rules.contacts.get(ON_CALL)
    place = kin.sketch.url or "see the tag " + fields.INCIDENT_TAG
    subject = f"One incident, probably: {len(kin.alike)} tickets of {kin.sketch.category} within the hour: {place}"
    for way in contact.ways if contact else ():
        notice = Notice(account_id, kin.sketch.ticket, ON_CALL, way, subject, "incident")
        notices.plan(session, f"incident:{id}:{way}", notice, now)
