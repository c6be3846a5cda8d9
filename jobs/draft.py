"""The second step: what could be said, and what the gate lets us do."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from app import metrics, telemetry
from app.db import evidence, judgements
from app.db.consents import Purpose
from app.db.judgements import Judged
from app.db.tickets import Remembered
from app.engine import policy
from app.engine.configuration.settled import SUBSCRIPTION
from app.engine.duties import disclaimed
from app.engine.handoff import prepared
from app.engine.history import History
from app.engine.identity import spoken
from app.engine.inverses import before
from app.engine.ports import Before, Knowledge, Remembers
from app.engine.standing import Case, Standing
from app.engine.types import Classification, Draft, Reason
from app.engine.workflows.types import NOBODY, Level
from app.engine.writing import written
from app.nlp.personal import NEVER_OUT, mask, values
from app.rights import who
from app.services import Services
from app.standing import Place, standing_of
from connectors.errors import ConnectorError
from connectors.types import Change, Note, Ticket
from jobs import recorded
from jobs.base import Run
from jobs.deed import checked
from jobs.duplicates import Kin
from jobs.tried import tried

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Background:
    """What is thought of the ticket and known around it before anything is drafted."""

    classification: Classification
    history: History | None = None
    told: Draft | None = None
    """What a workflow has to say; knowledge is quoted where it says nothing."""
    woken: bool = False
    """What a workflow waited for has come."""


def decided(
    services: Services, place: Place, remembered: Remembered, ticket: Ticket, background: Background
) -> tuple[Judged, Standing]:
    """Draft, then gate; with what the gate knew besides. Writes nothing."""
    classification, told = background.classification, background.told
    account_id = place.connection.account_id
    ticket = subscribed(services, account_id, ticket)
    trial = tried(services, place, remembered, ticket, classification.category)
    configuration, knowledge = trial.configuration, services.knowledge(account_id)
    writer = services.writer(account_id, remembered.id, ticket.requester.id, configuration.chatbot.engine)
    if writer and not _may_be_shown(services, place, ticket):
        writer = None
    with telemetry.step("draft", told=told is not None, model=writer is not None):
        drafted = trial.offered(screened(told or written(ticket, classification, configuration, knowledge, writer)))
    with services.database.reading() as session:
        standing = standing_of(services, session, place, remembered, ticket, services.database.now(session))
        proofs = evidence.in_force(session, account_id, classification.category)
    standing = replace(standing, evidence=proofs, knowledge=knowledge.version, history=background.history or History())
    standing = replace(standing, woken=background.woken, solved=_before(knowledge, ticket))
    drafted = prepared(Case(ticket, classification, drafted, configuration, standing))
    if configuration.disclaimers:
        drafted = disclaimed(drafted, classification.language)
    with telemetry.step("gate"):
        decision = policy.gate(ticket, classification, drafted, configuration, standing)
    changes = tuple(_safe(change, drafted) for change in decision.changes)
    decision = replace(decision, changes=changes, before=before(ticket, changes))
    metrics.count(f"decisions.{decision.mode}")
    codes = ",".join(reason.code for reason in decision.reasons)
    log.info("ticket.decided", extra={"decision": decision.id, "mode": str(decision.mode), "reasons": codes})
    return Judged(remembered.id, classification, drafted, decision), standing


def _may_be_shown(services: Services, place: Place, ticket: Ticket) -> bool:
    """Whether a language model may read the ticket: nobody in it has said no."""
    with services.database.reading() as session:
        return who.permits(services, session, place.connection.account_id, place.connection.id, ticket, Purpose.MODEL)


def kept(run: Run, session: Session, judged: Judged, around: Kin | None, now: datetime) -> None:
    """Save what was decided, and record it as the act of whoever's leave it rests on."""
    judgements.save(session, run.lease.account, judged, now)
    run.note(recorded.decided(judged, around.sketch.person if around else ""))


def subscribed(services: Services, account_id: str, ticket: Ticket) -> Ticket:
    """The ticket with what its requester subscribes to, where the configuration has a payment system asked and it is proven who asks.

    Only people read it; a system that does not answer, or answers about somebody else, adds nothing.
    """
    said = services.configuration(account_id).integrations
    asked = [system for system, wanted in said.items() if wanted.get("fetchSubscription") is True]
    known = spoken(ticket) if asked else NOBODY
    offers = services.connected.offers(account_id).get("find_subscription", ()) if known.level >= Level.HOST else ()
    offer = next((one for one in offers if one.system in asked), None)
    if offer is None:
        return ticket
    try:
        answer = checked(offer, offer.backend.run("find_subscription", {"email": known.email}), known)
    except ConnectorError as error:
        log.warning("subscription.unread", extra={"system": offer.system, "error": type(error).__name__})
        return ticket
    found = {
        fact: answer.outputs.get(name) for fact, name in zip(SUBSCRIPTION, ("plan", "status", "seats"), strict=True)
    }
    facts = {fact: value for fact, value in found.items() if value is not None}
    return replace(ticket, requester=replace(ticket.requester, facts={**ticket.requester.facts, **facts}))


def _before(knowledge: Knowledge, ticket: Ticket) -> tuple[Before, ...]:
    """How people solved tickets like this one, others than itself."""
    if not isinstance(knowledge, Remembers) or ticket.question is None:
        return ()
    alike = knowledge.before(f"{ticket.subject}\n{ticket.question.text}".strip())
    return tuple(one for one in alike if one.ticket != ticket.ref.id)


def screened(drafted: Draft) -> Draft:
    """The draft without cards, passwords and their like; one that held any is for a human to send."""
    text = mask(drafted.text, NEVER_OUT, _own(drafted)).text
    if text == drafted.text:
        return drafted
    reason = Reason("personal_data", "Personal data were taken out of the draft.")
    return replace(drafted, text=text, reasons=(*drafted.reasons, reason))


def _safe(change: Change, drafted: Draft) -> Change:
    """The change as it may leave: a note says nothing that its readers must not find in an export."""
    return (
        replace(change, text=mask(change.text, NEVER_OUT, _own(drafted)).text) if isinstance(change, Note) else change
    )


def _own(drafted: Draft) -> frozenset[str]:
    """What the account's own pages say, such as where to transfer money to."""
    return values(part for p in drafted.passages for part in (p.text, p.title, p.url))
