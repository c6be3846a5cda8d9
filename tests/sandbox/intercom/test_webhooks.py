"""Webhooks by Intercom's own rules: signature, shape, one second attempt, and what switches them off."""

import hashlib
import hmac
from typing import Any

import pytest

from app.sandbox.deliveries import statuses
from app.sandbox.world import Fault
from tests.sandbox.intercom.conftest import Desk, Hook

SECRET = "s3cr3t"


def hooked(desk: Desk, hook: Hook) -> str:
    ticket = desk.host.customer_writes("casey@example.com", "Hello")
    desk.host.hook(hook.url, SECRET)
    hook.payloads(1)
    return ticket


def answered(desk: Desk, hook: Hook, count: int) -> list[dict[str, Any]]:
    found = hook.payloads(count)
    assert desk.host.notifier.deliveries.idle()
    return found


def test_the_address_is_tried_with_head_and_pinged(desk: Desk, hook: Hook) -> None:
    desk.host.hook(hook.url, SECRET)
    (ping,) = hook.payloads(1)
    assert (ping["topic"], ping["id"], ping["delivery_status"]) == ("ping", None, None)
    hook.head = 405
    with pytest.raises(ValueError, match="405"):
        desk.host.hook(hook.url, SECRET)
    with pytest.raises(ValueError, match="reached"):
        desk.host.hook("http://127.0.0.1:9/", SECRET)


def test_the_signature_is_over_the_bytes(desk: Desk, hook: Hook) -> None:
    hooked(desk, hook)
    headers, body = hook.taken[0]
    assert headers["x-hub-signature"] == "sha1=" + hmac.new(SECRET.encode(), body, hashlib.sha1).hexdigest()


def test_only_the_part_that_triggered_it(desk: Desk, hook: Hook) -> None:
    ticket = hooked(desk, hook)
    desk.host.agent_writes("Robin", "One", ticket=ticket)
    desk.host.agent_writes("Robin", "Two", ticket=ticket, public=False)
    last = next(p for p in answered(desk, hook, 3) if p["topic"] == "conversation.admin.noted")
    item = last["data"]["item"]
    assert item["conversation_parts"]["total_count"] == 1
    assert item["conversation_parts"]["conversation_parts"][0]["body"] == "<p>Two</p>"
    assert item["statistics"]["count_conversation_parts"] == 2


def test_a_new_conversation_has_its_words_in_the_source(desk: Desk, hook: Hook) -> None:
    hooked(desk, hook)
    desk.host.customer_writes("kim@example.com", "Help & <me>")
    item = answered(desk, hook, 2)[1]["data"]["item"]
    assert item["source"]["body"] == "<p>Help &amp; &lt;me&gt;</p>"
    assert item["conversation_parts"]["conversation_parts"] == []


def test_the_apps_own_writes_come_back(desk: Desk, hook: Hook) -> None:
    ticket = hooked(desk, hook)
    body = {"message_type": "note", "type": "admin", "admin_id": desk.host.admin_id, "body": "x"}
    desk.call("POST", f"/conversations/{ticket}/reply", body)
    echo = answered(desk, hook, 2)[1]
    assert echo["topic"] == "conversation.admin.noted"
    assert echo["data"]["item"]["conversation_parts"]["conversation_parts"][0]["app_package_code"] == "deskhand-app"


@pytest.mark.parametrize(
    ("version", "body", "member"),
    [((2, 14), "<p>Hi</p>", "source"), ((2, 15), "Hi", "source"), ((1, 0), "<p>Hi</p>", "conversation_message")],
)
def test_the_shape_follows_the_apps_version(
    desk: Desk, hook: Hook, version: tuple[int, int], body: str, member: str
) -> None:
    ticket = hooked(desk, hook)
    desk.host.notifier.version = version
    desk.host.customer_writes("casey@example.com", "Hi", ticket=ticket)
    item = answered(desk, hook, 2)[1]["data"]["item"]
    assert item["conversation_parts"]["conversation_parts"][0]["body"] == body
    assert member in item


def test_a_failure_is_tried_once_more_after_a_minute_with_the_same_id(desk: Desk, hook: Hook) -> None:
    ticket = hooked(desk, hook)
    hook.statuses = [500, 500]
    desk.host.customer_writes("casey@example.com", "Hi", ticket=ticket)
    answered(desk, hook, 2)
    assert len(hook.taken) == 2
    desk.world.clock.advance(61)
    first, second = hook.payloads(3)[1:]
    assert first["id"] == second["id"]
    assert (first["delivery_attempts"], second["delivery_attempts"]) == (1, 2)
    assert first["created_at"] == second["created_at"]
    desk.world.clock.advance(3600)
    desk.host.customer_writes("casey@example.com", "Later", ticket=ticket)
    assert len(answered(desk, hook, 4)) == 4, "there is no third attempt"


def test_410_switches_them_off(desk: Desk, hook: Hook) -> None:
    ticket = hooked(desk, hook)
    hook.statuses = [410]
    desk.host.customer_writes("casey@example.com", "Hi", ticket=ticket)
    answered(desk, hook, 2)
    assert desk.host.notifier.disabled
    desk.host.customer_writes("casey@example.com", "Hi", ticket=ticket)
    assert desk.host.notifier.deliveries.idle()
    assert len(hook.taken) == 2


def test_429_holds_the_next_ones_back(desk: Desk, hook: Hook) -> None:
    ticket = hooked(desk, hook)
    hook.statuses = [429]
    desk.host.customer_writes("casey@example.com", "One", ticket=ticket)
    answered(desk, hook, 2)
    desk.host.customer_writes("casey@example.com", "Two", ticket=ticket)
    assert desk.host.notifier.deliveries.idle()
    assert len(hook.taken) == 2
    desk.world.clock.advance(61)
    assert len(hook.payloads(4)) == 4


def test_deletion_and_rating(desk: Desk, hook: Hook) -> None:
    ticket = hooked(desk, hook)
    desk.host.rates(ticket, 2, "slow")
    rated = answered(desk, hook, 2)[1]
    assert (rated["topic"], rated["data"]["item"]["conversation_rating"]["rating"]) == ("conversation.rating.added", 2)
    desk.call("DELETE", f"/conversations/{ticket}")
    gone = answered(desk, hook, 3)[2]
    assert gone["data"]["item"] == {"type": "conversation", "conversation_id": ticket}


def test_ordered_faults_lose_and_double(desk: Desk, hook: Hook) -> None:
    ticket = hooked(desk, hook)
    desk.world.faults.order(Fault("lose"))
    desk.host.customer_writes("casey@example.com", "Lost", ticket=ticket)
    desk.world.faults.order(Fault("double"))
    desk.host.customer_writes("casey@example.com", "Twice", ticket=ticket)
    first, second = answered(desk, hook, 3)[1:]
    assert first["id"] == second["id"]
    assert statuses(desk.host.notifier.deliveries.log) == [200, 200, 200]
