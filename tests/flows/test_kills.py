"""A worker's process is killed by signal at the requests of the longest workflow: every effect once, and the run comes to its end."""

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from multiprocessing import connection
from pathlib import Path

import pytest
from flask import Flask, abort, request

from app.connecting import install
from app.db import accounts, ids, inbox, runs
from app.sandbox.backends.shippo import ShippoBackend
from app.sandbox.backends.shopify import Item, ShopifyBackend
from app.sandbox.company import Client
from app.sandbox.server import Served, application
from app.sandbox.shop import SHOP
from app.sandbox.world import World
from connectors.types import Event, EventKind, Ref
from tests.connectors.shippo.stage import SETTINGS
from tests.connectors.shopify.stage import HOME
from tests.flows.guide.hosts import ZendeskDesk
from tests.flows.stage import proven
from tests.flows.turns import turn, works
from tests.jobs.workflows import CONFIGURATION
from tests.tables import laid

LEASE = 150.0
"""Seconds after which nobody waits any more for a worker that was killed."""
ATTEMPTS = 8
LOADED = ["tests.flows.turns", "connectors.zendesk", "connectors.shopify", "connectors.shippo"]
"""What every process would load, loaded once."""
MOMENTS = {"eligible": 4, "label": 7, "return": 10, "reply": 15, "last": 18}
"""Requests at which the worker dies: a read, each effect, and the writes in the helpdesk."""


class Reaper:
    """Counts what the played systems are asked, and kills whoever asks for the ``moment``-th time."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.moment, self.heard = 0, True
        self.victim: multiprocessing.process.BaseProcess | None = None
        self._named = threading.Event()

    def watch(self, app: Flask) -> None:
        app.before_request(self._ask)

    def hunt(self, moment: int, *, heard: bool) -> None:
        """``heard``: what the victim asked last is carried out, but nobody is there for the answer."""
        self.asked, self.moment, self.heard = [], moment, heard
        self._named.clear()

    def name(self, victim: multiprocessing.process.BaseProcess) -> None:
        self.victim = victim
        self._named.set()

    def _ask(self) -> None:
        self.asked.append(f"{request.method} {request.path}")
        if len(self.asked) == self.moment:
            assert self._named.wait(60)
            os.kill(self.victim.pid, signal.SIGKILL)
            assert connection.wait([self.victim.sentinel], 10)  # who asks a process twice how it ended may hear 255
            if not self.heard:
                abort(503)


class Place:
    """A shop, its labels and its helpdesk over real HTTP, and an account whose returns run by themselves."""

    def __init__(self, folder: Path, stack: ExitStack) -> None:
        self.folder, self.ahead, self.reaper, world = folder, 0.0, Reaper(), World()
        stack.callback(world.close)
        self.world, self.desk = world, ZendeskDesk(world, SHOP)
        self.shop, self.labels = ShopifyBackend(world), ShippoBackend(world)
        app = application(world, [self.desk.host], backends=[self.shop, self.labels])
        self.reaper.watch(app)
        base = stack.enter_context(Served(app))
        self.services = works(folder)
        stack.callback(self.services.dispose)
        laid(self.services.database)
        self._move_in(base)
        self._forks = multiprocessing.get_context("forkserver")
        self._forks.set_forkserver_preload(LOADED)

    def _move_in(self, base: str) -> None:
        text = CONFIGURATION.replace("MODE", "resolve").replace("system: store", "system: shopify")
        with self.services.database.session() as session:
            now = self.services.database.now(session)
            account = accounts.add(session, "shop", now)
            accounts.configure(session, account.id, "shop.yaml", text, now)
        made = install(self.services, "shop", "zendesk", f"{base}/zendesk", self.desk.given())
        self.connection = made.installed.id
        install(self.services, "shop", "shopify", f"{base}/shopify", {"access_token": self.shop.token})
        install(self.services, "shop", "shippo", f"{base}/shippo", {"api_token": self.labels.token, **SETTINGS})
        proven(self.services, account.id, "returns", "reply", "create_label", "open_return")

    def asks(self, number: str) -> str:
        """A customer wants to send something back; gives our name for the ticket."""
        now, who = self.world.clock.now(), Client(f"Buyer {number}", f"buyer{number}@example.com")
        lately = {"delivered_at": now - timedelta(days=2), "shipped_at": now - timedelta(days=4), "address": HOME}
        self.desk.knows(who)
        self.shop.sell(number, who.email, Item("Blue sweater", 8999, 1, "M"), carrier="USPS", tracking="94", **lately)
        self.ticket = self.desk.opens(who, f"I'd like to return the blue sweater, #{number}")
        new = Event(f"e-{number}", EventKind.CREATED, Ref(self.ticket), now)
        with self.services.database.session() as session:
            inbox.accept(session, self.connection, [new], self.services.database.now(session))
        return ids.ticket(self.connection, self.ticket)

    def works(self, ticket_id: str) -> int | None:
        """One worker's turn in a process of its own; gives how it ended."""
        one = self._forks.Process(target=turn, args=(self.folder, ticket_id, self.ahead))
        one.start()
        self.reaper.name(one)
        one.join(60)
        self.ahead += LEASE
        return one.exitcode

    def ends(self, ticket_id: str) -> list[str]:
        with self.services.database.reading() as session:
            return [str(one.progress.ended or "open") for one in runs.of_ticket(session, ticket_id)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with ExitStack() as stack:
        yield Place(tmp_path_factory.mktemp("kills"), stack)


def played(place: Place, number: str, moment: int, *, heard: bool) -> None:
    ticket_id = place.asks(number)
    labels = len(place.labels.labels)
    place.reaper.hunt(moment, heard=heard)
    ends = []
    while len(ends) < ATTEMPTS and (place.ends(ticket_id) != ["done"] or not place.desk.said(place.ticket)):
        ends.append(place.works(ticket_id))
    assert ends[:1] == [-signal.SIGKILL] or moment == 0
    assert ends[1:] == [0] * (len(ends) - 1)
    assert place.ends(ticket_id) == ["done"]
    assert len(place.labels.labels) == labels + 1
    (back,) = place.shop.order(number).returns
    (said,) = place.desk.said(place.ticket)
    assert back.name.removeprefix("#") in said
    assert place.desk.files(place.ticket) == 1


@pytest.mark.slow
def test_nobody_is_killed(place: Place) -> None:
    played(place, "20000", 0, heard=True)
    asked = [place.reaper.asked[moment - 1].rpartition("/")[2] for moment in MOMENTS.values()]
    assert asked == ["graphql.json", "transactions", "graphql.json", "1.json", "1.json"]
    assert place.works(ids.ticket(place.connection, place.ticket)) == 0
    assert len(place.reaper.asked) == max(MOMENTS.values()), "who is rung for nothing asks nobody"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("moment", "heard"),
    [("eligible", True), ("label", True), ("label", False), ("return", True), ("reply", True), ("reply", False)],
)
def test_killed_while_something_is_asked(place: Place, moment: str, heard: bool) -> None:
    """``heard``: what was asked is carried out, and nobody is there for the answer; else it never arrived."""
    played(place, f"3{MOMENTS[moment]:02}0{int(heard)}", MOMENTS[moment], heard=heard)
