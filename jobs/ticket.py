"""One ticket's turn: settle what is planned, deal with what waits, plan what follows, settle again.

Whoever rings, however often: one run at a time works on a ticket, and what it decides is saved in one transaction.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app import metrics, telemetry, tracing
from app.db import connections, deeds, effects, inbox, problems, runs, tickets
from app.db.effects import Planned
from app.db.inbox import Waiting
from app.db.judgements import Judged
from app.db.problems import Problem
from app.db.tickets import Remembered
from app.engine import fields, policy, sidebar
from app.engine.configuration import Configuration
from app.engine.memory import Memory
from app.engine.standing import Case, Standing
from app.engine.types import Classification, EvidenceRecord
from app.queue import TICKET
from app.standing import REDECIDED, Place, lost, place, standing_of, taken
from connectors.types import Event, EventKind, Role, Status, Ticket, Untag
from jobs import approve, assign, base, click, identity, kin, learn, link, redaction, sla, solved, unreached, workflow
from jobs.base import Later, Run
from jobs.classify import classified
from jobs.click import Pressed, Scene
from jobs.draft import Background, decided, kept
from jobs.duplicates import Kin, person, secret
from jobs.learn import Heard, Release
from jobs.released import finish, follow
from jobs.reply import AGAIN, settle
from jobs.reviewer import reviewing
from jobs.tried import tried
from jobs.workflow import Ground, Told

log = logging.getLogger(__name__)

ROUNDS = 20
"""How often one job starts over for what came in meanwhile; after that the sweep rings again."""
OPENING = timedelta(seconds=5)
"""How long an unknown ticket waits while one of ours is being opened: it may be that one."""


def run(ticket_id: str) -> None:
    """Work on a ticket until nothing is left to do now. Called by name from the queue."""
    services = base.services()
    services.work.answered(TICKET, ticket_id)
    for _ in range(ROUNDS):
        if base.draining():
            break
        if not base.lead(ticket_id, _turn):
            return
    services.work.ring(ticket_id)


def _turn(run: Run) -> None:
    with run.services.database.reading() as session:
        planned, begun = effects.unfinished(session, run.ticket_id), deeds.begun(session, run.ticket_id)
    if planned:
        settle(run)
    finish(run, begun)
    if drain(run) or begun:
        settle(run)


@dataclass(frozen=True)
class Knock:
    """What waits for a ticket, and what we remember of it."""

    waiting: Sequence[Waiting]
    remembered: Remembered
    thread: Remembered | None
    """The thread whose record it is."""
    opening: bool
    """It may be the record that is being opened right now."""

    @property
    def first(self) -> Waiting:
        """What came first."""
        return min(self.waiting, key=lambda one: one.id)

    @property
    def numbers(self) -> list[int]:
        """The events' own numbers."""
        return [one.id for one in self.waiting]

    @property
    def deliveries(self) -> tuple[str, ...]:
        """The names under which they came."""
        return tuple(one.event.delivery for one in self.waiting)


def drain(run: Run) -> bool:
    """Deal with everything that waits, by one look at the ticket. True when something was planned."""
    with run.services.database.reading() as session:
        waiting = inbox.waiting(session, run.ticket_id)
        if not waiting:
            return False
        here, remembered = run.lease.connection_id, tickets.remembered(session, run.ticket_id)
        thread = tickets.recorded_by(session, here, run.lease.ref)
        unknown = bool(run.lease.ref.id) and thread is None and not remembered.decided
        knock = Knock(waiting, remembered, thread, unknown and effects.opening(session, here))
    first = knock.first
    tracing.waited("queue", first.received_at, first.trace)
    with telemetry.step("turn", first.trace, ticket=run.ticket_id, events=len(knock.waiting)):
        return _looked_at(run, knock)


def _looked_at(run: Run, knock: Knock) -> bool:
    if not run.lease.ref.id:
        _about_the_connection(run, knock)
        return False
    if knock.opening:
        with run.services.database.reading() as session:
            raise Later(run.services.database.now(session) + OPENING)
    where = place(run.services, run.lease.connection_id)
    ticket = run.connector(run.lease.connection_id).ticket(run.lease.ref)
    if knock.thread is not None:
        _heard_in_record(run, knock, ticket, knock.thread, where)
        return False
    account, said = where.connection.account_id, ticket
    solved.told(run, account, ticket)
    ticket = redaction.clean(identity.heard(run, account, ticket), run.services.configuration(account))
    if identity.due(knock.deliveries):
        identity.send(run, account, ticket)
    return _answer(run, knock, ticket, where, said)


