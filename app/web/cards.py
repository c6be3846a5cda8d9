"""A ticket's card from our database, and what people press on it. Every host's sidebar is drawn from these; no vendor is called."""

from datetime import datetime

from sqlalchemy.orm import Session

from app.approvals import PRESSED
from app.db import deadlines, deeds, effects, errands, inbox, judgements, lessons, tickets, trail
from app.db.codec import encode
from app.db.errands import Errand
from app.db.judgements import Judged, Outcome
from app.db.tickets import Remembered
from app.db.trail import Entry, What
from app.engine import sidebar
from app.engine.evidence import Claim
from app.engine.inverses import Undoing
from app.engine.lessons import Learned, Lesson
from app.engine.policy import REPLY
from app.engine.sidebar import Around, Card, Offered, Said, Saved
from app.engine.sla import Metric
from app.engine.types import Draft, Mode
from app.services import Services
from connectors.types import Click, Event, EventKind, Person, Ref

OWN = "deskhand:sidebar:"
"""Begins the delivery of what is pressed in a sidebar, so that pressing twice is one press."""
RELEASES = frozenset({"approve", "reject"})
PRESSES = RELEASES | {"share", "escalate", "resume"}
UNDO = "undo"
"""What a card lets people press."""
INSERTED, EDITED, DISMISSED, WRONG = "inserted", "edited", "dismissed", "wrong"
USES = frozenset({INSERTED, EDITED, DISMISSED, WRONG})
"""What people do with a draft."""
REASONS = ("category", "fact", "missing", "tone", "outdated", "silent")
"""Why a draft was wrong: the topic, a fact, a step that is missing, the tone, a page that is out of date, or better no answer."""
MOST = 20
"""Times that one thing can be pressed."""
TEACHES = frozenset({Mode.SHADOW, Mode.ASSIST})


def beside(session: Session, connection_id: str, ref: Ref) -> Remembered | None:
    """The ticket that a host's page shows: the thread itself where the host's ticket only records one. None: not known to us."""
    return tickets.recorded_by(session, connection_id, ref) or tickets.find(session, connection_id, ref)


def card(session: Session, ticket: Remembered | None, now: datetime) -> Card:
    """What is shown of it, in a handful of rows."""
    if ticket is None:
        return sidebar.card(None, Around())
    due = deadlines.promised(session, ticket.id, Metric.FIRST_REPLY, now)
    quiet = ticket.quiet_since is not None
    latest = judgements.latest(session, ticket.id)
    judged = judgements.find(session, ticket.id, latest.id) if latest else None
    if judged is None:
        return sidebar.card(None, Around(quiet, due=due))
    decision = judged.decision
    made = [one for one in effects.of_ticket(session, ticket.id) if one.plan.decision_id == decision.id]
    around = Around(
        quiet=quiet,
        sent=tuple(change for one in made if one.state == effects.SENT for change in one.plan.changes),
        said=tuple(Said(o.kind, o.reason) for o in judgements.about(session, ticket.id, decision.id) if o.kind in USES),
        offered=_offered(session, judged.draft),
        undone=errands.asked(session, _undoing(decision.id)),
        due=due,
    )
    return sidebar.card(Saved(judged.classification, judged.draft, decision), around)


def _offered(session: Session, draft: Draft) -> tuple[Offered, ...]:
    proposals = draft.work.proposals if draft.work else ()
    found = [(one, deeds.find(session, one.key)) for one in proposals]
    return tuple(Offered(one, deed.state) for one, deed in found if deed is not None)


