"""Sites are read politely, and nobody can point us at a place that is not public."""

import gzip
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from app.db import articles
from app.db.database import Database
from app.kb.ingest import ingest
from app.kb.sources.sitemap import Sitemap
from app.kb.sources.types import Unreadable
from app.kb.sources.web import LARGEST, Site


class Played(BaseHTTPRequestHandler):
    """A site whose pages the test writes into ``pages``; what was asked for is kept in ``asked``."""

    pages: dict[str, tuple[int, dict[str, str], bytes]]
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        status, headers, body = self.pages.get(self.path, (404, {}, b""))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nobody reads it."""


@pytest.fixture
def site() -> Iterator[tuple[str, type[Played]]]:
    kind = type("Site", (Played,), {"pages": {}, "asked": []})
    server = ThreadingHTTPServer(("127.0.0.1", 0), kind)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", kind
    server.shutdown()
    server.server_close()


def listing(*entries: tuple[str, str]) -> bytes:
    return "".join(f"<url><loc>{where}</loc><lastmod>{when}</lastmod></url>" for where, when in entries).encode()


def test_a_site_is_taken_in_and_asked_again_only_for_what_changed(
    site: tuple[str, type[Played]], database: Database
) -> None:
    base, played = site
    played.pages |= {
        "/robots.txt": (200, {}, b"User-agent: *\nDisallow: /private"),
        "/sitemap.xml": (
            200,
            {},
            listing(
                (f"{base}/a", "2026-01-01"),
                (f"{base}/private/b", "2026-01-01"),
                ("https://other.example/c", "2026-01-01"),
            ),
        ),
        "/a": (301, {"Location": "/moved"}, b""),
        "/moved": (200, {}, b"<html><body><h1>Apples</h1><h2 id=x>Red</h2><p>Sweet.</p>"),
    }
    source = Sitemap(f"{base}/sitemap.xml")
    assert vars(ingest(database, "shop", source)) == {"documents": 1, "changed": 1, "gone": 0, "unreadable": 0}
    played.asked.clear()
    assert ingest(database, "shop", source).changed == 0
    assert played.asked == ["/robots.txt", "/sitemap.xml"]
    with database.reading() as session:
        assert [(a.title, a.url) for a in articles.listed(session, "shop")] == [("Apples", f"{base}/a")]


def test_maps_of_maps_also_packed_are_followed(site: tuple[str, type[Played]]) -> None:
    base, played = site
    played.pages["/sitemap.xml"] = (200, {}, f"<sitemap><loc>{base}/more.xml.gz</loc></sitemap>".encode())
    played.pages["/more.xml.gz"] = (
        200,
        {},
        gzip.compress(listing((f"{base}/a?x=1&amp;y=2", "2026-01-01T10:00:00+01:00"))),
    )
    assert [place.name for place in Sitemap(f"{base}/sitemap.xml").places()] == [f"{base}/a?x=1&y=2"]


@pytest.mark.parametrize(
    "url",
    [
        "http://help.example/sitemap.xml",
        "ftp://127.0.0.1/x",
        "https://user:word@127.0.0.1/x",
        "https://10.0.0.1/x",
        "https://169.254.169.254/latest/meta-data",
        "https://[fd00::1]/x",
        "https://0.0.0.0/x",
        "https:///x",
    ],
)
def test_a_place_that_is_not_public_is_refused_before_anything_is_sent(url: str) -> None:
    with pytest.raises(Unreadable):
        Site(url)


@pytest.mark.parametrize("target", ["http://localhost:1/x", "http://169.254.169.254/x", "https://help.example/x"])
def test_a_redirect_elsewhere_is_not_followed(site: tuple[str, type[Played]], target: str) -> None:
    base, played = site
    played.pages["/a"] = (302, {"Location": target}, b"")
    with pytest.raises(Unreadable, match="another host"):
        Site(base).fetch(f"{base}/a")


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ((404, {}, b""), "404"),
        ((302, {"Location": "/a"}, b""), "without end"),
        ((200, {}, b"x" * (LARGEST + 1)), "MB"),
    ],
)
def test_what_is_no_page_says_why(
    site: tuple[str, type[Played]], answer: tuple[int, dict[str, str], bytes], why: str
) -> None:
    base, played = site
    played.pages["/a"] = answer
    with pytest.raises(Unreadable, match=why):
        Site(base).fetch(f"{base}/a")


def test_a_site_that_is_away_is_a_problem_and_no_error(database: Database) -> None:
    assert ingest(database, "shop", Sitemap("http://127.0.0.1:9/sitemap.xml")).unreadable == 1
