"""The text of an HTML mail, without styles, scripts and quoted history. Malformed markup yields what can be read of it.

The standard library's parser is not used: on a mail of 100 kB of ``<a`` it took half a minute (Python 3.11.7). This one looks
at each character once.
"""

import re
from collections.abc import Iterator
from html import unescape

_TAG = re.compile(
    r"<(?:!doctype|html|body|div|p|br|span|table|td|style|a|b|i|img|ul|li|blockquote|font|h[1-6])\b[^<>]{0,2000}>", re.I
)
_ANY = re.compile(r"<(/?)([a-z][a-z0-9]*)\b([^<>]*)>|<[!?][^<>]*>", re.IGNORECASE)
_MARKED = re.compile(r"\b(?:class|id)\s*=\s*[\"']?([^\"'>]{1,200})", re.IGNORECASE)
_SILENT = frozenset({"style", "script", "head", "title", "noscript", "template", "svg", "blockquote"})
_QUOTES = frozenset(
    {
        "gmail_quote",
        "gmail_signature",
        "yahoo_quoted",
        "moz-cite-prefix",
        "moz-signature",
        "divRplyFwdMsg",
        "appendonsend",
        "Signature",
    }
)
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "hr", "pre"}
)
_VOID = frozenset({"br", "hr", "img", "input", "meta", "link", "col", "area", "base", "embed", "source", "wbr"})
_COMMENT = ("<!--", "-->")


def is_markup(text: str) -> bool:
    """Whether it is HTML rather than words with a stray ``<``."""
    return "<" in text and bool(_TAG.search(text))


def text_of(markup: str) -> str:
    """The readable text, a line a block."""
    text = unescape("".join(_readable(_without_comments(markup))))
    return "\n".join(_single_gaps(line.strip() for line in text.split("\n"))).strip()


def _without_comments(markup: str) -> str:
    kept, position = [], 0
    while (start := markup.find(_COMMENT[0], position)) >= 0 and (end := markup.find(_COMMENT[1], start)) >= 0:
        kept.append(markup[position:start])
        position = end + len(_COMMENT[1])
    return "".join([*kept, markup[position:]])


def _readable(markup: str) -> Iterator[str]:
    """The pieces outside tags and outside what is not read."""
    position = 0
    silent: list[str] = []
    for match in _ANY.finditer(markup):
        if not silent:
            yield markup[position : match.start()]
        position = match.end()
        name = (match[2] or "").lower()
        if name in _BLOCKS:
            yield "\n"
        if name and name not in _VOID:
            _follow(silent, name, closes=bool(match[1]), attributes=match[3])
    if not silent:
        yield markup[position:]


def _follow(silent: list[str], name: str, *, closes: bool, attributes: str) -> None:
    """Keeps ``silent``, the tags of one name that are open since reading stopped."""
    if silent:
        if name != silent[0]:
            return
        if closes:
            silent.pop()
        else:
            silent.append(name)
    elif not closes and (name in _SILENT or _is_quote(attributes)):
        silent.append(name)


def _is_quote(attributes: str) -> bool:
    return any(_QUOTES & set(match[1].split()) for match in _MARKED.finditer(attributes[:2000]))


def _single_gaps(lines: Iterator[str]) -> Iterator[str]:
    last = ""
    for line in lines:
        if line or last:
            yield line
        last = line
