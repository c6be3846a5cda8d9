"""A workflow over real HTTP: the shop's own connector against the played shop, from the customer's words to the note."""

from collections.abc import Iterator

import pytest

from app.db import connections
from app.db.connections import Installed
from app.sandbox.server import Served, application
from app.sandbox.world import World
from connectors.shopify import Shopify
from connectors.types import Note, Person, Reply, Role
from tests.connectors.shopify.stage import JANE, shop
from tests.flows.stage import Stage
from tests.jobs.workflows import CONFIGURATION, Play

WHO = Person("jane", Role.CUSTOMER, "Jane Doe", JANE)


@pytest.fixture
def play(stage: Stage) -> Iterator[Play]:
    world = World()
    played, _ = shop(world)
    with Served(application(world, [], backends=[played])) as base:
        play = Play(stage, mode="deflect", text=CONFIGURATION)
        play.prove()
        stage.services.connected.backends = {"shopify": Shopify}
        id = connections.new_id()
        sealed = stage.services.vault.seal({"access_token": played.token}, place=id)
        with stage.database.session() as session:
            new = Installed(id, stage.account.id, "shopify", f"{base}/shopify", {}, sealed)
            connections.add(session, new, stage.time)
        yield play
    world.close()


def test_where_is_my_order(play: Play) -> None:
    play.ticket = play.vendor.customer_writes("Where is my order? #12345", who=WHO)
    play.go_on()
    [reply] = play.changes(Reply)
    assert "Your order #12345 is currently in transit!" in reply.text
    assert "Tracking: 9400123456789" in reply.text
    [note] = play.changes(Note)
    assert "History: 15 orders, 2 returns" in note.text


def test_of_another_persons_order_nothing_is_said(play: Play) -> None:
    play.ticket = play.vendor.customer_writes("Where is my order? #12345")
    play.go_on()
    assert play.changes(Reply) == []
    assert "nothing of it was used" in play.changes(Note)[-1].text
    assert "9400123456789" not in play.changes(Note)[-1].text
