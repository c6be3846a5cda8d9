"""A configuration once it has been read: frozen, with the answers that the engine asks for. No reading happens here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from app.engine.conditions import Condition
from app.engine.configuration.analytics import Watched
from app.engine.configuration.privacy import Privacy
from app.engine.configuration.rules import Rules
from app.engine.configuration.steps import Limit, Workflow
from app.engine.configuration.trials import Experiment, Most, Training
from app.engine.facts import FACTS, Fact
from app.engine.guides import Guide
from app.engine.ports import Way
from app.engine.templates import Shelf
from app.engine.types import Mode, Reason
from connectors.types import Priority

CONFIDENCE = 0.7
"""A category's threshold where the configuration gives none."""
ANGER = -0.6
"""The sentiment below which a human answers, where the configuration gives none."""

VOICES = ("friendly-helpful", "professional-empathetic")
"""The ways of writing that a language model can be asked for."""
COMMANDS = ("search_documentation", "check_service_status", "get_account_info", "create_support_ticket")
"""What a language model may be allowed to look up."""

PRIORITIES: Mapping[str, Priority] = MappingProxyType(
    {
        "critical": Priority.URGENT,
        "urgent": Priority.URGENT,
        "high": Priority.HIGH,
        "normal": Priority.NORMAL,
        "medium": Priority.NORMAL,
        "low": Priority.LOW,
    }
)
"""The configuration's words -> ours."""


SUBSCRIPTION = ("subscriptionPlan", "subscriptionStatus", "subscriptionSeats")
"""Facts about what a customer subscribes to, as a payment system says them."""


@dataclass(frozen=True)
class Category:
    """One kind of ticket. ``confidence`` is the probability under which a human decides; ``team`` and ``sla`` may be empty."""

    name: str
    keywords: tuple[str, ...] = ()
    confidence: float = CONFIDENCE
    auto_resolve: bool = False
    requires_human: bool = False
    priority: Priority | None = None
    team: str = ""
    sla: str = ""
    group: str = ""
    description: str = ""
    knowledge: bool = True
    """False: nothing is quoted for this category."""
    way: Way = field(default_factory=Way)
    """How articles are looked up for it."""
    related: int = 0
    """How many related articles an answer names."""
    steps: bool = False
    """An answer is given step by step."""
    context: tuple[str, ...] = ()
    """What has to be known before it is worked on: ``browserInfo``."""
    methods: tuple[str, ...] = ()
    """How it may be proven who asks, the first one first; empty: by any."""


@dataclass(frozen=True)
class Route:
    """Where tickets go for which ``condition`` holds; ``priority`` is the least they get."""

    condition: Condition
    team: str = ""
    priority: Priority | None = None


@dataclass(frozen=True)
class Templates:
    """The sentences around an answer. ``{name}`` stands for the customer's first name."""

    greeting: str = "Hello {name},"
    closing: str = "Kind regards"
    disclosure: str = "This is an automated answer."
    human: str = 'To talk to a person, just reply "human".'


@dataclass(frozen=True)
class Chatbot:
    """Which language model writes, and how. ``engine`` is empty where none is wanted; settings map its name to a real one."""

    engine: str = ""
    persona: str = ""
    prompt: str = ""
    """The account's own words to the model; they never widen what it may say."""
    messages: int = 10
    """How many of the newest messages it reads."""
    temperature: float = 0.2
    tools: tuple[str, ...] = ()
    described: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Tool -> the account's own words about it."""
    limitations: tuple[str, ...] = ()
    """What it must not do by itself: ``no-account-changes``."""


