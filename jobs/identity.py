"""Codes around a ticket's turn: what a customer enters is compared first, and a code is sent once they were told to expect it."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from app import metrics
from app.db import codes, effects, inbox, problems, runs
from app.db.authenticators import Authenticators
from app.db.codes import Outcome, Said, TooManyCodes
from app.db.effects import Effect, Planned
from app.db.problems import Problem
from app.db.runs import OPEN, Record
from app.engine import otp
from app.engine.actions.identity import PREFIX
from app.engine.identity import Way, alone, raised, same_person, screened, spoken
from app.engine.otp import Bound
from app.engine.templates import NotFilled
from app.engine.workflows import runner
from app.engine.workflows.types import Identity, Prove
from app.nlp.clean import clean
from app.notices import Message, ways
from app.rights import who
from app.standing import place
from connectors.errors import ConnectorError, Refused
from connectors.types import Change, Event, EventKind, Note, Reply, Tag, Ticket
from jobs.base import Run

log = logging.getLogger(__name__)

CODE = "deskhand:code:"
"""Begins the delivery of an event of our own: a customer was told that a code is coming."""
HANDED_OVER = "deskhand_human"
"""The tag on a ticket that a person has to see to."""
UNSENT = "No code could be sent, so a person has to check who writes."


def heard(run: Run, account_id: str, ticket: Ticket) -> Ticket:
    """The ticket as it may be kept and thought about: a code that its requester entered is compared, and none is in it.

    Whoever else writes here is not even compared, so nobody uses up the requester's tries. Raises Absent for somebody who was
    erased and has not written since.
    """
    with run.services.database.reading() as session:
        who.greet(run.services, session, account_id, run.lease.connection_id, ticket)
        now = run.services.database.now(session)
        awaited, windows = codes.awaited(session, run.ticket_id, now), codes.windows(session, run.ticket_id)
    who.listen(run.services, account_id, run.lease.connection_id, ticket)
    question = ticket.question
    if awaited and question and alone(ticket) and same_person(question, ticket):
        given = Said(question.id, otp.codes_in(clean(question.text).text))
        with run.transaction() as (session, now):
            _compare(session, run, _bound(session, run, account_id, ticket), given, now)
    return screened(ticket, windows)


def _compare(session: Session, run: Run, bound: Bound | None, given: Said, now: datetime) -> None:
    if bound is None:
        return
    own = _authenticators(run, bound.account)
    outcome = codes.attempt(
        session, bound, given, _key(run), now, lambda code: own.accepts(session, bound.address, code, now)
    )
    if outcome is not Outcome.NONE:
        metrics.count(f"codes.{outcome}")
        log.info("code.heard", extra={"outcome": str(outcome)})


def speaker(run: Run, account_id: str, ticket: Ticket) -> Identity:
    """Who is proven to speak now: what the host proves, and what a code proved for the workflow that is on."""
    known = spoken(ticket)
    with run.services.database.reading() as session:
        bound = _bound(session, run, account_id, ticket)
        if bound is None:
            return known
        now = run.services.database.now(session)
        return raised(known, codes.proven(session, bound, _key(run), now))


def offered(run: Run, account_id: str, identity: Identity) -> Mapping[str, frozenset[str]]:
    """The ways by which a code can reach this person, as a scene offers operations."""
    found = {Way.EMAIL} if run.services.settings.smtp_url else set()
    if "send_text" in run.services.connected.offers(account_id):
        found.add(Way.SMS)
    with run.services.database.reading() as session:
        if _authenticators(run, account_id).known(session, identity.email):
            found.add(Way.APP)
    return {f"{PREFIX}{way}": frozenset({way.value}) for way in found}


def asked(session: Session, effect: Effect, connection_id: str, now: datetime) -> None:
    """An effect was made. When it told the customer to expect a code, that is due: noted in the same transaction."""
    if any(isinstance(change, Reply) for change in effect.plan.changes) and _proving(session, effect.ticket_id):
        event = Event(f"{CODE}{effect.plan.key}", EventKind.CHANGED, effect.plan.ref, now)
        inbox.accept(session, connection_id, [event], now)


def due(deliveries: tuple[str, ...]) -> bool:
    """Whether a code is to be sent now."""
    return any(one.startswith(CODE) for one in deliveries)


def send(run: Run, account_id: str, ticket: Ticket) -> None:
    """Send the code that the customer was told of, unless there is one that they can still enter. Where that fails a person goes on."""
    with run.services.database.reading() as session:
        record = _proving(session, run.ticket_id)
        bound = _bound(session, run, account_id, ticket)
        there = codes.awaited(session, run.ticket_id, run.services.database.now(session))
    if record is None or bound is None or there:
        return
    waiting = record.progress.waiting
    way = Way(waiting.way) if isinstance(waiting, Prove) and waiting.way else Way.EMAIL
    try:
        with run.transaction() as (session, now):
            issued = codes.issue(session, bound, way, _key(run), now)
        _deliver(run, account_id, ticket, record, way, issued)
    except (TooManyCodes, ConnectorError, NotFilled) as error:
        log.warning("code.unsent", extra={"way": way.value, "error": type(error).__name__})
        _give_up(run, record, type(error).__name__)
        return
    with run.transaction() as (session, now):
        codes.sent(session, issued.id, now)
    metrics.count("codes.sent")
    log.info("code.sent", extra={"way": way.value})


def _deliver(run: Run, account_id: str, ticket: Ticket, record: Record, way: Way, issued: codes.Issued) -> None:
    """To the address that the host or a backend knows. Raises ConnectorError or NotFilled; an authenticator needs nothing."""
    if way is Way.APP:
        return
    configuration = run.services.configuration(account_id)
    fields = {"code": issued.code, "service": configuration.service}
    said = configuration.shelf.fill(
        "one-time-code", fields, language=record.judged.language, channel="sms" if way is Way.SMS else "mail"
    )
    if way is Way.SMS:
        text = {"to": _phone(run, account_id, ticket), "text": said.text}
        run.services.connected.backend(account_id, "send_text").backend.run("send_text", text, key=f"code-{issued.id}")
        return
    mail = ways(run.services.settings).get("email")
    if mail is None:
        raise Refused("no mail is set up")
    mail.send(ticket.requester.email, Message(f"code-{issued.id}", configuration.service, said.text))


def _phone(run: Run, account_id: str, ticket: Ticket) -> str:
    """The number that a backend knows, else the host's. Raises Refused where neither knows one."""
    email, number = ticket.requester.email.casefold(), ""
    if "find_customer" in run.services.connected.offers(account_id):
        offer = run.services.connected.backend(account_id, "find_customer")
        found = offer.backend.run("find_customer", {"email": email}).outputs
        number = str(found.get("phone") or "") if str(found.get("owner", "")).casefold() == email else ""
    if not (number or ticket.requester.phone):
        raise Refused("nobody knows a number")
    return number or ticket.requester.phone


