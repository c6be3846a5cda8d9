"""A button press as Slack sends it: finds the button that somebody sees and builds its ``block_actions``."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.sandbox.slack.state import APP, HOME, Channel, Slack, User


def buttons(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The buttons under a message, each with the block that it stands in."""
    for block in message.get("blocks", ()):
        for element in block.get("elements", ()) if block.get("type") == "actions" else ():
            if element.get("type") == "button":
                yield {**element, "block_id": block.get("block_id", "")}


def short(action_id: str) -> str:
    """The last word of an action's id, which is what the inbox page shows and sends back."""
    return action_id.rpartition("_")[2]


def find(
    shown: Iterator[tuple[Channel, Mapping[str, Any]]], action: str, value: str
) -> tuple[Channel, Any, Any] | None:
    """Where the newest such button stands: channel, message, button."""
    found = None
    for channel, message in shown:
        for button in buttons(message):
            if action in (button["action_id"], short(button["action_id"])) and button.get("value") == value:
                found = (channel, message, button)
    return found


def pressed(
    slack: Slack, user: User, channel: Channel, message: Mapping[str, Any], button: Mapping[str, Any], base: str
) -> dict[str, Any]:
    """The payload of this press. Whispers come without their message, as Slack sends them."""
    whispered = message in channel.whispers
    thread = str(message.get("thread_ts") or "")
    address = slack.answerable(channel.id, thread or message["ts"], user.id)
    container = {
        "type": "message",
        "message_ts": message["ts"],
        "channel_id": channel.id,
        "is_ephemeral": whispered,
        **({"thread_ts": thread} if thread else {}),
    }
    org = slack.organisation
    stamp = f"{slack.now().timestamp():.6f}"
    return {
        "type": "block_actions",
        "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team},
        "api_app_id": APP,
        "token": "deprecated",
        "container": container,
        "trigger_id": slack.trigger(),
        "team": None if org else {"id": user.team, "domain": "home" if user.team == HOME else "customers"},
        "enterprise": {"id": org, "name": "Home Organisation"} if org else None,
        "is_enterprise_install": bool(org),
        "channel": {"id": channel.id, "name": channel.name},
        **({} if whispered else {"message": dict(message)}),
        "state": {"values": {}},
        "response_url": f"{base}/actions/{address}",
        "actions": [{**button, "action_ts": stamp}],
    }
