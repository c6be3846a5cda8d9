"""What people do in Slack's own windows: they open our App Home, use our shortcut on a message, and send a modal."""

from collections.abc import Mapping
from typing import Any

from app.sandbox.slack.state import APP, Channel, Slack, User


def opened(user: User) -> dict[str, Any]:
    """The event of somebody who opens our App Home."""
    return {"type": "app_home_opened", "user": user.id, "channel": f"D{user.id[1:]}", "tab": "home"}


def asked(slack: Slack, user: User, channel: Channel, message: Mapping[str, Any]) -> dict[str, Any]:
    """The payload of our shortcut, used on a message."""
    return {
        "type": "message_action",
        "callback_id": "ask_deskhand",
        **_who(slack, user),
        "trigger_id": slack.trigger(),
        "channel": {"id": channel.id, "name": channel.name},
        "message_ts": message["ts"],
        "message": dict(message),
    }


def sent(slack: Slack, user: User, view: Mapping[str, Any], words: str) -> dict[str, Any]:
    """The payload of a modal of ours, sent with these words in its first field and what stood in the others."""
    fields = [block for block in view["blocks"] if block["type"] == "input"]
    typed = [words, *(field["element"].get("initial_value") for field in fields[1:])]
    values = {
        field["block_id"]: {field["element"]["action_id"]: {"type": "plain_text_input", "value": text}}
        for field, text in zip(fields, typed, strict=True)
    }
    return {
        "type": "view_submission",
        **_who(slack, user),
        "trigger_id": slack.trigger(),
        "view": {**view, "state": {"values": values}, "app_installed_team_id": user.team},
        "response_urls": [],
    }


def _who(slack: Slack, user: User) -> dict[str, Any]:
    org = slack.organisation
    return {
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "api_app_id": APP,
        "token": "deprecated",
        "team": None if org else {"id": user.team, "domain": "home"},
        "enterprise": {"id": org, "name": "Home Organisation"} if org else None,
        "is_enterprise_install": bool(org),
    }
