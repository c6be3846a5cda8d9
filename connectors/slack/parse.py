"""Slack's words into ours, as pure functions: request bodies into events, threads into tickets' parts. No call is made here."""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from connectors.errors import BadPayload, ForeignTenant, NotFound
from connectors.slack.actor import INTERNAL, actor_side
from connectors.slack.blocks import BLOCK, LABELS, PREFIX
from connectors.slack.settings import Install
from connectors.types import Attachment, Click, Event, EventKind, Person, Ref, Role

READ = frozenset({"", "file_share", "thread_broadcast", "me_message"})
"""Subtypes of what a person says; every other message is Slack's own or another machine's."""
SLACKBOT = "USLACKBOT"
HOME = "the workspace or organisation of this connection"

_TS = re.compile(r"([0-9]{1,11})\.([0-9]{1,6})", re.ASCII)
_CHANNEL = re.compile(r"[A-Z][A-Z0-9_-]{1,40}", re.ASCII)
THREAD = re.compile(r"([A-Z][A-Z0-9_-]{1,40}):([0-9]{1,11}\.[0-9]{1,6})", re.ASCII)
"""A ticket's id here."""
_MARK = re.compile(r"<([^<>]*)>")


def moment(ts: Any, path: str) -> datetime:
    """The aware UTC time that a ``ts`` holds."""
    found = _TS.fullmatch(ts) if isinstance(ts, str) else None
    if not found:
        raise BadPayload(path, 'a time such as "1719211249.499799"')
    micros = int(found[2].ljust(6, "0"))
    return datetime.fromtimestamp(0, UTC) + timedelta(seconds=int(found[1]), microseconds=micros)


def ref(channel: str, root: str) -> Ref:
    """The ticket of a thread: its channel and its root's ``ts``."""
    return Ref(f"{channel}:{root}")


def place(ticket: Ref) -> tuple[str, str]:
    """A ticket's channel and its root's ``ts``."""
    found = THREAD.fullmatch(ticket.id)
    if not found:
        raise NotFound("no thread has such an id")
    return found[1], found[2]


# --- bodies --------------------------------------------------------------------------------------------------


def payload(raw: bytes) -> Mapping[str, Any]:
    """The object that a verified body holds: JSON, or a form with ``payload`` (interactivity) or plain fields (commands)."""
    form = not raw.lstrip().startswith((b"{", b"[", b'"'))
    try:
        text = raw.decode()
        if form and "=" in text:
            fields = {
                name: values[0] for name, values in parse_qs(text, strict_parsing=True, max_num_fields=100).items()
            }
            if "payload" not in fields:
                return {**fields, "type": "command"}
            text = fields["payload"]
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadPayload("body", "JSON, or a form with JSON in its field `payload`") from error
    if not isinstance(value, dict):
        raise BadPayload("body", "a JSON object")
    return value


def home_only(body: Mapping[str, Any], site: Install) -> None:
    """Raise ForeignTenant unless Slack sent this for our installation, or BadPayload where it does not say for whom."""
    if body.get("type") == "event_callback":
        _event_home(body, site)
    else:
        _act_home(body, site)


def _event_home(body: Mapping[str, Any], site: Install) -> None:
    listed = body.get("authorizations")
    first = listed[0] if isinstance(listed, list) and listed else None
    if isinstance(first, Mapping):
        team = first.get("team_id") or (first.get("enterprise_id") if first.get("is_enterprise_install") else None)
    else:
        team = body.get("context_team_id") or body.get("team_id") or body.get("enterprise_id")
    if not (isinstance(team, str) and team in site.home):
        kind = ForeignTenant if isinstance(team, str) and team else BadPayload
        raise kind("authorizations.0.team_id", HOME)


def _act_home(body: Mapping[str, Any], site: Install) -> None:
    # In a shared channel `team` and `user.team_id` may be the presser's; then the message pressed on is what is ours.
    message, user = mapping(body.get("message")), mapping(body.get("user"))
    named = (
        mapping(body.get("team")).get("id"),
        body.get("team_id"),
        mapping(body.get("enterprise")).get("id"),
        user.get("team_id"),
        message.get("team"),
        mapping(message.get("bot_profile")).get("team_id"),
        mapping(body.get("view")).get("app_installed_team_id"),
    )
    if not any(isinstance(team, str) and team in site.home for team in named):
        kind = ForeignTenant if any(isinstance(team, str) and team for team in named) else BadPayload
        raise kind("team.id", HOME)


