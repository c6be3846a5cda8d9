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
"""Characters that a text field of Slack's takes: a longer draft has several, one below the other."""
MOST_PARTS = 10
TOO_LONG = "This draft is too long to be edited here. Nothing of it was cut: edit it beside the ticket in Deskhand."
LONGEST_TITLE = 24
MOST_SPACE = 20
"""Characters of empty space that are kept between two parts."""
MOST_BLOCKS = 100


def wished(body: Mapping[str, Any], site: Install, client: Client) -> Wish | None:
    """What a verified body of ours asks to be shown; None for all else. Asks Slack who the person is."""
    found = _wanted(body)
    if found is None:
        return None
    wanted, where, value = found
    user = _person(body)
    inside = body.get("type") == "event_callback" or actor_side(body, site.home) == INTERNAL
    level, name = told(client, site, user) if inside else (None, "")
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
    cut = parts(page.edit or "")
    if 0 < len(cut) <= MOST_PARTS and wish.ref:
        joins = [join for _, join in cut[:-1]]
        about = json.dumps({"ref": wish.ref.id, "decision": wish.value, "joins": joins})
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
    found += _fields(page.edit) if page.edit is not None else []
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
    joins = about.get("joins") or []
    if not isinstance(joins, list) or len(joins) >= MOST_PARTS:
        raise BadPayload("view.private_metadata", "what we put there")
    return Ref(where), decision, _words(mapping(mapping(view.get("state")).get("values")), [str(one) for one in joins])


def _words(values: Mapping[str, Any], joins: Sequence[str]) -> str:
    """The fields' words in one piece, with what stood between them; a part that was emptied is left out. Raises BadPayload."""
    text = ""
    for part, join in enumerate(["", *joins]):
        words = mapping(mapping(values.get(_name(part))).get(FIELD)).get("value") or ""
        if not isinstance(words, str) or len(words) > LONGEST_DRAFT:
            raise BadPayload("view.state.values", f"words, {LONGEST_DRAFT} characters in a field at most")
        if words.strip():
            text = f"{text}{join}{words.strip()}" if text else words.strip()
    if not text:
        raise BadPayload("view.state.values", "the words to send")
    return text


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


def told(client: Client, site: Install, user: str) -> tuple[Level | None, str]:
    """What they may do: full members are agents, admins and owners of the workspace admins. Guests and strangers nothing."""
    told = mapping(client.ask(client.web.users_info, user=user).get("user"))
    if not is_colleague(told, site.home):
        return None, ""
    boss = any(told.get(flag) is True for flag in ("is_admin", "is_owner", "is_primary_owner"))
    return (Level.ADMIN if boss else Level.AGENT), str(told.get("real_name") or told.get("name") or "")


def parts(text: str) -> list[tuple[str, str]]:
    """The text in parts that one field takes each, with the space that followed it: together they are the text, to the letter."""
    found, rest = [], text.strip()
    while len(rest) > LONGEST_DRAFT:
        marks = (rest.rfind(mark, LONGEST_DRAFT // 2, LONGEST_DRAFT) for mark in ("\n\n", "\n", " "))
        at = next((mark for mark in marks if mark > 0), LONGEST_DRAFT)
        piece, after = rest[:at].rstrip(), rest[at:].lstrip()
        found.append((piece, rest[len(piece) : len(rest) - len(after)][:MOST_SPACE]))
        rest = after
    return [*found, (rest, "")] if rest else found


def _fields(text: str) -> list[dict[str, Any]]:
    cut = parts(text)
    if len(cut) > MOST_PARTS:
        return [{"type": "section", "text": {"type": "mrkdwn", "text": TOO_LONG}}]
    return [_field(number, len(cut), words) for number, (words, _) in enumerate(cut)]


def _field(number: int, of: int, text: str) -> dict[str, Any]:
    element = {"type": "plain_text_input", "action_id": FIELD, "multiline": True, "max_length": LONGEST_DRAFT}
    label = _text("Your words to the customer" + (f", part {number + 1} of {of}" if of > 1 else ""))
    more = {"optional": True} if number else {}  # a part may be emptied, all of them may not
    return {
        "type": "input",
        "block_id": _name(number),
        "label": label,
        "element": element | {"initial_value": text},
        **more,
    }


def _name(part: int) -> str:
    return f"{FIELD}_{part}" if part else FIELD


def _buttons(page: Page) -> Sequence[Mapping[str, Any]]:
    links = [
        {"type": "button", "text": _text(label[:75]), "url": url, "action_id": f"{PREFIX}link_{number}"}
        for number, (label, url) in enumerate(page.links)
    ]
    asked = {"type": "button", "text": _text("Open settings"), "action_id": f"{PREFIX}{Wanted.SETTINGS}"}
    return [*links, *([asked] if page.asks_settings else [])]


def _text(text: str) -> dict[str, Any]:
    return {"type": "plain_text", "text": text or "Deskhand"}
