"""Our sidebar in Intercom's inbox, in Canvas Kit's components: what was pressed there, and what is drawn. Makes no call."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from connectors.base import Answer, Touch
from connectors.errors import BadPayload, BadSignature
from connectors.intercom import events
from connectors.intercom.values import identity, table
from connectors.panel import Button, Choice, Draft, Facts, Line, Links, Panel, Part, Tone
from connectors.signing import mac, same
from connectors.types import Inbound, Person, Ref, Role

TALLEST = 400
"""Pixels that the first canvas may take, by Intercom's rules for apps in the inbox."""
LARGEST = 64 * 1024
"""Bytes that a canvas may have."""
LOOK = 260
"""Characters of a draft that the first canvas shows."""
LONGEST = 4000
"""Characters of any one text."""
MORE, CHOICE = "more", "choice"
BUTTON = 48
"""A button's height with the room around it; what else is high, ``_height`` says."""
TALE = 2084
"""Characters of the word about our health."""
STYLES: Mapping[Tone, str] = {
    Tone.TITLE: "header",
    Tone.PLAIN: "paragraph",
    Tone.QUIET: "muted",
    Tone.ALERT: "paragraph",
}

Json = Mapping[str, Any]


def comes_from(request: Inbound) -> str:
    """The workspace that the body names; empty where it names none."""
    try:
        body = events.payload(request.body)
    except BadPayload:
        return ""
    return identity(body.get("workspace_id")) or identity(body.get("app_id"))


def proved(secret: str, request: Inbound) -> None:
    """Raises BadSignature unless Intercom signed these bytes with the app's secret."""
    wanted = mac(secret, request.body, "sha256").hex()
    if not secret or not same(wanted, request.headers.get("x-body-signature", "")):
        raise BadSignature("X-Body-Signature does not fit the body")


def touched(request: Inbound, workspace: str) -> Touch:
    """The conversation, the teammate, and what they pressed. Raises BadPayload, also for another workspace's."""
    body = events.payload(request.body)
    told = comes_from(request)
    if told and told != workspace:
        raise BadPayload("workspace_id", "the workspace of this connection")
    conversation, admin = table(body.get("conversation")), table(body.get("admin"))
    ref, who = identity(conversation.get("id")), identity(admin.get("id"))
    if not ref or not who:
        raise BadPayload("conversation.id" if not ref else "admin.id", "a conversation and a teammate")
    inputs = {str(name): str(value) for name, value in table(body.get("input_values")).items()}
    press = identity(body.get("component_id"))
    press = inputs.get(CHOICE, "") if press == CHOICE else press
    person = Person(who, Role.AGENT, str(admin.get("name") or ""), str(admin.get("email") or ""), external=False)
    return Touch(Ref(ref), person, press[:300], inputs, str(admin.get("locale") or ""))


def drawn(panel: Panel, page: str = "") -> Answer:
    """The canvas: under the height for a first one, and always under the size."""
    parts = list(panel.parts)
    room = TALLEST - BUTTON
    shown = parts if panel.whole else _first(parts, room)
    components = [one for number, part in enumerate(shown) for one in _drawn(part, number, whole=panel.whole)]
    left = len(shown) < len(parts) or bool(panel.more) or any(_cut(part) for part in shown)
    if left and not panel.whole:
        components.append(_button(Button(MORE, panel.more_label)))
    if panel.whole and page:
        components.append(
            {"type": "button", "id": "page", "label": "Deskhand", "style": "link", "action": _opens(page)}
        )
    return _answer(_within(components))


def healthy(trouble: str, page: str = "") -> Answer:
    """What Intercom shows its admins of this installation."""
    if not trouble:
        return _json({"state": "OK"})
    word: dict[str, Any] = {"state": "UNHEALTHY", "message": trouble[:TALE]}
    if page:
        word |= {"cta_type": "URL_CTA", "cta_label": "Open Deskhand", "cta_url": page}
    return _json(word)


def height(components: list[Json]) -> int:
    """About how many pixels a canvas takes in the inbox's narrow column."""
    return sum(_height(one) for one in components)


