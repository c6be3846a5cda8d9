"""A played shop with an order in every state."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import ClassVar

from app.sandbox.backends.shopify import Item, Purchase, ShopifyBackend, Ware
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from connectors.base import Connection
from connectors.shopify import Shopify

JANE = "jane.doe@example.com"
HOME = {
    "name": "Jane Doe",
    "address1": "12 Elm Street",
    "address2": None,
    "city": "Portland",
    "provinceCode": "OR",
    "zip": "97201",
    "countryCodeV2": "US",
    "phone": "+15035550100",
}
NEW = {"name": "Jane Doe", "street": "7 Oak Avenue", "city": "Salem", "zip": "97301", "region": "OR", "country": "US"}


class ShopStage:
    name = "shopify"
    secrets = ("shpat_sandbox",)
    personal = (JANE, "Jane", "Elm Street", "Oak Avenue", "5550100")
    bare: frozenset[str] = frozenset()
    writes: ClassVar[dict[str, Fault]] = {
        name: Fault("reset_after", method="MUTATION")
        for name in ("update_address", "cancel_order", "open_return", "update_customer")
    }

    def __init__(self, world: World, played: ShopifyBackend, backend: Shopify, orders: dict[str, Purchase]) -> None:
        self.world, self.played, self.backend, self.orders = world, played, backend, orders
        self.examples = {
            "find_order": {"number": "12345"},
            "orders_of": {"email": JANE},
            "find_product": {"query": "sweater"},
            "update_address": {"number": "12347", "address": NEW},
            "cancel_order": {"number": "12348", "reason": "customer"},
            "open_return": {"number": "12346", "items": [self.orders["12346"].line(0)], "reason": "too small"},
            "update_customer": {"email": JANE, "changes": {"phone": "+1 (503) 555-0199", "email": "jane@new.example"}},
        }

    def seen(self, operation: str) -> int:
        if operation == "update_address":
            return int(self.orders["12347"].address["address1"] == NEW["street"])
        if operation == "cancel_order":
            return int(self.orders["12348"].cancelled_at is not None)
        if operation == "update_customer":
            return int(self.played.buyers.phones.get("jane@new.example") == "+15035550199")
        return sum(back.status == "OPEN" for back in self.orders["12346"].returns)


def shop(world: World) -> tuple[ShopifyBackend, dict[str, Purchase]]:
    """The shop and its orders by number."""
    played, now = ShopifyBackend(world), world.clock.now()
    played.people[JANE] = "Jane Doe"
    played.spent[JANE] = (1_000_000, 11, 2)
    played.wares.append(Ware("Blue sweater", 8999, {"Size": ["S", "M"]}, url="https://shop.example/blue-sweater"))
    sweater = Item("Blue sweater", 8999, 2, "M")
    gone = {"shipped_at": now - timedelta(days=4), "carrier": "USPS", "tracking": "9400123456789"}
    made = [
        played.sell("12345", JANE, Item("Lamp", 29999), address=HOME, payment="pi_1", expected_at=now, **gone),
        played.sell(
            "12346", JANE, sweater, Item("Gift card", 5000, final=True), delivered_at=now - timedelta(days=2), **gone
        ),
        played.sell("12347", JANE, sweater, address=HOME),
        played.sell("12348", JANE, sweater, address=HOME),
    ]
    return played, {one.number: one for one in made}


@contextmanager
def open() -> Iterator[ShopStage]:
    world = World()
    played, orders = shop(world)
    with Served(application(world, [], backends=[played])) as base:
        connection = Connection("c", f"{base}/shopify", {}, {"access_token": played.token})
        yield ShopStage(world, played, Shopify(connection), orders)
