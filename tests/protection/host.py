"""A helpdesk that is played over real HTTP, plugged into a stage, in which Ana and Ben have written."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

from app.connecting import install
from app.db import codes, ids, inbox, parties, problems
from app.db.parties import Names
from app.db.problems import Problem
from app.db.rights import Request
from app.rights import erasing
from app.rights.erasing import Asked
from app.sandbox.company import Client
from app.sandbox.server import Served, application
from app.sandbox.shop import SHOP
from app.sandbox.world import Fault, World
from connectors.registry import HELPDESKS
from connectors.types import Event, EventKind, Ref
from tests.flows.guide.hosts import DESKS, Desk, IntercomDesk, ZendeskDesk
from tests.flows.stage import QUESTION, Stage

ANA = Client("Ana Quokka", "ana.quokka@customer.example")
BEN = Client("Ben Wombat", "ben.wombat@customer.example")


class AtHost:
    """The account with that one helpdesk, and what is asked of it."""

    def __init__(self, stage: Stage, desk: Desk, world: World, base: str) -> None:
        self.stage, self.desk, self.world, self.services = stage, desk, world, stage.services
        self.account = stage.account.id
        stage.services.connected.helpdesks = HELPDESKS
        desk.knows(ANA)
        desk.knows(BEN)
        made = install(stage.services, stage.account.name, desk.host.vendor, f"{base}/{desk.host.name}", desk.given())
        assert not made.trouble, made.trouble
        self.connection = made.installed.id
        self.mine, self.other = desk.opens(ANA, QUESTION), desk.opens(BEN, QUESTION)
        self.deliver(self.mine)

    def deliver(self, ticket: str) -> None:
        """Its news come, and one turn is taken."""
        event = Event(f"d-{ticket}", EventKind.MESSAGE, Ref(ticket), self.stage.time)
        with self.stage.database.session() as session:
            rung = inbox.accept(session, self.connection, [event], self.stage.time)
        for one in rung:
            self.stage.bells.ring(one)
        self.stage.work()

    def ask(self, person: str = ANA.email, *, in_host: bool = True) -> Request:
        return erasing.ask(self.services, Asked(self.account, person, "operator", in_host=in_host))

    def erased(self, request: Request | None = None) -> Request:
        return erasing.go_on(self.services, request or self.ask())

    def knows(self, connection: str, person: str) -> None:
        """Whoever has that id there wrote in a ticket there."""
        with self.stage.database.session() as session:
            hashes = Names(f"{connection}:{person}").hashes(self.account, codes.key_of(self.services.root))
            parties.remember(session, self.account, ids.ticket(connection, "t"), [hashes], self.stage.time)

    def later(self, wait: timedelta) -> None:
        self.stage.time += wait

    def fails(self, status: int, *, times: int = 1, method: str = "DELETE", **headers: str) -> None:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.world.faults.order(Fault("status", self.desk.host.name, method, times=times, status=status, headers=named))

    def close(self, ticket: str) -> None:
        """The ticket takes no change any more, where the host has such a thing."""
        if isinstance(self.desk, ZendeskDesk):
            self.desk.host.state.record(int(ticket)).row["status"] = "closed"

    def there(self, person: Client) -> bool:
        """Whether the host knows who that is."""
        if isinstance(self.desk, ZendeskDesk):
            return any(one["email"] == person.email for one in self.desk.host.state.users.values())
        if isinstance(self.desk, IntercomDesk):
            return any(one.email == person.email for one in self.desk.host.workspace.contacts.values())
        return True

    def told(self) -> list[Problem]:
        """What people are told about hosts."""
        with self.stage.database.reading() as session:
            return [one for one in problems.newest(session) if one.kind == "erasure_at_host"]

    def answer(self, request: Request) -> Any:
        """What that host said, by the certificate."""
        return request.proof["host"][self.connection]


@contextmanager
def plugged(stage: Stage, vendor: str) -> Iterator[AtHost]:
    """That vendor's played helpdesk, as long as this lasts."""
    world = World()
    desk = DESKS[vendor](world, replace(SHOP, articles=()))
    with Served(application(world, [desk.host])) as base:
        yield AtHost(stage, desk, world, base)
    world.close()
