"""What a story may do and ask while it is played. It looks at the hosts as a person would, never at our own records."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.sandbox.cast import Desk
from app.sandbox.systems import Systems
from app.sandbox.world import Fault, Host, View, World

PATIENCE = 45.0
"""Seconds that a story waits for something to happen."""
STEP = 0.05


class Missed(Exception):
    """What a story waited for did not happen."""


@dataclass(frozen=True)
class Scene:
    """The stage with its helpdesks."""

    world: World
    desks: Mapping[str, Desk]
    idle: Callable[[str, str], bool]
    """Whether the product has nothing left to do for a ticket of this desk."""
    sweep: Callable[[str], None]
    """Have the vendor of this desk asked for what changed, as the product's clock does every few minutes."""
    systems: Systems
    """What is behind the helpdesks."""
    command: Callable[..., Mapping[str, Any]]
    """Our command line, for what an admin or a lead does."""
    patience: float = PATIENCE

    def host(self, name: str) -> Host:
        """The played helpdesk."""
        return self.desks[name].host

    def view(self, name: str, ticket: str) -> View:
        """The ticket as it is now. Raises Missed when it is not there."""
        for view in self.host(name).views():
            if view.id == ticket:
                return view
        raise Missed(f"{name} has no ticket {ticket}")

    def break_next(self, fault: Fault) -> None:
        """Let something go wrong."""
        self.world.faults.order(fault)

    def until(self, happened: Callable[[], bool], what: str) -> None:
        """Wait for it. Raises Missed."""
        end = time.monotonic() + self.patience
        while not happened():
            if time.monotonic() > end:
                raise Missed(what)
            time.sleep(STEP)

    def until_noted(self, name: str, ticket: str) -> None:
        """Wait for an internal note of ours."""
        self.until(lambda: bool(ours(self.view(name, ticket), "note")), "no note came")

    def until_settled(self, name: str, ticket: str) -> None:
        """Wait until every webhook was taken and the product has nothing left to do for this ticket. Raises Missed."""
        settled = "Deskhand did not come to rest"
        self.until(lambda: self.world.idle(0) and self.idle(name, ticket), settled)


def ours(view: View, kind: str) -> Sequence[str]:
    """What Deskhand wrote in this ticket, by kind: ``public``, ``note`` or ``whisper``."""
    return [str(m["text"]) for m in view.messages if m["role"] == "bot" and m["kind"] == kind]


def field(view: View, name: str) -> str:
    """A field of ours, by its name's last word or words (``category``, ``sla_target``), as the host shows it."""
    for title, value in view.fields:
        plain = title.lower().replace(" ", "_").replace(":", "")
        if plain.startswith("deskhand") and plain.endswith(name):
            return value
    return ""
