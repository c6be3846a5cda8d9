"""One case in which the gate lets a reply through, for tests that change one thing about it."""

from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from app.engine import evidence
from app.engine.configuration import Configuration, load
from app.engine.policy import Standing, gate
from app.engine.types import Classification, Decision, Draft, EvidenceRecord
from connectors.types import Change, Ticket
from tests.builders import NOON, a_classification, a_draft, a_record, a_ticket

Kind = TypeVar("Kind", bound=Change)
KEY = b"k" * 32
SHOP = """
service: shop
channels:
  - {type: email, address: help@shop.example}
classification:
  vip: {criteria: [lifetimeValue > 10000, {loyaltyTier: platinum}], priorityLevel: high}
  sentiment: {threshold: -0.5}
  categories:
    - {name: order-status, keywords: [order, tracking, where is], confidence: 0.8, autoResolve: true}
    - {name: returns, keywords: [return, refund], requiresHuman: conditional}
    - {name: payment-issues, keywords: [charge, declined], urgent: true, assignTo: cashiers}
    - {name: chatter, keywords: [hello]}
chatbot:
  fallbackToHuman: {triggers: [attempts > 3, customerRequest: true]}
escalation:
  sla: {urgent: 1h, high: 4h, normal: 24h, enterprise: {critical: 30m, normal: 8h}}
  routing:
    - {condition: category == 'returns', team: returns-desk, priority: high}
    - {condition: vip == true, team: vip-desk}
modes:
  categories: {chatter: shadow}
"""


def shop(text: str = "", **changes: str) -> Configuration:
    """The shop's configuration; each change replaces a piece of its text."""
    text = SHOP + text
    for old, new in changes.items():
        text = text.replace(old, new)
    return load(text, name="shop.yaml")


SETTLED = shop()


def proof(
    classification: Classification, draft: Draft, configuration: Configuration = SETTLED, **changes: Any
) -> EvidenceRecord:
    """Signed evidence that fits what is judged."""
    digest = evidence.digest(classification.engine, draft.engine, "k1", configuration.digest)
    values = {"digest": digest, "category": classification.category} | changes
    return evidence.sign(a_record(**values), KEY)


@dataclass
class Desk:
    """A case whose parts can be replaced one by one; untouched, the gate lets its reply through."""

    ticket: Ticket = field(default_factory=a_ticket)
    classification: Classification = field(default_factory=a_classification)
    draft: Draft = field(default_factory=a_draft)
    configuration: Configuration = SETTLED
    standing: dict[str, Any] = field(default_factory=dict)

    def decide(self) -> Decision:
        """What the gate makes of it."""
        record = proof(self.classification, self.draft, self.configuration)
        values = {"now": NOON, "account": "shop", "key": KEY, "knowledge": "k1", "coin": 0.5, "evidence": (record,)}
        standing = Standing(**(values | self.standing))
        return gate(self.ticket, self.classification, self.draft, self.configuration, standing)


def standing(**changes: Any) -> Standing:
    """A standing in which nothing stands in the way, but without evidence."""
    return replace(Standing(now=NOON, account="shop", key=KEY, knowledge="k1", coin=0.5), **changes)


def made(decision: Decision, kind: type[Kind]) -> list[Kind]:
    """The decision's changes of one kind."""
    return [change for change in decision.changes if isinstance(change, kind)]
