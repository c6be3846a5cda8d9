"""The played Slack's answers against the vendor's own description of them, where that is at hand."""

import json
from pathlib import Path
from typing import Any

import pytest
import requests
from jsonschema import Draft4Validator  # type: ignore[import-untyped]

from app.sandbox.server import Served, application
from app.sandbox.slack import SlackHost
from app.sandbox.slack.state import HOME, SHARED
from app.sandbox.world import World

SPEC = Path(__file__).parents[4] / "shared" / "specs" / "slack_web_openapi_v2.json"
NEWER = {"app_id", "metadata", "client_msg_id", "user_team", "source_team", "user_profile", "latest_reply"}
"""Fields that Slack sends today and that its description, last changed in 2020, does not know."""

pytestmark = pytest.mark.skipif(not SPEC.exists(), reason="the vendor's description is not at hand")


def calls() -> dict[str, dict[str, str]]:
    """One call of every method that the description covers; ``ROOT`` and ``USER`` are filled in."""
    return {
        "auth.test": {},
        "chat.postMessage": {"channel": SHARED, "text": "x", "thread_ts": "ROOT"},
        "chat.postEphemeral": {"channel": SHARED, "text": "x", "user": "USER"},
        "conversations.info": {"channel": SHARED},
        "conversations.join": {"channel": SHARED},
        "conversations.list": {},
        "conversations.members": {"channel": SHARED},
        "conversations.replies": {"channel": SHARED, "ts": "ROOT"},
        "conversations.history": {"channel": SHARED},
        "reactions.add": {"channel": SHARED, "timestamp": "ROOT", "name": "eyes"},
        "users.conversations": {},
        "users.info": {"user": "USER"},
        "views.publish": {"user_id": "USER", "view": '{"type": "home", "blocks": []}'},
    }


def unknown(error: Any) -> bool:
    """Whether the description only lacks a newer field."""
    return error.validator == "additionalProperties" and set(error.instance) - set(error.schema["properties"]) <= NEWER


@pytest.mark.parametrize("method", calls())
def test_an_answer_is_as_slack_describes_it(method: str) -> None:
    described = json.loads(SPEC.read_text())
    operation = next(iter(described["paths"][f"/{method}"].values()))
    schema = {**operation["responses"]["200"]["schema"], "definitions": described["definitions"]}
    host = SlackHost(World())
    root = host.customer_writes("casey", "hi").split(":")[1]
    user = host.slack.person("Robin", HOME).id
    host.slack.channels[SHARED].members.add(user)
    given = {name: {"ROOT": root, "USER": user}.get(value, value) for name, value in calls()[method].items()}
    with Served(application(host.slack.world, [host])) as base:
        headers = {"Authorization": "Bearer xoxb-sandbox"}
        answer = requests.post(f"{base}/slack/api/{method}", headers=headers, data=given, timeout=60).json()
    assert answer["ok"] is True
    wrong = [error for error in Draft4Validator(schema).iter_errors(answer) if not unknown(error)]
    assert [(list(error.path), error.message[:120]) for error in wrong] == []
