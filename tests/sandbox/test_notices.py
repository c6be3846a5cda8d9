"""Where played people are told: what arrives by each way is kept and shown, and what is no proper event is refused."""

from collections.abc import Iterator

import pytest
import requests

from app.notices import Mail, Message, Pager, Webhook
from app.sandbox.notices import PAGER_KEY, Sinks
from app.sandbox.server import Served, application
from app.sandbox.world import World
from connectors.errors import Refused
from tests.sandbox.played import PlainHost

SAID = Message("key-1", "Deskhand: card-fraud, urgent: 4711")


@pytest.fixture
def place() -> Iterator[tuple[World, Sinks, str]]:
    world = World()
    host = PlainHost(world)
    with Sinks(world) as sinks, Served(application(world, [host], None, [sinks])) as base:
        yield world, sinks, base
    host.deliveries.close()


def test_what_the_product_sends_by_each_way_arrives_and_is_shown(place: tuple[World, Sinks, str]) -> None:
    world, sinks, base = place
    settings = sinks.environment(base)
    Mail(settings["DESKHAND_SMTP_URL"], settings["DESKHAND_MAIL_FROM"]).send("ana@shop.example", SAID)
    Webhook(private=True).send(f"{base}/notices/hooks/fraud-team", SAID)
    Pager(settings["DESKHAND_PAGER_URL"], settings["DESKHAND_PAGER_KEY"]).send("", SAID)
    assert [(one.way, one.to, one.subject) for one in world.told] == [
        ("email", "ana@shop.example", SAID.subject),
        ("webhook", "fraud-team", SAID.subject),
        ("pager", "on call", SAID.subject),
    ]
    assert all("key-1" in one.key for one in world.told)
    page = requests.get(f"{base}/told", timeout=60)
    assert page.text.count('<li class="notice') == 3
    assert page.text.index("Pager") < page.text.index("Web hook") < page.text.index(">Mail<")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"routing_key": PAGER_KEY, "event_action": "trigger"},
        {
            "routing_key": "wrong",
            "event_action": "trigger",
            "payload": {"summary": "x", "source": "y", "severity": "error"},
        },
        {
            "routing_key": PAGER_KEY,
            "event_action": "trigger",
            "payload": {"summary": "x", "source": "y", "severity": "bad"},
        },
    ],
)
def test_the_pager_refuses_what_is_no_event(place: tuple[World, Sinks, str], body: dict[str, object]) -> None:
    world, _, base = place
    answer = requests.post(f"{base}/notices/pager/v2/enqueue", json=body, timeout=60)
    assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")
    assert world.told == []


def test_a_wrong_routing_key_is_an_error_of_ours(place: tuple[World, Sinks, str]) -> None:
    _, sinks, base = place
    with pytest.raises(Refused):
        Pager(sinks.environment(base)["DESKHAND_PAGER_URL"], "wrong").send("", SAID)


def test_what_arrives_never_runs_on_the_page(place: tuple[World, Sinks, str]) -> None:
    _, _, base = place
    Webhook(private=True).send(f"{base}/notices/hooks/x", Message("k", "<script>alert(1)</script>"))
    page = requests.get(f"{base}/told", timeout=60)
    assert "<script>alert" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_a_page_that_did_not_change_is_not_sent_again(place: tuple[World, Sinks, str]) -> None:
    _, _, base = place
    first = requests.get(f"{base}/told", timeout=60)
    again = requests.get(f"{base}/told", timeout=60, headers={"If-None-Match": first.headers["ETag"]})
    assert "Nobody has been told" in first.text
    assert again.status_code == 304
