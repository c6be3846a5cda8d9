"""A host's view made ready for the page: labels, times, and HTML made harmless. Knows no vendor and no request."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from textwrap import shorten
from typing import Any

import nh3
from markupsafe import Markup, escape

from app.sandbox.world import Sent, Told, View

TAGS = {
    "p",
    "br",
    "div",
    "span",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "s",
    "code",
    "pre",
    "blockquote",
    "ul",
    "ol",
    "li",
    "a",
}
TAGS |= {"h1", "h2", "h3", "h4", "h5", "h6", "hr", "table", "thead", "tbody", "tr", "th", "td"}
OURS = "deskhand"
ROLES = {"customer": "Customer", "agent": "Agent", "bot": "Deskhand", "machine": "Machine"}
WAYS = {"email": "Mail", "webhook": "Web hook", "pager": "Pager"}
TITLE = 60
"""Characters of a chat's first words that stand for a subject."""
KINDS = {"note": "Internal note: the customer does not see it", "whisper": "Seen by one person only"}


@dataclass(frozen=True)
class Said:
    """One message as the page shows it."""

    key: str
    author: str
    initials: str
    role: str
    role_label: str
    kind: str
    kind_label: str
    html: Markup
    at: str
    moment: str
    buttons: tuple[Mapping[str, str], ...]


@dataclass(frozen=True)
class Fact:
    """A named value at a ticket's side."""

    label: str
    value: str


@dataclass(frozen=True)
class Notice:
    """One message to somebody elsewhere, as the page shows it."""

    way: str
    label: str
    to: str
    subject: str
    text: str
    at: str
    moment: str


@dataclass(frozen=True)
class State:
    """What became of this host's last webhook, in words. ``tone``: ``quiet``, ``good`` or ``bad``."""

    tone: str
    text: str


def harmless(html: str) -> Markup:
    """The HTML without anything that runs, loads, styles or leaves by itself."""
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
        set_tag_attribute_values={"a": {"target": "_blank"}},
    )
    return Markup(clean)  # noqa: S704  nh3 made it harmless one line above


def plain(text: str) -> Markup:
    """Plain text with its paragraphs and line breaks, escaped."""
    blocks = [block for block in text.replace("\r\n", "\n").split("\n\n") if block.strip()]
    lines = (Markup("<br>").join(escape(line) for line in block.strip("\n").split("\n")) for block in blocks)
    return Markup("").join(Markup("<p>{}</p>").format(line) for line in lines)


def said(messages: Iterable[Mapping[str, Any]], now: datetime) -> list[Said]:
    """A ticket's messages in the order given."""
    return [_said(place, message, now) for place, message in enumerate(messages)]


def _said(place: int, message: Mapping[str, Any], now: datetime) -> Said:
    role, kind = str(message.get("role", "customer")), str(message.get("kind", "public"))
    author, html = str(message.get("author", "")) or ROLES.get(role, role), str(message.get("html") or "")
    at = moment(message.get("at"))
    return Said(
        key=str(place),
        author=author,
        initials=initials(author),
        role=role if role in ROLES else "machine",
        role_label=ROLES.get(role, role),
        kind=kind if kind in KINDS else "public",
        kind_label=KINDS.get(kind, ""),
        html=harmless(html) if html else plain(str(message.get("text", ""))),
        at=clock(at, now) if at else "",
        moment=at.isoformat(timespec="seconds") if at else "",
        buttons=tuple(dict(button) for button in message.get("buttons") or ()),
    )


def initials(name: str) -> str:
    """At most two letters for the avatar."""
    words = [word for word in name.replace(".", " ").replace("@", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper() or "?"


def moment(value: object) -> datetime | None:
    """An aware UTC time out of a datetime, ISO text or seconds since 1970; None when it is nothing of these."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    if not isinstance(value, datetime):
        return None
    return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


def clock(at: datetime, now: datetime) -> str:
    """``14:05`` for today, else ``3 Nov, 14:05``; UTC."""
    return f"{at:%H:%M}" if at.date() == now.date() else f"{at.day} {at:%b}, {at:%H:%M}"


def facts(fields: Sequence[tuple[str, str]], now: datetime, *, ours: bool) -> list[Fact]:
    """The fields that are ours, or the others, with readable names and times."""
    chosen = (
        (name, value) for name, value in fields if name.lower().startswith(OURS) is ours and value not in ("", "None")
    )
    return [Fact(label(name), _value(value, now)) for name, value in chosen]


def label(name: str) -> str:
    """``deskhand_sla_target`` becomes ``SLA target``."""
    bare = name[len(OURS) :] if name.lower().startswith(OURS) else name
    words = bare.replace("_", " ").strip(" :") or name
    return f"SLA{words[3:]}" if words.lower().startswith("sla") else words[:1].upper() + words[1:]


def _value(value: object, now: datetime) -> str:
    text = str(value)
    at = moment(text) if len(text) >= len("2026-01-01T00:00") and text[4:5] == "-" else None
    return f"{clock(at, now)} UTC" if at else text


def notice(told: Told, now: datetime) -> Notice:
    """What somebody was told, and by which way."""
    label = WAYS.get(told.way, told.way)
    moment_ = told.at.isoformat(timespec="seconds")
    return Notice(told.way, label, told.to, told.subject, told.text, clock(told.at, now), moment_)


def state(sent: Sequence[Sent]) -> State:
    """The last attempt of one host, as a person needs to hear it."""
    if not sent:
        return State("quiet", "No webhook sent yet.")
    last = sent[-1].outcome.status
    if 200 <= last < 300:
        return State("good", "Deskhand took the last webhook.")
    if last == -1:
        return State("bad", "Deskhand does not answer: is it running? Webhooks are sent again by this vendor's rules.")
    if last == 0:
        return State("bad", "Deskhand took too long for the last webhook.")
    return State("bad", f"Deskhand answered {last} to the last webhook.")


def title(view: View) -> str:
    """The subject, or how the conversation begins where there is none (a chat)."""
    first = str(view.messages[0].get("text", "")) if view.messages else ""
    return view.subject or shorten(first, TITLE, placeholder=" …") or "No subject"


def unanswered(view: View) -> bool:
    """Whether the newest public word is the customer's and Deskhand has said nothing since."""
    roles = [str(m.get("role")) for m in view.messages if m.get("role") != "machine"]
    return bool(roles) and roles[-1] == "customer"
