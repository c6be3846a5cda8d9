"""Text between two worlds: our Markdown to Zendesk's HTML, and Help Center HTML to plain text. Nothing is looked up here."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

from markdown_it import MarkdownIt

SAFE = ("http", "https", "mailto")
BLOCKS = frozenset({"p", "div", "section", "article", "table", "tr", "ul", "ol", "blockquote", "pre", "h1", "h2", "h3"})
BLOCKS |= {"h4", "h5", "h6", "header", "footer", "figure", "dl", "dt", "dd", "hr"}
HIDDEN = frozenset({"script", "style", "template", "noscript", "iframe", "svg"})


def _linkable(url: str) -> bool:
    return urlsplit(url).scheme.lower() in SAFE


_markdown = MarkdownIt("zero", {"breaks": True, "html": False}).enable(
    ["list", "emphasis", "link", "newline", "escape"]
)
_markdown.validateLink = _linkable  # type: ignore[method-assign]  # the documented way to narrow links


def rich(markdown: str) -> str:
    """HTML of paragraphs, lists, links and emphasis; everything else is shown as it was typed, escaped."""
    return str(_markdown.render(markdown)).strip()


def plain(markup: str) -> str:
    """The readable text of some HTML: paragraphs apart, list items on lines of their own with ``-`` or a number."""
    reader = _Reader()
    reader.feed(markup)
    reader.close()
    return tidy("".join(reader.out))


def tidy(text: str) -> str:
    """Plain text without hard spaces, trailing blanks and more than one empty line in a row."""
    # Zendesk's plain_body holds "&nbsp;" as these six letters.
    flat = text.replace("&nbsp;", " ").replace("\xa0", " ").replace("\r\n", "\n")
    lines = "\n".join(line.rstrip() for line in flat.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


class _Reader(HTMLParser):
    """Collects text; counts how deep it is in lists and in what nobody sees."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._lists: list[int | None] = []
        self._hidden = 0
        self._pre = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a block, a list or an item."""
        if tag in HIDDEN:
            self._hidden += 1
        elif tag == "br":
            self.out.append("\n")
        elif tag == "li":
            self.out.append(self._bullet())
        elif tag in ("ul", "ol"):
            if not self._lists:
                self.out.append("\n\n")
            self._lists.append(0 if tag == "ol" else None)
        elif tag in BLOCKS and not (self._lists and self._fresh()):
            self.out.append("\n" if self._lists else "\n\n")
        self._pre += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        """Close what was open."""
        if tag in HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif tag in ("ul", "ol") and self._lists:
            self._lists.pop()
            self.out.append("\n" if self._lists else "\n\n")
        elif tag in BLOCKS and not self._lists:
            self.out.append("\n\n")
        elif tag in ("td", "th"):
            self.out.append(" ")
        self._pre -= tag == "pre" and self._pre > 0

    def handle_data(self, data: str) -> None:
        """Keep what is seen; runs of blanks are one blank, except in preformatted text."""
        if not self._hidden:
            text = data if self._pre else re.sub(r"\s+", " ", data)
            text = text.lstrip(" ") if self._fresh() and not self._pre else text
            self.out += [text] if text else []

    def _fresh(self) -> bool:
        """Whether a line or an item has just begun."""
        return not self.out or self.out[-1].endswith(("\n", "- ", ". "))

    def _bullet(self) -> str:
        line = "" if not self.out or self.out[-1].endswith("\n") else "\n"
        indent = line + "  " * max(0, len(self._lists) - 1)
        count = self._lists[-1] if self._lists else None
        if count is None:
            return f"{indent}- "
        self._lists[-1] = count + 1
        return f"{indent}{count + 1}. "