def _about_the_connection(run: Run, knock: Knock) -> None:
    """Events that name no ticket: the vendor says that we are no longer installed."""
    with run.transaction() as (session, now):
        inbox.settle(session, knock.numbers, "connection")
        if any(one.event.kind is EventKind.DISCONNECTED for one in knock.waiting):
            reason = "the vendor says that Deskhand was removed there"
            connections.pause(session, run.lease.connection_id, reason)
            remedy = "install it there again, then run `deskhand connect` for it"
            problems.report(session, Problem("disconnected", reason, remedy, run.lease.connection_id), now)


def _heard_in_record(run: Run, knock: Knock, ticket: Ticket, thread: Remembered, where: Place) -> None:
    """A record is never answered: its thread is. But who writes in it has taken the thread over, or hands it back."""
    with run.transaction() as (session, now):
        inbox.settle(session, knock.numbers, "record")
        click.passed_on(session, run, ticket, thread, where.own, now)
        handed_back = fields.RESUME_TAG in ticket.tags
        if handed_back and thread.quiet_since:
            tickets.remember(session, thread.id, quiet_since=None, decided="")
            tickets.remember(session, run.ticket_id, heard=_last_human(ticket))
            again = Event(f"{AGAIN}{run.ticket_id}:{now.isoformat()}", EventKind.CHANGED, thread.ref, now)
            inbox.accept(session, thread.connection_id, [again], now)
        elif thread.quiet_since is None and policy.took_over(ticket, knock.remembered.heard):
            tickets.remember(session, thread.id, quiet_since=now)


@dataclass(frozen=True)
class Hearing:
    """Whether Deskhand may speak: who has the ticket after everything that was said and pressed."""

    quiet: bool
    resumed: bool
    heard: datetime | None


def hearing(remembered: Remembered, ticket: Ticket, presses: Sequence[Pressed], *, lost: bool = False) -> Hearing:
    """A human's word silences us until the tag or a button hands the ticket back; the last button pressed counts.

    ``lost``: what we did in it ourselves is not known any more, which silences us as well.
    """
    handed_back = fields.RESUME_TAG in ticket.tags and remembered.quiet_since is not None
    last = next((one for one in reversed(presses) if one.quiet is not None), None)
    if last and (last.quiet or policy.took_over(ticket, last.at)):
        return Hearing(quiet=True, resumed=False, heard=remembered.heard)
    if last or handed_back:
        return Hearing(quiet=False, resumed=True, heard=last.at if last else _last_human(ticket))
    quiet = lost or remembered.quiet_since is not None or policy.took_over(ticket, remembered.heard)
    return Hearing(quiet, resumed=False, heard=remembered.heard)


def _last_human(ticket: Ticket) -> datetime | None:
    return max((m.at for m in ticket.messages if m.author.role is Role.AGENT), default=None)


def _answer(run: Run, knock: Knock, ticket: Ticket, where: Place, said: Ticket) -> bool:
    """Clicks, then the question if there is one that waits; everything that follows is saved at once.

    ``said`` is the ticket as the host holds it.
    """
    presses = _presses(run, knock, ticket, where)
    approve.keep(run, [press.ruling for press in presses if press.ruling], learn.ruled)
    now_heard, woken = _listened(run, knock.remembered, ticket, where, presses)
    outcome = _silence(knock.remembered, ticket, now_heard, woken=woken)
    judged, around, stands = (None, None, None) if outcome else _judged(run, knock, ticket, where, now_heard)
    followed = follow(run, presses)
    rules = run.services.configuration(where.connection.account_id)
    with run.transaction() as (session, now):
        planned = redaction.spared(_planned(session, run, knock, ticket, where, judged), rules)
        if now_heard.resumed and judged is None and fields.RESUME_TAG in ticket.tags and Untag in where.own:
            planned.append(_untag(run, ticket))
        planned += [batch for press in presses for batch in press.planned]
        planned += click.heard(run, ticket, where.own)
        stands = stands or standing_of(run.services, session, where, knock.remembered, ticket, now)
        scene = _scene(replace(stands, now=now), knock, ticket, where, rules)
        if judged and around:
            kin.remember(session, scene, judged, around)
            unreached.tell(session, run.ticket_id, scene, judged)
        planned += sla.followed(session, run.ticket_id, scene, judged)
        planned += kin.followed(session, run.ticket_id, where, scene, knock.deliveries)
        new = _new(session, run, scene, planned + _taken_out(session, run, said, where, judged, scene))
        effects.plan(session, run.ticket_id, new, now, knock.first.received_at)
        for press in presses:
            click.save(session, run, press, now)
        if judged:
            kept(run, session, judged, around, now)
        learn.followed(session, run, _heard(run, where, ticket, judged, presses, scene))
        _remember(session, run, knock.remembered, now_heard, judged, now)
        inbox.settle(session, knock.numbers, outcome or "decided")
    _over(run, presses, outcome or "decided")
    return bool(new) or followed


