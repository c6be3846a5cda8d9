"""One file's bytes as a document. What it is, is told from its content: a name can lie."""

import json
from collections.abc import Iterable
from datetime import datetime

import yaml

from app.kb.sources import markup
from app.kb.sources.openapi import is_openapi, of_openapi
from app.kb.sources.pdf import of_pdf
from app.kb.sources.types import Document, Unreadable
from connectors.types import Article

LARGEST = 40_000_000
"""Bytes of one file."""
_TEXT = 10_000_000
_LONGEST_TITLE = 300


def document(name: str, content: bytes, updated_at: datetime, *, url: str = "", restricted: bool = False) -> Document:
    """What a file says, as pages. Raises ``Unreadable``; never any other error, whatever the bytes are."""
    if len(content) > LARGEST:
        raise Unreadable(f"it has more than {LARGEST // 1_000_000} MB", "split it")
    found = _pages(name, content)
    pages = tuple(
        Article(
            f"{name}#{part}" if part else name,
            title.strip()[:_LONGEST_TITLE] or _spoken(name),
            text,
            url,
            locale,
            restricted,
            updated_at,
        )
        for part, title, text, locale in found
        if text.strip()
    )
    if not pages:
        raise Unreadable("it holds no text", "leave it out, or write something into it")
    return Document(name, updated_at, pages)


def _pages(name: str, content: bytes) -> Iterable[tuple[str, str, str, str]]:
    """Part, title, text and locale of each page."""
    if content[:1024].lstrip().startswith(b"%PDF-"):
        title, text = of_pdf(content)
        return [("", title, text, "")]
    if b"\0" in content[:8192]:
        raise Unreadable("it is neither text nor PDF", "give Markdown, HTML, PDF or OpenAPI")
    if len(content) > _TEXT:
        raise Unreadable(f"the text has more than {_TEXT // 1_000_000} MB", "split it")
    text = _decoded(content)
    if _looks_like_html(text):
        title, body, locale = markup.of_html(text)
        return [("", title, body, locale)]
    described = _described(text)
    if described is not None:
        return [(part, title, body, "") for part, title, body in of_openapi(described)]
    title, body = markup.of_markdown(text)
    return [("", title, body, "")]


def _decoded(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Every byte means something in this one: what Windows' editors write where it is not UTF-8.
        return content.decode("cp1252", "replace")


def _looks_like_html(text: str) -> bool:
    start = text[:2000].lstrip().lower()
    return start.startswith(("<!doctype html", "<html", "<head", "<body", "<article", "<main", "<div", "<h1", "<p>"))


def _described(text: str) -> dict[str, object] | None:
    """The API that a file describes, or None when it describes none."""
    start = text[:4000]
    if "openapi" not in start and "swagger" not in start:
        return None
    try:
        value = json.loads(text) if text.lstrip().startswith("{") else yaml.load(text, _loader())  # noqa: S506
    except (ValueError, yaml.YAMLError, RecursionError):
        return None
    return value if is_openapi(value) else None


def _loader() -> type[yaml.SafeLoader]:
    """The quick safe loader where it is built in. An alias inside a description makes no copies: nothing grows."""
    quick: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return quick


def _spoken(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0].replace("-", " ").replace("_", " ").strip().capitalize() or name
