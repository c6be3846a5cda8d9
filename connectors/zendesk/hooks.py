"""Our webhook and our trigger in one account: made by API at onboarding, found again, put right, and taken away."""

import json
from collections.abc import Mapping
from typing import Any

from connectors.errors import NotFound
from connectors.zendesk.client import Client, Row

NAME = "Deskhand"
TITLE = "Deskhand: tell about tickets"
CONDITIONAL = "conditional_ticket_events"
BODY = json.dumps(
    {
        "ticket_id": "{{ticket.id}}",
        "updated_at": "{{ticket.updated_at_with_timestamp}}",
        "actor_id": "{{current_user.id}}",
    }
)
"""Ids and a time only: Zendesk escapes nothing, so what a customer wrote would break the JSON, or worse."""


def hook(client: Client, url: str, us: str) -> Mapping[str, str]:
    """Have our trigger call our webhook at ``url``; twice changes nothing. The secret that signs it."""
    mine = webhook(client, url)
    if mine is None:
        mine = client.send("POST", "webhooks", {"webhook": _webhook(url)})["webhook"]
    elif mine.get("status") != "active":
        client.send("PATCH", f"webhooks/{mine['id']}", {"webhook": {"status": "active"}})
    id = str(mine["id"])
    _arrange(client, id, us)
    return {"signing_secret": str(client.read(f"webhooks/{id}/signing_secret")["signing_secret"]["secret"])}


def unhook(client: Client, url: str) -> None:
    """Take the trigger away before the webhook that it calls. What is gone already is left gone."""
    mine = webhook(client, url)
    if mine is None:
        return
    for row in _triggers(client, str(mine["id"])):
        _gone(client, f"triggers/{row['id']}.json")
    _gone(client, f"webhooks/{mine['id']}")


def webhook(client: Client, url: str) -> Row | None:
    """Our webhook, told by its address: a name may have been changed by anybody."""
    rows = client.pages("webhooks", "webhooks", {"page[size]": 100})
    return next((row for row in rows if row.get("endpoint") == url), None)


def trigger(webhook_id: str, us: str) -> Row:
    """What our trigger is. The first condition nullifies it: what we write ourselves never fires it again."""
    return {
        "title": TITLE,
        "active": True,
        "conditions": {
            "all": [{"field": "role", "operator": "is_not", "value": us}],
            "any": [
                {"field": "update_type", "operator": "is", "value": "Create"},
                {"field": "comment_is_public", "operator": "is", "value": "true"},
                {"field": "comment_is_public", "operator": "is", "value": "false"},
                {"field": "status", "operator": "changed", "value": None},
                {"field": "assignee_id", "operator": "changed", "value": None},
            ],
        },
        "actions": [{"field": "notification_webhook", "value": [webhook_id, BODY]}],
    }


def _webhook(url: str) -> Row:
    return {
        "name": NAME,
        "endpoint": url,
        "http_method": "POST",
        "request_format": "json",
        "status": "active",
        "subscriptions": [CONDITIONAL],
    }


def _arrange(client: Client, webhook_id: str, us: str) -> None:
    """Exactly one trigger of ours that calls the webhook, as it should be; others that call it are taken away."""
    wanted, rows = trigger(webhook_id, us), _triggers(client, webhook_id)
    if not rows:
        client.send("POST", "triggers.json", {"trigger": wanted})
        return
    first, *others = rows
    if any(_plain(first.get(name)) != _plain(value) for name, value in wanted.items()):
        client.send("PUT", f"triggers/{first['id']}.json", {"trigger": wanted})
    for row in others:
        _gone(client, f"triggers/{row['id']}.json")


def _triggers(client: Client, webhook_id: str) -> list[Row]:
    """Our triggers: those that call our webhook."""
    rows = client.pages("triggers.json", "triggers", {"page[size]": 100})
    return [row for row in rows if any(_calls(action, webhook_id) for action in row.get("actions") or ())]


def _calls(action: Mapping[str, Any], webhook_id: str) -> bool:
    value = action.get("value")
    called = value[0] if isinstance(value, list) and value else None
    return action.get("field") == "notification_webhook" and str(called) == webhook_id


def _plain(value: Any) -> Any:
    """As it compares: Zendesk gives some words back as text where it took none."""
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value if isinstance(value, bool) else str(value or "")


def _gone(client: Client, path: str) -> None:
    try:
        client.send("DELETE", path)
    except NotFound:
        return
