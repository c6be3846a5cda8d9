"""Webhooks and triggers of the played Zendesk: what is told, how it is signed, when it is sent again."""

import base64
import hashlib
import hmac
import json
import re

import pytest

from app.sandbox.deliveries import Outcome, statuses
from app.sandbox.world import Fault
from app.sandbox.zendesk.hooks import again
from app.sandbox.zendesk.rules import render

SECRET = "hook-secret"


@pytest.fixture
def told(account, inbox):
    account.host.hook(inbox.url, SECRET)

    def wait():
        assert account.host.deliveries.idle()
        return inbox

    return wait


def test_a_delivery_is_signed_over_timestamp_and_the_raw_body(account, told):
    account.host.customer_writes("Ada", "Hello")
    [(headers, body)] = told().got
    at = headers["x-zendesk-webhook-signature-timestamp"]
    expected = base64.b64encode(hmac.new(SECRET.encode(), at.encode() + body, hashlib.sha256).digest()).decode()
    assert headers["x-zendesk-webhook-signature"] == expected
    assert headers["x-zendesk-account-id"] == "22129848"
    assert headers["user-agent"] == "Zendesk Webhook"
    assert body.startswith(b"{\n")
    assert body.endswith(b"}\n")
    for name in ("x-zendesk-webhook-id", "x-zendesk-webhook-invocation-id"):
        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{26}", headers[name])


def test_an_event_has_ids_as_text_and_words_in_capitals(account, told):
    id = account.host.customer_writes("Ada", "Hello", subject="S")
    [body] = told().bodies
    assert body["type"] == "zen:event-type:ticket.created"
    assert body["subject"] == f"zen:ticket:{id}"
    assert body["account_id"] == 22129848
    detail = body["detail"]
    assert (detail["id"], detail["status"], detail["via"]) == (id, "NEW", {"channel": "mail"})
    assert isinstance(detail["requester_id"], str)
    assert detail["actor_id"] == detail["requester_id"]


def test_one_update_tells_several_events_our_own_too(account, told, inbox):
    id = int(account.host.customer_writes("Ada", "Hello"))
    told()
    inbox.got.clear()
    account.put(id, comment={"body": "x", "public": False}, additional_tags=["t"], status="pending", priority="high")
    bodies = told().bodies
    assert inbox.kinds == ["comment_added", "priority_changed", "status_changed", "tags_changed"]
    assert {body["detail"]["actor_id"] for body in bodies} == {str(account.host.state.bot)}
    assert sorted(body["event"]["meta"]["sequence"]["position"] for body in bodies) == [1, 2, 3, 4]
    by_kind = {body["type"].split(".")[-1]: body["event"] for body in bodies}
    assert by_kind["status_changed"]["current"] == "PENDING"
    assert by_kind["tags_changed"]["tags_added"] == ["t"]
    assert by_kind["comment_added"]["comment"]["author"]["is_staff"] is True
    assert len({body["id"] for body in bodies}) == 4


def test_fields_people_and_groups_are_told(account, told, inbox):
    field = account.host.state.add_field({"title": "F"})["id"]
    group = next(iter(account.host.state.groups))
    id = account.ticket()["id"]
    told()
    inbox.got.clear()
    account.put(id, custom_fields=[{"id": field, "value": "v"}], group_id=group, assignee_id=account.host.state.bot)
    told()
    expected = ["agent_assignment_changed", "custom_field_changed", "group_assignment_changed", "status_changed"]
    assert inbox.kinds == expected


def test_an_update_without_an_event_tells_nothing(account, told, inbox):
    id = account.ticket(tags=["t"])["id"]
    told()
    inbox.got.clear()
    account.put(id, additional_tags=["t"])
    assert told().got == []


@pytest.mark.parametrize(
    ("outcome", "wait"),
    [
        (Outcome(0, 200), None),
        (Outcome(0, 409), 1.0),
        (Outcome(2, 409), 1.0),
        (Outcome(3, 409), None),
        (Outcome(0, 429), None),
        (Outcome(0, 503), None),
        (Outcome(0, 429, {"Retry-After": "5"}), 5.0),
        (Outcome(0, 503, {"retry-after": "10"}), 10.0),
        (Outcome(0, 503, {"Retry-After": "60"}), None),
        (Outcome(0, 503, {"Retry-After": "soon"}), None),
        (Outcome(4, 0), 1.0),
        (Outcome(5, 0), None),
        (Outcome(0, -1), None),
        (Outcome(0, 500, {"Retry-After": "5"}), None),
        (Outcome(0, 401), None),
        (Outcome(0, 302), None),
    ],
)
def test_what_is_sent_again(outcome, wait):
    assert again(outcome) == wait


