"""Webhooks: whose they are, which of them wake a ticket, and what cannot be read."""

import copy
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Connection
from connectors.errors import BadPayload, BadSignature, ForeignTenant
from connectors.intercom import Intercom
from connectors.types import Event, EventKind, Inbound, Ref
from tests.connectors.intercom.stage import PAYLOADS, signature

ARRIVED = datetime(2026, 1, 12, tzinfo=UTC)
SHARED = Path(__file__).resolve().parents[4] / "shared" / "payloads" / "intercom"


def connector(app_id: str = "pl4y3d1d", secret: str = "s", **settings: str) -> Intercom:
    given = {"app_id": app_id, "admin_id": "814860", **settings}
    return Intercom(Connection("c", "http://127.0.0.1:9/x", given, {"access_token": "t", "client_secret": secret}))


def request(body: bytes, secret: str = "s", header: str | None = None) -> Inbound:
    return Inbound({"x-hub-signature": header if header is not None else signature(body, secret)}, body, ARRIVED)


def received(payload: Any, **settings: str) -> list[Event]:
    return list(connector(**settings).receive(request(json.dumps(payload).encode())))


def fixture(name: str) -> dict[str, Any]:
    return dict(json.loads((PAYLOADS / f"{name}.json").read_text()))


def test_the_signature_is_the_one_that_was_measured() -> None:
    body = b'{"type":"notification_event","app_id":"i6wc9ipe","topic":"ping","id":null}'
    given = request(body, header="sha1=8a5c967e0b5a1ca8302017cefb96713efa15f482")
    assert list(connector("i6wc9ipe", "client-secret-xyz").receive(given)) == []


@pytest.mark.parametrize("header", ["", "sha1=", "sha1=é", "sha1=" + "0" * 40, "\udcff" * 45, "sha256=" + "0" * 64])
def test_anything_else_is_refused_before_it_is_read(header: str) -> None:
    with pytest.raises(BadSignature):
        list(connector().receive(request(b"{", header=header)))


def test_without_a_secret_nothing_is_trusted() -> None:
    with pytest.raises(BadSignature):
        list(connector(secret="").receive(request(b"{}", secret="")))


WAKES: Mapping[str, tuple[EventKind, str]] = {
    "conversation_user_created__2026": (EventKind.CREATED, "215400000000101"),
    "conversation_user_created__2019": (EventKind.CREATED, "21300000007"),
    "conversation_user_replied__2026": (EventKind.MESSAGE, "215400000000101"),
    "conversation_user_replied__2026_plain": (EventKind.MESSAGE, "215400000000101"),
    "conversation_user_replied__2019": (EventKind.MESSAGE, "21300000007"),
    "conversation_admin_noted__2019": (EventKind.MESSAGE, "21300000007"),
    "conversation_admin_replied__2026": (EventKind.MESSAGE, "215400000000101"),
    "conversation_admin_assigned__2026": (EventKind.CHANGED, "215400000000101"),
    "conversation_admin_closed__2026": (EventKind.CHANGED, "215400000000101"),
    "conversation_rating_added__2026": (EventKind.RATING, "215400000000101"),
    "conversation_deleted__2026": (EventKind.CHANGED, "215400000000101"),
    "ticket_created__2026": (EventKind.CREATED, "215400000000202"),
    "ticket_contact_replied__2026": (EventKind.MESSAGE, "215400000000202"),
    "ticket_created__back_office": (EventKind.CREATED, "215400000000101"),
}
SLEEPS = (
    "ping__2019",
    "conversation_operator_replied__2026",
    "conversation_contact_attached__2026",
    "ticket_created__tracker",
    "contact_user_created__2026",
)


@pytest.mark.parametrize("name", sorted(WAKES))
def test_what_wakes_a_ticket(name: str) -> None:
    payload = fixture(name)
    kind, ticket = WAKES[name]
    at = datetime.fromtimestamp(payload["created_at"], UTC)
    assert received(payload) == [Event(payload["id"], kind, Ref(ticket), at)]


@pytest.mark.parametrize("name", SLEEPS)
def test_what_does_not(name: str) -> None:
    assert received(fixture(name)) == []


