"""A played Stripe account with a payment and a subscription."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.sandbox.backends.stripe import StripeBackend
from app.sandbox.server import Served, application
from app.sandbox.world import World
from connectors.base import Connection
from connectors.stripe import Stripe

JANE = "jane.doe@example.com"


class PaymentStage:
    name = "stripe"
    secrets = ("rk_test_sandbox",)
    personal = (JANE,)
    bare: frozenset[str] = frozenset()

    def __init__(self, world: World, played: StripeBackend, backend: Stripe) -> None:
        self.world, self.played, self.backend = world, played, backend
        self.paid = played.take(JANE, 29999)
        played.subscribe(JANE, "Professional", 4900, seats=3)
        self.examples = {
            "find_payment": {"payment": self.paid.intent},
            "refund": {"payment": self.paid.intent, "amount": 1000, "currency": "USD"},
            "find_subscription": {"email": JANE},
            "payment_link": {"email": JANE},
        }

    def seen(self, operation: str) -> int:
        return len(self.paid.refunds) if operation == "refund" else len(self.played.links)


@contextmanager
def open() -> Iterator[PaymentStage]:
    world = World()
    played = StripeBackend(world)
    with Served(application(world, [], backends=[played])) as base:
        connection = Connection("c", f"{base}/stripe", {"return_url": "https://shop.example"}, {"api_key": played.key})
        yield PaymentStage(world, played, Stripe(connection))
