"""A run of a workflow inside its ticket's turn: begun or gone on with, as far as it comes, and told as a draft for the gate."""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app import telemetry
from app.connected import Offer
from app.db import deeds, evidence, inbox, runs
from app.db.deeds import Deed
from app.db.runs import OPEN, TIME, Record
from app.engine import permission
from app.engine.configuration.settled import Configuration
from app.engine.configuration.steps import Workflow
from app.engine.escalation import GUESS
from app.engine.holds import SILENT
from app.engine.memory import Memory
from app.engine.permission import Withheld
from app.engine.registry import ACTIONS
from app.engine.standing import Case, Standing
from app.engine.types import Classification, Draft, Proposal
from app.engine.workflows import runner, telling
from app.engine.workflows.choosing import chosen
from app.engine.workflows.limits import ENGINE, Wanted, author
from app.engine.workflows.types import Answer, Call, Ended, Failure, Identity, Level, Scene, Wait
from app.nlp.entities import entities
from app.services import Services
from connectors.operations import OPERATIONS, Risk
from connectors.types import Event, EventKind, Ticket
from jobs import deed, identity, memory, recorded
from jobs.base import Run

log = logging.getLogger(__name__)

WAKE = "deskhand:wake:"
"""Begins the delivery of an event of our own: what a run waited for has come."""
KEPT = frozenset({"asked_for_person", "person", "other_topic", "backend_unclear", "unapproved"})
"""Ends after which nothing is taken back: a person goes on from there, be it only with words of their own."""
MACHINES = frozenset({"machine", "spam", "abuse"})
NOTHING = Draft("", (), (), ENGINE)


@dataclass(frozen=True)
class Ground:
    """What a run stands on: the ticket as it was just read, and what is thought and known of it."""

    account: str
    ticket: Ticket
    judged: Classification
    configuration: Configuration
    standing: Standing
    recalled: Memory | None = None
    """What whoever is proven to ask spoke of last, elsewhere."""
    tried: Callable[[str], Configuration] | None = None
    """The configuration for a category, where an experiment may leave the ticket to people alone."""

    @property
    def case(self) -> Case:
        """The same for the gates, before there are any words."""
        return Case(self.ticket, self.judged, NOTHING, self.configuration, self.standing)

    @property
    def question(self) -> str:
        """The id of the message that waits for an answer, or nothing."""
        return self.ticket.question.id if self.ticket.question else ""


@dataclass(frozen=True)
class Told:
    """What a run has to say: the draft, and the classification that the gate judges it by."""

    draft: Draft
    judged: Classification
    woken: bool = False


def walked(run: Run, ground: Ground, before: Sequence[Record]) -> Told | None:
    """Go on with one of the ticket's runs, or begin one, as far as it comes; None where no workflow has anything to say.

    Effects are begun and done here, each with its permit. Raises Later while one of them is unclear.
    """
    if any(condition(ground.case) for condition in SILENT) or ground.judged.flags & MACHINES:
        return None
    ground = _recalling(ground)
    record = _taken_up(run, ground, before)
    if record is None:
        return None
    known = identity.speaker(run, ground.account, ground.ticket)
    judged = _judged_as(ground.judged, record.judged, record.progress.heard, ground.standing.now)
    settled = ground.tried(judged.category) if ground.tried else ground.configuration
    ground = replace(ground, judged=judged, configuration=settled)
    with telemetry.step("workflow"):
        record, asked = _walk(run, ground, record, _scene(run, ground, known, before))
    _save(run, record)
    progress = record.progress
    memory.remember(run, ground.account, ground.ticket, judged, progress)
    if progress.ended is Ended.HANDED_OVER and (progress.reason is None or progress.reason.code not in KEPT):
        deed.undo(run, record.id, known)
    log.info("workflow.walked", extra={"workflow": progress.workflow.name, "state": str(progress.ended or "open")})
    if not telling.has_words(progress, asked):
        return None
    with run.services.database.reading() as session:
        offers = run.services.connected.offers(ground.account, session)
        lines = deed.lines(offers, deeds.of_run(session, record.id))
    shown = replace(progress, notes=(*progress.notes, *lines))
    draft = telling.drafted(shown, ground.ticket, judged, ground.configuration, asked)
    return Told(_as_proven(draft, known), judged, ground.standing.woken)


