"""A played Shippo account, and a shop that takes returns in Portland."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from app.sandbox.backends.shippo import ShippoBackend
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from connectors.base import Connection
from connectors.shippo import Shippo

SENDER = {
    "name": "Jane Doe",
    "street": "12 Elm Street",
    "city": "Portland",
    "zip": "97201",
    "region": "OR",
    "country": "US",
}
SETTINGS = {
    "return_name": "Juniper & Pine",
    "return_street": "1 Dock Road",
    "return_city": "Seattle",
    "return_zip": "98101",
    "return_region": "WA",
    "return_country": "US",
}


class LabelStage:
    name = "shippo"
    secrets = ("shippo_test_sandbox",)
    personal = ("Jane", "Elm Street")
    bare: frozenset[str] = frozenset()
    writes: ClassVar[dict[str, Fault]] = {"create_label": Fault("reset_after", method="POST", path="/transactions")}
    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "create_label": {"number": "12346", "sender": SENDER, "parcel": {"weight": "1"}}
    }

    def __init__(self, world: World, played: ShippoBackend, backend: Shippo) -> None:
        self.world, self.played, self.backend = world, played, backend

    def seen(self, operation: str) -> int:
        return len(self.played.labels) - len(self.played.refunds)


@contextmanager
def open() -> Iterator[LabelStage]:
    world = World()
    played = ShippoBackend(world)
    with Served(application(world, [], backends=[played])) as base:
        connection = Connection("c", f"{base}/shippo", SETTINGS, {"api_token": played.token})
        yield LabelStage(world, played, Shippo(connection))
