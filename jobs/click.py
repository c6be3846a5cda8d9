"""Buttons: a person asks for a human, says that an answer helped, shares a draft, or hands the ticket back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import duplicates as kept
from app.db import effects, inbox, judgements, notices
from app.db.effects import Planned
from app.db.judgements import Judged, Outcome
from app.db.tickets import Remembered
from app.engine import fields, policy
from app.engine.fields import ESCALATED_TAG
from app.engine.standing import Standing
from app.engine.types import Approval
from connectors.base import Answerable
from connectors.errors import ConnectorError
from connectors.types import Change, Click, Event, EventKind, Merge, Note, Person, Ref, Role, Status, Tag, Ticket, Untag
from jobs import approve, duplicates, incidents, recorded
from jobs.approve import Ruling
from jobs.base import Run

log = logging.getLogger(__name__)

HANDED_OVER = "deskhand_human"
"""The tag on a ticket whose customer asked for a person."""
ASKED = "The customer asked for a person with a button. Deskhand says nothing more here until it is handed back."
FORWARDED = "deskhand:click:"
"""Begins the delivery of an event of our own: a click elsewhere that is about this ticket."""
TEAM_ONLY = "Only members of the team can do that."


@dataclass(frozen=True)
class Pressed:
    """What follows from a button. Nothing of it is saved or made yet."""

    click: Click
    planned: tuple[Planned, ...] = ()
    answer: str = ""
    """A word for who pressed it."""
    quiet: bool | None = None
    """True: a person has it now; False: handed back; None: as it was."""
    at: datetime | None = None
    """When, by the vendor's clock."""
    released: Judged | None = None
    outcome: Outcome | None = None
    ruling: Ruling | None = None
    """What a person said about effects on backends."""
    taken: bool = False
    """Somebody of the team says that they have the ticket."""
    forwarded: str = ""
    """Another ticket that the click is about: it is heard there."""
    incident: bool = False
    """Somebody of the team says that the ticket is one of an incident, and that everybody is to be told."""


@dataclass(frozen=True)
class Scene:
    """Where a button was pressed: the ticket now, how things stand, and where internal changes go."""

    ticket: Ticket
    standing: Standing
    inside: tuple[str, Ref]
    """Connection and ref for notes and tags: the ticket itself, or its record."""
    takes: frozenset[type[Change]]
    own: frozenset[type[Change]] = frozenset()
    """What the ticket's own vendor takes."""

    def by(self, reviewer: bool) -> "Scene":  # mapped over
        """The same, where somebody presses who releases for compliance, or does not."""
        return replace(self, standing=replace(self.standing, reviewer=reviewer))


