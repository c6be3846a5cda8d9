"""The played Zendesk beside the real one: its answers fit the published description, and it takes recorded calls alike."""

import json
from typing import Any
from urllib.parse import urlsplit

import pytest

from connectors.types import Merge, Ref
from tests.connectors.zendesk import stage as stages
from tests.sandbox.zendesk.recorded import CALLS, SPEC, complaints, operation, recordings, schema_of

UNKNOWN = ("webhooks", "help_center", "apps/installations")
"""Not in the description."""
UNDESCRIBED = {"additional_tags", "remove_tags", "custom_fields"}
"""Work on a single update without being described there; a field's value is described as the field's definition."""

NULL_TWICE = "None is valid under each"
"""Where the description lets nothing be one of two things, and means that it may be nothing."""


class Exchange:
    """One call as it went over the wire."""

    def __init__(self, response: Any) -> None:
        self.method = response.request.method
        self.url = response.request.url
        self.status = response.status_code
        self.answer = response.json() if response.content else None
        self.sent = json.loads(response.request.body) if response.request.body else None


@pytest.fixture(scope="module")
def exchanges() -> list[Exchange]:
    """Every call that the connector makes, once, and what was answered."""
    made: list[Exchange] = []
    with stages.open() as stage:
        session = stage.connector._client._session
        session.hooks["response"].append(lambda response, **_: made.append(Exchange(response)))
        state = stage.host.state
        stage.record.row["organization_id"] = state.add_organization("Engines")["id"]
        stage.host.agent_writes("Kim", "Hi", ticket=stage.ref.id)
        state.add_article("Returns", "<p>x</p>")
        stage.connector.check()
        stage.connector.ticket(stage.ref)
        merge = [change for change in stage.changes().values() if isinstance(change, Merge)]
        others = [change for change in stage.changes().values() if not isinstance(change, Merge)]
        for number, change in enumerate(others):
            stage.connector.apply(stage.ref, [change], key=f"k{number}", since=stage.world.clock.now())
        expect = stage.connector.ticket(stage.ref).revision
        stage.connector.apply(stage.ref, others[:6], key="all", expect=expect)
        stage.connector.prepare({"deskhand_new": "New field"})
        stage.world.clock.advance(120)
        list(stage.connector.changed(stage.world.clock.now().replace(year=2025)))
        list(stage.connector.articles(None))
        stage.connector._client.user(state.bot)
        stage.connector._client.add_tags(int(stage.ref.id), ["x"])
        stage.connector._client.remove_tags(int(stage.ref.id), ["x"])
        stage.connector.apply(stage.ref, merge, key="merge")  # last: it closes the ticket
        assert stage.connector.ticket(Ref("2")).subject
        assert "From a thread" in {view.subject for view in stage.host.views()}
    return made


described = pytest.mark.skipif(not SPEC.exists(), reason="no description of the API here")


@described
def test_the_connector_calls_only_what_is_published(exchanges):
    paths = {(e.method, urlsplit(e.url).path) for e in exchanges}
    assert len(paths) > 15
    strange = [p for p in paths if not any(word in p[1] for word in UNKNOWN) and operation(*p) is None]
    assert strange == []


@described
def test_what_the_connector_sends_is_as_described(exchanges):
    checked = 0
    for exchange in exchanges:
        schema = schema_of((operation(exchange.method, exchange.url) or {}).get("requestBody"))
        if schema is not None and exchange.sent is not None:
            sent = {k: v for k, v in exchange.sent.get("ticket", {}).items() if k not in UNDESCRIBED}
            assert complaints(schema, {**exchange.sent, "ticket": sent} if sent else exchange.sent) == []
            checked += 1
    assert checked > 8


@described
def test_what_the_double_answers_is_as_described(exchanges):
    checked = set()
    for exchange in exchanges:
        found = operation(exchange.method, exchange.url) or {}
        schema = schema_of((found.get("responses") or {}).get(str(exchange.status)))
        if schema is not None and exchange.answer is not None:
            found_wrong = [one for one in complaints(schema, exchange.answer) if NULL_TWICE not in one]
            assert found_wrong == [], f"{exchange.method} {exchange.url}"
            checked.add(found["operationId"])
    assert len(checked) > 12


