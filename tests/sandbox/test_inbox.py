"""The inbox page without a browser: what it shows, what its forms do, and that nothing hostile survives."""

from dataclasses import replace
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from flask.testing import FlaskClient

from app.sandbox.server import application
from app.sandbox.world import Outcome, Sent, View, World
from tests.sandbox.played import PlainHost

HOSTILE = "\"'><script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)></textarea></title>"
NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


class Elements(HTMLParser):
    """The page as a browser would build it: elements with their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def hostile_view() -> View:
    message = {"author": HOSTILE, "role": HOSTILE, "kind": HOSTILE, "text": HOSTILE, "html": "", "at": NOW}
    button = {"text": HOSTILE, "action": HOSTILE, "value": HOSTILE}
    marked_up = {**message, "html": HOSTILE, "buttons": [button]}
    return View(
        host="plain",
        id="66",
        subject=HOSTILE,
        status=HOSTILE,
        customer=HOSTILE,
        tags=(HOSTILE,),
        fields=((HOSTILE, HOSTILE), ("deskhand_" + HOSTILE, HOSTILE)),
        messages=(message, marked_up),
        priority=HOSTILE,
        assignee=HOSTILE,
        linked=HOSTILE,
    )


def test_an_empty_desk_offers_to_write(client: FlaskClient) -> None:
    page = client.get("/").text
    assert "Nobody has written yet" in page
    assert "Write to Juniper &amp; Pine" in page


def test_no_host_at_all(world: World) -> None:
    assert "No helpdesk is being played" in application(world, []).test_client().get("/").text


def test_an_example_fills_the_form(client: FlaskClient) -> None:
    page = Elements(client.get("/?new=1&example=0").text)
    assert {i.get("name"): i.get("value") for i in page.all("input")}["who"] == "Jane Doe"
    assert client.get("/?new=1&example=99").status_code == 200


def test_a_ticket_shows_what_an_agent_sees(client: FlaskClient, host: PlainHost) -> None:
    ticket = host.customer_writes("Jane Doe", "Where is it?", subject="Late")
    view = host.views()[0]
    note = {"author": "Deskhand", "role": "bot", "kind": "note", "html": "<p><b>Draft</b></p>", "at": NOW}
    host.show(
        replace(
            view,
            messages=(*view.messages, note),
            tags=("order-status",),
            priority="high",
            fields=(("deskhand_category", "order-status"),),
            linked="#35",
        )
    )
    page = client.get(f"/?host=plain&ticket={ticket}").text
    for part in ("Late", "Where is it?", "<p><b>Draft</b></p>", "Internal note", "order-status", "high", "#35"):
        assert part in page
    assert "has not said anything" not in page


def test_the_customers_last_word_is_marked_as_unanswered(client: FlaskClient, host: PlainHost) -> None:
    ticket = host.customer_writes("Jane", "Hello?")
    assert "has not said anything" in client.get(f"/?ticket={ticket}").text


def test_nothing_hostile_becomes_an_element(client: FlaskClient, host: PlainHost) -> None:
    plain = host.show(
        replace(hostile_view(), subject="s", customer="c", status="open", tags=(), fields=(), messages=())
    )
    harmless = Elements(client.get(f"/?ticket={plain.id}").text)
    host.show(hostile_view())
    found = Elements(client.get("/?ticket=66").text)
    assert len(found.all("script")) == len(harmless.all("script")) == 1
    assert len(found.all("img")) == len(harmless.all("img"))
    assert not found.all("svg")
    assert not [name for _, attributes in found.found for name in attributes if name.startswith("on")]


def test_a_hostile_address_is_escaped(client: FlaskClient) -> None:
    refused = client.get("/", query_string={"ticket": HOSTILE})
    assert refused.status_code == 404
    assert len(Elements(refused.text).all("script")) == 1
    assert client.get("/", query_string={"host": HOSTILE}).status_code == 404


def test_nothing_inline_and_nothing_foreign(client: FlaskClient, host: PlainHost) -> None:
    ticket = host.customer_writes("Jane", "Hello?")
    answer = client.get(f"/?ticket={ticket}")
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    page = Elements(answer.text)
    assert not [a for _, a in page.found if "style" in a]
    assert "<style" not in answer.text
    links = [a.get("src") or a.get("href") or "" for tag, a in page.found if tag in ("script", "link", "img")]
    assert links
    for link in links:
        assert link.startswith("/inbox/static/")
        got = client.get(link, buffered=True)
        assert got.status_code == 200
        assert "Content-Security-Policy" in got.headers


def test_every_field_has_a_label(client: FlaskClient, host: PlainHost) -> None:
    ticket = host.customer_writes("Jane", "Hello?")
    for address in ("/?new=1", f"/?ticket={ticket}"):
        page = Elements(client.get(address).text)
        named = {a.get("for") for a in page.all("label")}
        fields = [a for tag in ("input", "textarea", "select") for a in page.all(tag) if a.get("type") != "hidden"]
        assert all(a.get("id") in named or a.get("name") in ("agent", "as") for a in fields)


def test_forms_write_and_come_back_to_the_ticket(client: FlaskClient, host: PlainHost) -> None:
    sent = client.post(
        "/inbox/write", data={"host": "plain", "as": "customer", "who": "Jane", "subject": "S", "text": "A"}
    )
    [view] = host.views()
    assert sent.status_code == 303
    assert sent.location == f"/?host=plain&ticket={view.id}"
    there = {"host": "plain", "ticket": view.id, "who": "Jane", "agent": "Sam"}
    client.post("/inbox/write", data={**there, "as": "reply", "text": "B"})
    client.post("/inbox/write", data={**there, "as": "note", "text": "C"})
    client.post("/inbox/write", data={**there, "as": "customer", "text": "D"})
    said = [(m["author"], m["role"], m["kind"], m["text"]) for m in host.views()[0].messages]
    assert said == [
        ("Jane", "customer", "public", "A"),
        ("Sam", "agent", "public", "B"),
        ("Sam", "agent", "note", "C"),
        ("Jane", "customer", "public", "D"),
    ]


@pytest.mark.parametrize("missing", ["who", "text"])
def test_a_form_without_words_keeps_what_was_typed(client: FlaskClient, host: PlainHost, missing: str) -> None:
    form = {
        "host": "plain",
        "as": "customer",
        "who": "Jane & Co",
        "subject": "My subject",
        "text": "My text",
        missing: "  ",
    }
    refused = client.post("/inbox/write", data=form)
    assert refused.status_code == 422
    assert "My subject" in refused.text
    assert host.views() == []


def test_a_host_that_refuses_is_quoted(client: FlaskClient) -> None:
    refused = client.post("/inbox/write", data={"host": "plain", "ticket": "999", "who": "Jane", "text": "My text"})
    assert refused.status_code == 422
    assert "plain refused" in refused.text


def test_buttons_clock_and_faults(client: FlaskClient, host: PlainHost, world: World) -> None:
    there = {"host": "plain", "ticket": "1"}
    client.post("/inbox/press", data={**there, "who": "Jane", "action": "human", "value": "d1"})
    assert host.pressed == [("Jane", "1", "human", "d1")]
    before = world.clock.now()
    client.post("/inbox/clock", data={**there, "seconds": "3600"})
    assert (world.clock.now() - before).total_seconds() >= 3600
    client.post("/inbox/fault", data={**there, "kind": "double"})
    assert [(f.kind, f.host) for f in world.faults.waiting()] == [("double", "plain")]
    assert client.post("/inbox/fault", data={**there, "kind": "explode", "ticket": ""}).status_code == 422


def test_an_unchanged_page_is_not_sent_again(client: FlaskClient, host: PlainHost) -> None:
    ticket = host.customer_writes("Jane", "Hello?")
    first = client.get(f"/?ticket={ticket}")
    again = {"If-None-Match": first.headers["ETag"]}
    assert client.get(f"/?ticket={ticket}", headers=again).status_code == 304
    host.agent_writes("Sam", "Hi", ticket=ticket)
    assert client.get(f"/?ticket={ticket}", headers=again).status_code == 200


def test_a_silent_product_is_said(client: FlaskClient, host: PlainHost, world: World) -> None:
    world.sent.append(Sent("plain", world.clock.now(), "", Outcome(0, -1)))
    assert "Deskhand does not answer: is it running?" in client.get("/").text
    world.sent.append(Sent("plain", world.clock.now(), "", Outcome(1, 200)))
    assert "Deskhand does not answer" not in client.get("/").text