def test_every_fixture_is_told_about_here() -> None:
    assert {path.stem for path in PAYLOADS.glob("*.json")} == {*WAKES, *SLEEPS}


def test_a_resend_has_the_same_delivery() -> None:
    payload = fixture("conversation_user_replied__2026")
    again = {**payload, "delivery_attempts": 2}
    assert [e.delivery for e in received(payload)] == [e.delivery for e in received(again)] == [payload["id"]]


def test_another_workspace_is_named() -> None:
    with pytest.raises(ForeignTenant) as refusal:
        received({**fixture("conversation_user_created__2026"), "app_id": "another"})
    assert refusal.value.path == "app_id"


def own(payload: dict[str, Any], **part: Any) -> dict[str, Any]:
    changed = copy.deepcopy(payload)
    changed["data"]["item"]["conversation_parts"]["conversation_parts"][0].update(part)
    return changed


SEAT = {"type": "admin", "id": "814860", "name": "Deskhand", "email": ""}
NOTED = "<p>A draft.</p><p><i>Deskhand ref k-1</i></p>"


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({}, {"author": SEAT, "app_package_code": "whichever"}),
        ({"app_package_code": "dh"}, {"author": SEAT, "app_package_code": "dh"}),
        ({"app_package_code": "dh"}, {"author": {"type": "user", "id": "u"}, "app_package_code": "dh"}),
        ({}, {"author": SEAT, "part_type": "note", "body": NOTED}),
        ({}, {"author": {**SEAT, "id": 814860}, "part_type": "note", "body": "A draft.\nDeskhand ref k-1"}),
    ],
)
def test_our_own_echo_is_nothing(settings: dict[str, str], part: dict[str, Any]) -> None:
    assert received(own(fixture("conversation_admin_replied__2026"), **part), **settings) == []


@pytest.mark.parametrize(
    ("settings", "part"),
    [
        ({}, {"author": SEAT}),
        ({"app_package_code": "dh"}, {"author": SEAT, "app_package_code": "another-app"}),
        ({}, {"author": {**SEAT, "id": "55001"}, "app_package_code": "dh"}),
        ({}, {"author": {**SEAT, "id": "55001"}, "body": NOTED}),
        ({}, {"author": {"type": "user", "id": "814860"}, "body": NOTED}),
    ],
)
def test_a_person_is_heard_also_on_our_seat(settings: dict[str, str], part: dict[str, Any]) -> None:
    assert len(received(own(fixture("conversation_admin_replied__2026"), **part), **settings)) == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("topic", None),
        ("topic", 7),
        ("data", []),
        ("data.item", "x"),
        ("id", None),
        ("id", {"a": 1}),
        ("data.item.id", None),
        ("data.item.id", 0),
        ("data.item.id", "../../me"),
        ("data.item.id", "x" * 65),
        ("data.item.id", True),
    ],
)
def test_a_wrong_member_is_named(path: str, value: Any) -> None:
    payload = fixture("conversation_user_created__2026")
    *parents, last = path.split(".")
    place = payload
    for step in parents:
        place = place[step]
    place[last] = value
    with pytest.raises(BadPayload) as refusal:
        received(payload)
    assert refusal.value.path == path


@pytest.mark.parametrize("parts", [None, [], "x", {"conversation_parts": None}, {"conversation_parts": [None, 3]}])
def test_odd_parts_still_wake_the_ticket(parts: Any) -> None:
    payload = fixture("conversation_user_replied__2026")
    payload["data"]["item"]["conversation_parts"] = parts
    assert len(received(payload)) == 1


def test_a_time_that_cannot_be_read_is_the_arrival() -> None:
    assert received({**fixture("conversation_user_created__2026"), "created_at": "soon"})[0].at == ARRIVED


@pytest.mark.skipif(not SHARED.is_dir(), reason="the collected payloads are not here")
def test_every_collected_payload_can_be_read() -> None:
    for path in sorted(SHARED.glob("*.json")):
        payload = json.loads(path.read_text())
        events = received(payload, app_id=payload["app_id"])
        wakes = payload["topic"].startswith(("conversation.user", "conversation.admin"))
        assert len(events) == 1 or not wakes, path.name
        assert all(event.delivery == payload["id"] for event in events)
