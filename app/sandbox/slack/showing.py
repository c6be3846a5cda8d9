"""Threads as the inbox page shows them, whispers and linked notes included. Nothing is changed here."""

import html
import re
from collections.abc import Iterator, Mapping
from typing import Any

from app.sandbox.slack.pressing import buttons, short
from app.sandbox.slack.state import BOT, BOT_USER, HOME, Channel, Slack, at
from app.sandbox.world import View

_LINK = re.compile(r"<(https?://[^|<>]+)\|([^<>]+)>")
_BOLD = re.compile(r"\*([^*\n]+)\*")


def views(slack: Slack, host: str) -> list[View]:
    """Every thread, newest first; a note that links to a thread is shown with it."""
    found = []
    for channel in slack.channels.values():
        for root in channel.messages:
            if root.get("thread_ts", root["ts"]) == root["ts"] and not linked(slack, root):
                found.append((root["ts"], _view(slack, host, channel, root)))
    return [view for _, view in sorted(found, key=lambda pair: pair[0], reverse=True)]


def linked(slack: Slack, message: Mapping[str, Any]) -> tuple[str, str] | None:
    """The thread that a message of the bot's links to, as channel and root."""
    if message.get("user") != BOT_USER:
        return None
    text = str(message.get("text"))
    for channel in slack.channels.values():
        for root in channel.messages:
            places = (f"archives/{channel.id}/p{root['ts'].replace('.', '')}", f"{channel.id}-{root['ts']}")
            if root is not message and any(place in text for place in places):
                return channel.id, root["ts"]
    return None


def shown(slack: Slack, channel: Channel, root: str) -> Iterator[tuple[str, Channel, Mapping[str, Any]]]:
    """Everything that belongs to a thread, as (kind, where, message): what was said, whispered, and noted elsewhere."""
    for message in slack.thread(channel, root):
        yield "public", channel, message
    for whisper in channel.whispers:
        if whisper["thread_ts"] == root:
            yield "whisper", channel, whisper
    for other in slack.channels.values():
        for message in other.messages:
            if linked(slack, message) == (channel.id, root):
                yield "note", other, message


def _view(slack: Slack, host: str, channel: Channel, root: Mapping[str, Any]) -> View:
    lines = sorted(shown(slack, channel, root["ts"]), key=lambda line: line[2]["ts"])
    return View(
        host=host,
        id=f"{channel.id}:{root['ts']}",
        subject=str(root.get("text", "")).split("\n", maxsplit=1)[0][:80],
        status="archived" if channel.is_archived else "open",
        customer=_name(slack, root),
        tags=(),
        fields=(("channel", f"#{channel.name}"), ("shared", "yes" if channel.is_ext_shared else "no")),
        messages=tuple(_line(slack, kind, message) for kind, _, message in lines),
    )


def _line(slack: Slack, kind: str, message: Mapping[str, Any]) -> Mapping[str, Any]:
    text = str(message.get("text", ""))
    return {
        "author": "Deskhand" if message.get("bot_id") == BOT else _name(slack, message),
        "role": _role(slack, message),
        "kind": kind,
        "text": html.unescape(text),
        "html": _html(text),
        "at": at(message["ts"]).isoformat(),
        "buttons": [
            {"text": one["text"]["text"], "action": short(one["action_id"]), "value": one.get("value", "")}
            for one in buttons(message)
        ],
    }


def _role(slack: Slack, message: Mapping[str, Any]) -> str:
    if message.get("bot_id"):
        return "bot" if message["bot_id"] == BOT else "machine"
    user = slack.users.get(str(message.get("user")))
    return "agent" if user and user.team == HOME else "customer"


def _name(slack: Slack, message: Mapping[str, Any]) -> str:
    user = slack.users.get(str(message.get("user")))
    return user.name if user else str(message.get("username") or message.get("bot_id") or "")


def _html(text: str) -> str:
    safe = _LINK.sub(lambda found: f'<a href="{html.escape(found[1])}">{found[2]}</a>', text)
    safe = safe if safe != text or "<" not in text else html.escape(text, quote=False)
    return _BOLD.sub(r"<b>\1</b>", safe).replace("\n", "<br>")
