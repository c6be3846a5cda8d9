"""What belongs together, in one ticket's run: looked at before the decision, kept with it, and followed up when another ticket woke it."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.db.effects import Planned
from app.db.judgements import Judged
from app.engine.standing import Case
from app.engine.types import Classification
from app.standing import Place
from connectors.types import Ticket
from jobs import duplicates, errands, incidents, memory
from jobs.base import Run
from jobs.duplicates import Ground, Kin
from jobs.sla import Scene


def looked(run: Run, where: Place, ticket: Ticket, judged: Classification) -> Kin:
    """The ticket's kin, with what is known of their incident by now. Writes nothing."""
    services = run.services
    mine = duplicates.sketched(services, where, run.ticket_id, ticket, judged)
    with services.database.reading() as session:
        found = duplicates.looked(services, session, where, mine)
        recalled = memory.recalled(services, session, where, run.ticket_id, ticket)
        seen = incidents.seen(session, found.history, run.ticket_id)
    return replace(found, history=replace(seen, recalled=recalled))


def remember(session: Session, scene: Scene, judged: Judged, found: Kin) -> None:
    """Keep what the ticket is like; wake what it repeats and what it has one cause with."""
    standing = replace(scene.standing, history=found.history)
    case = Case(scene.ticket, judged.classification, judged.draft, scene.configuration, standing)
    duplicates.remember(session, standing.account, found, case, standing.now)
    incidents.remember(session, standing.account, found, scene.configuration, standing.now)


def followed(
    session: Session, ticket_id: str, where: Place, scene: Scene, deliveries: tuple[str, ...]
) -> list[Planned]:
    """What follows from the events of our own that woke this run."""
    ours = tuple(one for one in deliveries if one.startswith("deskhand:"))
    if not ours:
        return []
    here = (where.connection.id, where.own)
    ground = Ground(ticket_id, scene.ticket, ours, here, scene.inside, scene.supports, scene.configuration)
    asked = errands.followed(session, ground, scene.standing.now)
    return [*duplicates.followed(session, ground), *incidents.followed(session, ground), *asked]