# --- events --------------------------------------------------------------------------------------------------


def events(body: Mapping[str, Any], site: Install, now: datetime) -> list[Event]:
    """What a body of ours means to us: mostly one event or none."""
    kind = body.get("type")
    if kind in ("url_verification", "app_rate_limited") or "ssl_check" in body:
        return []
    if not isinstance(kind, str) or not kind:
        raise BadPayload("type", "a word such as `event_callback`")
    home_only(body, site)
    if kind == "block_actions":
        return _clicks(body, site, now)
    return _events(body, site, now) if kind == "event_callback" else []


def _events(body: Mapping[str, Any], site: Install, now: datetime) -> list[Event]:
    event = body.get("event")
    if not isinstance(event, Mapping):
        raise BadPayload("event", "an object")
    kind = event.get("type")
    if not isinstance(kind, str) or not kind:
        raise BadPayload("event.type", "a word such as `message`")
    if kind in ("message", "app_mention"):
        return [] if is_noise(event, site) else [said(event, site)]
    if kind == "app_uninstalled" or (kind == "tokens_revoked" and _loses_bot(event, site)):
        return [Event(_delivery(body), EventKind.DISCONNECTED, None, now)]
    if kind == "channel_id_changed":
        return [Event(_delivery(body), EventKind.CHANGED, None, now)]
    return []


def is_noise(message: Mapping[str, Any], site: Install) -> bool:
    """Whether nobody said this: bots (we too), edits, deletions, joins; and whatever is said in the notes channel."""
    machine = is_machine(message) or message.get("user") in (SLACKBOT, site.user_id or SLACKBOT)
    hidden = bool(message.get("hidden")) or not is_speech(message)
    return machine or hidden or bool(site.notes_channel and message.get("channel") == site.notes_channel)


def is_speech(message: Mapping[str, Any]) -> bool:
    """Whether this is something said, and not Slack's own line about a join, an edit and the like."""
    subtype = message.get("subtype") or ""
    return isinstance(subtype, str) and subtype in READ


def is_machine(message: Mapping[str, Any]) -> bool:
    """Whether a bot wrote this. Modern bots have a ``user`` and no subtype: only these fields tell."""
    return bool(message.get("bot_id") or message.get("bot_profile") or message.get("app_id")) or (
        message.get("subtype") == "bot_message"
    )


def said(event: Mapping[str, Any], site: Install) -> Event:
    """The event of something that a person said; ``event`` is a message with its channel. Raises BadPayload."""
    at = moment(event.get("ts"), "event.ts")
    root = event.get("thread_ts") or event["ts"]
    moment(root, "event.thread_ts")
    channel = _channel(event.get("channel"), "event.channel")
    kind = EventKind.CREATED if root == event["ts"] else EventKind.MESSAGE
    return Event(delivery(site, channel, event["ts"]), kind, ref(channel, root), at)


def delivery(site: Install, channel: str, ts: str) -> str:
    """One name for one message, whichever of Slack's events tells of it: a mention comes as two, each with its own id."""
    return f"{site.team}:{channel}:{ts}"


def _delivery(body: Mapping[str, Any]) -> str:
    return _word(body.get("event_id"), "event_id")


def _loses_bot(event: Mapping[str, Any], site: Install) -> bool:
    bots = mapping(event.get("tokens")).get("bot")
    if not isinstance(bots, list) or not bots:
        return False
    return not site.user_id or site.user_id in bots


def _clicks(body: Mapping[str, Any], site: Install, now: datetime) -> list[Event]:
    if site.app_id and body.get("api_app_id") not in (None, site.app_id):
        raise BadPayload("api_app_id", "the app of this connection")
    listed = body.get("actions")
    if not isinstance(listed, list):
        raise BadPayload("actions", "a list")
    for number, action in enumerate(listed):
        name = mapping(action).get("action_id")
        if isinstance(name, str) and name.startswith(PREFIX) and name.removeprefix(PREFIX) in LABELS:
            return [_click(body, action, f"actions.{number}", site, now)]
    return []


