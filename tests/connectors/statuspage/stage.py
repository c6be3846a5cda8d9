"""A played status page with one incident."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from app.sandbox.backends.statuspage import StatuspageBackend
from app.sandbox.world import World
from connectors.statuspage import Statuspage
from tests.connectors.backends import connection, played


class PageStage:
    name = "statuspage"
    secrets: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    bare: frozenset[str] = frozenset()
    examples: ClassVar[dict[str, dict[str, Any]]] = {"incidents": {}}

    def __init__(self, world: World, backend: Statuspage) -> None:
        self.world, self.backend = world, backend

    def seen(self, operation: str) -> int:
        return 0


@contextmanager
def open() -> Iterator[PageStage]:
    page = StatuspageBackend(World())
    page.publish("Slow exports", "We are looking into it.")
    with played(page) as base:
        yield PageStage(page.world, Statuspage(connection(base)))
