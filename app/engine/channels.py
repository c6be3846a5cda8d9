"""One answer, as each channel shows it: a letter, a line in a chat, a text message of 160 characters, a spoken sentence."""
# ruff: noqa: RUF001 - text messages have an alphabet of their own

import re
import unicodedata
from collections.abc import Mapping
from importlib.resources import files

import yaml
from markdown_it import MarkdownIt
from markdown_it.token import Token

from connectors.types import Ticket

MAIL, CHAT, SMS, THREAD, VOICE = "mail", "chat", "sms", "thread", "voice"
KINDS: Mapping[str, str] = yaml.safe_load((files(__package__) / "channels.yaml").read_text("utf-8"))
"""A host's word for where a ticket came from -> how it is answered. What is unknown is answered in full."""
ONE_TEXT, ONE_WIDE = 160, 70
"""Characters of one text message: in GSM's own alphabet, and with any other."""
PART, PART_WIDE = 153, 67
"""The same where one message is sent in parts, which carry where they belong."""
_GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_GSM_TWICE = set("^{}\\[~]|€")
_SIMPLER = str.maketrans(
    {"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "…": "...", "\u00a0": " ", "\u2060": ""}
)
_SIMPLER |= {ord("•"): "-", ord("∗"): "*", ord("∼"): "-"}
_MARKDOWN = MarkdownIt("zero").enable(["list", "emphasis", "link", "newline", "escape"])


def kind(ticket: Ticket) -> str:
    """How a ticket is answered."""
    return KINDS.get(ticket.channel.casefold(), MAIL)


def adapted(text: str, channel: str) -> str:
    """The answer for that kind of channel. Whoever can show Markdown gets it as it is."""
    if channel == SMS:
        return "\n".join(texts(text))
    return sentences(text) if channel == VOICE else text


def plain(markdown: str) -> str:
    """Words without markup: links as ``words: address``, list items on lines of their own."""
    return _lines(markdown, addresses=True)


def sentences(markdown: str) -> str:
    """What somebody would say: no markup, no addresses, every line a sentence."""
    said = []
    for line in _lines(markdown, addresses=False).splitlines():
        words = re.sub(r"^(?:-|\d+\.)\s+", "", line.strip())
        if words:
            said.append(words if words[-1] in ".!?:;," else f"{words}.")
    return " ".join(said)


def texts(markdown: str) -> list[str]:
    """The answer as text messages, one where it fits; several are numbered and cut between words."""
    words = " ".join(plain(markdown).translate(_SIMPLER).split())
    wide = any(c not in _GSM and c not in _GSM_TWICE for c in words)
    if _size(words, wide=wide) <= (ONE_WIDE if wide else ONE_TEXT):
        return [words] if words else []
    room = (PART_WIDE if wide else PART) - len("(10/10) ")
    parts = _cut(words, room, wide=wide)
    return [f"({n}/{len(parts)}) {part}" for n, part in enumerate(parts, start=1)]


def _size(words: str, *, wide: bool) -> int:
    """How many of a text message's characters it takes."""
    if wide:
        return len(words.encode("utf-16-le")) // 2
    return len(words) + sum(c in _GSM_TWICE for c in words)


def _cut(words: str, room: int, *, wide: bool) -> list[str]:
    parts: list[str] = []
    line = ""
    for word in (piece for long in words.split(" ") for piece in _pieces(long, room, wide=wide)):
        longer = f"{line} {word}" if line else word
        if _size(longer, wide=wide) > room:
            parts.append(line)
            longer = word
        line = longer
    return [*parts, line]


def _pieces(word: str, room: int, *, wide: bool) -> list[str]:
    """A word that fits, or as many pieces as it needs; nothing is cut inside what is read as one character."""
    pieces, piece = [], ""
    for character in word:
        joins = unicodedata.combining(character) or character in "\u200d\ufe0f"
        if piece and not joins and _size(piece + character, wide=wide) > room:
            pieces.append(piece)
            piece = ""
        piece += character
    return [*pieces, piece]


def _lines(markdown: str, *, addresses: bool) -> str:
    out: list[str] = []
    numbers: list[int | None] = []
    for token in _MARKDOWN.parse(markdown):
        if token.type in ("bullet_list_open", "ordered_list_open"):
            numbers.append(int(token.attrs.get("start", 1)) if token.type.startswith("ordered") else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            numbers.pop()
            out.append("\n")
        elif token.type == "list_item_open":
            out.append(f"{numbers[-1]}. " if numbers[-1] is not None else "- ")
            numbers[-1] = None if numbers[-1] is None else numbers[-1] + 1
        elif token.type == "inline":
            out.append(_inline(token.children or [], addresses=addresses))
        elif token.type == "paragraph_close":
            out.append("\n" if numbers else "\n\n")
    return re.sub(r"\n{3,}", "\n\n", "".join(out)).strip()


def _inline(tokens: list[Token], *, addresses: bool) -> str:
    out, address = [], ""
    for token in tokens:
        if token.type == "link_open":
            address = str(token.attrs.get("href", ""))
        elif token.type == "link_close":
            out.append(f": {address}" if addresses and address else "")
        elif token.type in ("softbreak", "hardbreak"):
            out.append("\n")
        else:
            out.append(token.content)
    return "".join(out)
