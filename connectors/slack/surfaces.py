"""Slack's own windows: what asks for App Home or a modal, and how ours are drawn in Block Kit."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.errors import BadPayload
from connectors.slack.actor import INTERNAL, actor_side, is_colleague
from connectors.slack.blocks import BLOCK, PREFIX, SECTION, escape, pieces
from connectors.slack.client import Client
from connectors.slack.parse import THREAD, mapping, moment, ref
from connectors.slack.settings import Install
from connectors.surfaces import Page, Wanted, Wish
from connectors.types import Click, Event, EventKind, Level, Person, Ref, Role

SHORTCUT = "ask_deskhand"
EDIT_VIEW = "deskhand_edit"
FIELD = "words"
LONGEST_DRAFT = 3000
"""Characters that a text field of Slack's takes."""
LONGEST_TITLE = 24
MOST_BLOCKS = 100


def wished(body: Mapping[str, Any], site: Install, client: Client) -> Wish | None:
    """What a verified body of ours asks to be shown; None for all else. Asks Slack who the person is."""
    found = _wanted(body)
    if found is None:
        return None
    wanted, where, value = found
    user = _person(body)
    inside = body.get("type") == "event_callback" or actor_side(body, site.home) == INTERNAL
    level, name = _level(client, site, user) if inside else (None, "")
    return Wish(wanted, user, level, where, value, str(body.get("trigger_id") or ""), name)


def show(client: Client, wish: Wish, page: Page) -> None:
    """Publish App Home for that person, or open a modal with what came along with the press."""
    if wish.wanted is Wanted.HOME:
        client.ask(client.web.views_publish, user_id=wish.person, view={"type": "home", "blocks": blocks(page)})
        return
    view: dict[str, Any] = {
        "type": "modal",
        "title": _text(page.title[:LONGEST_TITLE]),
        "close": _text("Close"),
        "blocks": blocks(page),
    }
    if page.edit is not None and wish.ref:
        about = json.dumps({"ref": wish.ref.id, "decision": wish.value})
        view |= {"callback_id": EDIT_VIEW, "private_metadata": about, "submit": _text("Send")}
    client.ask(client.web.views_open, trigger_id=wish.handle, view=view)


def blocks(page: Page) -> list[dict[str, Any]]:
    """The page in Block Kit, cut to what Slack takes."""
    found: list[dict[str, Any]] = [{"type": "header", "text": _text(page.title[:150])}]
    facts = [{"type": "mrkdwn", "text": f"*{escape(n)}*\n{escape(v)}"[:2000]} for n, v in page.facts.items()]
    found += [{"type": "section", "fields": facts[at : at + 10]} for at in range(0, len(facts), 10)]
    for heading, lines in page.sections:
        text = "\n".join(([f"*{escape(heading)}*"] if heading else []) + [escape(line) for line in lines])
        found += [{"type": "section", "text": {"type": "mrkdwn", "text": piece}} for piece in pieces(text, SECTION)]
    if page.edit is not None:
        found.append(_field(page.edit))
    if page.asks_settings or page.links:
        found.append({"type": "actions", "elements": _buttons(page)})
    return found[:MOST_BLOCKS]


def _edited(view: Mapping[str, Any]) -> tuple[Ref, str, str]:
    """The ticket, the decision and the words of a modal that was sent. Raises BadPayload."""
    try:
        about = mapping(json.loads(str(view.get("private_metadata") or "")))
    except ValueError:
        about = {}
    where, decision = str(about.get("ref") or ""), str(about.get("decision") or "")
    if not THREAD.fullmatch(where) or not decision:
        raise BadPayload("view.private_metadata", "the ticket and the decision that we put there")
    values = mapping(mapping(view.get("state")).get("values"))
    words = mapping(mapping(values.get(FIELD)).get(FIELD)).get("value")
    if not isinstance(words, str) or not words.strip():
        raise BadPayload("view.state.values", "the words to send")
    return Ref(where), decision, words.strip()[:LONGEST_DRAFT]