@dataclass(frozen=True)
class Configuration:
    """One service's settings. ``digest`` is the SHA-256 of their canonical form: the same settings, the same digest."""

    service: str
    name: str
    digest: str
    categories: tuple[Category, ...] = ()
    default_mode: Mode | None = None
    modes: Mapping[str, Mode] = field(default_factory=lambda: MappingProxyType({}))
    sla: Mapping[str, Mapping[Priority, str]] = field(default_factory=lambda: MappingProxyType({}))
    """Tier (empty where the table has none) -> priority -> target."""
    rules: Rules = field(default_factory=Rules)
    """What it says of promises and escalation."""
    routes: tuple[Route, ...] = ()
    vip: tuple[Condition, ...] | None = ()
    """Any of these makes a customer a VIP; None switches the question off."""
    vip_priority: Priority | None = None
    fallbacks: tuple[Condition, ...] = ()
    """Any of these sends a ticket to a human."""
    facts: Mapping[str, Fact] = field(default_factory=lambda: FACTS, repr=False)
    """What its conditions may ask about."""
    anger: float = ANGER
    templates: Templates = Templates()
    shelf: Shelf = field(default_factory=Shelf)
    """Its messages with named fields, over the shipped ones."""
    keywords: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What a text message may begin with -> what that starts."""
    guides: Mapping[str, Guide] = field(default_factory=lambda: MappingProxyType({}))
    """Troubleshooting guides by name."""
    no_advice: bool = False
    """Financial advice is a person's alone."""
    disclaimers: bool = False
    """Every answer says that it is none."""
    approved_only: bool = False
    """Only messages that the account has approved reach a customer."""
    redacted: frozenset[str] = frozenset()
    """Sorts of personal data that are taken out of the host itself: ``card``."""
    privacy: Privacy = field(default_factory=Privacy)
    """What needs consent, and how long what is kept."""
    standards: tuple[str, ...] = ()
    """What it has to keep to, by our names: ``PCI-DSS``."""
    trail_kept: timedelta = timedelta(days=2557)
    """How long what is in the audit trail is kept."""
    monitored: frozenset[str] = frozenset()
    """Checks of which people are told at once when they fail; empty: every check of its standards."""
    quotes: int = 3
    """How many passages a draft may look at; 0 switches knowledge off."""
    chatbot: Chatbot = Chatbot()
    workflows: Mapping[str, Workflow] = field(default_factory=lambda: MappingProxyType({}))
    """Category -> what is done for it."""
    wishes: Mapping[str, Workflow] = field(default_factory=lambda: MappingProxyType({}))
    """What customers may ask for in words, whatever the category: ``update-address``."""
    limits: Mapping[str, Limit] = field(default_factory=lambda: MappingProxyType({}))
    """Operation -> what may be spent on it."""
    answers: Most = field(default_factory=Most)
    """How many automatic answers there may be within a day."""
    experiments: tuple[Experiment, ...] = ()
    training: Training = field(default_factory=Training)
    reactions: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Condition about a visitor -> what is said to them before they write."""
    shown: tuple[str, ...] = ()
    """Facts of the host about a person that its channels ask for by name: ``userRole``."""
    integrations: Mapping[str, Mapping[str, Any]] = field(default_factory=lambda: MappingProxyType({}))
    """System -> what it is asked and told."""
    watched: Watched = field(default_factory=Watched)
    """Which of its own figures it wants to know."""
    addresses: frozenset[str] = frozenset()
    """The account's own mail addresses, case-folded: mail from them is a loop."""
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Everything as written, for rooms that read a section of their own."""
    lines: Mapping[tuple[str | int, ...], int] = field(default_factory=lambda: MappingProxyType({}), repr=False)
    """Path -> line, counted from 1."""

    def category(self, name: str) -> Category | None:
        """The category of that name, or None."""
        return next((c for c in self.categories if c.name == name), None)

    def mode(self, category: str) -> tuple[Mode, Reason]:
        """How much the configuration asks for, and why; how much is allowed is the gate's to say."""
        if category in self.modes:
            return self.modes[category], Reason("mode_category", f"modes sets {category} to {self.modes[category]}.")
        if self.default_mode is not None:
            return self.default_mode, Reason("mode_default", f"modes.default is {self.default_mode}.")
        known = self.category(category)
        if known and known.auto_resolve:
            return Mode.DEFLECT, Reason("mode_auto_resolve", f"{category} is set to autoResolve.")
        return Mode.ASSIST, Reason("mode_install", "Assist is where every category starts.")

    def route(self, facts: Mapping[str, Any]) -> Route | None:
        """The first route whose condition holds."""
        return next((route for route in self.routes if route.condition.holds(facts)), None)
