"""The last step: planned changes go to the vendor, once each, in order."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import metrics, telemetry
from app.db import connections, conversations, effects, inbox, problems, resting, tickets
from app.db.effects import Effect, Planned
from app.db.problems import Problem
from connectors.errors import Conflict, ConnectorError
from connectors.types import AddMessage, Event, EventKind, Note, OpenTicket, Receipt, Ref, Reply
from jobs import assign, away, errands, identity, recorded
from jobs.base import Later, Remedy, Run, backoff, confirmed, held_back, paused

log = logging.getLogger(__name__)

FALLBACK = (
    "Deskhand had something to write here, and it was refused when it tried. Nothing of it was sent. "
    "Please answer this ticket yourself."
)
STOPPED = timedelta(minutes=1)
"""Between two looks at the switch that stops an account."""
LEFT_OUT = "make it in the helpdesk, or let the token, then run `deskhand connect` again; the rest was written"
TOLD = "-told"
"""Ends the key of a note that says that something was refused."""
AGAIN = "deskhand:again:"
"""Begins the delivery of an event of our own: this ticket has to be decided once more."""


def settle(run: Run) -> None:
    """Make everything that is planned for the ticket. Raises Later when something of it has to wait."""
    left = True
    while left:
        with run.transaction() as (session, now):
            unfinished = effects.unfinished(session, run.ticket_id)
            if not unfinished:
                return
            effect = _next(unfinished, now)
            if effect.not_before and effect.not_before > now:
                raise Later(effect.not_before)
            ref = _target(session, effect)
            if ref is None or _silenced(session, effect, now):
                state, reason = (
                    (effects.REVIEW, "no record") if ref is None else (effects.DROPPED, "a person took over")
                )
                effects.end(session, effect, state, reason)
                continue
            effects.begin(session, effect, now, now + run.patience.unanswered)
        left = _attempt(run, effect, ref, now)


def _next(unfinished: Sequence[Effect], now: datetime) -> Effect:
    """The first in order; while a thread's ticket is refused, what is said in the thread itself does not wait for it."""
    first = unfinished[0]
    if first.reason != effects.REFUSED or first.not_before is None or first.not_before <= now:
        return first
    return next((one for one in unfinished if one.plan.ref.id), first)


def _target(session: Session, effect: Effect) -> Ref | None:
    """Where it goes; a thread's record may have been opened since it was planned."""
    if effect.plan.ref.id or any(isinstance(change, OpenTicket) for change in effect.plan.changes):
        return effect.plan.ref
    linked = tickets.remembered(session, effect.ticket_id).linked
    return linked[1] if linked else None


def _silenced(session: Session, effect: Effect, now: datetime) -> bool:
    """Whether an automatic reply came too late: a person took the ticket over, perhaps in its record.

    Raises Later while the account's switch stops everything.
    """
    if connections.stopped(session, effect.plan.connection_id):
        raise Later(now + STOPPED)
    automatic = effect.plan.requester is not None and effect.started_at is None
    return automatic and tickets.remembered(session, effect.ticket_id).quiet_since is not None


def _attempt(run: Run, effect: Effect, ref: Ref, begun: datetime) -> bool:
    """One attempt, and what follows from its answer; whether anything is left to be made then.

    ``since`` makes the vendor look first when an earlier one was begun.
    """
    plan = effect.plan
    connector = run.connector(plan.connection_id)
    run.still_in_time(begun)
    try:
        _looked_again(run, effect, ref)
        with telemetry.step("effect", effect.trace, changes=len(plan.changes), again=effect.started_at is not None):
            receipt = connector.apply(ref, plan.changes, key=plan.key, expect=plan.expect, since=effect.started_at)
    except ConnectorError as error:
        _failed(Failure(run, effect, error, Note in type(connector).supports))
        return True
    with run.transaction() as (session, now):
        effects.sent(session, effect, receipt)
        run.note(recorded.sent(effect, receipt))
        _opened(session, effect, receipt)
        _report_skipped(session, effect, receipt, now)
        assign.settled(session, effect, receipt, now)
        identity.asked(session, effect, run.lease.connection_id, now)
        arrived = conversations.arrived(session, effect, now)
        left = bool(effects.unfinished(session, run.ticket_id))
    extra = {"key": plan.key, "recovered": receipt.recovered, "changes": len(plan.changes)}
    log.info("effect.sent", extra=extra)
    metrics.count("effects.sent")
    if effect.since:
        metrics.observe("deskhand_visible_seconds", max((now - effect.since).total_seconds(), 0.0))
    for ticket_id in arrived:
        run.services.work.ring(ticket_id)
    return left


