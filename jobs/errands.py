"""What people have asked of this ticket: changes taken back, an answer recalled. By the outbox, once, on a fresh look."""

import logging
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import effects, errands, judgements
from app.db.codec import decode
from app.db.effects import Effect, Planned
from app.db.errands import Errand
from app.engine import fields
from app.engine.inverses import Undoing, before, undone
from app.engine.recalling import RECALL_TAG, Recall, correction, note
from app.engine.types import Before
from connectors.types import Change, Note, SetStatus, Status, Tag, Ticket
from jobs.duplicates import Ground

log = logging.getLogger(__name__)

UNDO_KEY, RECALL_KEY = "undo-", "recall-"
"""Begin the keys of what is done because a person asked for it: no part of the decision."""
TRIES = 3
"""Looks at a ticket that somebody goes on changing."""


def followed(session: Session, ground: Ground, now: datetime) -> list[Planned]:
    """The batches that do what was asked; what cannot be done is said in its outcome."""
    asked = [d.removeprefix(errands.ASKED).partition(":")[0] for d in ground.deliveries if d.startswith(errands.ASKED)]
    planned = []
    for errand in errands.waiting(session, ground.ticket_id, asked) if asked else ():
        batch, outcome = _REMEDIES[errand.kind](session, errand, ground)
        errands.settle(session, errand, errands.PLANNED if batch else errands.NOTHING, outcome, now)
        planned += batch
        log.info("errand.settled", extra={"errand": errand.id, "kind": errand.kind, "planned": bool(batch)})
    return planned


def _undo(session: Session, errand: Errand, ground: Ground) -> tuple[list[Planned], str]:
    judged = judgements.find(session, ground.ticket_id, errand.decision_id)
    if judged is None or judged.decision.before is None:
        return [], "nothing is known of how it was before"
    if ground.ticket.status is Status.CLOSED:
        return [], "the ticket is closed for good"
    here = ground.inside[0] == ground.here[0]
    possible = _back(session, errand, ground.ticket if here else None, judged.decision.before, ground.takes)
    if not possible:
        return [], "nothing of it stands there any more"
    tries = effects.keyed(session, errand.ticket_id, f"{UNDO_KEY}{errand.id}")
    if tries >= TRIES:
        return [], "somebody changed the ticket each time that it was looked at: it is left to them"
    key = f"{UNDO_KEY}{errand.id}" + (f".{tries}" if tries else "")
    expect = ground.ticket.revision if here else None
    return [Planned(key, *ground.inside, possible, errand.decision_id, expect)], _words(possible)


def _back(
    session: Session, errand: Errand, ticket: Ticket | None, was: Before, takes: frozenset[type[Change]]
) -> tuple[Change, ...]:
    """What takes it back, as the ticket is now; None: it cannot be seen."""
    made = _made(session, errand)
    changes = undone(made, was, before(ticket, made) if ticket else None, decode(Undoing, errand.body))
    return tuple(change for change in changes if type(change) in takes)


def still(session: Session, effect: Effect, ticket: Ticket) -> bool:
    """Whether what is about to be taken back is still as it was when that was planned: a person may have changed it since."""
    errand = errands.find(session, _errand(effect))
    judged = judgements.find(session, errand.ticket_id, errand.decision_id)
    was = judged.decision.before if judged else None
    kinds = frozenset(type(change) for change in effect.plan.changes)
    return was is not None and _back(session, errand, ticket, was, kinds) == effect.plan.changes


def again(session: Session, effect: Effect, now: datetime) -> None:
    """The ticket is not what was looked at: what was asked waits for another look at it."""
    errand = errands.find(session, _errand(effect))
    effects.end(session, effect, effects.DROPPED, "the ticket moved on")
    errands.reopen(session, errand, effect.plan.key.removeprefix(UNDO_KEY).replace(".", ":"), now)


def _errand(effect: Effect) -> str:
    return effect.plan.key.removeprefix(UNDO_KEY).partition(".")[0]


def _made(session: Session, errand: Errand) -> tuple[Change, ...]:
    """What the vendor has taken of a decision: what was refused or dropped is no work of ours, whatever stands there now."""
    mine = (one for one in effects.of_ticket(session, errand.ticket_id) if one.plan.decision_id == errand.decision_id)
    made = (one for one in mine if one.state == effects.SENT and not one.plan.key.startswith((UNDO_KEY, RECALL_KEY)))
    return tuple(change for one in made for change in one.plan.changes)


def _recall(session: Session, errand: Errand, ground: Ground) -> tuple[list[Planned], str]:
    """A note with a draft where the team reads, and the ticket opened again where it was solved. Nothing goes to the customer."""
    if ground.ticket.status is Status.CLOSED:
        return [], "the ticket is closed for good: write to the customer anew"
    recall, judged = decode(Recall, errand.body), judgements.find(session, ground.ticket_id, errand.decision_id)
    language = judged.classification.language if judged else ""
    person = ground.ticket.requester
    draft = correction(recall, person.name, language or person.locale, ground.configuration.templates)
    text = note(recall, errand.by, draft)
    wanted: list[Change] = [Tag((fields.TAG, RECALL_TAG)), Note(text)]
    if ground.ticket.status is Status.SOLVED:
        wanted.append(SetStatus(Status.OPEN))
    possible = tuple(change for change in wanted if type(change) in ground.takes)
    if not any(isinstance(change, Note) for change in possible):
        return [], "the team has no place there that the customer does not read"
    return [Planned(f"{RECALL_KEY}{errand.id}", *ground.inside, possible, errand.decision_id)], _words(possible)


def _words(changes: tuple[Change, ...]) -> str:
    return ", ".join(dict.fromkeys(type(change).__name__ for change in changes))


_REMEDIES = {errands.UNDO: _undo, errands.RECALL: _recall}
