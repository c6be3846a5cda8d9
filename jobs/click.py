"""Buttons: a person asks for a human, says that an answer helped, shares a draft, or hands the ticket back."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from app.db import effects, judgements
from app.db.effects import Planned
from app.db.judgements import Judged, Outcome
from app.engine import policy
from app.engine.standing import Standing
from app.engine.types import Approval
from connectors.base import Answerable
from connectors.errors import ConnectorError
from connectors.types import Change, Click, Note, Person, Ref, Role, Tag, Ticket
from jobs.base import Run

log = logging.getLogger(__name__)

HANDED_OVER = "deskhand_human"
"""The tag on a ticket whose customer asked for a person."""
ASKED = "The customer asked for a person with a button. Deskhand says nothing more here until it is handed back."
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


@dataclass(frozen=True)
class Scene:
    """Where a button was pressed: the ticket now, how things stand, and where internal changes go."""

    ticket: Ticket
    standing: Standing
    inside: tuple[str, Ref]
    """Connection and ref for notes and tags: the ticket itself, or its record."""
    takes: frozenset[type[Change]]


def pressed(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    """What follows from this click. A button that nobody knows does nothing."""
    log.info("button.pressed", extra={"action": click.action if click.action in _ACTIONS else "unknown"})
    act = _ACTIONS.get(click.action)
    return act(session, run, click, scene) if act else Pressed(click)


def save(session: Session, ticket_id: str, press: Pressed, now: datetime) -> None:
    """Keep what was released and what was said about a decision; the batches are the caller's to plan."""
    if press.released and not judgements.find(session, ticket_id, press.released.decision.id):
        judgements.save(session, press.released, now)
    if press.outcome and not judgements.said(session, press.click.value, press.outcome.kind, press.outcome.by):
        judgements.record_outcome(session, ticket_id, press.click.value, press.outcome)


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
    try:
        released = policy.release(judged.decision, judged.draft, approval, click.person, scene.ticket, scene.standing)
    except policy.NotReleased as refusal:
        return Pressed(click, answer=refusal.reason.text)
    if effects.exists(session, released.id):
        return Pressed(click, answer="It has been sent already.")
    here = Planned(released.id, run.lease.connection_id, released.ref, released.changes, released.id, released.revision)
    kept = Judged(run.ticket_id, judged.classification, judged.draft, released)
    return Pressed(click, (here,), "It is being sent.", released=kept)


def _resume(session: Session, run: Run, click: Click, scene: Scene) -> Pressed:
    if not of_the_team(click.person):
        return Pressed(click, answer=TEAM_ONLY)
    return Pressed(click, answer="Deskhand is back on this ticket.", quiet=False)


def of_the_team(person: Person) -> bool:
    """Whether somebody may act for the account. Unknown people may not."""
    return not person.external and person.role is Role.AGENT


_ACTIONS: Mapping[str, Callable[[Session, Run, Click, Scene], Pressed]] = {
    "human": _human,
    "helped": _helped,
    "share": _share,
    "resume": _resume,
}


def answer(run: Run, click: Click, text: str) -> None:
    """Tell who pressed the button what came of it, where the vendor can. A courtesy: nothing depends on it."""
    connector = run.services.connector(run.lease.connection_id)
    if not (text and click.answer_url and isinstance(connector, Answerable)):
        return
    try:
        connector.answer(click.answer_url, text)
    except ConnectorError as error:
        log.warning("button.unanswered", extra={"error": type(error).__name__})
