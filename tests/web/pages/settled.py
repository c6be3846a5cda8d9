"""An account with a configuration and some decisions, as the lead's pages find it."""

from datetime import UTC, datetime

from app.db import accounts, connections, judgements
from app.db.judgements import Judged
from app.db.models.ticket import TicketRow
from app.engine.types import Before, Classification, Decision, Draft, Label, Mode, Passage, Reason
from connectors.types import Note, Ref
from tests.web.conftest import Receiver
from tests.web.vendors import VENDORS

CONFIGURATION = """service: Shop  # ours
classification:
  categories:
    - name: order-status
      keywords: [where is my order, parcel, tracking]
    - name: billing
      keywords: [invoice, refund]
      confidence: 0.9
"""
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"


def publish(receiver: Receiver, text: str = CONFIGURATION, by: str = "") -> int:
    with receiver.services.database.session() as session:
        made = accounts.configure(session, receiver.account, "shop.yaml", text, datetime.now(UTC), by)
    return made.version


def in_force(receiver: Receiver) -> accounts.Configured:
    with receiver.services.database.reading() as session:
        return accounts.configuration(session, receiver.account)


def decide(receiver: Receiver, number: int, category: str = "order-status", p: float = 0.93, draft: str = "") -> str:
    """A ticket that was drafted for, with hostile words wherever words may be, unless ``draft`` gives others; the decision's id."""
    words = "" if draft else HOSTILE
    at = datetime.now(UTC)
    connection = receiver.connect(VENDORS[0])
    ref = Ref(f"{4700 + number}")
    ticket, id = f"ticket-{number}", f"decision-{number}"
    source = Passage("a1", f"Delivery times {words}", "javascript:alert(3)", "Two days.", 0.9)
    why = Reason("mode_install", f"Assist is where every category starts. {words}".strip())
    decision = Decision(
        id, ref, "r1", "q1", Mode.ASSIST, Mode.ASSIST, (why,), (Note("x"),), at=at, digest="d", before=Before()
    )
    judged = Judged(
        ticket,
        Classification((Label(category, p),), (Reason("keywords", "The words parcel."),), "words-1", "en"),
        Draft(draft or f"Two days. {words}", (source,), (), "quote-1"),
        decision,
    )
    with receiver.services.database.session() as session:
        session.add(TicketRow(id=ticket, connection_id=connection, ref=ref.id, created_at=at))
        session.flush()
        judgements.save(session, connections.account_of(session, connection), judged, at)
    return id