def test_each_attempt_is_signed_anew_under_one_invocation(account, told, inbox):
    inbox.plan += [(409, {}), (200, {})]
    account.host.customer_writes("Ada", "Hello")
    told()
    turns = iter(range(50))
    while not inbox.holds(2, within=0.1) and next(turns, None) is not None:
        account.world.clock.advance(2)
    (one, first), (two, second) = inbox.got
    assert first == second
    assert one["x-zendesk-webhook-invocation-id"] == two["x-zendesk-webhook-invocation-id"]
    assert one["x-zendesk-webhook-signature-timestamp"] != two["x-zendesk-webhook-signature-timestamp"]


@pytest.mark.parametrize(("kind", "count"), [("lose", 0), ("double", 2)])
def test_webhooks_get_lost_and_doubled(account, told, kind, count):
    account.world.faults.order(Fault(kind))
    account.host.customer_writes("Ada", "Hello")
    assert len(told().got) == count


def test_webhooks_overtake_each_other(account, told, inbox):
    account.world.faults.order(Fault("reorder"))
    first = account.host.customer_writes("Ada", "First")
    assert told().got == []
    account.host.customer_writes("Ada", "Second")
    assert {body["detail"]["id"] for body in told().bodies} >= {first}
    assert len(inbox.got) == 2


# --- triggers -------------------------------------------------------------------------------------------------

TEMPLATE = '{"ticket_id":"{{ticket.id}}","actor_id":"{{current_user.id}}","tags":"{{ticket.tags}}"}'


def test_a_trigger_sends_its_template_after_the_triggers_changes(account, inbox):
    state = account.host.state
    account.host.triggers.add({"title": "Tag", "actions": [{"field": "current_tags", "value": "seen"}]})
    account.host.hook_trigger(inbox.url, SECRET, TEMPLATE)
    id = account.host.customer_writes("Ada", "Hello")
    assert account.host.deliveries.idle()
    [body] = inbox.bodies
    ada = state.user_named("Ada", "end-user")["id"]
    assert body == {"ticket_id": id, "actor_id": str(ada), "tags": "seen"}
    last = state.record(int(id)).audits[-1]["events"][-1]
    assert last["via"]["source"]["rel"] == "trigger"


def test_placeholders_are_not_escaped(account, inbox):
    account.host.hook_trigger(inbox.url, SECRET, '{"id":"{{ticket.id}}","title":"{{ticket.title}}"}')
    account.host.customer_writes("Ada", "x", subject='He said "no"')
    assert account.host.deliveries.idle()
    with pytest.raises(ValueError, match="delimiter"):
        json.loads(inbox.got[0][1])
    assert render("{{ticket.nothing}}{{ current_user.name }}", {"current_user": {"name": "A"}}) == "A"


CREATED = {"field": "update_type", "operator": "is", "value": "Create"}
UNSEEN = {"field": "current_tags", "operator": "not_includes", "value": "seen"}
CUSTOMER = {"field": "role", "operator": "is", "value": "end_user"}
PUBLIC = {"field": "comment_is_public", "operator": "is", "value": "true"}
STATUS = {"field": "status", "operator": "changed", "value": None}
NOT_HIGH = {"field": "priority", "operator": "is_not", "value": "high"}


@pytest.mark.parametrize(
    ("conditions", "sent"),
    [
        ({"all": [CREATED]}, 1),
        ({"all": [UNSEEN]}, 2),
        ({"all": [CUSTOMER]}, 1),
        ({"all": [PUBLIC]}, 1),
        ({"all": [STATUS]}, 1),
        ({"all": [NOT_HIGH, UNSEEN]}, 2),
        ({"any": [CREATED, STATUS]}, 2),
        ({"all": [CREATED], "any": [STATUS]}, 0),
        ({}, 3),
    ],
)
def test_conditions(account, inbox, conditions, sent):
    account.host.hook_trigger(inbox.url, SECRET, TEMPLATE, conditions)
    id = int(account.host.customer_writes("Ada", "Hello"))
    account.put(id, status="pending", priority="low")
    account.put(id, additional_tags=["seen"])
    assert account.host.deliveries.idle()
    assert len(inbox.got) == sent


