"""A site's pages by its sitemap, as far as its robots.txt lets us; each is fetched only when the sitemap says that it changed."""

import gzip
import re
import time
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from html import unescape
from urllib.parse import urljoin
from urllib.robotparser import RobotFileParser

from app.kb.sources.documents import document
from app.kb.sources.types import Document, Place, Unreadable
from app.kb.sources.web import AGENT, LARGEST, Site

PAGES = 10_000
MAPS = 50
LONGEST_WAIT = 5.0
"""Seconds between two pages, at most, where robots.txt asks for a pause."""
_ENTRY = re.compile(r"<(url|sitemap)>(.{1,8000}?)</\1>", re.DOTALL)
_WHERE = re.compile(r"<loc>\s*(?:<!\[CDATA\[)?\s*([^<\]]{1,990}?)\s*(?:\]\]>)?\s*</loc>")
_WHEN = re.compile(r"<lastmod>\s*([^<]{4,40}?)\s*</lastmod>")


class Sitemap:
    """The pages that ``https://host/sitemap.xml`` lists, or the one page when the address is no sitemap."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.origin = url[-400:]
        self._site: Site | None = None
        self._robots = RobotFileParser()

    def places(self) -> Iterator[Place]:
        """Every page that may be read. Raises ``Unreadable`` when the sitemap cannot be."""
        self._site = self._site or Site(self.url)
        self._read_robots(self._site)
        waiting, seen, listed = [self.url], 0, 0
        while waiting and seen < MAPS:
            seen += 1
            for kind, where, when in _entries(self._fetched(waiting.pop(0))):
                if not self._site.own(where):
                    continue
                if kind == "sitemap":
                    waiting.append(where)
                elif self._robots.can_fetch(AGENT, where) and listed < PAGES:
                    listed += 1
                    yield Place(where, when, partial(self._page, where, when))

    def _fetched(self, url: str) -> str:
        assert self._site is not None  # noqa: S101
        content = self._site.fetch(url)
        if content[:2] == b"\x1f\x8b":
            try:
                content = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(content, LARGEST)
            except (zlib.error, gzip.BadGzipFile) as error:
                raise Unreadable("the sitemap is damaged", "build it anew") from error
        return content.decode("utf-8", "replace")

    def _read_robots(self, site: Site) -> None:
        try:
            lines = site.fetch(urljoin(self.url, "/robots.txt")).decode("utf-8", "replace").splitlines()
        except Unreadable:
            # A site without one allows everything: so the convention has it.
            lines = []
        self._robots.parse(lines)

    def _page(self, where: str, when: datetime | None) -> Document:
        assert self._site is not None  # noqa: S101
        pause = self._robots.crawl_delay(AGENT)
        time.sleep(min(float(pause), LONGEST_WAIT) if pause else 0.0)
        return document(where, self._site.fetch(where), when or datetime.now(UTC), url=where)


def _entries(text: str) -> Iterator[tuple[str, str, datetime | None]]:
    for match in _ENTRY.finditer(text):
        if where := _WHERE.search(match[2]):
            when = _WHEN.search(match[2])
            yield match[1], unescape(where[1]), _moment(when[1]) if when else None


def _moment(text: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