def _click(body: Mapping[str, Any], action: Mapping[str, Any], path: str, site: Install, now: datetime) -> Event:
    user = mapping(body.get("user"))
    who = _word(user.get("id"), "user.id")
    inside = actor_side(body, site.home) == INTERNAL
    name = str(user.get("name") or user.get("username") or "")
    role = Role.AGENT if inside else Role.CUSTOMER
    person = Person(who, role, name=name if name.isprintable() else "", external=not inside)
    pressed = action["action_id"].removeprefix(PREFIX)
    url = body.get("response_url")
    click = Click(pressed, _word(action.get("value"), f"{path}.value"), person, url if isinstance(url, str) else "")
    once = action.get("action_ts")
    at = moment(once, f"{path}.action_ts") if once is not None else now
    ticket = _pressed_on(body, action)
    unique = once or _word(body.get("trigger_id"), f"{path}.action_ts")
    return Event(f"{site.team}:{ticket.id}:{who}:{pressed}:{unique}", EventKind.CLICK, ticket, at, click)


def _pressed_on(body: Mapping[str, Any], action: Mapping[str, Any]) -> Ref:
    """The ticket that a button belongs to: the one written on it (a note stands elsewhere), else where it stands."""
    written = str(action.get("block_id") or "").removeprefix(BLOCK)
    if THREAD.fullmatch(written):
        return Ref(written)
    container, message = mapping(body.get("container")), mapping(body.get("message"))
    channel = mapping(body.get("channel")).get("id") or container.get("channel_id")
    root = message.get("thread_ts") or container.get("thread_ts") or message.get("ts") or container.get("message_ts")
    moment(root, "container.message_ts")
    return ref(_channel(channel, "channel.id"), str(root))


# --- threads -------------------------------------------------------------------------------------------------


def plain(text: str, names: Mapping[str, str], us: str = "") -> str:
    """What a person typed, as plain text: marks become words, our own mention goes, entities are undone."""

    def word(found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        if target.startswith("@"):
            return "" if us and target[1:] == us else f"@{label or names.get(target[1:], target[1:])}"
        if target.startswith("#"):
            return f"#{label or target[1:]}"
        if target.startswith("!"):
            return label or f"@{target[1:].partition('^')[0]}"
        return (
            f"{label} ({target})"
            if label and label != target.removeprefix("mailto:")
            else target.removeprefix("mailto:")
        )

    read = _MARK.sub(word, text)
    return read.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&").strip()


def attachments(message: Mapping[str, Any]) -> tuple[Attachment, ...]:
    """The files of a message. From another organisation Slack names only their ids at first."""
    files = message.get("files")
    return tuple(
        Attachment(
            name=str(one.get("name") or one.get("id") or "file"),
            content_type=str(one.get("mimetype") or ""),
            size=one["size"] if isinstance(one.get("size"), int) else 0,
            url=str(one.get("url_private") or ""),
        )
        for one in (files if isinstance(files, list) else ())
        if isinstance(one, Mapping)
    )


def revision(foreign: Iterable[Mapping[str, Any]]) -> str:
    """A name for what others said so far: changes with every message of theirs, and with every edit of one."""
    lines = (f"{one.get('ts')}/{mapping(one.get('edited')).get('ts') or ''}" for one in foreign)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:20]


def marks(messages: Iterable[Mapping[str, Any]], event_type: str, key: str) -> dict[int, str]:
    """The marks that we left for ``key``: part -> the ``ts`` of the message that carries it."""
    found = {}
    for message in messages:
        metadata = mapping(message.get("metadata"))
        left = mapping(metadata.get("event_payload"))
        part = left.get("part")
        if metadata.get("event_type") == event_type and left.get("key") == key and isinstance(part, int):
            found[part] = str(message.get("ts") or "")
    return found


def block_ids(message: Mapping[str, Any]) -> Iterator[str]:
    """The names of a message's blocks."""
    blocks = message.get("blocks")
    for block in blocks if isinstance(blocks, list) else ():
        name = mapping(block).get("block_id")
        if isinstance(name, str):
            yield name


def mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def _word(value: Any, path: str) -> str:
    if not (isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable()):
        raise BadPayload(path, "a word of at most 200 printable characters")
    return value


def _channel(value: Any, path: str) -> str:
    if not (isinstance(value, str) and _CHANNEL.fullmatch(value)):
        raise BadPayload(path, "a channel's id such as C0123")
    return value