def sent(body: Mapping[str, Any], site: Install, at: datetime) -> list[Event]:
    """A draft in somebody's own words, as the press that it is; nothing for every other modal. Raises BadPayload."""
    view = mapping(body.get("view"))
    if body.get("type") != "view_submission" or view.get("callback_id") != EDIT_VIEW:
        return []
    where, decision, words = _edited(view)
    user = _person(body)
    inside = actor_side(body, site.home) == INTERNAL
    person = Person(user, Role.AGENT if inside else Role.CUSTOMER, external=not inside)
    click = Click("share", decision, person, text=words)
    return [Event(f"{site.team}:{where.id}:{decision}:edited"[:500], EventKind.CLICK, where, at, click)]


def _wanted(body: Mapping[str, Any]) -> tuple[Wanted, Ref | None, str] | None:
    kind, event = body.get("type"), mapping(body.get("event"))
    if kind == "event_callback" and event.get("type") == "app_home_opened":
        return (Wanted.HOME, None, "") if event.get("tab", "home") == "home" else None
    if kind == "message_action" and body.get("callback_id") == SHORTCUT:
        return Wanted.LOOK, _thread(body), ""
    if kind != "block_actions":
        return None
    for action in body.get("actions") or ():
        pressed = mapping(action)
        if pressed.get("action_id") == f"{PREFIX}{Wanted.EDIT}":
            where = str(pressed.get("block_id") or "").removeprefix(BLOCK)
            found = Ref(where) if THREAD.fullmatch(where) else None
            return (Wanted.EDIT, found, str(pressed.get("value") or "")[:200]) if found else None
        if pressed.get("action_id") == f"{PREFIX}{Wanted.SETTINGS}":
            return Wanted.SETTINGS, None, ""
    return None


def _thread(body: Mapping[str, Any]) -> Ref:
    message, channel = mapping(body.get("message")), mapping(body.get("channel")).get("id")
    root = str(message.get("thread_ts") or message.get("ts") or "")
    moment(root, "message.ts")
    where = ref(str(channel or ""), root)
    if not THREAD.fullmatch(where.id):
        raise BadPayload("channel.id", "a channel's id such as C0123")
    return where


def _person(body: Mapping[str, Any]) -> str:
    user = mapping(body.get("user")).get("id") or mapping(body.get("event")).get("user")
    if not (isinstance(user, str) and 0 < len(user) <= 200 and user.isalnum()):
        raise BadPayload("user.id", "a user's id")
    return user


def _level(client: Client, site: Install, user: str) -> tuple[Level | None, str]:
    """What they may do: full members are agents, admins and owners of the workspace admins. Guests and strangers nothing."""
    told = mapping(client.ask(client.web.users_info, user=user).get("user"))
    if not is_colleague(told, site.home):
        return None, ""
    boss = any(told.get(flag) is True for flag in ("is_admin", "is_owner", "is_primary_owner"))
    return (Level.ADMIN if boss else Level.AGENT), str(told.get("real_name") or told.get("name") or "")


def _field(text: str) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": FIELD, "multiline": True, "max_length": LONGEST_DRAFT}
    element["initial_value"] = text[:LONGEST_DRAFT]
    return {"type": "input", "block_id": FIELD, "label": _text("Your words to the customer"), "element": element}


def _buttons(page: Page) -> Sequence[Mapping[str, Any]]:
    links = [
        {"type": "button", "text": _text(label[:75]), "url": url, "action_id": f"{PREFIX}link_{number}"}
        for number, (label, url) in enumerate(page.links)
    ]
    asked = {"type": "button", "text": _text("Open settings"), "action_id": f"{PREFIX}{Wanted.SETTINGS}"}
    return [*links, *([asked] if page.asks_settings else [])]


def _text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text or "Deskhand"}
