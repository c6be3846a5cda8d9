"""Watching promises: each look at a ticket counts its clocks anew, and the clock has those looked at that are nearly over."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC

from sqlalchemy.orm import Session

from app import metrics
from app.db import deadlines, hostclocks, inbox, notices
from app.db.deadlines import Watched
from app.db.effects import Planned
from app.db.judgements import Judged
from app.db.notices import Notice
from app.engine import assigning, escalation, fields, watch
from app.engine.assigning import Asked
from app.engine.configuration import Configuration
from app.engine.promises import Promise, promised
from app.engine.sla import Clock, clocks
from app.engine.standing import Case, Standing
from app.services import Services
from connectors.types import Assign, Change, Event, EventKind, Note, Priority, Ref, SetPriority, Status, Tag, Ticket
from jobs import assign
from jobs.assign import GONE

log = logging.getLogger(__name__)

LATE = "deskhand:late:"
"""Begins the delivery of an event of our own: little of the promised time is left."""
OWN = (LATE, GONE)
"""Deliveries by which the clock wakes a ticket."""
KEPT = (
    "tier",
    "accountPlan",
    "plan",
    "channel",
    "severity",
    "vip",
    "category",
    "priority",
    "sentiment",
    "churnRisk",
    "satisfaction",
    "language",
)
"""Facts that policies may ask about and that outlast a run. Nothing that the customer wrote is among them."""
_RANKS = list(Priority)


@dataclass(frozen=True)
class Scene:
    """The ticket as it was read, and where internal changes about it go."""

    ticket: Ticket
    configuration: Configuration
    standing: Standing
    inside: tuple[str, Ref]
    supports: frozenset[type[Change]]
    late: tuple[str, ...] = ()
    """Deliveries of the clock's own events that woke this run."""

    @property
    def open(self) -> bool:
        """Whether anything is still owed."""
        return self.ticket.status not in (Status.SOLVED, Status.CLOSED)


def followed(session: Session, ticket_id: str, scene: Scene, judged: Judged | None) -> list[Planned]:
    """Count the ticket's clocks, have people told of an escalation, and plan what is to be done where little time is left."""
    now = scene.standing.now
    before = deadlines.watched(session, ticket_id) or Watched(scene.standing.account)
    known, found = _judged(before, scene, judged)
    known = replace(known, turns=watch.seen(before.turns, scene.ticket))
    if not known.category:
        return []
    deadlines.watch(session, ticket_id, known)
    hostclocks.keep(session, ticket_id, scene.ticket.clocks, now)
    desk = _desk(ticket_id, scene)
    rules = scene.configuration.rules
    if desk:
        assign.seen(session, desk, scene.ticket, assigning.weight(rules, known.category), now)
    promise = _promise(scene.configuration, known)
    running = _counted(session, ticket_id, scene, known, promise)
    if found and found.level and judged:
        _tell(session, ticket_id, scene, found.notify, judged.decision.question, _subject(scene, known, running))
    if not scene.late or not scene.open:
        return []
    planned = [] if desk is None else _regiven(session, scene, known, desk)
    late = _nearly_over(ticket_id, scene, running)
    if late is None or late.due is None:
        return planned
    subject = _subject(scene, known, running)
    _tell(session, ticket_id, scene, (escalation.ON_CALL,), f"late-{late.metric}", subject)
    # Whoever has it and is away cannot keep the promise: somebody who is there gets it.
    moved = None if desk is None or planned else _moved(session, scene, known, desk)
    changes = tuple(change for change in _rescue(scene, known, late, moved) if type(change) in scene.supports)
    connection, ref = scene.inside
    key = f"late-{ticket_id}-{late.metric}-{int(late.due.timestamp())}"
    return [*planned, Planned(key, connection, ref, changes)]


def _nearly_over(ticket_id: str, scene: Scene, running: tuple[Clock, ...]) -> Clock | None:
    """The clock that the event was about, if it still runs."""
    named = _clocks(scene.late)
    live = (one for one in running if one.due and not one.met)
    return next((one for one in live if f"{LATE}{ticket_id}:{one.metric}" in named), None)


def _desk(ticket_id: str, scene: Scene) -> assign.Desk | None:
    """Where the ticket is given away, where the account gives tickets to agents; a thread's record is looked after there."""
    connection, ref = scene.inside
    wanted = scene.configuration.rules.assigning.agents and ref == scene.ticket.ref
    return assign.Desk(ticket_id, connection) if wanted else None


def _regiven(session: Session, scene: Scene, known: Watched, desk: assign.Desk) -> list[Planned]:
    """Somebody else for a ticket whose agent is gone."""
    gone = {delivery.rpartition(":")[2] for delivery in scene.late if delivery.startswith(GONE)}
    agent = scene.ticket.assignee if assign.has_person(scene.ticket) else ""
    if not gone or (agent and agent not in gone):
        return []
    found = assign.give(session, desk, _asked(scene, known), scene.configuration.rules, scene.standing.now, but=agent)
    if found is None or not found.agent:
        line = f"{assign.LEFT_BEHIND} {found.line if found else ''}".strip()
        changes: tuple[Change, ...] = (Note(line),)
    else:
        changes = (Assign(agent=found.agent), Note(f"{assign.LEFT_BEHIND} {found.line}"))
    connection, ref = scene.inside
    key = f"gone-{desk.ticket_id}-{'-'.join(sorted(gone))[:60]}"
    return [Planned(key, connection, ref, tuple(one for one in changes if type(one) in scene.supports))]


