"""Tickets that repeat others: each is sketched when it is decided, linked with what it repeats, and merged on a person's word only."""

import hmac
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import duplicates, inbox
from app.db.effects import Planned
from app.engine import incidents
from app.engine.configuration import Configuration
from app.engine.duplicates import Meaning, Sketch, hashed, spoken, twin
from app.engine.history import Cluster, History, Related
from app.engine.screening import screened
from app.engine.standing import Case
from app.engine.types import Classification
from app.services import Services
from app.standing import Place
from connectors.types import Change, Event, EventKind, Merge, Note, Ref, Ticket

log = logging.getLogger(__name__)

ASKED_AGAIN = "deskhand:twin:"
"""Begins the delivery of an event of our own: the same person asked the same in another ticket."""
LOOKED_BACK = timedelta(days=90)
"""How far a person's earlier tickets are looked at."""
NAMED = 5


@dataclass(frozen=True)
class Kin:
    """What a ticket is like, and what it belongs together with."""

    sketch: Sketch
    history: History
    alike: tuple[str, ...] = ()
    """Tickets of what looks like one incident, this one included, oldest first."""


@dataclass(frozen=True)
class Ground:
    """A ticket as it was read in this run, what woke the run, and where changes can be made."""

    ticket_id: str
    ticket: Ticket
    deliveries: tuple[str, ...]
    here: tuple[str, frozenset[type[Change]]]
    """Connection of the ticket itself, and what it takes."""
    inside: tuple[str, Ref]
    """Where internal changes go."""
    takes: frozenset[type[Change]]
    configuration: Configuration


def looked(services: Services, session: Session, where: Place, mine: Sketch) -> Kin:
    """Look around a ticket that is sketched. Writes nothing."""
    key, now = secret(services), services.database.now(session)
    account_id, category = where.connection.account_id, mine.category
    before = duplicates.find(session, mine.ticket)
    others = duplicates.of_person(session, account_id, mine.person, now - LOOKED_BACK)
    bad = (mine.words | mine.marks) & incidents.trouble(key)
    crowd = duplicates.lately(session, account_id, category, now - incidents.DAY) if bad and category else []
    others = [one for one in others if one.ticket != mine.ticket]
    places = duplicates.places(session, [one.ticket for one in others])
    repeated = twin(mine, others)
    gathered = incidents.gathered(mine, crowd, key)
    history = History(
        earlier=tuple(related(one) for one in others if not one.spam)[:NAMED],
        moods=before.moods if before else (),
        twin=related(repeated) if repeated else None,
        mergeable=bool(repeated) and _mergeable(where, places.get(repeated.ticket if repeated else "")),
        cluster=_cluster(gathered) if gathered else None,
        known=any(not one.spam for one in others),
    )
    return Kin(mine, history, tuple(one.ticket for one in gathered))


def sweep(services: Services) -> None:
    """Forget what was kept of tickets that nobody has touched for long."""
    with services.database.session() as session:
        gone = duplicates.forget(session, services.database.now(session) - duplicates.KEPT)
    log.info("sketches.forgotten", extra={"sketches": gone})


def secret(services: Services) -> bytes:
    """What sketches are keyed with: nobody reads words out of the database without it."""
    return hmac.digest(services.evidence_key, b"sketches", "sha256")


def related(sketch: Sketch) -> Related:
    """A ticket as a briefing names it."""
    return Related(sketch.ticket, sketch.url, sketch.category, sketch.at, sketch.moods[-1] if sketch.moods else None)


def remember(session: Session, account_id: str, kin: Kin, case: Case, now: datetime) -> None:
    """Keep the sketch, and wake the ticket that this one repeats, once, so that it says so too."""
    sketch = replace(kin.sketch, spam=screened(case) is not None)
    duplicates.keep(session, account_id, sketch, case.classification.sentiment)
    found = kin.history.twin
    if found is None:
        return
    session.flush()
    if not duplicates.link(session, sketch.ticket, found.ticket):
        return
    place = duplicates.places(session, [found.ticket]).get(found.ticket)
    if place:
        event = Event(f"{ASKED_AGAIN}{sketch.ticket}", EventKind.CHANGED, place[1], now)
        inbox.accept(session, place[0], [event], now)
    log.info("ticket.repeats", extra={"twin": found.ticket})


def followed(session: Session, ground: Ground) -> list[Planned]:
    """The note in the older ticket: the same was asked again, and where."""
    planned = []
    for delivery in ground.deliveries:
        if not delivery.startswith(ASKED_AGAIN) or Note not in ground.takes:
            continue
        newer = duplicates.find(session, delivery.removeprefix(ASKED_AGAIN))
        if newer and duplicates.twin_of(session, newer.ticket) == ground.ticket_id:
            text = f"**Asked again:** the same person asks the same in {_link(newer)}. Please answer in one of the two."
            planned.append(Planned(f"twin-{ground.ticket_id}-{newer.ticket}", *ground.inside, (Note(text),)))
    return planned


def merging(session: Session, ticket_id: str, ref: Ref, connection_id: str, by: str) -> Planned | None:
    """The merge of this ticket into the older one that it repeats; None where there is none at the same place."""
    older = duplicates.twin_of(session, ticket_id)
    place = duplicates.places(session, [older]).get(older) if older else None
    if place is None or place[0] != connection_id or place[1] == ref:
        return None
    note = f"Merged by Deskhand, because {by} said that both are the same question."
    return Planned(f"merge-{ticket_id}-{older}", connection_id, ref, (Merge(place[1], note),))


def sketched(services: Services, where: Place, ticket_id: str, ticket: Ticket, judged: Classification) -> Sketch:
    """The ticket as it is compared with others."""
    question, key = ticket.question, secret(services)
    text = f"{ticket.subject}\n{question.text if question else ''}"
    words, marks = spoken(text, key)
    at = question.at if question else ticket.updated_at
    meaning = Meaning(*services.meaning(text))
    return Sketch(ticket_id, person(ticket, where, key), judged.category, words, marks, meaning, at, ticket.url)


def person(ticket: Ticket, where: Place, key: bytes) -> str:
    """The requester as one name over all channels where there is an address; else by the vendor's own id."""
    who = ticket.requester
    name = who.email.strip().casefold() or (f"{where.connection.id}:{who.id}" if who.id else "")
    return f"{next(iter(hashed([name], key))):x}" if name else ""


def _mergeable(where: Place, place: tuple[str, Ref] | None) -> bool:
    return Merge in where.own and place is not None and place[0] == where.connection.id


def _cluster(found: tuple[Sketch, ...]) -> Cluster:
    people = len({one.person or one.ticket for one in found})
    return Cluster("", related(found[0]), len(found), people, found[0].at)


def _link(sketch: Sketch) -> str:
    safe = sketch.url.startswith(("https://", "http://"))
    return f"[another ticket]({sketch.url})" if safe else "another ticket"