def _looked_again(run: Run, effect: Effect, ref: Ref) -> None:
    """What is taken back is looked at once more right before: fields are no part of a revision. Raises Conflict.

    Also before a second attempt: one that was taken after all finds nothing left to take back.
    """
    if not effect.plan.key.startswith(errands.UNDO_KEY) or effect.plan.expect is None:
        return
    ticket = run.connector(effect.plan.connection_id).ticket(ref)
    with run.services.database.reading() as session:
        if not errands.still(session, effect, ticket):
            raise Conflict("somebody has changed the ticket since")


def _opened(session: Session, effect: Effect, receipt: Receipt) -> None:
    """Remember the record that came into being for a thread."""
    if any(isinstance(change, OpenTicket) for change in effect.plan.changes) and receipt.refs:
        tickets.remember(
            session, effect.ticket_id, linked_connection=effect.plan.connection_id, linked_ref=receipt.refs[0]
        )


def _report_skipped(session: Session, effect: Effect, receipt: Receipt, now: datetime) -> None:
    """What the vendor left out of a batch is an admin's to mend: mostly a field that is not there."""
    for words in receipt.skipped:
        problems.report(session, Problem("change_skipped", words, LEFT_OUT, effect.plan.connection_id), now)


@dataclass(frozen=True)
class Failure:
    """An attempt that ended in an error. ``takes_notes``: the vendor could be asked for a note instead."""

    run: Run
    effect: Effect
    error: ConnectorError
    takes_notes: bool


def _failed(failure: Failure) -> None:
    plan = failure.effect.plan
    chosen = confirmed(failure.run.services, plan.connection_id, failure.error) or Remedy.PARK
    gone = chosen is Remedy.RETRY and away.away(failure.run.services, plan.connection_id, failure.error)
    metrics.count(f"effects.{chosen}")
    extra = {"key": plan.key, "remedy": str(chosen), "error": type(failure.error).__name__}
    log.warning("effect.failed", extra=extra)
    with failure.run.transaction() as (session, now):
        wait = (_rests if gone else _act(chosen, plan))(session, failure, now)
    if wait:
        raise wait


def _act(chosen: Remedy, plan: Planned) -> Callable[[Session, Failure, datetime], Later | None]:
    """What follows; nobody reads in the helpdesk what could not be put there, so a thread's ticket is never lost in silence."""
    if chosen in (Remedy.DROP, Remedy.PARK) and any(isinstance(change, OpenTicket) for change in plan.changes):
        return _not_opened
    if chosen is Remedy.DROP and not plan.ref.id:
        return _record_gone
    if chosen is Remedy.REDO and plan.key.startswith(errands.UNDO_KEY):
        return _undone_by_people
    if chosen is Remedy.REDO and plan.expect is None:
        return _unsure  # it was decided on no state of the ticket: two writes met, and ours is as due as before
    return _FAILURES.get(chosen, _refused)


def _not_opened(session: Session, failure: Failure, now: datetime) -> Later | None:
    """Nothing was opened: a person may mend why, so it is tried again for some hours."""
    run, effect = failure.run, failure.effect
    if effect.attempts + 1 >= run.patience.tries:
        _review(session, failure, now)
        return None
    text = f"{type(failure.error).__name__}: a thread's ticket could not be opened in the helpdesk"
    advice = "look at the thread, and let Deskhand's user open tickets there; it is tried again for some hours"
    connection_id = effect.plan.connection_id
    problems.report(session, Problem("record_refused", text, advice, connection_id, effect.ticket_id), now)
    effects.postpone(session, effect, now + run.patience.longest, effects.REFUSED)
    return None


def _record_gone(session: Session, failure: Failure, now: datetime) -> Later | None:
    """The thread goes on, but its ticket is closed or deleted."""
    text = f"{type(failure.error).__name__}: what was said in a thread could not be put into its ticket"
    advice = "look at the thread itself; its ticket in the helpdesk takes nothing any more"
    plan, ticket_id = failure.effect.plan, failure.effect.ticket_id
    problems.report(session, Problem("record_gone", text, advice, plan.connection_id, ticket_id), now)
    return _gone(session, failure, now)


