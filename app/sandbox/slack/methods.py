"""The Web API's methods about messages and people, each from arguments to an answer. Encodings, tokens and faults are the door's."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.sandbox.slack.state import APP, BOT, BOT_USER, HOME, Channel, Fail, Slack, Throttled, User

Arguments = Mapping[str, Any]
Method = Callable[[Slack, Arguments], dict[str, Any]]

TEXT = 40_000
ICONS = {f"image_{size}": f"https://a.slack-edge.com/bot_{size}.png" for size in (36, 48, 72)}
PROFILE = {
    "id": BOT,
    "app_id": APP,
    "name": "Deskhand",
    "team_id": HOME,
    "deleted": False,
    "updated": 1719211249,
    "icons": ICONS,
}


def auth_test(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Who the token's owner is."""
    return {
        "url": "https://home.slack.com/",
        "team": "Home",
        "user": "deskhand",
        "team_id": HOME,
        "user_id": BOT_USER,
        "bot_id": BOT,
        "is_enterprise_install": bool(slack.organisation),
        **({"enterprise_id": slack.organisation} if slack.organisation else {}),
    }


def post_message(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Post into a channel or a thread, as the bot."""
    channel = writable(slack, given.get("channel"))
    content = _content(given)
    _pace(slack, channel)
    metadata = as_json(given.get("metadata"), dict)
    bot = {"user": BOT_USER, "bot_id": BOT, "app_id": APP, "team": HOME, "bot_profile": PROFILE}
    more = {"metadata": metadata} if metadata else {}
    message = slack.add(channel, {**bot, **content, **more}, thread=str(given.get("thread_ts") or ""))
    return {"channel": channel.id, "ts": message["ts"], "message": message}


def post_ephemeral(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Show something to one member; it is kept nowhere but in the sandbox's own view."""
    channel = writable(slack, given.get("channel"))
    user = str(given.get("user") or "")
    if user not in slack.users:
        raise Fail("user_not_found")
    if user not in channel.members:
        raise Fail("user_not_in_channel")
    content = _content(given)
    ts = slack.stamp(channel)
    thread = str(given.get("thread_ts") or "")
    channel.whispers.append({**content, "user": user, "ts": ts, "thread_ts": thread, "bot_id": BOT})
    return {"message_ts": ts}


def update(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Change one of the bot's own messages."""
    channel = writable(slack, given.get("channel"))
    message = _own(slack, channel, given, "cant_update_message")
    message.update(_content(given), edited={"user": BOT_USER, "ts": slack.stamp(channel)})
    return {"channel": channel.id, "ts": message["ts"], "text": message["text"], "message": message}


def delete(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Delete one of the bot's own messages."""
    channel = writable(slack, given.get("channel"))
    message = _own(slack, channel, given, "cant_delete_message")
    channel.messages.remove(message)
    return {"channel": channel.id, "ts": message["ts"]}


def users_info(slack: Slack, given: Arguments) -> dict[str, Any]:
    """What Slack tells about a user. People of other organisations have no locale here."""
    user = slack.users.get(str(given.get("user") or ""))
    if user is None:
        raise Fail("user_not_found")
    return {"user": _user(user)}


def reactions_add(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Put an emoji on a message."""
    channel = writable(slack, given.get("channel"))
    ts = str(given.get("timestamp") or "")
    if not any(message["ts"] == ts for message in channel.messages):
        raise Fail("message_not_found")
    mark = (channel.id, ts, str(given.get("name") or ""))
    if mark in slack.reactions:
        raise Fail("already_reacted")
    slack.reactions.add(mark)
    return {}


def views_open(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Open a modal: with a trigger that is young enough and used once."""
    until = slack.triggers.pop(str(given.get("trigger_id") or ""), None)
    if until is None:
        raise Fail("invalid_trigger_id" if given.get("trigger_id") else "invalid_arguments")
    if slack.now() > until:
        raise Fail("expired_trigger_id")
    return _view(slack, given, {"type": "modal"})


def views_publish(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Set somebody's App Home."""
    if str(given.get("user_id")) not in slack.users:
        raise Fail("user_not_found")
    return _view(slack, given, {"type": "home", "user_id": given["user_id"]})


def writable(slack: Slack, name: Any) -> Channel:
    """The channel, if the bot may post there. Fails as Slack does."""
    channel = slack.channel(name)
    if channel.is_archived:
        raise Fail("is_archived")
    if BOT_USER not in channel.members:
        raise Fail("not_in_channel")
    return channel


def _content(given: Arguments) -> dict[str, Any]:
    text = str(given.get("text") or "")[:TEXT]
    blocks = as_json(given.get("blocks"), list) or []
    if not text and not blocks:
        raise Fail("no_text")
    longest = max((len(str(((b.get("text") or {}) or {}).get("text", ""))) for b in blocks), default=0)
    if len(blocks) > 50 or longest > 3000:
        raise Fail("invalid_blocks")
    if sum(len(json.dumps(block)) for block in blocks) > 16_000:
        raise Fail("msg_blocks_too_long")
    return {"text": text, **({"blocks": blocks} if blocks else {})}


def as_json(value: Any, kind: type) -> Any:
    """A value that forms carry as JSON text and JSON bodies as it is."""
    try:
        read = json.loads(value) if isinstance(value, str) and value else value
    except ValueError:
        raise Fail("invalid_arguments") from None
    if read is not None and not isinstance(read, kind):
        raise Fail("invalid_arguments")
    return read


def _pace(slack: Slack, channel: Channel) -> None:
    last = slack.calls.get(f"post {channel.id}")
    if slack.rules.paced and last and slack.now() - last < timedelta(seconds=1):
        raise Throttled(1)
    slack.calls[f"post {channel.id}"] = slack.now()


def _own(slack: Slack, channel: Channel, given: Arguments, word: str) -> dict[str, Any]:
    found = next((m for m in channel.messages if m["ts"] == str(given.get("ts"))), None)
    if found is None:
        raise Fail("message_not_found")
    if found.get("bot_id") != BOT:
        raise Fail(word)
    return found


def _user(user: User) -> dict[str, Any]:
    outside = user.team != HOME
    profile = {"real_name": user.name, "display_name": user.name, "email": user.email, "team": user.team}
    told = {
        "id": user.id,
        "team_id": user.team,
        "name": user.name.lower().replace(" ", "."),
        "real_name": user.name,
        "deleted": False,
        "is_bot": user.is_bot,
        "is_admin": user.is_admin,
        "is_restricted": user.is_guest,
        "is_ultra_restricted": False,
        "profile": profile,
    }
    return {**told, "is_stranger": False} if outside else {**told, "locale": "en-US"}


def _view(slack: Slack, given: Arguments, more: dict[str, Any]) -> dict[str, Any]:
    view = as_json(given.get("view"), dict)
    if not view or view.get("type") != more["type"]:
        raise Fail("invalid_arguments")
    shown = {**view, **more, "id": f"V{slack.world.ids.next('slack.view')}", "team_id": HOME, "bot_id": BOT}
    slack.views.append(shown)
    return {"view": shown}


METHODS: Mapping[str, tuple[str, Method]] = {
    "auth.test": ("", auth_test),
    "chat.postMessage": ("chat:write", post_message),
    "chat.postEphemeral": ("chat:write", post_ephemeral),
    "chat.update": ("chat:write", update),
    "chat.delete": ("chat:write", delete),
    "reactions.add": ("reactions:write", reactions_add),
    "users.info": ("users:read", users_info),
    "views.open": ("", views_open),
    "views.publish": ("", views_publish),
}
"""Method name -> the scope that it needs, and what it does."""