def test_a_loop_can_be_seen(account, inbox):
    """An update for each webhook, without a nullifying condition: every turn brings the next."""
    account.host.hook_trigger(inbox.url, SECRET, TEMPLATE)
    id = int(account.host.customer_writes("Ada", "Hello"))
    for turn in range(5):
        assert account.host.deliveries.idle()
        assert len(inbox.got) == turn + 1
        account.put(id, comment={"body": f"automatic answer {turn}", "public": True})


# --- the admin's API ------------------------------------------------------------------------------------------


def test_setting_up_by_api_as_an_admin_would(account, inbox):
    hook = {"name": "Deskhand", "status": "active", "endpoint": inbox.url, "http_method": "POST"}
    hook |= {"request_format": "json", "subscriptions": ["conditional_ticket_events"]}
    hook |= {"authentication": {"type": "bearer_token", "data": {"token": "t"}, "add_position": "header"}}
    made = account.call("POST", "/webhooks", {"webhook": hook})
    id = made.json()["webhook"]["id"]
    assert made.status_code == 201
    assert "authentication" not in made.json()["webhook"]
    secret = account.call("GET", f"/webhooks/{id}/signing_secret").json()["signing_secret"]
    assert secret["algorithm"] == "SHA256"
    trigger = {"title": "T", "conditions": {"all": [CREATED], "any": []}}
    trigger |= {"actions": [{"field": "notification_webhook", "value": [id, TEMPLATE]}]}
    assert account.call("POST", "/triggers.json", {"trigger": trigger}).status_code == 201
    account.host.customer_writes("Ada", "Hello")
    assert account.host.deliveries.idle()
    headers, body = inbox.got[0]
    at = headers["x-zendesk-webhook-signature-timestamp"]
    mac = hmac.new(secret["secret"].encode(), at.encode() + body, hashlib.sha256).digest()
    assert headers["x-zendesk-webhook-signature"] == base64.b64encode(mac).decode()
    [invocation] = account.call("GET", f"/webhooks/{id}/invocations").json()["invocations"]
    assert invocation["status"] == "success"
    attempts = account.call("GET", f"/webhooks/{id}/invocations/{invocation['id']}/attempts").json()["attempts"]
    assert [a["response"]["status"] for a in attempts] == [200]
    assert statuses(account.host.deliveries.log) == [200]


def test_a_webhook_can_be_changed_and_removed(account, inbox):
    account.host.hook(inbox.url, SECRET)
    [id] = account.host.webhooks.all
    rotated = account.call("POST", f"/webhooks/{id}/signing_secret")
    assert rotated.status_code == 201
    assert rotated.json()["signing_secret"]["secret"] != SECRET
    assert account.call("PATCH", f"/webhooks/{id}", {"webhook": {"status": "inactive"}}).status_code == 204
    assert account.call("GET", f"/webhooks/{id}").json()["webhook"]["status"] == "inactive"
    account.host.customer_writes("Ada", "Hello")
    assert account.call("DELETE", f"/webhooks/{id}").status_code == 204
    assert account.call("GET", f"/webhooks/{id}").status_code == 404
    assert account.host.deliveries.idle()
    assert inbox.got == []


def test_a_trigger_can_be_changed_and_removed(account, inbox):
    id = account.host.hook_trigger(inbox.url, SECRET, TEMPLATE)
    assert [row["id"] for row in account.call("GET", "/triggers").json()["triggers"]] == [id]
    changed = account.call("PUT", f"/triggers/{id}", {"trigger": {"active": False}}).json()["trigger"]
    assert changed["active"] is False
    account.host.customer_writes("Ada", "Hello")
    assert account.call("DELETE", f"/triggers/{id}").status_code == 204
    assert account.call("GET", f"/triggers/{id}").status_code == 404
    assert account.host.deliveries.idle()
    assert inbox.got == []


def test_lists_and_tests_of_webhooks(account, inbox):
    account.host.hook(inbox.url, SECRET)
    listed = account.call("GET", "/webhooks?filter[name_contains]=desk").json()["webhooks"]
    assert len(listed) == 1
    assert account.call("GET", "/webhooks?filter[name_contains]=other").json()["webhooks"] == []
    account.call("POST", f"/webhooks/test?webhook_id={listed[0]['id']}")
    assert account.host.deliveries.idle()
    assert inbox.bodies == [{"say": "hello"}]
    assert account.call("POST", "/webhooks", {"webhook": {"name": "x"}}).status_code == 400
    assert account.call("GET", "/triggers/5").status_code == 404
    assert account.call("POST", "/triggers", {"trigger": {"title": "x"}}).status_code == 422
