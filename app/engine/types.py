"""Judgements: what we think of a ticket and what follows. Facts (what a vendor says) live in ``connectors.types``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from connectors.types import Change, File, Priority, Ref, Reply, Status

NOTHING: Mapping[str, str] = MappingProxyType({})


class Mode(StrEnum):
    """How much a category may do by itself, least first; compare with ``rank``."""

    OFF = "off"
    SHADOW = "shadow"
    ASSIST = "assist"
    DEFLECT = "deflect"
    RESOLVE = "resolve"

    @property
    def rank(self) -> int:
        """0 for off up to 4 for resolve."""
        return list(Mode).index(self)


@dataclass(frozen=True)
class Reason:
    """Why, in one line a support lead can read. ``code`` is stable (``no_source``), ``text`` holds no customer text."""

    code: str
    text: str


@dataclass(frozen=True)
class Label:
    """One category and the probability (0 to 1) that the ticket belongs to it."""

    category: str
    p: float


@dataclass(frozen=True)
class Classification:
    """What a ticket is about. ``labels`` are best first; no label means: we do not know, and say so."""

    labels: tuple[Label, ...]
    reasons: tuple[Reason, ...]
    engine: str
    """Which classifier and version said so: part of the evidence hash."""
    language: str = ""
    """ISO 639-1, or empty when unsure."""
    sentiment: float | None = None
    """-1 (angry) to 1 (delighted)."""
    emotion: str = ""
    urgency: float | None = None
    """0 to 1."""
    churn_risk: float | None = None
    """0 to 1."""
    satisfaction: float | None = None
    """0 to 1: how likely a good rating is, as the conversation stands."""
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    flags: frozenset[str] = frozenset()
    """``human``, ``legal``, ``security``, ``spam``, ``abuse``, ``machine``: what forbids a reply."""

    @property
    def category(self) -> str:
        """The best category, or empty."""
        return self.labels[0].category if self.labels else ""

    @property
    def confidence(self) -> float:
        """The best category's probability, or 0."""
        return self.labels[0].p if self.labels else 0.0


@dataclass(frozen=True)
class Passage:
    """A piece of the account's knowledge that can be quoted. ``restricted`` ones stay in internal notes."""

    source: str
    """The article's id, stable over versions."""
    title: str
    url: str
    text: str
    score: float
    restricted: bool = False
    locale: str = ""
    version: str = ""


@dataclass(frozen=True)
class Cost:
    """What a language model took for one draft. ``micros`` are millionths of the currency of its price list; 0 where it has none."""

    model: str
    calls: int
    tokens_in: int
    tokens_out: int
    micros: int = 0


@dataclass(frozen=True)
class Proposal:
    """An effect on a backend that only a person may release."""

    key: str
    title: str
    details: tuple[str, ...] = ()
    """Its inputs, a line each."""
    why: Reason | None = None
    """Why it is not run without them."""
    link: str = ""
    """Where it can be released by somebody whose helpdesk has no buttons; it expires, and ends with its answer."""


@dataclass(frozen=True)
class Work:
    """What a workflow has come to. ``holds`` are why a person goes on; nothing in it was decided by the workflow itself."""

    workflow: str
    notes: tuple[str, ...] = ()
    trace: tuple[str, ...] = ()
    """Every step in a line, with the values that decided."""
    holds: tuple[Reason, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    files: tuple[File, ...] = ()
    """Attached to the answer."""
    solves: bool = False
    """The customer has said that it is over: the ticket is solved with the answer."""
    facts: Mapping[str, str | int | float | bool] = field(default_factory=lambda: MappingProxyType({}))
    """What backends said of the customer, by the names that conditions use."""
    proven: bool = False
    """Whoever asks has proven by a code who they are, in this ticket and for this."""
    code: bool = False
    """A code goes out with its words, and only when we are the ones who send them."""


@dataclass(frozen=True)
class Draft:
    """What could be said. ``text`` is empty when no source answers; the reasons then say so."""

    text: str
    passages: tuple[Passage, ...]
    reasons: tuple[Reason, ...]
    engine: str
    """Which writer and version: part of the evidence hash."""
    cost: Cost | None = None
    """None where no language model was asked."""
    work: Work | None = None
    """What a workflow did for it; None for what was only looked up."""
    until: datetime | None = None
    """After this moment the text is not true any more: a time that it names is over."""


@dataclass(frozen=True)
class EvidenceRecord:
    """Human-judged proof for one category: ``errors`` of ``judged`` decisions were wrong. Signed; see ``evidence``."""

    account: str
    category: str
    action: str
    """What it allows: ``reply`` or an action kind."""
    judged: int
    errors: int
    target: float
    digest: str
    """Hash of classifier, writer, prompts, knowledge and configuration that were judged."""
    issued_at: datetime
    expires_at: datetime
    signature: str
    people: int = 0
    """Who judged them; 0 in records from before that was kept."""
    largest: int = 0
    """Judgements of whoever gave most."""


@dataclass(frozen=True)
class Approval:
    """A person's click that releases one decision's reply. ``by`` is the person's id at the vendor."""

    decision: str
    by: str
    at: datetime


Permission = EvidenceRecord | Approval


@dataclass(frozen=True)
class Mandate:
    """What the account has done without being asked each time, by a setting of its configuration. It unlocks no reply."""

    setting: str


@dataclass(frozen=True)
class Permit:
    """Leave for one effect on a backend, by its key. Only ``engine.permission`` makes one."""

    effect: str
    operation: str
    permission: Permission | Mandate


@dataclass(frozen=True)
class Before:
    """How a ticket was where a decision changes it, so that the change can be taken back."""

    tags: frozenset[str] = frozenset()
    """Of the tags that it adds or takes away, those that were there."""
    fields: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    """Of the fields that it sets, what stood in them."""
    priority: Priority | None = None
    status: Status | None = None


@dataclass(frozen=True)
class Decision:
    """What will be done, and why. Only ``engine.policy`` makes one; only a permission puts a ``Reply`` into ``changes``."""

    id: str
    ref: Ref
    revision: str
    """The ticket's revision that it was made on."""
    question: str
    """The id of the customer's message it answers."""
    mode: Mode
    requested: Mode
    reasons: tuple[Reason, ...]
    changes: tuple[Change, ...]
    permission: Permission | None = None
    at: datetime | None = None
    digest: str = ""
    """All that it was made with, as evidence for it has to be bound."""
    before: Before | None = None
    """None where it was kept before this was."""
    about: Mapping[str, str] = field(default_factory=lambda: NOTHING)
    """What the host and backends said of the customer then, by label, for people who see to the ticket."""

    def __post_init__(self) -> None:
        if self.permission is None and any(isinstance(change, Reply) for change in self.changes):
            raise ValueError("a decision with a reply carries its permission")