def _as_proven(draft: Draft, known: Identity) -> Draft:
    """With whether a code has proven who asks: the gate lets nothing out without it that only the customer may know."""
    work = draft.work
    return replace(draft, work=replace(work, proven=known.level >= Level.CODE)) if work else draft


def _recalling(ground: Ground) -> Ground:
    """With what still counts of it; a message too short to tell its language is in that of the one before."""
    found = ground.recalled
    if found is None:
        return ground
    judged = replace(ground.judged, language=ground.judged.language or found.language)
    return replace(ground, judged=judged, recalled=found.lately(ground.standing.now))


def awake(session: Session, before: Sequence[Record]) -> bool:
    """Whether something that one of the ticket's runs waited for has come and was not taken in yet: an event, or a person's word.

    Who released an effect is asked once; what came of it may take several turns.
    """
    still_open = [one for one in before if one.state == OPEN]
    return any(one.happened is not None or _ruled(session, one) for one in still_open)


def _ruled(session: Session, record: Record) -> bool:
    """Whether somebody has said what becomes of the effect that the run is at."""
    found = deeds.find(session, _key(record))
    return found is not None and found.state != deeds.PROPOSED


def _key(record: Record, ahead: int = 0) -> str:
    """The name of the effect that the run would ask for next, or so many after that."""
    return f"dh-{record.id}-{record.progress.at}-{len(record.progress.exchanges) + ahead}"


def sweep(services: Services) -> None:
    """Wake the runs whose time has come: each once, however many ask."""
    with services.database.reading() as session:
        now = services.database.now(session)
        due = runs.due(session, now)
    for one in due:
        _wake(services, one, {TIME: now.isoformat()})


def heard(services: Services, account_id: str, event: str, values: Mapping[str, Any]) -> int:
    """Something happened outside (``issue.resolved:SUP-17``): wake the account's runs that wait for it. How many."""
    with services.database.reading() as session:
        waiting = runs.awaiting(session, account_id, event)
    return sum(_wake(services, one, {"event": event, **values}) for one in waiting)


def _wake(services: Services, one: runs.Due, happened: Mapping[str, Any]) -> bool:
    with services.database.session() as session:
        now = services.database.now(session)
        if not runs.wake(session, one, happened, now):
            return False
        event = Event(f"{WAKE}{one.id}:{one.wakes}", EventKind.CHANGED, one.ref, now)
        to_ring = inbox.accept(session, one.connection_id, [event], now)
    for ticket_id in to_ring:
        services.work.ring(ticket_id)
    return True


# --- which run ----------------------------------------------------------------------------------------------


def _taken_up(run: Run, ground: Ground, before: Sequence[Record]) -> Record | None:
    """The run that this turn is about, as it goes on; None where there is none."""
    still_open = [one for one in reversed(before) if one.state == OPEN]
    for one in still_open:
        if one.happened is not None:
            return replace(one, progress=runner.woken(one.progress, one.happened))
    same = next((one for one in reversed(before) if one.question == ground.question), None)
    if same or ground.question == "":
        return same
    talking = next((one for one in still_open if not isinstance(one.progress.waiting, Wait)), None)
    if talking:
        return _gone_on(run, ground, talking)
    waits = any(one.category == ground.judged.category for one in still_open)
    return None if waits else _begun(run, ground) or _looked_up_again(run, ground, before)


