"""HTML and Markdown as plain text whose headings are lines that begin with ``#``. Scripts, menus and footers are left out."""

import re
from html.parser import HTMLParser

import nh3
from markdown_it import MarkdownIt

from app.kb.sources.types import Unreadable

LONGEST = 5_000_000
"""Characters of markup that are looked at; a page of help has a hundredth."""
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = {
    "p",
    "div",
    "section",
    "article",
    "main",
    "table",
    "tr",
    "ul",
    "ol",
    "pre",
    "blockquote",
    "dl",
    "dt",
    "dd",
    "br",
    "hr",
}
_INLINE = {"strong", "b", "td", "th", "li"}
_SILENT = {
    "title",
    "script",
    "style",
    "nav",
    "header",
    "footer",
    "aside",
    "noscript",
    "svg",
    "form",
    "template",
    "iframe",
    "button",
}
_TITLE = re.compile(r"<title[^>]{0,200}>([^<]{1,300})</title", re.IGNORECASE)
_LANGUAGE = re.compile(r"<html[^>]{0,500}\blang\s*=\s*[\"']?([A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)", re.IGNORECASE)
_GAPS = re.compile(r"\n{3,}")
_FRONT = re.compile(r"\A---\n(.{0,5000}?)\n---\n", re.DOTALL)


def of_html(markup: str) -> tuple[str, str, str]:
    """Title, text and language of a page. Its title is what the page says, else its first heading."""
    if len(markup) > LONGEST:
        raise Unreadable("the page is too long", "split it")
    title, language = _TITLE.search(markup), _LANGUAGE.search(markup[:5000])
    text = _text(markup)
    first = re.search(r"^# (.+?)(?: \{#[^}]*\})?$", text, re.MULTILINE)
    named = first[1] if first else nh3.clean(title[1], tags=set()).strip() if title else ""
    return named, _without_title(text, named), language[1] if language else ""


def of_markdown(source: str) -> tuple[str, str]:
    """Title and text. Links become their words, pictures vanish, lists stay lists."""
    if len(source) > LONGEST:
        raise Unreadable("the document is too long", "split it")
    front = _FRONT.match(source)
    named = re.search(r"^title:\s*[\"']?(.{1,300}?)[\"']?\s*$", front[1], re.MULTILINE) if front else None
    text = _text(MarkdownIt("commonmark").enable("table").render(source[front.end() :] if front else source))
    first = re.match(r"#+ (.+)", text)
    title = named[1] if named else first[1] if first else ""
    return title, _without_title(text, title)


def _text(markup: str) -> str:
    # The cleaner is written for hostile input and closes what was left open; only what it lets through is parsed here.
    clean = nh3.clean(
        markup,
        tags=_HEADINGS | _BLOCKS | _INLINE,
        clean_content_tags=_SILENT,
        attributes={heading: {"id"} for heading in _HEADINGS},
    )
    reader = _Reader()
    reader.feed(clean)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.parts).split("\n"))
    return _GAPS.sub("\n\n", "\n".join(lines)).strip()


def _without_title(text: str, title: str) -> str:
    first, _, rest = text.partition("\n")
    return rest.strip() if title and re.sub(r" \{#[^}]*\}$", "", first.lstrip("# ")) == title else text


class _Reader(HTMLParser):
    """Writes cleaned markup down as lines."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._numbers: list[int] = []
        self._anchor = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A break where a block begins, a mark where a heading or a step does."""
        if tag in _HEADINGS:
            self._anchor = dict(attrs).get("id") or ""
            self.parts.append(f"\n\n{'#' * int(tag[1])} ")
        elif tag in ("ul", "ol"):
            self._numbers.append(0 if tag == "ol" else -1)
            self.parts.append("\n" if len(self._numbers) > 1 else "\n\n")
        elif tag == "li":
            self.parts.append(self._step())
        elif tag in ("td", "th"):
            self.parts.append(" ")
        elif tag in ("br", "tr"):
            self.parts.append("\n")
        elif tag in _BLOCKS and not self._numbers:
            self.parts.append("\n\n")

    def handle_endtag(self, tag: str) -> None:
        """The anchor behind a heading; a list's numbers are done with it."""
        if tag in _HEADINGS:
            self.parts.append(f" {{#{self._anchor}}}\n\n" if self._anchor else "\n\n")
        elif tag in ("ul", "ol") and self._numbers:
            self._numbers.pop()
            self.parts.append("" if self._numbers else "\n\n")

    def handle_data(self, data: str) -> None:
        """Words; line breaks in the source mean nothing."""
        self.parts.append(re.sub(r"\s+", " ", data))

    def _step(self) -> str:
        if not self._numbers or self._numbers[-1] < 0:
            return "\n- "
        self._numbers[-1] += 1
        return f"\n{self._numbers[-1]}. "