def _listened(
    run: Run, remembered: Remembered, ticket: Ticket, where: Place, presses: Sequence[Pressed]
) -> tuple[Hearing, bool]:
    """Whether Deskhand may speak, and whether a workflow has something to say though nobody asked."""
    with run.services.database.reading() as session:
        woken = workflow.awake(session, runs.of_ticket(session, run.ticket_id))
        return hearing(remembered, ticket, presses, lost=lost(session, run.ticket_id, where, ticket)), woken


def _over(run: Run, presses: Sequence[Pressed], outcome: str) -> None:
    metrics.count(f"turns.{outcome}")
    for press in presses:
        click.answer(run, press.click, press.answer)


def _new(session: Session, run: Run, scene: sla.Scene, planned: Sequence[Planned]) -> list[Planned]:
    """What says anything and was not planned before, each key once. Raises Later where the day's last answer has gone elsewhere."""
    new = list({one.key: one for one in planned if one.changes and not effects.exists(session, one.key)}.values())
    if taken(session, scene.configuration.answers, scene.standing, run.ticket_id, new):
        raise Later(scene.standing.now)
    return new


def _taken_out(
    session: Session, run: Run, said: Ticket, where: Place, judged: Judged | None, scene: sla.Scene
) -> list[Planned]:
    """What the account wants out of its host, as far as anything is written there at all; and where it stands until then."""
    redaction.sighted(session, run, said, where, scene.configuration, scene.standing.now)
    last = judged.decision if judged else scene.standing.previous
    return redaction.planned(run, said, where, scene.configuration, last)


def _heard(
    run: Run, where: Place, ticket: Ticket, judged: Judged | None, presses: Sequence[Pressed], scene: sla.Scene
) -> Heard:
    """What there is to learn from: whose ticket it is, and what was pressed."""
    released = tuple(Release(one.click.value, one.click.person.id, one.click.text) for one in presses if one.released)
    return Heard(
        account=where.connection.account_id,
        ticket=ticket,
        judged=judged,
        person=person(ticket, where, secret(run.services)),
        released=released,
        automatic=scene.standing.attempts > 0,
        helped=any(one.outcome is not None and one.outcome.kind == "helped" for one in presses),
    )


def _scene(standing: Standing, knock: Knock, ticket: Ticket, where: Place, configuration: Configuration) -> sla.Scene:
    """What promises are counted by, and where a warning about one goes."""
    inside, takes = where.inside(ticket.ref)
    late = tuple(one.event.delivery for one in knock.waiting if one.event.delivery.startswith(sla.OWN))
    return sla.Scene(ticket, configuration, standing, inside, takes, late)


def _judged(run: Run, knock: Knock, ticket: Ticket, where: Place, heard: Hearing) -> tuple[Judged, Kin, Standing]:
    classification = classified(run.services, where.connection.account_id, ticket)
    remembered = replace(knock.remembered, heard=heard.heard)
    around = kin.looked(run, where, ticket, classification)
    told = _told(run, remembered, ticket, where, classification, around.history.recalled)
    said = (told.judged, around.history, told.draft, told.woken) if told else (classification, around.history)
    judged, standing = decided(run.services, where, remembered, ticket, Background(*said))
    judged = _assigned(run, standing, ticket, where, judged)
    run.services.keyring.ready(run.ticket_id, where.connection.account_id)
    about = _about(run, where, ticket, judged, around)
    return replace(judged, decision=replace(judged.decision, about=about)), around, standing


def _about(run: Run, where: Place, ticket: Ticket, judged: Judged, around: Kin) -> Mapping[str, str]:
    """What people should know of the customer, kept with the decision."""
    standing = Standing(now=ticket.updated_at, account=where.connection.account_id, history=around.history)
    configuration = run.services.configuration(where.connection.account_id)
    return sidebar.known(Case(ticket, judged.classification, judged.draft, configuration, standing))


