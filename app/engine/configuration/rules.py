"""What a configuration says of promises and escalation, once settled. What follows from it is ``promises`` and ``escalation``."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.engine.conditions import Condition
from app.engine.hours import USUAL, Calendar

TO_TEAM = "escalate-to-"
"""Begins a trigger's action that names a team."""
IMMEDIATE = "immediate-escalation"
HANDOFF = "handoff-to-human"


@dataclass(frozen=True)
class Target:
    """A target as written and where: ``4h`` at ``escalation.sla.high``."""

    text: str
    path: str


@dataclass(frozen=True)
class Trigger:
    """What an account's own condition sets off."""

    condition: Condition
    action: str
    notify: tuple[str, ...] = ()
    target: Target | None = None


@dataclass(frozen=True)
class Topic:
    """What follows for every category with the topic's word in its name. ``demands`` are a person's duties, in words."""

    name: str
    categories: frozenset[str]
    immediate: bool = False
    notify: tuple[str, ...] = ()
    team: str = ""
    demands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outside:
    """What happens when nobody works."""

    action: str
    message: str = ""
    escalate_urgent: bool = False


@dataclass(frozen=True)
class Contact:
    """How somebody is told. Every way that is given is used."""

    chat: str = ""
    """A channel at the account's own team chat, by its id there."""
    email: str = ""
    webhook: str = ""
    pager: bool = False
    minutes: int = 10
    """Within which somebody says that they have it, before the next one is told."""
    then: str = ""
    """Who that is; empty: whoever is on call."""

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that are given."""
        given = (("chat", self.chat), ("email", self.email), ("webhook", self.webhook), ("pager", self.pager))
        return tuple(way for way, value in given if value)


@dataclass(frozen=True)
class Assigning:
    """Whether tickets go to single agents, and what each may have at once (in weights: an ordinary ticket weighs 1)."""

    agents: bool = False
    capacity: float = 5.0
    sticky: bool = True
    """A ticket returns to whoever had its customer's last one."""
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    skills: Mapping[str, frozenset[str]] = field(default_factory=lambda: MappingProxyType({}))
    """Category -> what whoever takes it has to know."""


@dataclass(frozen=True)
class Own:
    """What a configuration says of one agent besides what the helpdesk knows."""

    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    capacity: float | None = None
    level: int = 1
    hours: Calendar | None = None
    takes: bool = True


WARN_SHARE = 0.25
"""Share of the promised time that is left when people are warned, where the configuration gives none."""


def _none() -> Mapping[str, Target]:
    return MappingProxyType({})


@dataclass(frozen=True)
class Rules:
    """Everything about promises and escalation. ``own`` are targets by category, ``updates`` those of its workflow."""

    hours: Calendar = USUAL
    declared: bool = False
    """False: the hours are the usual ones, for the configuration gives none."""
    own: Mapping[str, Target] = field(default_factory=_none)
    updates: Mapping[str, Target] = field(default_factory=_none)
    channels: Mapping[str, Target] = field(default_factory=_none)
    tiers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Folded name of a tier -> as written."""
    triggers: tuple[Trigger, ...] = ()
    topics: tuple[Topic, ...] = ()
    alerts: frozenset[str] = frozenset()
    """Categories of which the security team is told."""
    reviews: frozenset[str] = frozenset()
    """Categories of which nothing leaves before compliance has released it."""
    reviewers: frozenset[str] = frozenset()
    """Who releases it, folded; nobody named: leads and admins."""
    outside: Outside | None = None
    contacts: Mapping[str, Contact] = field(default_factory=lambda: MappingProxyType({}))
    assigning: Assigning = Assigning()
    people: Mapping[str, Own] = field(default_factory=lambda: MappingProxyType({}))
    """Folded address or id -> what is said of the agent."""
    teams: Mapping[str, Calendar] = field(default_factory=lambda: MappingProxyType({}))
    """Folded name of a team -> its own hours."""
    warn_share: float = WARN_SHARE

    def hours_of(self, team: str) -> Calendar:
        """When a team works: its own hours, else the account's."""
        return self.teams.get(team.casefold(), self.hours)
