"""Pages of ours inside a vendor's own windows: what somebody wants to see there just now, and what they are shown. Neutral values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, runtime_checkable

from connectors.types import Inbound, Level, Ref


class Wanted(StrEnum):
    """What somebody wants."""

    HOME = "home"
    """They opened our page."""
    LOOK = "look"
    """They ask what we make of a message."""
    EDIT = "edit"
    """They want to put a draft into words of their own."""
    SETTINGS = "settings"
    """They want our settings, in a window of their own."""


@dataclass(frozen=True)
class Wish:
    """Who wants what. ``level`` is what their role there lets them do, None for whoever is not proved to be of the team.

    ``handle`` opens one window, once, for as long as the vendor says (Slack: three seconds). ``value`` is a decision's id.
    """

    wanted: Wanted
    person: str
    level: Level | None
    ref: Ref | None = None
    value: str = ""
    handle: str = field(default="", repr=False)
    name: str = ""


@dataclass(frozen=True)
class Page:
    """What is shown: headed lines, perhaps a text to edit, links. Everything in it is text and is escaped where it is drawn."""

    title: str
    sections: tuple[tuple[str, tuple[str, ...]], ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    edit: str | None = None
    """The draft to begin with; sending it is a press of ``share`` with the words that they made of it."""
    links: tuple[tuple[str, str], ...] = ()
    asks_settings: bool = False
    """Whether our settings are offered."""


@runtime_checkable
class Surfaces(Protocol):
    """Extra: a vendor that shows pages of ours, and asks for them by its webhooks."""

    def wished(self, request: Inbound) -> Wish | None:
        """What a webhook that held no event asks to be shown, verified first; None for nothing. Raises a ConnectorError."""
        ...

    def show(self, wish: Wish, page: Page) -> None:
        """Show it to whoever wished, at once. Raises a ConnectorError."""
        ...
