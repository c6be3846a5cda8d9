"""Text in and out: Markdown to the HTML that Intercom takes, and its HTML or plain bodies to plain text."""

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

_BLOCK = re.compile(
    r"\s*<(p|div|ul|ol|h[1-6]|pre|blockquote|table|img|br|html|body|article|section)[\s/>]", re.IGNORECASE
)
_BREAKS = frozenset(
    {"p", "div", "ul", "ol", "li", "br", "tr", "table", "pre", "blockquote", "hr"} | {f"h{n}" for n in range(1, 7)}
)
_HIDDEN = frozenset({"script", "style", "head", "title"})
_NUMBER = re.compile(r"^\s*\d+[.)]\s+", re.MULTILINE)
_LINK = re.compile(r"\(?https?://\S+")


class _Renderer(RendererHTML):
    """Intercom knows ``b`` and ``i``; ``strong`` and ``em`` become these."""

    def strong_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Bold begins."""
        return "<b>"

    def strong_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Bold ends."""
        return "</b>"

    def em_open(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Italics begin."""
        return "<i>"

    def em_close(self, tokens: Sequence[Token], idx: int, options: OptionsDict, env: Any) -> str:
        """Italics end."""
        return "</i>"


_MARKDOWN = MarkdownIt("zero", {"breaks": True}, renderer_cls=_Renderer).enable(
    ["list", "emphasis", "link", "autolink", "escape", "newline", "entity"]
)


def to_html(markdown: str) -> str:
    """Paragraphs, lists, links, bold and italics as ``p ul ol li a b i br``; everything else is escaped and stays text."""
    return str(_MARKDOWN.render(markdown)).strip().replace("\n", "")


class _Plain(HTMLParser):
    """Collects what a reader would see, a line for each block."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a line, a list item or a hidden part."""
        self._hidden += tag in _HIDDEN
        if tag in _BREAKS:
            self._out.append("\n")
        if tag == "li":
            self._out.append("- ")

    def handle_endtag(self, tag: str) -> None:
        """Close what was opened; a closing tag without an opening one is ignored."""
        self._hidden -= tag in _HIDDEN and self._hidden > 0
        if tag in _BREAKS:
            self._out.append("\n\n" if tag == "p" else "\n")

    def handle_data(self, data: str) -> None:
        """Keep visible words."""
        if not self._hidden:
            self._out.append(data)

    def text(self) -> str:
        """The lines, without trailing blanks and with at most one empty line between two."""
        lines = [line.strip() for line in "".join(self._out).replace("\xa0", " ").splitlines()]
        return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def to_text(body: str | None) -> str:
    """Plain text of a body that may be HTML (API, webhooks up to 2.14) or plain (``display_as=plaintext``, 2.15 on).

    A body is taken for HTML only when it begins with a block, as Intercom's own always does: a customer who writes
    ``a <b> c`` in plain text keeps every character.
    """
    text = body or ""
    if not _BLOCK.match(text):
        return text.strip()
    reader = _Plain()
    reader.feed(text)
    reader.close()
    return reader.text()


def gist(text: str) -> str:
    """What two renderings of one text have in common: its letters and digits, without links' addresses and list numbers."""
    bare = _NUMBER.sub("", _LINK.sub(" ", text))
    kept = "".join(c for c in bare if c.isalnum()).casefold()
    return kept or "".join(c for c in text if c.isalnum()).casefold()


def spoken(markdown: str) -> str:
    """The gist of a message that was sent as Markdown."""
    return gist(to_text(to_html(markdown)))