def _undone_by_people(session: Session, failure: Failure, now: datetime) -> Later | None:
    """What was to be taken back has been changed meanwhile: the ticket is looked at again before anything of it is."""
    errands.again(session, failure.effect, now)
    return None


def _moved_on(session: Session, failure: Failure, now: datetime) -> Later | None:
    """The ticket is not what was decided on. What is left of the decision is dropped and the ticket decided again."""
    run, plan = failure.run, failure.effect.plan
    _drop(session, failure, "the ticket moved on")
    before = tickets.remembered(session, run.ticket_id)
    tickets.remember(session, run.ticket_id, decided="", redecided=before.redecided + 1)
    again = Event(f"{AGAIN}{plan.key}", EventKind.CHANGED, run.lease.ref, now)
    inbox.accept(session, run.lease.connection_id, [again], now)
    return None


def _gone(session: Session, failure: Failure, now: datetime) -> Later | None:
    """There is nothing left to write to."""
    _drop(session, failure, type(failure.error).__name__)
    return None


def _drop(session: Session, failure: Failure, reason: str) -> None:
    """The batch, and whatever else was planned for its decision."""
    effects.end(session, failure.effect, effects.DROPPED, reason)
    if failure.effect.plan.decision_id:
        effects.drop_decision(session, failure.run.ticket_id, failure.effect.plan.decision_id, reason)


def _slow_down(session: Session, failure: Failure, now: datetime) -> Later | None:
    until = held_back(session, failure.run.services, failure.run.partner, failure.error)
    effects.postpone(session, failure.effect, until, "the vendor asked for patience")
    return Later(until)


def _unsure(session: Session, failure: Failure, now: datetime) -> Later | None:
    """It may have been taken: look again once nothing that was sent can take effect any more."""
    patience, attempts = failure.run.patience, failure.effect.attempts
    if attempts + 1 >= patience.tries:
        _review(session, failure, now)
        return None
    at = now + patience.grace + backoff(attempts, patience.longest)
    effects.postpone(session, failure.effect, at, "no clear answer")
    return Later(at)


def _rests(session: Session, failure: Failure, now: datetime) -> Later | None:
    """Nobody is there: it may have been taken before they went, so it is looked for when they are back."""
    until = max(away.rest(session, failure.run.partner, now), now + failure.run.patience.grace)
    resting.not_tried(session, failure.effect, until, "the vendor is away")
    return Later(until)


def _locked_out(session: Session, failure: Failure, now: datetime) -> Later | None:
    run = failure.run
    paused(session, run.partner, failure.error, now)
    effects.postpone(session, failure.effect, now, "the connection is paused")
    return Later(now if run.partner == run.lease.connection_id else now + run.patience.longest)


def _refused(session: Session, failure: Failure, now: datetime) -> Later | None:
    """The vendor will never take it. Where it takes notes, the people there are told that they have to act."""
    _review(session, failure, now)
    plan = failure.effect.plan
    said = any(isinstance(change, Reply | Note | AddMessage) for change in plan.changes)
    if failure.takes_notes and said and not plan.key.endswith(TOLD):
        note = Planned(f"{plan.key}{TOLD}", plan.connection_id, plan.ref, (Note(FALLBACK),), plan.decision_id)
        effects.plan(session, failure.run.ticket_id, [note], now)
    return None


def _review(session: Session, failure: Failure, now: datetime) -> None:
    effect, kind = failure.effect, type(failure.error).__name__
    effects.end(session, effect, effects.REVIEW, kind)
    failure.run.note(recorded.given_up(effect, kind))
    text = f"{kind}: changes for a ticket were given up and are left to people"
    advice = "look at the ticket in the helpdesk"
    problem = Problem("effect_refused", text, advice, effect.plan.connection_id, effect.ticket_id)
    problems.report(session, problem, now)


_FAILURES: Mapping[Remedy, Callable[[Session, Failure, datetime], Later | None]] = {
    Remedy.REDO: _moved_on,
    Remedy.DROP: _gone,
    Remedy.WAIT: _slow_down,
    Remedy.RETRY: _unsure,
    Remedy.PAUSE: _locked_out,
    Remedy.PARK: _refused,
}
