"""Giving a ticket to one agent of its team, where the account's configuration asks for that: chosen and reserved in one transaction.

The people come from the database (``roster`` reads them), so that no ticket waits for a vendor's list.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app import metrics
from app.db import effects, roster
from app.db.effects import Effect, Planned
from app.db.judgements import Judged
from app.db.roster import HELD, LEFT, TAKEN, Sitting
from app.engine import assigning
from app.engine.assigning import Asked
from app.engine.configuration.rules import Rules
from app.engine.escalation import escalated
from app.engine.routing import Choice, choose
from app.engine.standing import Case
from app.engine.types import Mode
from connectors.types import Assign, Change, Note, Receipt, Status, Ticket
from jobs.base import Run

log = logging.getLogger(__name__)

GONE = "deskhand:gone:"
"""Begins the delivery of an event of our own: whoever had the ticket cannot be given any more."""
LEFT_BEHIND = "Whoever had this ticket is no longer there."
REFUSED = "The helpdesk did not take the agent whom this ticket was given to, so it stays with its team."


@dataclass(frozen=True)
class Desk:
    """Where tickets are given away: the helpdesk's connection, and the ticket there by our own id."""

    ticket_id: str
    connection_id: str


@dataclass(frozen=True)
class Given:
    """Who gets it and why, in a line for the note; ``agent`` is empty when it stays with the team."""

    agent: str
    line: str


def assigned(run: Run, desk: Desk, case: Case, judged: Judged) -> Judged:
    """The decision with the agent in it and the reasons in its note; as it was where the account asks for none."""
    decision = judged.decision
    if not case.configuration.rules.assigning.agents or decision.mode is not Mode.ASSIST or has_person(case.ticket):
        return judged
    escalation = escalated(case)
    team = next((one.team for one in decision.changes if isinstance(one, Assign)), case.ticket.group)
    wanted = assigning.asked(case, escalation, team)
    if not (team or wanted.category or escalation.level) or (case.ticket.shared and not case.standing.linked):
        return judged
    with run.services.database.session() as session:
        found = give(session, desk, wanted, case.configuration.rules, case.standing.now)
    if found is None:
        return judged
    changes = tuple(_with_line(change, found.line) for change in decision.changes if not isinstance(change, Assign))
    target = Assign("" if team == case.ticket.group else team, found.agent)
    if Assign in case.standing.supports and target != Assign():
        changes = (*changes, target)
    return replace(judged, decision=replace(decision, changes=changes))


def give(session: Session, desk: Desk, wanted: Asked, rules: Rules, now: datetime, *, but: str = "") -> Given | None:
    """Choose among the people there and hold the seat, while nobody else gives anything away; None where nobody is known.

    ``but`` is somebody who cannot have it.
    """
    people = roster.people(session, desk.connection_id, alone=True)
    if not people:
        return None
    taken = roster.taken(session, desk.connection_id, now, but=desk.ticket_id)
    agents = assigning.roster((one for one in people if one.id != but), taken, rules)
    last = roster.last_of(session, desk.connection_id, wanted.requester, but=desk.ticket_id)
    need = assigning.need(wanted, rules, last)
    choice = choose(need, agents, now)
    if choice.agent:
        sitting = Sitting(desk.ticket_id, desk.connection_id, choice.agent, wanted.requester, need.weight)
        roster.sit(session, sitting, HELD, now)
    _counted(choice)
    return Given(choice.agent, assigning.explained(choice, agents))


def seen(session: Session, desk: Desk, ticket: Ticket, weight: float, now: datetime) -> None:
    """Keep who has the ticket by the helpdesk's own word; what people assign there themselves counts the same."""
    if ticket.status in (Status.SOLVED, Status.CLOSED):
        roster.settle(session, desk.ticket_id, LEFT)
    elif has_person(ticket):
        sitting = Sitting(desk.ticket_id, desk.connection_id, ticket.assignee, ticket.requester.id, weight)
        roster.sit(session, sitting, TAKEN, now)
    else:
        # What we only hold is on its way there.
        roster.settle(session, desk.ticket_id, LEFT, was=TAKEN)


def settled(session: Session, effect: Effect, receipt: Receipt, now: datetime) -> None:
    """What became of a seat once the vendor answered; that it was refused is said in the ticket."""
    plan = effect.plan
    if not any(isinstance(change, Assign) and change.agent for change in plan.changes):
        return
    roster.settle(session, effect.ticket_id, LEFT if receipt.agent_refused else TAKEN)
    if receipt.agent_refused:
        metrics.count("assigned.refused")
        note = Planned(f"{plan.key}-team", plan.connection_id, plan.ref, (Note(REFUSED),), plan.decision_id)
        effects.plan(session, effect.ticket_id, [note], now)


def there(session: Session, desk: Desk, agent: str, rules: Rules, now: datetime) -> bool:
    """Whether somebody is there to work on what they have; who is not known counts as there."""
    people = [one for one in roster.people(session, desk.connection_id) if one.id == agent]
    agents = assigning.roster(people, {}, rules)
    return all(one.available and (one.calendar is None or one.calendar.is_open(now)) for one in agents)


def has_person(ticket: Ticket) -> bool:
    """Whether a person has it; some vendors name the team as the assignee."""
    return bool(ticket.assignee) and ticket.assignee != ticket.group


def _with_line(change: Change, line: str) -> Change:
    """The note with the line before its last paragraph, which names the decision."""
    if not isinstance(change, Note):
        return change
    above, _, last = change.text.rpartition("\n\n")
    return replace(change, text="\n\n".join(part for part in (above, line, last) if part))


def _counted(choice: Choice) -> None:
    codes = ",".join(reason.code for reason in choice.reasons)
    metrics.count("assigned.agent" if choice.agent else "assigned.team")
    log.info("ticket.assigned", extra={"agent": choice.agent, "reasons": codes})
