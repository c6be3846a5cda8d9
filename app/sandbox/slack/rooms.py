"""The Web API's methods about conversations: what they are, who is in them, what was said in them."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.sandbox.slack.methods import Arguments, Method
from app.sandbox.slack.state import BOT_USER, CUSTOMERS, HOME, Channel, Fail, Slack, Throttled


def info(slack: Slack, given: Arguments) -> dict[str, Any]:
    """One conversation, seen from home."""
    return {"channel": _room(slack.channel(given.get("channel")))}


def members(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Who is in it."""
    page, cursor = _page(sorted(slack.channel(given.get("channel")).members), given, 100)
    return {"members": page, **cursor}


def join(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Let the bot in."""
    channel = slack.channel(given.get("channel"))
    if channel.is_archived:
        raise Fail("is_archived")
    channel.members.add(BOT_USER)
    return {"channel": _room(channel)}


def listing(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Every channel."""
    return _listed(slack, given, lambda channel: not channel.is_im)


def joined(slack: Slack, given: Arguments) -> dict[str, Any]:
    """Every channel that the bot is in."""
    return _listed(slack, given, lambda channel: not channel.is_im and BOT_USER in channel.members)


def replies(slack: Slack, given: Arguments) -> dict[str, Any]:
    """A thread, root first. A reply's ``ts`` gives that reply alone, as Slack does."""
    channel = _readable(slack, given.get("channel"))
    _clip(slack, "conversations.replies")
    found = slack.thread(channel, str(given.get("ts") or ""))
    if not found:
        raise Fail("thread_not_found")
    return _messages(slack, found, given)


def history(slack: Slack, given: Arguments) -> dict[str, Any]:
    """The roots of a channel, newest first."""
    channel = _readable(slack, given.get("channel"))
    _clip(slack, "conversations.history")
    roots = [m for m in channel.messages if m.get("thread_ts", m["ts"]) == m["ts"]]
    told = _messages(slack, roots[::-1], given)
    return {**told, "pin_count": 0, "channel_actions_ts": None, "channel_actions_count": 0}


def _readable(slack: Slack, name: Any) -> Channel:
    channel = slack.channel(name)
    if BOT_USER not in channel.members:
        raise Fail("not_in_channel")
    return channel


def _clip(slack: Slack, method: str) -> None:
    last = slack.calls.get(method)
    if slack.rules.clipped and last and slack.now() - last < timedelta(minutes=1):
        raise Throttled(60)
    slack.calls[method] = slack.now()


def _messages(slack: Slack, found: list[dict[str, Any]], given: Arguments) -> dict[str, Any]:
    oldest, latest = (float(given.get(name) or default) for name, default in (("oldest", 0), ("latest", 1e12)))
    told = [m for m in found if oldest <= float(m["ts"]) <= latest]
    page, cursor = _page(told, given, 15 if slack.rules.clipped else 1000)
    if str(given.get("include_all_metadata", "")).lower() not in ("1", "true"):
        page = [{name: value for name, value in m.items() if name != "metadata"} for m in page]
    more = bool(cursor["response_metadata"]["next_cursor"])
    return {"messages": page, "has_more": more, **(cursor if more else {})}


def _page(found: list[Any], given: Arguments, most: int) -> tuple[list[Any], dict[str, Any]]:
    start = int(given.get("cursor") or 0)
    end = start + max(1, min(int(given.get("limit") or 100), most))
    return found[start:end], {"response_metadata": {"next_cursor": str(end) if end < len(found) else ""}}


def _listed(slack: Slack, given: Arguments, wanted: Callable[[Channel], bool]) -> dict[str, Any]:
    hide = str(given.get("exclude_archived", "")).lower() in ("1", "true")
    found = [c for c in slack.channels.values() if wanted(c) and not (hide and c.is_archived)]
    page, cursor = _page([_room(channel) for channel in found], given, 1000)
    return {"channels": page, **cursor}


def _room(channel: Channel) -> dict[str, Any]:
    if channel.is_im:
        return {"id": channel.id, "is_im": True, "user": next(iter(channel.members - {BOT_USER}), "")}
    return {
        "id": channel.id,
        "name": channel.name,
        "is_channel": True,
        "is_private": False,
        "is_im": False,
        "is_archived": channel.is_archived,
        "is_member": BOT_USER in channel.members,
        "is_shared": channel.is_ext_shared,
        "is_ext_shared": channel.is_ext_shared,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "shared_team_ids": [HOME, *([CUSTOMERS] if channel.is_ext_shared else [])],
        "context_team_id": HOME,
        "conversation_host_id": HOME,
        "num_members": len(channel.members),
    }


METHODS: Mapping[str, tuple[str, Method]] = {
    "conversations.info": ("channels:read", info),
    "conversations.members": ("channels:read", members),
    "conversations.join": ("channels:read", join),
    "conversations.list": ("channels:read", listing),
    "conversations.replies": ("channels:history", replies),
    "conversations.history": ("channels:history", history),
    "users.conversations": ("channels:read", joined),
}
"""Method name -> the scope that it needs, and what it does."""
