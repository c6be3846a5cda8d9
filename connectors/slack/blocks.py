"""What we post: our small Markdown as Slack's mrkdwn, cut to Slack's limits, with our buttons. Where it goes is not decided here."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from connectors.errors import Refused

SECTION = 3000
"""Characters that one section block takes."""
BLOCKS = 50
"""Blocks that one message takes."""
TEXT = 40_000
"""Characters of ``text`` before Slack cuts it."""
PER_MESSAGE = 12_000
"""Characters that we put into one message: Slack takes about 13,200 over all its blocks (msg_blocks_too_long)."""

PREFIX = "deskhand_"
"""Our buttons' ``action_id`` begins with this."""
BLOCK = "deskhand:"
"""Our buttons' ``block_id`` begins with this; the ticket's id follows, so that a note's click finds its ticket."""
EDIT = "edit"
"""Opens a modal with the draft, where it can be shared: no press of its own."""
LABELS: Mapping[str, str] = MappingProxyType(
    {
        "human": "Talk to a human",
        "helped": "That helped",
        "share": "Share with the customer",
        "resume": "Hand back to Deskhand",
        "approve": "Approve",
        "reject": "Reject",
        "acknowledge": "I have it",
        "merge": "Merge the two tickets",
        "incident": "Tell everybody concerned",
    }
)

_LINK = re.compile(r"!?\[([^\[\]\n]{1,500})\]\(((?:https?://|mailto:)[^\s()<>|]{1,2000})\)")
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*|(?<!\w)__(?=\S)([^_\n]+?)(?<=\S)__(?!\w)")
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*$", re.MULTILINE)
_BULLET = re.compile(r"^([ \t]*)[-*+][ \t]+", re.MULTILINE)
_WHOLE = re.compile(r"<[^<>]*$|&[a-z]{0,4}$")


def escape(text: str) -> str:
    """Text in which nothing is a mention, a broadcast or a link any more."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def mrkdwn(markdown: str) -> str:
    """Paragraphs, lists, links and bold as Slack writes them; everything else stays as it was typed."""
    text = escape(markdown.replace("\r\n", "\n").strip())
    text = _HEADING.sub(lambda found: f"**{found[1].replace('**', '')}**", text)
    text = _BULLET.sub(r"\1• ", text)
    text = _LINK.sub(lambda found: f"<{found[2]}|{found[1].replace('|', '/')}>", text)
    return _BOLD.sub(lambda found: f"*{found[1] or found[2]}*", text)


def pieces(text: str, limit: int) -> list[str]:
    """The text in pieces of at most ``limit`` characters, cut at paragraphs, else lines, else spaces, never inside a link."""
    found = []
    rest = text.strip()
    while len(rest) > limit:
        cut = _cut(rest, limit)
        found.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*found, rest] if rest else found


def _cut(text: str, limit: int) -> int:
    for mark in ("\n\n", "\n", " "):
        place = text.rfind(mark, limit // 2, limit)
        # A space may stand inside <url|label>: such a piece would end in an open bracket.
        if place > 0 and not _WHOLE.search(text[:place]):
            return place
    torn = _WHOLE.search(text[:limit])
    return torn.start() if torn and torn.start() > 0 else limit


def messages(markdown: str, buttons: Sequence[str], *, ticket: str, value: str) -> list[dict[str, Any]]:
    """``text`` and ``blocks`` of every message needed, mostly one. The buttons stand under the last. Refused when empty."""
    parts = pieces(mrkdwn(markdown), PER_MESSAGE)
    if not parts:
        raise Refused("an empty message")
    row = _row(buttons, ticket, value)
    last = len(parts) - 1
    return [
        {"text": part, "blocks": [*map(_section, pieces(part, SECTION)), *(row if place == last else [])]}
        for place, part in enumerate(parts)
    ]


def _section(text: str) -> dict[str, Any]:
    # Without `expand` Slack folds long sections away behind "see more".
    return {"type": "section", "expand": True, "text": {"type": "mrkdwn", "text": text}}


def _row(buttons: Sequence[str], ticket: str, value: str) -> list[dict[str, Any]]:
    unknown = [one for one in buttons if one not in LABELS]
    if unknown:
        raise Refused(f"no such button: {', '.join(unknown)}")
    elements = [
        {
            "type": "button",
            "action_id": f"{PREFIX}{one}",
            "text": {"type": "plain_text", "text": LABELS[one]},
            "value": value,
        }
        for one in dict.fromkeys(buttons)
    ]
    if "share" in buttons:
        text = {"type": "plain_text", "text": "Edit first"}
        elements.append({"type": "button", "action_id": f"{PREFIX}{EDIT}", "text": text, "value": value})
    return [{"type": "actions", "block_id": f"{BLOCK}{ticket}", "elements": elements}] if elements else []
