"""What the gate has to know besides ticket, judgement and draft. Jobs fill it in from the database; nothing is looked up here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, get_args

from app.engine import fields
from app.engine.configuration.settled import Configuration
from app.engine.history import History
from app.engine.ports import Before
from app.engine.types import Classification, Decision, Draft, EvidenceRecord
from connectors.types import Change, Role, Ticket

EVERY_CHANGE: frozenset[type[Change]] = frozenset(get_args(Change))


@dataclass(frozen=True)
class Counts:
    """Automatic replies within the last hour, or the most there may be: in this ticket, to this requester, to this mail
    domain, to everybody together."""

    ticket: int = 0
    requester: int = 0
    domain: int = 0
    everybody: int = 0


BUDGETS = Counts(ticket=3, requester=5, domain=20, everybody=200)
AUDIT_SHARE = 0.05
"""This share of what could have been sent goes to a human, so that accuracy stays observable."""


@dataclass(frozen=True)
class Standing:
    """The world at ``now``. Whatever is left at its default makes the gate do less, never more."""

    now: datetime
    account: str
    connection: str = ""
    supports: frozenset[type[Change]] = EVERY_CHANGE
    """What the ticket's vendor, and the linked helpdesk if any, can apply."""
    linked: bool = False
    """A shared thread has a ticket in the account's helpdesk, where internal changes go."""
    notes_apart: bool = False
    """The vendor has a place for notes that no customer reads, wherever the ticket itself lies."""
    evidence: tuple[EvidenceRecord, ...] = ()
    """The category's records for replies, one for each way of writing that was promoted; the gate takes the draft's own."""
    key: bytes = field(default=b"", repr=False)
    """Checks the evidence's signature; without it nothing is unlocked."""
    knowledge: str = ""
    """The version of the knowledge that the draft was made from."""
    human_took_over: bool = False
    stopped: bool = False
    """The account's switch that stops everything."""
    sent: Counts = Counts()
    today: Counts = Counts()
    """The same within a day, where the account limits that."""
    budgets: Counts = BUDGETS
    coin: float = 0.0
    """Drawn by ``evidence.coin``; under ``AUDIT_SHARE`` a human sends."""
    attempts: int = 0
    """How often this ticket has been answered automatically."""
    own_addresses: frozenset[str] = frozenset()
    """The account's support addresses: a requester with one of them is a loop."""
    previous: Decision | None = None
    """What was decided on this ticket last."""
    woken: bool = False
    """Something that a workflow waited for has come: a word is due although the customer asks nothing."""
    reviewer: bool = False
    """Whoever presses may release what compliance reviews."""
    handed_back_at: datetime | None = None
    """When people last gave the ticket back, as far as that was by a button or covers what they wrote."""
    history: History = field(default_factory=History)
    """What is known around the ticket."""
    solved: tuple[Before, ...] = ()
    """How people solved tickets like it."""


@dataclass(frozen=True)
class Case:
    """Everything that one decision rests on."""

    ticket: Ticket
    classification: Classification
    draft: Draft
    configuration: Configuration
    standing: Standing

    @property
    def vip(self) -> bool:
        """Whether tags, facts or the configuration's criteria make the requester a VIP."""
        criteria, known = self.configuration.vip, {**by_plain_names(self.ticket.requester.facts), **self.found}
        if criteria is None:
            return False
        return "vip" in self.ticket.tags or known.get("vip") is True or any(c.holds(known) for c in criteria)

    @property
    def found(self) -> Mapping[str, Any]:
        """What a workflow learned of the customer from backends."""
        return self.draft.work.facts if self.draft.work else {}

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """What conditions may ask about, by the names that configurations use; unknown facts are absent."""
        judged, ticket = self.classification, self.ticket
        host = {**ticket.fields, **by_plain_names(ticket.requester.facts), **self.found}
        plan = next((host[name] for name in ("accountPlan", "plan", "tier") if host.get(name)), None)
        question = ticket.question
        ours = {
            "category": judged.category or None,
            "confidence": judged.confidence,
            "botConfidence": judged.confidence,
            "sentiment": judged.sentiment,
            "churnRisk": judged.churn_risk,
            "satisfaction": judged.satisfaction,
            "urgency": judged.urgency,
            "emotion": judged.emotion or None,
            "language": judged.language or None,
            "attempts": self.standing.attempts,
            "messages": sum(m.public and m.author.role is Role.CUSTOMER for m in ticket.messages),
            "channel": ticket.channel or None,
            "shared": ticket.shared,
            "priority": ticket.priority and str(ticket.priority),
            "severity": host.get("severity") or severity(judged),
            "responseTime": self.standing.now - question.at if question else None,
            "vip": self.vip,
            "customerRequest": "human" in judged.flags,
            "sensitiveRequest": "security" in judged.flags,
            "complianceConcern": "legal" in judged.flags,
            "security": "security" in judged.flags,
            "legal": "legal" in judged.flags,
            "accountPlan": plan,
            "plan": plan,
            "tier": plan,
        }
        return MappingProxyType({**host, **{name: value for name, value in ours.items() if value is not None}})


def by_plain_names(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """The facts, also by the names that configurations use: ``user.loyalty_tier`` is ``loyaltyTier`` where no other is."""
    plain: dict[str, Any] = {}
    for name, known in facts.items():
        first, *rest = name.rpartition(".")[2].split("_")
        plain.setdefault(first + "".join(word[:1].upper() + word[1:] for word in rest), known)
    return {**plain, **facts}


CRITICAL, SEVERE = 0.9, 0.6
"""Urgency from which a case counts as critical, or as high."""


def severity(judged: Classification) -> str | None:
    """How bad it is by the judgement alone, where the host has no such field; None when nobody judged it."""
    if judged.urgency is None:
        return None
    return "critical" if judged.urgency >= CRITICAL else "high" if judged.urgency >= SEVERE else "normal"


def took_over(ticket: Ticket, handed_back_at: datetime | None = None) -> bool:
    """Whether a human of the account has written here since it was last handed back; the resume tag hands it back now."""
    if fields.RESUME_TAG in ticket.tags:
        return False
    return any(
        m.author.role is Role.AGENT and (handed_back_at is None or m.at > handed_back_at) for m in ticket.messages
    )