def _looked_up_again(run: Run, ground: Ground, before: Sequence[Record]) -> Record | None:
    """Who writes on and speaks of nothing else in particular speaks of the same: what is only looked up is looked up again.

    The gate judges the message as it stands, so what nobody is sure of stays a person's.
    """
    last = next((one for one in reversed(before) if one.progress.ended is Ended.DONE), None)
    category = last.category if last else ground.recalled.topic if ground.recalled and not before else ""
    if not category or ground.judged.confidence >= GUESS or "human" in ground.judged.flags:
        return None
    flow = ground.configuration.workflows.get(category)
    if flow is None or (last and flow != last.progress.workflow) or not _only_reads(flow):
        return None
    new = Record("", run.ticket_id, ground.account, category, ground.question, runner.begun(flow), ground.judged)
    with run.transaction() as (session, now):
        return runs.begin(session, new, now)


def _only_reads(flow: Workflow) -> bool:
    """Whether nothing that its steps may ask for changes anything."""
    asked = [name for step in flow.steps for name in ACTIONS[step.action].operations]
    return all(name in OPERATIONS and OPERATIONS[name].risk is Risk.READ for name in asked)


def _gone_on(run: Run, ground: Ground, record: Record) -> Record | None:
    """The open run with what the customer has written; a new one where they speak of something else by now."""
    question = ground.ticket.question
    if question is None:
        return None
    if "human" in ground.judged.flags:
        over = runner.ended(record.progress, "asked_for_person", "The customer asked for a person.")
        return replace(record, progress=over, question=question.id)
    flow = chosen(ground.ticket, ground.judged, ground.configuration)
    if flow and ground.judged.category != record.category and _sure(ground):
        over = runner.ended(record.progress, "other_topic", "The customer changed the subject.")
        _save(run, replace(record, progress=over))
        return _begun(run, ground)
    return replace(record, progress=runner.heard(record.progress, question.text), question=question.id)


def _begun(run: Run, ground: Ground) -> Record | None:
    flow = chosen(ground.ticket, ground.judged, ground.configuration)
    if flow is None or ground.judged.confidence < GUESS or "human" in ground.judged.flags:
        return None
    progress = runner.begun(flow)
    new = Record("", run.ticket_id, ground.account, ground.judged.category, ground.question, progress, ground.judged)
    with run.transaction() as (session, now):
        return runs.begin(session, new, now)


def _sure(ground: Ground) -> bool:
    known = ground.configuration.category(ground.judged.category)
    return known is not None and ground.judged.confidence >= known.confidence


def _judged_as(now: Classification, begun: Classification, heard: Sequence[str], at: datetime) -> Classification:
    """What the run is about, with today's mood and flags: an answer such as a number has no category of its own.

    What the customer named in an earlier answer still counts, unless the newest names it otherwise.
    """
    told = (begun.entities, *(entities(text, at) for text in heard[:-1]), now.entities)
    named = {kind: values for some in told for kind, values in some.items() if values}
    return replace(
        now,
        labels=begun.labels,
        reasons=begun.reasons,
        language=now.language or begun.language,
        entities=named,
    )


# --- the walk -----------------------------------------------------------------------------------------------


def _scene(run: Run, ground: Ground, known: Identity, before: Sequence[Record]) -> Scene:
    offers = run.services.connected.offers(ground.account)
    earlier = [outputs for one in before if one.state != OPEN for outputs in one.progress.outputs.values()]
    return Scene(
        ground.ticket,
        ground.judged,
        ground.configuration,
        known,
        ground.standing.now,
        facts=ground.case.facts,
        before={name: value for outputs in earlier for name, value in outputs.items()},
        recalled={"number": ground.recalled.number} if ground.recalled and ground.recalled.number else {},
        offered={
            **{name: frozenset(one.system for one in some) for name, some in offers.items()},
            **identity.offered(run, ground.account, known),
        },
    )


