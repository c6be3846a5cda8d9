"""Remembering and recalling, around a ticket's turn: only of whoever the host vouches for, under a keyed hash of their address."""

import logging

from sqlalchemy.orm import Session

from app.db import codes, memories
from app.db.consents import Purpose
from app.engine.identity import spoken
from app.engine.memory import KEPT, Memory
from app.engine.types import Classification
from app.engine.workflows import matters
from app.engine.workflows.types import Identity, Progress
from app.rights import who
from app.services import Services
from app.standing import Place
from connectors.types import Ticket
from jobs.base import Run

log = logging.getLogger(__name__)


def recalled(services: Services, session: Session, where: Place, ticket_id: str, ticket: Ticket) -> Memory | None:
    """What whoever is proven to ask last spoke of in another ticket; None for everybody else."""
    known, here = spoken(ticket), where.connection
    if not matters.proven(known):
        return None
    if not who.permits(services, session, here.account_id, here.id, ticket, Purpose.MEMORY):
        return None
    person = _person(services, here.account_id, known)
    found = memories.find(session, here.account_id, person, services.database.now(session))
    return found if found and found.ticket != ticket_id else None


def remember(run: Run, account_id: str, ticket: Ticket, judged: Classification, progress: Progress) -> None:
    """Keep what the run is about, of whoever is proven to have asked; of nobody else anything."""
    known = spoken(ticket)
    if not matters.proven(known):
        return
    with run.transaction() as (session, now):
        if not who.permits(run.services, session, account_id, run.lease.connection_id, ticket, Purpose.MEMORY):
            return
        matter = Memory(now, run.ticket_id, ticket.url, judged.category, "", judged.language)
        person = _person(run.services, account_id, known)
        memories.keep(session, account_id, person, matters.gathered(progress, matter))


def sweep(services: Services) -> None:
    """Forget what nobody has spoken of for long."""
    with services.database.session() as session:
        gone = memories.forget(session, services.database.now(session) - KEPT)
    log.info("memories.forgotten", extra={"memories": gone})


def _person(services: Services, account_id: str, known: Identity) -> str:
    return codes.person_of(account_id, f"mail:{known.email}", codes.key_of(services.root))