def _first(parts: list[Part], room: int) -> list[Part]:
    """The first parts, as far as there is room for them."""
    shown: list[Part] = []
    for number, part in enumerate(parts):
        room -= height(list(_drawn(part, number)))
        if room < 0:
            break
        shown.append(part)
    return shown


def _height(component: Json) -> int:
    kind = component["type"]
    if kind == "text":
        style = component["style"]
        per_line, line = {"header": (30, 24), "muted": (44, 18)}.get(style, (40, 20))
        lines = sum(max(1, -(-len(one) // per_line)) for one in component["text"].split("\n"))
        return 8 + lines * line
    if kind == "single-select":
        return 28 + 44 * len(component["options"])
    return {
        "button": BUTTON,
        "list": 44 * len(component.get("items", ())),
        "data-table": 30 * len(component.get("items", ())),
    }[kind]


def _drawn(part: Part, number: int, *, whole: bool = False) -> Iterator[Json]:
    draw: Mapping[type, Callable[..., Iterator[Json]]] = {
        Line: _line,
        Draft: _draft,
        Facts: _facts,
        Links: _links,
        Choice: _choice,
        Button: lambda one, *_: iter((_button(one),)),
    }
    yield from draw[type(part)](part, number, whole)


def _line(part: Line, number: int, whole: bool) -> Iterator[Json]:
    bold = part.tone is Tone.ALERT
    yield _text(f"**{_plain(part.text)}**" if bold else _plain(part.text), STYLES[part.tone])


def _draft(part: Draft, number: int, whole: bool) -> Iterator[Json]:
    yield _text(_plain(part.label), "muted")
    text = part.text if whole or not _cut(part) else f"{part.text[:LOOK].rsplit(' ', 1)[0]} …"
    yield _text(_plain(text), "paragraph")


def _cut(part: Part) -> bool:
    return isinstance(part, Draft) and len(part.text) > LOOK


def _facts(part: Facts, number: int, whole: bool) -> Iterator[Json]:
    rows = [{"type": "field-value", "field": _plain(n)[:100], "value": _plain(v)[:300]} for n, v in part.pairs]
    if rows:
        yield {"type": "data-table", "items": rows}


def _links(part: Links, number: int, whole: bool) -> Iterator[Json]:
    items = []
    for place, (title, url) in enumerate(part.items):
        item: dict[str, Any] = {"type": "item", "id": f"l{number}-{place}", "title": title[:200]}
        items.append(item | ({"action": _opens(url)} if url.startswith("https://") else {}))
    if items:
        yield {"type": "list", "items": items}


def _choice(part: Choice, number: int, whole: bool) -> Iterator[Json]:
    options = [{"type": "option", "id": id, "text": text[:80]} for id, text in part.options[:10]]
    yield {
        "type": "single-select",
        "id": CHOICE,
        "label": part.label,
        "options": options,
        "action": {"type": "submit"},
    }


def _button(part: Button) -> Json:
    style = "primary" if part.main else "secondary"
    return {"type": "button", "id": part.id, "label": part.label[:60], "style": style, "action": {"type": "submit"}}


def _opens(url: str) -> Json:
    return {"type": "url", "url": url}


def _text(text: str, style: str) -> Json:
    return {"type": "text", "text": text[:LONGEST], "style": style}


def _plain(text: str) -> str:
    """Text in which nothing of a customer's is read as a link or as bold."""
    return text.replace("](", "] (").replace("**", "")


def _within(components: list[Json]) -> list[Json]:
    """As many of them as the size allows, the first ones."""
    kept = list(components)
    while kept and len(_body(kept)) > LARGEST:
        kept.pop()
    return kept


def _body(components: list[Json]) -> bytes:
    canvas = {"canvas": {"content": {"components": components}, "stored_data": {}}}
    return json.dumps(canvas, ensure_ascii=False, separators=(",", ":")).encode()


def _answer(components: list[Json]) -> Answer:
    return Answer(200, {"Content-Type": "application/json; charset=utf-8"}, _body(components).decode())


def _json(value: Json) -> Answer:
    return Answer(200, {"Content-Type": "application/json; charset=utf-8"}, json.dumps(value))