def pressed(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """What follows from this click. A button that nobody knows does nothing."""
    log.info("button.pressed", extra={"action": click.action if click.action in _ACTIONS else "unknown"})
    act = _ACTIONS.get(click.action)
    return act(session, run, click, scene) if act else Pressed(click)


def save(session: Session, run: Run, press: Pressed, now: datetime) -> None:
    """Keep what was released and what was said about a decision; the batches are the caller's to plan."""
    ticket_id = run.ticket_id
    if press.taken:
        notices.acknowledge(session, ticket_id, named(press.click.person), now)
    if press.forwarded:
        _forward(session, press, now)
    if press.incident:
        incidents.confirmed(session, ticket_id, press.click.person, now)
    if press.released and not judgements.find(session, ticket_id, press.released.decision.id):
        judgements.save(session, run.lease.account, press.released, now)
        run.note(recorded.decided(press.released, ""))
    if press.outcome and not judgements.said(session, press.click.value, press.outcome.kind, press.outcome.by):
        judgements.record_outcome(session, ticket_id, press.click.value, press.outcome)
        run.note(recorded.said(ticket_id, press.click.value, press.outcome.kind, press.outcome.by))


def _forward(session: Session, press: Pressed, now: datetime) -> None:
    """The same click, at the ticket that it is about."""
    place = kept.places(session, [press.forwarded]).get(press.forwarded)
    if place:
        click = replace(press.click, value="", answer_url="")
        event = Event(f"{FORWARDED}{press.click.value}:{press.click.person.id}", EventKind.CLICK, place[1], now, click)
        inbox.accept(session, place[0], [event], now)


def _human(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    key = f"human-{run.ticket_id}-{click.value[:40]}"
    wanted: tuple[Change, ...] = (Tag((HANDED_OVER,)), Note(ASKED))
    possible = tuple(change for change in wanted if type(change) in scene.takes)
    where, ref = scene.inside
    planned = (Planned(key, where, ref, possible),) if possible and not effects.exists(session, key) else ()
    return Pressed(click, planned, "A person will take over.", quiet=True)


def _helped(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    known = judgements.find(session, run.ticket_id, click.value)
    outcome = Outcome("helped", click.person.id, scene.standing.now) if known else None
    return Pressed(click, answer="Thank you for saying so.", outcome=outcome)


def _share(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    judged = judgements.find(session, run.ticket_id, click.value)
    if judged is None:
        return Pressed(click, answer="There is nothing here for a person to send.")
    approval = Approval(click.value, click.person.id, scene.standing.now)
    # Whoever puts it into words of their own answers for them; what was drafted is kept as it was.
    draft = replace(judged.draft, text=click.text) if click.text and judged.draft.text.strip() else judged.draft
    try:
        released = policy.release(judged.decision, draft, approval, click.person, scene.ticket, scene.standing)
    except policy.NotReleased as refusal:
        return Pressed(click, answer=refusal.reason.text)
    if effects.exists(session, released.id):
        return Pressed(click, answer="It has been sent already.")
    here = Planned(released.id, run.lease.connection_id, released.ref, released.changes, released.id, released.revision)
    kept = Judged(run.ticket_id, judged.classification, judged.draft, released)
    return Pressed(click, (here,), "It is being sent.", released=kept)


def _approve(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """A person releases what a workflow proposed, and the run goes on."""
    ruling = approve.approving(session, run, click, scene.standing)
    why = ruling.refused
    if why is None or not of_the_team(click.person) or Note not in scene.takes:
        return _ruled(click, ruling)
    where, ref = scene.inside
    note = Note(f"**Not released, though {named(click.person)} approved it:** {why.text}")
    told = Planned(f"refused-{run.ticket_id}-{click.value[:40]}-{why.code}", where, ref, (note,))
    return replace(_ruled(click, ruling), planned=() if effects.exists(session, told.key) else (told,))


def _reject(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """A person refuses it, and the run ends with people."""
    if not of_the_team(click.person):
        return Pressed(click, answer=TEAM_ONLY)
    return _ruled(click, approve.rejecting(session, run, click))


def _ruled(click: Click, ruling: Ruling) -> Pressed:
    """Whoever answers the customer goes on with it: a word on an effect hands no ticket back."""
    return Pressed(click, answer=ruling.answer, ruling=ruling)


def _resume(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    if not of_the_team(click.person):
        return Pressed(click, answer=TEAM_ONLY)
    return Pressed(click, answer="Deskhand is back on this ticket.", quiet=False)


def _acknowledge(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """Nobody further up is told. Pressed under a message about another ticket, the word is passed on to that one."""
    if not of_the_team(click.person):
        return Pressed(click, answer=TEAM_ONLY)
    about = notices.about(session, scene.standing.account, click.value)
    if about and about != run.ticket_id:
        return Pressed(click, answer="It is yours: nobody else is told of it.", forwarded=about)
    where, ref = scene.inside
    key = f"taken-{run.ticket_id}-{click.value[:40]}"
    note = Note(f"**Taken:** {named(click.person)} said so at {scene.standing.now:%Y-%m-%d %H:%M} UTC.")
    planned = (Planned(key, where, ref, (note,)),) if Note in scene.takes and not effects.exists(session, key) else ()
    return Pressed(click, planned, "It is yours: nobody else is told of it.", taken=True)


def _escalate(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """Somebody of the team wants a senior person to see to it. Deskhand says nothing more here."""
    if not of_the_team(click.person):
        return Pressed(click, answer=TEAM_ONLY)
    key = f"escalated-{run.ticket_id}-{click.value[:40]}"
    wanted: tuple[Change, ...] = (
        Tag((ESCALATED_TAG,)),
        Note(f"**Escalated:** {named(click.person)} asks for a senior person."),
    )
    possible = tuple(change for change in wanted if type(change) in scene.takes)
    where, ref = scene.inside
    planned = (Planned(key, where, ref, possible),) if possible and not effects.exists(session, key) else ()
    return Pressed(click, planned, "It is marked for a senior person.", quiet=True)


def _merge(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """The ticket becomes a part of the older one that it repeats. Nobody can undo that, so nothing but this click does it."""
    if not of_the_team(click.person):
        return Pressed(click, answer=TEAM_ONLY)
    connection_id, ref = run.lease.connection_id, scene.ticket.ref
    batch = duplicates.merging(session, run.ticket_id, ref, connection_id, named(click.person))
    if batch is None or Merge not in scene.own or scene.ticket.status is Status.CLOSED:
        return Pressed(click, answer="There is nothing here that can be merged.")
    if effects.exists(session, batch.key):
        return Pressed(click, answer="That was asked for already.")
    outcome = Outcome("merge", click.person.id, scene.standing.now)
    return Pressed(click, (batch,), "They are being merged.", outcome=outcome)


def _incident(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """Everybody whom the incident concerns is told that we know of it, once."""
    if not of_the_team(click.person):
        return Pressed(click, answer=TEAM_ONLY)
    outcome = Outcome("incident", click.person.id, scene.standing.now)
    return Pressed(click, answer="Everybody concerned is being told.", outcome=outcome, incident=True)


def named(person: Person) -> str:
    """How a member of the team is named in a note: as the vendor names them, else as who has the ticket."""
    return person.name or (f"the agent {person.id}" if person.id else "a member of the team")


def of_the_team(person: Person) -> bool:
    """Whether somebody may act for the account. Unknown people may not."""
    return not person.external and person.role is Role.AGENT


_ACTIONS: Mapping[str, Callable[[Session, Run, Click, Scene], Pressed]] = {
    "approve": _approve,
    "human": _human,
    "reject": _reject,
    "helped": _helped,
    "share": _share,
    "escalate": _escalate,
    "resume": _resume,
    "acknowledge": _acknowledge,
    "merge": _merge,
    "incident": _incident,
}


def by_tags(ticket: Ticket, question: str) -> list[Click]:
    """The buttons that were pressed with tags, where a vendor has none; only its own people can put one there.

    Who it was the ticket does not say: whoever has it counts, and is not proven to be them.
    """
    person = Person(ticket.assignee, Role.AGENT, external=False, claimed=True)
    return [
        Click(action, question or ticket.ref.id, person) for tag, action in fields.PRESSED.items() if tag in ticket.tags
    ]


def heard(run: Run, ticket: Ticket, own: frozenset[type[Change]]) -> list[Planned]:
    """Take such tags away, so that each is one press."""
    tags = tuple(sorted(fields.PRESSED.keys() & ticket.tags))
    if not tags or Untag not in own:
        return []
    key = f"heard-{run.ticket_id}-{int(ticket.updated_at.timestamp())}"
    return [Planned(key, run.lease.connection_id, ticket.ref, (Untag(tags),))]


def passed_on(
    session: Session, run: Run, ticket: Ticket, thread: Remembered, own: frozenset[type[Change]], now: datetime
) -> None:
    """Buttons pressed with tags on the record of a thread are heard in the thread, and the tags are taken away.

    ``own``: what the record's own vendor takes.
    """
    for one in by_tags(ticket, ""):
        delivery = f"{FORWARDED}{one.action}:{run.ticket_id}:{int(ticket.updated_at.timestamp())}"
        inbox.accept(session, thread.connection_id, [Event(delivery, EventKind.CLICK, thread.ref, now, one)], now)
    planned = [batch for batch in heard(run, ticket, own) if not effects.exists(session, batch.key)]
    effects.plan(session, run.ticket_id, planned, now)


def answer(run: Run, click: Click, text: str) -> None:
    """Tell who pressed the button what came of it, where the vendor can. A courtesy: nothing depends on it."""
    connector = run.services.connected.connector(run.lease.connection_id)
    if not (text and click.answer_url and isinstance(connector, Answerable)):
        return
    try:
        connector.answer(click.answer_url, text)
    except ConnectorError as error:
        log.warning("button.unanswered", extra={"error": type(error).__name__})
