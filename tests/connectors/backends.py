"""One played backend over real HTTP, with the connection that `connect` would have saved."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from connectors.base import Connection

WHEN = {"status": 500}


@contextmanager
def played(backend: Any) -> Iterator[str]:
    """The address of the backend's API, as long as it runs."""
    with Served(application(backend.world, [backend])) as base:
        yield f"{base}/{backend.name}"


def connection(base_url: str, settings: dict[str, str] | None = None, **secrets: str) -> Connection:
    """A connection to that address."""
    return Connection("c-1", base_url, settings or {}, secrets)


def order(world: World, kind: str = "status", **more: Any) -> None:
    """Let the next call fail."""
    world.faults.order(Fault(kind, **more))
