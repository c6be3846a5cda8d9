"""What a vendor's ``tests/connectors/<vendor>/stage.py`` offers, so that one suite can run every connector."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from app.sandbox.world import Host, World
from connectors.base import Helpdesk
from connectors.types import Change, Inbound, Ref


class Stage(Protocol):
    """A connector facing its played vendor over real HTTP, with one open ticket in which a customer has written."""

    world: World
    host: Host
    connector: Helpdesk
    ref: Ref
    payloads: Path
    """The folder of this vendor's payload files, ``<event>__<detail>.json``."""
    secrets: tuple[str, ...]
    """Every secret of the connection: none may appear in a log line or an error."""
    needed: Mapping[str, tuple[str, ...]]
    """Payload file name -> dotted paths without which the event cannot be read."""

    def signed(self, payload: Any, *, at: datetime | None = None, secret: str | None = None) -> Inbound:
        """The request that the vendor would send with this JSON (or these bytes), signed by its recipe."""
        ...

    def tampered(self, request: Inbound) -> Iterator[Inbound]:
        """The same request with a wrong, a missing, a non-ASCII and, where the recipe has a time, a stale signature."""
        ...

    def echo(self) -> Inbound:
        """The webhook that the vendor sends for a message of our own."""
        ...

    def changes(self) -> Mapping[type[Change], Change]:
        """One example of every change in ``supports``."""
        ...

    def seen(self, change: Change) -> int:
        """How many times the played vendor's ticket shows this change (for tags, fields and the like: 0 or 1)."""
        ...

    def close_for_good(self) -> None:
        """Bring the ticket into the state in which the vendor refuses changes; do nothing if there is none."""
        ...

    def remove(self) -> None:
        """Delete the ticket at the vendor."""
        ...


class Opens(Protocol):
    """``open()`` of a stage module."""

    def __call__(self) -> AbstractContextManager[Stage]:
        """Start the played vendor on a free port and stop it at the end."""
        ...
