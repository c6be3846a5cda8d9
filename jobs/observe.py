"""What people did beside us, seen when they have acted: kept for figures and for whoever looks at disagreements."""

from dataclasses import replace

from sqlalchemy.orm import Session

from app.db import agreements, judgements, roster
from app.db.agreements import Kept
from app.engine.agreeing import acted, agreement
from app.engine.escalation import escalated
from app.engine.replaying import as_asked
from app.engine.standing import Case, Standing
from app.engine.types import Mode
from connectors.types import Priority, Ticket
from jobs.base import Run

WATCHED = frozenset({Mode.SHADOW, Mode.ASSIST})
"""Where a person acts, and not we."""


def agreed(session: Session, run: Run, account_id: str, ticket: Ticket) -> None:
    """Keep what people made of the ticket beside our latest decision on it, as it stands by now; nothing before they have acted."""
    decision = judgements.latest(session, run.ticket_id) if acted(ticket) else None
    if decision is None or decision.mode not in WATCHED:
        return
    judged = judgements.find(session, run.ticket_id, decision.id)
    if judged is None:
        return
    configuration = run.services.configuration(account_id, session)
    teams = {id: name for one in roster.people(session, run.lease.connection_id) for id, name in one.teams.items()}
    # A number that nobody has a name for cannot be held against a team's name.
    unnamed = "" if ticket.group.isdecimal() else ticket.group
    named = replace(ticket, group=teams.get(ticket.group, unnamed))
    standing = Standing(ticket.created_at, account_id)
    case = Case(as_asked(ticket) or ticket, judged.classification, judged.draft, configuration, standing)
    now = run.services.database.now(session)
    parts = (judged.classification, judged.draft, decision)
    said = agreement(named, parts, configuration, _priority(case, decision.mode), now)
    agreements.keep(session, account_id, Kept(run.ticket_id, ticket.url, said))


def _priority(case: Case, mode: Mode) -> Priority | None:
    """What we would have given it; it says something only where we gave nothing."""
    return escalated(case).priority if mode is Mode.SHADOW else None
