"""The control API: every order does what it says, and a slip is refused with the field's name."""

import pytest
from flask.testing import FlaskClient

from app.sandbox.world import Outcome, Sent, World
from tests.sandbox.played import PlainHost


def test_the_overview_names_hosts_and_time(client: FlaskClient, world: World) -> None:
    said = client.get("/_sandbox/").json
    assert said["hosts"] == [{"name": "plain", "vendor": "plain"}]
    assert (said["faults"], said["idle"]) == (0, True)
    assert said["now"][:13] == world.clock.now().isoformat()[:13]


def test_the_clock_moves_for_everybody(client: FlaskClient, world: World) -> None:
    before = world.clock.now()
    assert client.post("/_sandbox/clock", json={"seconds": 3600}).status_code == 200
    assert (world.clock.now() - before).total_seconds() >= 3600


@pytest.mark.parametrize("seconds", [-1, "soon", None, 1e12])
def test_the_clock_never_goes_back_or_nowhere(client: FlaskClient, seconds: object) -> None:
    refused = client.post("/_sandbox/clock", json={"seconds": seconds})
    assert refused.status_code == 422
    assert refused.json["wrong"][0]["path"] == "seconds"


def test_faults_are_ordered_listed_and_cleared(client: FlaskClient) -> None:
    assert client.post("/_sandbox/faults", json={"kind": "status", "status": 429, "times": 2}).status_code == 201
    [waiting] = client.get("/_sandbox/faults").json["faults"]
    assert (waiting["kind"], waiting["status"], waiting["times"]) == ("status", 429, 2)
    assert client.delete("/_sandbox/faults").status_code == 204
    assert client.get("/_sandbox/faults").json["faults"] == []


@pytest.mark.parametrize(
    "order", [{"kind": "explode"}, {"kind": "status", "status": 200}, {"kind": "hang", "speed": 1}, {}]
)
def test_an_unknown_fault_is_refused(client: FlaskClient, world: World, order: dict[str, object]) -> None:
    assert client.post("/_sandbox/faults", json=order).status_code == 422
    assert world.faults.waiting() == ()


def test_a_customer_and_an_agent_write(client: FlaskClient) -> None:
    opened = client.post("/_sandbox/tickets", json={"host": "plain", "who": "Jane", "text": "Hello", "subject": "Late"})
    ticket = opened.json["ticket"]
    client.post("/_sandbox/tickets", json={"host": "plain", "who": "Jane", "text": "Still here", "ticket": ticket})
    client.post(
        "/_sandbox/answers", json={"host": "plain", "who": "Sam", "text": "Hm", "ticket": ticket, "public": False}
    )
    [seen] = client.get("/_sandbox/tickets", query_string={"host": "plain", "ticket": ticket}).json["tickets"]
    assert seen["subject"] == "Late"
    assert [(m["role"], m["kind"]) for m in seen["messages"]] == [
        ("customer", "public"),
        ("customer", "public"),
        ("agent", "note"),
    ]


def test_a_button_is_pressed(client: FlaskClient, host: PlainHost) -> None:
    order = {"host": "plain", "who": "Jane", "ticket": "1", "action": "human", "value": "d1"}
    assert client.post("/_sandbox/clicks", json=order).status_code == 201
    assert host.pressed == [("Jane", "1", "human", "d1")]


def test_deliveries_are_listed_without_their_address(client: FlaskClient, world: World) -> None:
    world.sent.append(Sent("plain", world.clock.now(), "http://127.0.0.1/webhooks/secret", Outcome(1, 503)))
    answer = client.get("/_sandbox/deliveries", query_string={"host": "plain"})
    [line] = answer.json["deliveries"]
    assert (line["host"], line["attempt"], line["status"]) == ("plain", 1, 503)
    assert "secret" not in answer.text
    assert client.get("/_sandbox/deliveries", query_string={"host": "other"}).json["deliveries"] == []


@pytest.mark.parametrize("path", ["/_sandbox/tickets", "/_sandbox/answers", "/_sandbox/clicks"])
def test_an_unknown_host_is_404(client: FlaskClient, path: str) -> None:
    order = {"host": "nowhere", "who": "Jane", "text": "x", "ticket": "1", "action": "human", "value": "1"}
    wanted = {"/_sandbox/tickets": ("host", "who", "text"), "/_sandbox/answers": ("host", "who", "text", "ticket")}
    json = {key: order[key] for key in wanted.get(path, ("host", "who", "ticket", "action", "value"))}
    refused = client.post(path, json=json)
    assert refused.status_code == 404
    assert "plain" in refused.json["error"]


def test_an_unknown_ticket_is_404(client: FlaskClient) -> None:
    order = {"host": "plain", "who": "Jane", "text": "x", "ticket": "999"}
    assert client.post("/_sandbox/tickets", json=order).status_code == 404


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b"\xff"])
def test_unreadable_orders_are_422(client: FlaskClient, body: bytes) -> None:
    assert client.post("/_sandbox/tickets", data=body, content_type="application/json").status_code == 422


def test_a_form_is_no_order(client: FlaskClient) -> None:
    assert client.post("/_sandbox/clock", data={"seconds": 5}).status_code == 415
