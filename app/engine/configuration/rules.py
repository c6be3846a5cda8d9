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

    @property
    def ways(self) -> tuple[str, ...]:
        """The ways that are given."""
        given = (("chat", self.chat), ("email", self.email), ("webhook", self.webhook), ("pager", self.pager))
        return tuple(way for way, value in given if value)


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
    outside: Outside | None = None
    contacts: Mapping[str, Contact] = field(default_factory=lambda: MappingProxyType({}))
