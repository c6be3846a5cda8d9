"""The second step: what could be said, and what the gate lets us do."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import accounts, effects, evidence, judgements
from app.db.connections import Installed
from app.db.judgements import Judged
from app.db.tickets import Remembered
from app.engine import policy
from app.engine.evidence import coin
from app.engine.policy import BUDGETS, Counts, Standing
from app.engine.types import Classification, Draft, Reason
from app.engine.writing import written
from app.nlp.personal import NEVER_OUT, mask, values
from app.services import Services
from connectors.types import Change, Note, Ticket

log = logging.getLogger(__name__)

LATELY = timedelta(hours=1)
"""What the gate's budgets count."""
REDECIDED = 3
"""How often a decision on one question may be overtaken before only people answer it."""


@dataclass(frozen=True)
class Place:
    """Where a ticket lives: its connection, and the helpdesk that records it when it is a thread."""

    connection: Installed
    record: Installed | None = None
    own: frozenset[type[Change]] = frozenset()
    recorded: frozenset[type[Change]] = frozenset()

    @property
    def supports(self) -> frozenset[type[Change]]:
        """What can be done at either place."""
        return self.own | self.recorded


def place(services: Services, connection_id: str) -> Place:
    """Look up where tickets of this connection live."""
    connection = services.installed(connection_id)
    record = services.record_of(connection)
    own = services.helpdesks[connection.vendor].supports
    return Place(connection, record, own, services.helpdesks[record.vendor].supports if record else frozenset())


def decided(
    services: Services, place: Place, remembered: Remembered, ticket: Ticket, classification: Classification
) -> Judged:
    """Draft, then gate. Writes nothing."""
    account_id = place.connection.account_id
    configuration, knowledge = services.configuration(account_id), services.knowledge(account_id)
    writer = services.writer(account_id, remembered.id, ticket.requester.id)
    drafted = screened(written(ticket, classification, configuration, knowledge, writer))
    with services.database.reading() as session:
        standing = standing_of(services, session, place, remembered, ticket, services.database.now(session))
        proof = evidence.newest(session, account_id, classification.category)
    standing = replace(standing, evidence=proof, knowledge=knowledge.version)
    decision = policy.gate(ticket, classification, drafted, configuration, standing)
    decision = replace(decision, changes=tuple(_safe(change, drafted) for change in decision.changes))
    codes = ",".join(reason.code for reason in decision.reasons)
    log.info("ticket.decided", extra={"decision": decision.id, "mode": str(decision.mode), "reasons": codes})
    return Judged(remembered.id, classification, drafted, decision)


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


def standing_of(
    services: Services, session: Session, place: Place, remembered: Remembered, ticket: Ticket, now: datetime
) -> Standing:
    """What the gate has to know besides; the evidence and the knowledge's version are the caller's to add."""
    account_id = place.connection.account_id
    requester = (ticket.requester.id, domain(ticket))
    sent = effects.replies(session, remembered.id, requester, now, LATELY)
    question = ticket.question
    asked = (account_id, place.connection.id, ticket.ref.id, question.id if question else "")
    return Standing(
        now=now,
        account=account_id,
        connection=place.connection.id,
        supports=place.supports,
        linked=place.record is not None,
        key=services.evidence_key,
        human_took_over=policy.took_over(ticket, remembered.heard),
        stopped=accounts.find(session, account_id).stopped,
        sent=Counts(sent.ticket, sent.requester, sent.domain),
        attempts=sent.ever,
        coin=coin(services.evidence_key, *asked),
        budgets=Counts() if remembered.redecided >= REDECIDED else BUDGETS,
        previous=judgements.latest(session, remembered.id),
    )


def domain(ticket: Ticket) -> str:
    """The requester's mail domain, or nothing."""
    return ticket.requester.email.rpartition("@")[2].casefold()