def _told(
    run: Run, remembered: Remembered, ticket: Ticket, where: Place, judged: Classification, recalled: Memory | None
) -> Told | None:
    """What the ticket's workflow has come to."""
    account = where.connection.account_id
    with run.services.database.reading() as session:
        now, before = run.services.database.now(session), runs.of_ticket(session, run.ticket_id)
        standing = standing_of(run.services, session, where, remembered, ticket, now)
        standing = replace(standing, woken=workflow.awake(session, before))
    usual = run.services.configuration(account)

    def alone(category: str) -> Configuration:
        drawn = tried(run.services, where, remembered, ticket, category)
        return drawn.configuration if drawn.arm and drawn.arm.human else usual

    return workflow.walked(run, Ground(account, ticket, judged, usual, standing, recalled, alone), before)


def _assigned(run: Run, standing: Standing, ticket: Ticket, where: Place, judged: Judged) -> Judged:
    """With the agent who gets it, where the account gives tickets to agents."""
    configuration = run.services.configuration(where.connection.account_id)
    if not configuration.rules.assigning.agents:
        return judged
    case = Case(ticket, judged.classification, judged.draft, configuration, standing)
    desk = assign.Desk(run.ticket_id, where.record.id if where.record else where.connection.id)
    return assign.assigned(run, desk, case, judged)


def _silence(remembered: Remembered, ticket: Ticket, heard: Hearing, *, woken: bool) -> str:
    """Why nothing is decided, in a word; empty when something is to be. ``woken``: a workflow has something to say."""
    question = ticket.question
    reasons = (
        (ticket.status is Status.CLOSED, "closed"),
        (woken and not heard.quiet, ""),
        # Who asks again opens it again, at every vendor: then somebody is owed something.
        (ticket.status is Status.SOLVED and not heard.resumed, "solved"),
        (heard.quiet, "quiet"),
        (question is None, "nothing asked"),
        (question is not None and question.id == remembered.decided and not heard.resumed, "known"),
    )
    return next((word for so, word in reasons if so), "")


def _presses(run: Run, knock: Knock, ticket: Ticket, where: Place) -> list[Pressed]:
    """What follows from each button that was pressed, in order."""
    clicks = [(one.event.click, one.event.at) for one in knock.waiting if one.event.click]
    clicks += [(one, ticket.updated_at) for one in click.by_tags(ticket, knock.remembered.decided)]
    if not clicks:
        return []
    may = [reviewing(run, where.connection.account_id, one) for one, _ in clicks]
    with run.services.database.reading() as session:
        now = run.services.database.now(session)
        standing = standing_of(run.services, session, where, knock.remembered, ticket, now)
        scene = Scene(ticket, standing, *where.inside(ticket.ref), where.own)
        seen = zip(clicks, map(scene.by, may), strict=True)
        return [replace(click.pressed(session, run, one, by), at=at) for (one, at), by in seen]


def _planned(
    session: Session, run: Run, knock: Knock, ticket: Ticket, where: Place, judged: Judged | None
) -> list[Planned]:
    """Copies for the record first, then what was decided."""
    copies = link.copies(session, run, ticket, where.record) if where.record else []
    if judged is None:
        return copies
    batches = link.divided(judged.decision, where.connection, where.record, where.recorded)
    if knock.remembered.redecided >= REDECIDED:
        batches = [replace(one, expect=None) for one in batches]
    if isinstance(judged.decision.permission, EvidenceRecord):
        batches = [link.counted(one, ticket) for one in batches]
    return copies + batches


def _untag(run: Run, ticket: Ticket) -> Planned:
    """Take the hand-back's tag away once it was understood; a decision does that by itself."""
    last = _last_human(ticket)
    key = f"resumed-{run.ticket_id}-{int(last.timestamp()) if last else 0}"
    return Planned(key, run.lease.connection_id, run.lease.ref, (Untag((fields.RESUME_TAG,)),))


def _remember(
    session: Session, run: Run, before: Remembered, heard: Hearing, judged: Judged | None, now: datetime
) -> None:
    """Only what changed: a record's run may have silenced this thread meanwhile, and that has to stand."""
    values: dict[str, object] = {}
    if heard.resumed:
        values |= {"quiet_since": None, "heard": heard.heard}
    elif heard.quiet and before.quiet_since is None:
        values |= {"quiet_since": now}
    if judged:
        question = judged.decision.question
        values |= {"decided": question, "asked": question}
        values |= {"redecided": 0} if question != before.asked else {}
    if values:
        tickets.remember(session, run.ticket_id, **values)