def _give_up(run: Run, record: Record, error: str) -> None:
    """The run ends with a person, who is told at once: nothing new has been asked that would be decided."""
    over = runner.ended(record.progress, "code_unsent", UNSENT)
    inside, takes = place(run.services, run.lease.connection_id).inside(run.lease.ref)
    wanted: tuple[Change, ...] = (Tag((HANDED_OVER,)), Note(f"{UNSENT} The customer was told to expect one."))
    told = Planned(f"unsent-{record.id}", *inside, tuple(change for change in wanted if type(change) in takes))
    with run.transaction() as (session, now):
        codes.withdraw(session, run.ticket_id, now)
        runs.save(session, replace(record, progress=over), now)
        if told.changes and not effects.exists(session, told.key):
            effects.plan(session, run.ticket_id, [told], now)
        advice = "see that mail (DESKHAND_SMTP_URL) or the text message backend works; a person answers until then"
        problems.report(session, Problem("code_unsent", f"{error}: {UNSENT}", advice, None, run.ticket_id), now)


def _proving(session: Session, ticket_id: str) -> Record | None:
    """The run of the ticket that waits for a proof, or None."""
    waiting = (one for one in runs.of_ticket(session, ticket_id) if one.state == OPEN)
    return next((one for one in waiting if isinstance(one.progress.waiting, Prove)), None)


def _bound(session: Session, run: Run, account_id: str, ticket: Ticket) -> Bound | None:
    """What a code of the run that is on is for; None where none is on, or nobody is known to have written."""
    open_ones = [one for one in runs.of_ticket(session, run.ticket_id) if one.state == OPEN]
    who = ticket.requester
    if not open_ones or not who.id or not who.email:
        return None
    return Bound(account_id, run.ticket_id, who.id, who.email.casefold(), open_ones[-1].progress.workflow.name)


def _key(run: Run) -> bytes:
    return codes.key_of(run.services.root)


def _authenticators(run: Run, account_id: str) -> Authenticators:
    return Authenticators(account_id, run.services.vault, _key(run))
