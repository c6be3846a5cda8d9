"""A played bank with one customer."""

from collections.abc import Iterator
from contextlib import contextmanager

from app.sandbox.backends.banking import BankingBackend
from app.sandbox.server import Served, application
from app.sandbox.world import World
from connectors.banking import Banking
from connectors.base import Connection

AMIRA = "amira.haddad@example.com"


class BankStage:
    name = "banking"
    secrets = ("sandbox-bank-token",)
    personal = (AMIRA, "Amira", "5550134", "OnlineStore")
    bare = frozenset({"close_case"})

    def __init__(self, world: World, played: BankingBackend, backend: Banking) -> None:
        self.world, self.played, self.backend = world, played, backend
        self.holder = played.opens(AMIRA, "Amira Haddad", phone="+14155550134", balance=245032)
        spent = played.spends(self.holder, "OnlineStore.com", 50000, place="Las Vegas", customer_place="San Francisco")
        known = {"customer": self.holder.id}
        self.examples = {
            "find_customer": {"email": "Amira.Haddad@Example.com"},
            "balances": known,
            "transactions": {**known, "limit": 5},
            "find_transaction": {**known, "transaction": spent},
            "risk": known,
            "lock_card": {"card": self.holder.cards[0]["card"]},
            "open_case": {**known, "kind": "fraud", "text": "Says that Amira did not pay this."},
        }

    def seen(self, operation: str) -> int:
        if operation == "lock_card":
            return int(self.holder.cards[0]["status"] == "locked")
        return sum(one["status"] == "open" for one in self.played.cases)


@contextmanager
def open() -> Iterator[BankStage]:
    world = World()
    played = BankingBackend(world)
    with Served(application(world, [], backends=[played])) as base:
        yield BankStage(world, played, Banking(Connection("c", f"{base}/banking", {}, {"token": played.token})))
