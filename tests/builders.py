"""Tickets, people and judgements for tests: everything has a default, so that a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from app.engine.types import Approval, Classification, Draft, EvidenceRecord, Label, Passage, Reason
from connectors.types import Article, Message, Person, Ref, Role, Status, Ticket

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
"""A Monday: the moment at which tests play unless they say otherwise."""


def a_person(id: str = "p1", role: Role = Role.CUSTOMER, **changes: Any) -> Person:
    """A customer called Ana Silva, or a member of the team when the role says so."""
    if role is not Role.CUSTOMER:
        changes.setdefault("external", False)
        changes.setdefault("name", "Sam Agent")
    else:
        changes.setdefault("name", "Ana Silva")
        changes.setdefault("email", "ana@customer.example")
    return Person(id=id, role=role, **changes)


def an_agent(id: str = "a1", **changes: Any) -> Person:
    """A member of the account's own team."""
    return a_person(id, Role.AGENT, **changes)


def a_message(text: str = "Where is my order 1234?", **changes: Any) -> Message:
    """A public message of the customer at noon."""
    values: dict[str, Any] = {"id": "m1", "author": a_person(), "text": text, "at": NOON, "public": True}
    return Message(**(values | changes))


def a_ticket(*texts: str, **changes: Any) -> Ticket:
    """An open ticket of one customer; ``texts`` are the customer's messages, a minute apart."""
    said = texts or ("Where is my order 1234?",)
    requester = changes.get("requester", a_person())
    values: dict[str, Any] = {
        "ref": Ref("35436"),
        "revision": "r1",
        "subject": "A question",
        "status": Status.NEW,
        "requester": requester,
        "messages": tuple(
            a_message(text, id=f"m{n}", at=NOON + timedelta(minutes=n - 1), author=requester)
            for n, text in enumerate(said, start=1)
        ),
        "created_at": NOON,
        "updated_at": NOON,
        "channel": "email",
    }
    return Ticket(**(values | changes))


def a_classification(category: str = "order-status", p: float = 0.97, **changes: Any) -> Classification:
    """A confident judgement; an empty category means that none was found."""
    values: dict[str, Any] = {
        "labels": (Label(category, p),) if category else (),
        "reasons": (Reason("keywords", "Mentions: order."),),
        "engine": "keywords/1",
    }
    return Classification(**(values | changes))


def a_passage(text: str = "Open Your orders to see where a parcel is.", **changes: Any) -> Passage:
    """A public passage on tracking a parcel."""
    values: dict[str, Any] = {
        "source": "article-1",
        "title": "Track a parcel",
        "url": "https://help.example/track",
        "text": text,
        "score": 0.9,
    }
    return Passage(**(values | changes))


def a_draft(text: str = "Open Your orders to see where a parcel is.", **changes: Any) -> Draft:
    """A draft that quotes one public passage."""
    values: dict[str, Any] = {
        "text": text,
        "passages": (a_passage(),),
        "reasons": (Reason("source", "Quotes Track a parcel."),),
        "engine": "extract/1",
    }
    return Draft(**(values | changes))


def an_article(text: str = "Open Your orders to see where a parcel is.", **changes: Any) -> Article:
    """A published page of the account's help centre."""
    values: dict[str, Any] = {
        "id": "article-1",
        "title": "Track a parcel",
        "text": text,
        "url": "https://help.example/track",
        "locale": "en",
        "restricted": False,
        "updated_at": NOON,
    }
    return Article(**(values | changes))


def a_record(**changes: Any) -> EvidenceRecord:
    """Unsigned proof for order-status: 59 judged, none wrong; sign it with ``app.engine.evidence.sign``."""
    values: dict[str, Any] = {
        "account": "shop",
        "category": "order-status",
        "action": "reply",
        "judged": 59,
        "errors": 0,
        "target": 0.95,
        "digest": "digest-1",
        "issued_at": NOON - timedelta(days=1),
        "expires_at": NOON + timedelta(days=90),
        "signature": "",
    }
    return EvidenceRecord(**(values | changes))


def an_approval(decision: str, by: str = "a1", at: datetime = NOON) -> Approval:
    """The click of agent a1 that releases a decision's reply."""
    return Approval(decision=decision, by=by, at=at)
