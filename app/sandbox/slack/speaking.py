"""The events of what people say: a message, the mention that doubles it, and how outsiders look in a shared channel."""

import re
import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from app.sandbox.slack.state import BOT_USER, HOME, ORGANISATION, Channel, User

_MENTION = re.compile(r"@deskhand\b", re.IGNORECASE)


def typed(text: str) -> str:
    """What somebody typed, as Slack stores it: escaped, and a mention of the bot as a mention."""
    safe = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _MENTION.sub(f"<@{BOT_USER}>", safe)


def spoken(user: User, text: str, channel: Channel, *, grid: bool) -> dict[str, Any]:
    """The message of a person. Outsiders carry their team (T) or, as grid people, only their organisation (E)."""
    message = {
        "user": user.id,
        "text": text,
        "client_msg_id": str(uuid.uuid4()),
        "team": user.team,
        "blocks": [_rich(text)],
    }
    if not channel.is_ext_shared:
        return message
    outside = user.team != HOME
    claim = ORGANISATION if grid and outside else user.team
    # For grid people Slack names the installing team here: the trap that a naive check falls into.
    team = HOME if grid and outside else user.team
    return {**message, "team": team, "user_team": claim, "source_team": claim, "user_profile": _profile(user, claim)}


def events(message: Mapping[str, Any], channel: Channel) -> Iterator[dict[str, Any]]:
    """The events for one message: one, or two with a mention, each of which gets an id of its own."""
    event = {**message, "channel": channel.id, "event_ts": message["ts"]}
    yield {**event, "channel_type": "im" if channel.is_im else "channel"}
    if f"<@{BOT_USER}>" in str(message.get("text")) and not message.get("bot_id") and not channel.is_im:
        yield {**event, "type": "app_mention"}


def _profile(user: User, team: str) -> dict[str, Any]:
    return {
        "team": team,
        "name": user.name,
        "real_name": user.name,
        "display_name": user.name,
        "first_name": user.name,
        "avatar_hash": "g0123456789a",
        "image_72": "https://a.slack-edge.com/user_72.png",
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
    }


def _rich(text: str) -> dict[str, Any]:
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    return {"type": "rich_text", "block_id": uuid.uuid4().hex[:5], "elements": [section]}
