"""The played vendor's webhooks into our receiver: who woke us, and that we never wake ourselves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from flask import Flask, request

from app.sandbox.server import Served
from app.sandbox.world import Fault
from connectors.types import EventKind, Inbound, Note, Reply, SetStatus, Status, Tag
from tests.connectors.zendesk.stage import SECRET

BARE = '{"ticket_id":"{{ticket.id}}"}'
NAMED = '{"ticket_id":"{{ticket.id}}","actor_id":"{{current_user.id}}"}'
CHANGES = [Note("Why"), Reply("Hello"), Tag(("t",)), SetStatus(Status.PENDING)]


@dataclass
class Door:
    """What came in over HTTP, as our own web receiver would hand it on."""

    url: str = ""
    got: list[Inbound] = field(default_factory=list)


@pytest.fixture
def door() -> Iterator[Door]:
    door, app = Door(), Flask("door")

    @app.post("/hook")
    def hook():
        headers = {name.lower(): value for name, value in request.headers.items()}
        door.got.append(Inbound(headers, request.get_data(), datetime.now(UTC)))
        return "", 200

    with Served(app) as base:
        door.url = f"{base}/hook"
        yield door


@pytest.fixture
def events(stage, door):
    """Every event since the last time."""

    def events():
        assert stage.host.deliveries.idle()
        got, door.got = door.got, []
        return [event for one in got for event in stage.connector.receive(one)]

    return events


def test_customers_and_agents_wake_us_and_we_do_not(stage, door, events):
    stage.host.hook(door.url, SECRET)
    opened = stage.host.customer_writes("Charles", "Hello")
    [event] = events()
    assert (event.kind, event.ref.id) == (EventKind.CREATED, opened)
    stage.connector.apply(stage.ref, CHANGES, key="k")
    assert events() == []
    stage.host.agent_writes("Kim", "I have it", ticket=opened)
    assert [event.kind for event in events()] == [EventKind.MESSAGE]
    stage.host.customer_writes("Ada Lovelace", "Thanks", ticket=stage.ref.id)
    assert sorted(event.kind for event in events()) == [EventKind.CHANGED, EventKind.MESSAGE]


def test_our_update_really_was_told(stage, door):
    stage.host.hook(door.url, SECRET)
    stage.connector.apply(stage.ref, CHANGES, key="k")
    assert stage.host.deliveries.idle()
    assert len(door.got) == 4


def test_a_doubled_delivery_has_one_name(stage, door, events):
    stage.host.hook(door.url, SECRET)
    stage.world.faults.order(Fault("double"))
    stage.host.customer_writes("Charles", "Hello")
    one, two = events()
    assert one.delivery == two.delivery


@pytest.mark.parametrize(("template", "woken"), [(NAMED, 0), (BARE, 2)])
def test_a_template_that_names_its_actor_breaks_the_loop(stage, door, events, template, woken):
    """Without it each of our updates wakes the ticket once, which then has no question left to answer."""
    stage.host.hook_trigger(door.url, SECRET, template)
    stage.connector.apply(stage.ref, CHANGES, key="k")
    assert len(events()) == woken
    assert stage.connector.ticket(stage.ref).question is None
    stage.host.customer_writes("Ada Lovelace", "And now?", ticket=stage.ref.id)
    assert [event.ref for event in events()] == [stage.ref]
    assert stage.connector.ticket(stage.ref).question.text == "And now?"


def test_two_triggers_updates_are_two_deliveries(stage, door, events):
    stage.host.hook_trigger(door.url, SECRET, BARE)
    for _ in range(2):
        stage.host.customer_writes("Ada Lovelace", "Same words", ticket=stage.ref.id)
    assert len({event.delivery for event in events()}) == 2