def _walk(run: Run, ground: Ground, record: Record, base: Scene) -> tuple[Record, tuple[Proposal, ...]]:
    """As far as it comes; the proposals are what a person has to release first."""
    while True:
        turn = runner.advance(record.progress, base, ACTIONS)
        for act in recorded.noted(record, turn.progress.outputs):
            run.note(act)
        record = replace(record, progress=turn.progress)
        if turn.call is None:
            return record, ()
        offer = deed.offered(run, ground.account, turn.call)
        title = offer.operation.title if offer else turn.call.operation
        if offer and offer.operation.risk is not Risk.READ:
            answer = _effect(run, ground, record, turn.call, offer, base.identity)
        else:
            answer = deed.read(run, offer, turn.call, base.identity) if offer else Answer(failure=Failure.UNSUPPORTED)
            run.note(recorded.looked_up(turn.call, answer, base.identity, (run.ticket_id, "", record.category)))
        if isinstance(answer, Proposal):
            return record, (answer, *_further(run, ground, record, turn.call, base.identity))
        record = replace(record, progress=runner.answered(record.progress, turn.call, answer, title))


def _effect(
    run: Run, ground: Ground, record: Record, call: Call, offer: Offer, identity: Identity
) -> Answer | Proposal:
    """What came of an effect; a proposal where a person has to release it first."""
    known = _known(run, ground, record, _wanted(record, call, offer, identity), offer.system)
    if known is None:
        return Answer(failure=Failure.LIMIT, source=offer.system)
    if known.state == deeds.REJECTED:
        return Answer(failure=Failure.REJECTED)
    if known.state == deeds.PROPOSED:
        return _proposal(run, ground, known, offer)
    return deed.perform(run, known, offer, identity)


def _further(run: Run, ground: Ground, record: Record, call: Call, identity: Identity) -> Iterator[Proposal]:
    """What the step asks for after that call, as far as a person has to release it: so they are asked once."""
    for ahead, one in enumerate(call.then, start=1):
        offer = deed.offered(run, ground.account, one)
        if offer is None or offer.operation.risk is Risk.READ:
            continue
        known = _known(run, ground, record, _wanted(record, one, offer, identity, ahead), offer.system, early=True)
        if known and known.state == deeds.PROPOSED:
            yield _proposal(run, ground, known, offer)


def _wanted(record: Record, call: Call, offer: Offer, identity: Identity, ahead: int = 0) -> Wanted:
    return Wanted(
        _key(record, ahead), call.operation, offer.operation, call.inputs, identity, author(record.progress.workflow)
    )


def _proposal(run: Run, ground: Ground, known: Deed, offer: Offer) -> Proposal:
    link = run.services.approvals.link(run.lease.connection_id, run.lease.ref, known.key, ground.standing.now)
    return telling.proposal(known.key, offer.operation, dict(known.inputs), known.why, link)


def _known(
    run: Run, ground: Ground, record: Record, wanted: Wanted, system: str, *, early: bool = False
) -> Deed | None:
    """The effect as it stands, or is asked for now. ``early``: before its turn, when nothing but a question may come of it."""
    with run.services.database.reading() as session:
        known = deeds.find(session, wanted.key)
    return known or _asked_for(run, ground, record, wanted, system, early=early)


def _asked_for(run: Run, ground: Ground, record: Record, wanted: Wanted, system: str, *, early: bool) -> Deed | None:
    """The effect as the gate permits or proposes it, kept together with how far the run is; None above a limit."""
    with run.transaction() as (session, now):
        proofs = evidence.in_force(session, ground.account, ground.judged.category, wanted.name)
        spent = deeds.spent(session, ground.account, run.ticket_id, wanted.name, now)
        wanted = replace(wanted, evidence=proofs, spent=spent)
        leave = permission.permit(wanted, ground.case)
        held = leave if isinstance(leave, Withheld) else None
        if not held.proposed if held else early:
            return None
        new = Deed(
            wanted.key,
            record.id,
            run.ticket_id,
            ground.account,
            wanted.name,
            system,
            dict(wanted.inputs),
            deeds.PROPOSED if held else deeds.PERMITTED,
            wanted.amount,
            str(wanted.inputs.get("currency", "")).upper(),
            None if isinstance(leave, Withheld) else leave,
            held.reason if held else None,
        )
        deeds.add(session, new, now)
        runs.save(session, record, now)
    return new


def _save(run: Run, record: Record) -> None:
    with run.transaction() as (session, now):
        runs.save(session, record, now)