def press(services: Services, ticket: Remembered, click: Click, now: datetime) -> bool:
    """Save a press as an event of the ticket, whose turn does the rest. False while the same press waits there.

    A press that was heard may have come to nothing, as while everything is stopped: it may be pressed again, and what
    it asks for is done once all the same. Who hands a ticket back may do so once a person has taken it again.
    """
    again = f":{ticket.quiet_since.isoformat()}" if ticket.quiet_since and click.action == "resume" else ""
    own = (
        f"{PRESSED}{click.value}"
        if click.action in RELEASES
        else f"{OWN}{click.action}:{ticket.id}:{click.value}{again}"
    )
    names = (own[:390], *(f"{own[:390]}:{time}" for time in range(2, MOST + 1)))
    with services.database.session() as session:
        unheard = (name for name in names if not inbox.dealt_with(session, ticket.connection_id, name))
        event = Event(next(unheard, names[-1]), EventKind.CLICK, ticket.ref, now, click)
        to_ring = inbox.accept(session, ticket.connection_id, [event], now)
    services.work.ring(*to_ring)
    return bool(to_ring)


def undo(services: Services, account_id: str, ticket: Remembered, decision_id: str, by: str, now: datetime) -> bool:
    """Ask the ticket's turn to take back what that decision changed, as far as it still stands. False when that was asked before.

    What a customer has read stays read. Raises ValueError where there is no such decision.
    """
    with services.database.session() as session:
        if judgements.find(session, ticket.id, decision_id) is None:
            raise ValueError(decision_id)
        body = encode(Undoing())
        errand = Errand(_undoing(decision_id), account_id, ticket.id, decision_id, errands.UNDO, by, body)
        asked = errands.ask(session, errand, now)
    services.work.ring(ticket.id)
    return asked


def _undoing(decision_id: str) -> str:
    """The errand's name: one for each decision, so that it is asked once from a sidebar, whoever presses."""
    return f"sidebar-{decision_id}"[:64]


def wake(services: Services, connection_id: str, ref: Ref, now: datetime) -> None:
    """Let a ticket be read that we have not seen, or not lately; within one minute once."""
    event = Event(f"{OWN}wake:{ref.id}:{now:%Y-%m-%dT%H:%M}"[:400], EventKind.CHANGED, ref, now)
    with services.database.session() as session:
        to_ring = inbox.accept(session, connection_id, [event], now)
    services.work.ring(*to_ring)


def use(session: Session, account_id: str, ticket: Remembered, decision_id: str, said: Outcome) -> bool:
    """Keep what somebody did with a draft, once each. A draft that is called wrong teaches that at once. False: there is no such one."""
    judged = judgements.find(session, ticket.id, decision_id)
    if judged is None:
        return False
    if not judgements.said(session, decision_id, said.kind, said.by):
        judgements.record_outcome(session, ticket.id, decision_id, said)
        entry = Entry(What.JUDGED, decision_id, ticket.id, why=said.kind, detail={"reason": said.reason}, who=said.by)
        trail.record(session, account_id, entry)
    if said.kind == WRONG and judged.decision.mode in TEACHES and judged.draft.text.strip():
        lessons.save(session, _wrong(account_id, judged, said))
    return True


def seen(services: Services, account_id: str, ticket: Remembered | None, who: str) -> None:
    """That somebody is shown a card in their host, before they are; a card about nothing shows nothing."""
    if ticket is not None:
        entry = Entry(What.VIEWED, "sidebar", ticket.id, who=who, authority="host")
        with services.database.session() as session:
            trail.record(session, account_id, entry)


def _wrong(account_id: str, judged: Judged, said: Outcome) -> Learned:
    """A person who says so judges as one who answers otherwise."""
    claim = Claim(account_id, judged.classification.category, REPLY, judged.decision.digest)
    what = {"fact": Lesson.FACT, "missing": Lesson.MISSING}.get(said.reason, Lesson.WRONG)
    return Learned(
        decision=judged.decision.id,
        ticket_id=judged.ticket_id,
        account=claim.account,
        category=claim.category,
        action=claim.action,
        digest=claim.digest,
        lesson=what,
        by=said.by,
        at=said.at,
    )


def clicked(action: str, value: str, person: Person) -> Click:
    """A press on a card. Raises ValueError for what no card offers."""
    if action not in PRESSES or not value or len(value) > 200:
        raise ValueError(action)
    return Click(action, value, person)