# --- recorded calls -------------------------------------------------------------------------------------------

OURS = {
    "error_400_too_many_values": 400,
    "error_404_ticket_update": 404,
    "groups_list": 200,
    "incremental_tickets_cursor_end_of_stream": 200,
    "organization_show": 200,
    "ticket_comments_list": 200,
    "ticket_create": 201,
    "ticket_field_create": 201,
    "ticket_field_update": 200,
    "ticket_update": 200,
    "tickets_list_offset_page": 200,
    "trigger_create": 201,
    "triggers_list": 200,
    "user_create": 201,
    "user_me": 200,
    "user_show": 200,
    "user_update": 200,
    "users_list": 200,
    "webhook_create_no_auth": 201,
    "webhook_patch_no_content": 204,
    "webhook_signing_secret_reset": 201,
    "webhook_signing_secret_show": 200,
    "webhooks_list": 200,
}
"""The recordings of calls that are played."""
NEWER = {"authenticity_token", "chat_only", "description", "solved_at"}
"""Keys that only the account's own session or another year's answer shows. What ``via.source`` holds depends on the way."""


def prepared(account: Any, path: str) -> str:
    """The recorded path with the ids of things that are there."""
    state = account.host.state
    ids = {
        "tickets": account.ticket()["id"],
        "users": state.add_user("Ada", None)["id"],
        "organizations": state.add_organization("E")["id"],
        "ticket_fields": state.add_field({"title": "F"})["id"],
        "webhooks": account.host.webhooks.add({"name": "W", "endpoint": "http://127.0.0.1:9", "subscriptions": []}).row[
            "id"
        ],
    }
    account.host.triggers.add({"title": "T", "actions": [{"field": "status", "value": "open"}]})
    parts = path.split("/")
    for place, part in enumerate(parts[:-1]):
        named = parts[place + 1].removesuffix(".json")
        there = part in ids and named not in ("me", "show_many", "update_many", "create_many", "cursor")
        if there and named != str(2**63 - 1) and part != "incremental":
            parts[place + 1] = str(ids[part]) + parts[place + 1][len(named) :]
    return "/".join(parts)


@pytest.mark.skipif(not CALLS.exists(), reason="no recorded calls here")
@pytest.mark.parametrize("name", OURS)
def test_a_recorded_call_is_answered_alike(account, name):
    recorded = dict(recordings()).get(name)
    if recorded is None:
        pytest.skip("this recording is not here")
    asked, expected = recorded["request"], recorded["response"]
    parts = urlsplit(asked["uri"])
    query = "&".join(pair for pair in parts.query.split("&") if not pair.startswith("page%5Bafter"))
    body = asked["body"]
    if name == "tickets_update_many_job_queued":
        body = {"tickets": [{"id": account.ticket()["id"], "subject": "x"}]}
    if name == "error_400_too_many_values":
        body = {"tickets": [body["tickets"][0]] * 101}
    answer = account.call(asked["method"], prepared(account, parts.path.removeprefix("/api/v2")) + f"?{query}", body)
    assert answer.status_code == OURS[name] == expected["status"]
    if expected["body"]:
        assert missing(expected["body"], answer.json()) == []
        assert answer.headers["x-rate-limit"]


def missing(real: Any, played: Any, path: str = "") -> list[str]:
    """Keys of the real answer that the played one lacks, and values of another kind."""
    if isinstance(real, dict) and isinstance(played, dict):
        lacks = [f"{path}.{key}" for key in real if key not in played and key not in NEWER and ".source" not in path]
        return lacks + [m for key in real if key in played for m in missing(real[key], played[key], f"{path}.{key}")]
    if isinstance(real, list) and isinstance(played, list):
        return missing(real[0], played[0], f"{path}[0]") if real and played else []
    if real is None or played is None or type(real) is type(played):
        return []
    return [f"{path}: {type(played).__name__} instead of {type(real).__name__}"]