def _moved(session: Session, scene: Scene, known: Watched, desk: assign.Desk) -> assign.Given | None:
    """Whoever gets it instead of somebody who is away; None where its agent is there or nobody else can take it."""
    agent, rules, now = scene.ticket.assignee, scene.configuration.rules, scene.standing.now
    if not assign.has_person(scene.ticket) or assign.there(session, desk, agent, rules, now):
        return None
    found = assign.give(session, desk, _asked(scene, known), rules, now, but=agent)
    return found if found and found.agent else None


def _asked(scene: Scene, known: Watched) -> Asked:
    """What the ticket asks of whoever takes it, by what was kept of its last judgement."""
    sentiment = known.facts.get("sentiment")
    upset = isinstance(sentiment, int | float) and sentiment < scene.configuration.anger
    return Asked(
        team=scene.ticket.group or known.team,
        category=known.category,
        language=str(known.facts.get("language") or ""),
        senior=known.facts.get("vip") is True or upset or known.priority == Priority.URGENT,
        requester=scene.ticket.requester.id,
    )


def sweep(services: Services) -> None:
    """Have every ticket looked at of whose promised time little is left: each clock once, however many ask, however late."""
    with services.database.reading() as session:
        now = services.database.now(session)
        found = deadlines.late(session, now)
    for one in found:
        with services.database.session() as session:
            now = services.database.now(session)
            if not deadlines.claim(session, one, now):
                continue
            delivery = f"{LATE}{one.ticket_id}:{one.metric}:{int(one.due_at.timestamp())}"
            event = Event(delivery, EventKind.CHANGED, one.ref, now)
            to_ring = inbox.accept(session, one.connection_id, [event], now)
        for ticket_id in to_ring:
            services.work.ring(ticket_id)
    metrics.count("sla.warned", len(found))


def _judged(before: Watched, scene: Scene, judged: Judged | None) -> tuple[Watched, escalation.Escalation | None]:
    """What is known of the ticket now; a fresh judgement replaces the last one."""
    if judged is None:
        return before, None
    case = Case(scene.ticket, judged.classification, judged.draft, scene.configuration, scene.standing)
    found = escalation.escalated(case)
    facts = {name: case.facts[name] for name in KEPT if isinstance(case.facts.get(name), str | int | float | bool)}
    team = scene.ticket.group or found.team
    sure = judged.classification.confidence >= escalation.GUESS
    category = judged.classification.category if sure else "unknown"
    known = Watched(before.account_id, category, str(found.priority), team, facts, before.turns)
    return known, found


def _promise(configuration: Configuration, known: Watched) -> Promise:
    return promised(configuration, known.category, Priority(known.priority), known.facts)


def _counted(session: Session, ticket_id: str, scene: Scene, known: Watched, promise: Promise) -> tuple[Clock, ...]:
    if promise.policy is None:
        return ()
    found = clocks(watch.steps(scene.ticket, known.turns), promise.policy, scene.standing.now)
    for clock in found:
        share = scene.configuration.rules.warn_share
        warn = watch.warn_at(clock.started, clock.due, share) if clock.due and not clock.met else None
        deadlines.count(session, ticket_id, clock, promise.name, known, warn)
    return found


def _clocks(deliveries: tuple[str, ...]) -> set[str]:
    """Ticket and metric of each event; when it was due may have changed since."""
    return {delivery.rpartition(":")[0] for delivery in deliveries}


def _rescue(scene: Scene, known: Watched, late: Clock, moved: assign.Given | None) -> Iterator[Change]:
    """Raise the priority, mark the ticket, give it to its team if nobody has it or to somebody who is there, and say why."""
    ticket, now = scene.ticket, scene.standing.now
    if ticket.shared and scene.standing.linked is False:
        return
    priority = ticket.priority or Priority(known.priority)
    yield Tag((fields.TAG, fields.ESCALATED_TAG))
    if priority is not Priority.URGENT:
        yield SetPriority(_RANKS[_RANKS.index(priority) + 1])
    if known.team and not ticket.assignee and not ticket.group:
        yield Assign(team=known.team)
    if moved:
        yield Assign(agent=moved.agent)
    due = late.due or now
    what = str(late.metric).replace("_", " ")
    state = "is over since" if due <= now else "ends at"
    share = scene.configuration.rules.warn_share
    why = "Little time left" if now >= watch.warn_at(late.started, due, share) else "Likely to be late, by the queue"
    text = f"**{why}:** the promised time for the {what} {state} {due:%Y-%m-%d %H:%M} UTC ({late.term})."
    yield Note(f"{text}\n\nWhoever had it is away. {moved.line}" if moved else text)


def _subject(scene: Scene, known: Watched, running: tuple[Clock, ...]) -> str:
    due = min((one.due for one in running if one.due and not one.met), default=None)
    place = scene.ticket.url or scene.ticket.ref.id
    until = f", due {due.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if due else ""
    return f"{known.category}, {known.priority}, {known.team or 'no team'}{until}: {place}"


def _tell(session: Session, ticket_id: str, scene: Scene, names: tuple[str, ...], cause: str, subject: str) -> None:
    """One notice for each name and way. Who has no way stands in the ticket's briefing only."""
    for name in names:
        contact = scene.configuration.rules.contacts.get(name)
        for way in contact.ways if contact else ():
            topic = subject.partition(",")[0]
            notice = Notice(scene.standing.account, ticket_id, name, way, subject, topic)
            notices.plan(session, f"{ticket_id}:{cause}:{name}:{way}", notice, scene.standing.now)
