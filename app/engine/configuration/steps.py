"""What a configuration says of a workflow: its steps in order, each an action with settings. Running them is not here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True)
class Step:
    """One action with its settings as written (``includeTrackingLink``); it is left out where ``condition`` does not hold."""

    name: str
    """Unique in its workflow: the action's, with a number from the second time on."""
    action: str
    settings: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    condition: str = ""


@dataclass(frozen=True)
class Workflow:
    """What is done for one category. A run keeps the steps that it began with."""

    name: str
    """As the configuration names it: ``orderStatus``, ``accountManagement``."""
    category: str
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class Limit:
    """The most money that one operation may move, in the currency's smallest unit; None is no limit of that kind.

    A limit only ever lowers: what is below it still needs its permission.
    """

    currency: str
    per_action: int | None = None
    per_ticket: int | None = None
    per_day: int | None = None
