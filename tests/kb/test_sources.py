"""Documents as pages: told apart by what they hold, whatever they are called, and none of them raises anything but Unreadable."""

import json
import os
import zlib
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import articles, problems
from app.db.database import Database
from app.kb.ingest import ingest
from app.kb.sources.documents import document
from app.kb.sources.folder import Folder
from app.kb.sources.pdf import of_pdf
from app.kb.sources.types import Document, Unreadable
from tests.builders import NOON

HTML = b"""<!doctype html><html lang="de-DE"><head><title>Hilfe</title><script>alert(1)</script></head><body>
<nav>Menu</nav><h1>Return an item</h1><p>Within <b>30</b> days.</p><h2 id="how">How</h2><ol><li>Open it</li><li>Print
it</li></ol><footer>Imprint</footer>"""
API = {
    "openapi": "3.1.0",
    "paths": {
        "/orders": {"get": {"operationId": "listOrders", "summary": "List orders", "description": "Newest first."}},
        "/orders/{id}": {
            "parameters": [{"name": "id", "in": "path", "required": True, "description": "The order's number."}],
            "delete": {"summary": "Cancel an order", "responses": {"409": {"description": "It is packed."}}},
        },
    },
}


def read(content: bytes, name: str = "a/page-one.md", **more: object) -> Document:
    return document(name, content, NOON, **more)  # type: ignore[arg-type]


def a_pdf(*texts: str, stream: bytes | None = None) -> bytes:
    """A PDF with a line on each page, or with a content stream as it was given."""
    bodies = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    kids = []
    for text in texts:
        raw = stream if stream is not None else f"BT /F1 12 Tf 72 700 Td ({text}) Tj ET".encode()
        packed = zlib.compress(raw)
        bodies.append(b"<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream" % (len(packed), packed))
        content = len(bodies)
        bodies.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R >> >> >>" % content
        )
        kids.append(b"%d 0 R" % len(bodies))
    bodies[1] = b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(kids), len(kids))
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(bodies, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(bodies) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        start,
    )


def test_a_web_page_keeps_headings_steps_and_anchors_and_loses_its_menu() -> None:
    page = read(HTML).pages[0]
    assert (page.title, page.locale) == ("Return an item", "de-DE")
    assert page.text == "Within 30 days.\n\n## How {#how}\n\n1. Open it\n2. Print it"


def test_markdown_gives_its_title_and_loses_its_marks() -> None:
    page = read(
        b"---\ntitle: Gift cards\n---\n# Gift cards\n\nType [the number](https://x.example) **here**.\n\n- one\n- two\n"
    ).pages[0]
    assert (page.title, page.text) == ("Gift cards", "Type the number here.\n\n- one\n- two")


def test_what_has_no_title_is_called_after_its_file() -> None:
    assert read(b"Just words.").pages[0].title == "Page one"


def test_an_api_gives_a_page_for_each_operation() -> None:
    first, second = read(json.dumps(API).encode(), "api.yaml").pages
    assert (first.id, first.title) == ("api.yaml#listOrders", "List orders (GET /orders)")
    assert "Newest first." in first.text
    assert "- id (path, required): The order's number." in second.text
    assert "- 409: It is packed." in second.text


def test_a_pdf_gives_its_text_page_by_page_under_any_name() -> None:
    page = read(a_pdf("Return within 30 days", "Keep the receipt"), "notes.txt").pages[0]
    assert page.text == "## Page 1 {#page=1}\n\nReturn within 30 days\n\n## Page 2 {#page=2}\n\nKeep the receipt"


def test_a_pdf_that_unpacks_to_too_much_is_refused_in_time() -> None:
    bomb = a_pdf("x", stream=b"BT /F1 1 Tf " + b"(aaaaaaaaaaaaaaaa) Tj " * 6_000_000)
    assert len(bomb) < 1_000_000
    with pytest.raises(Unreadable, match=r"damaged|too long"):
        of_pdf(bomb, seconds=2)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   \n",
        b"\x00\x01\x02",
        b"%PDF-1.7 nothing else",
        b"PK\x03\x04\x00\x00",
        b"<html><script>x</script>",
        a_pdf(),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(content: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        read(content)
    assert str(refused.value)
    assert refused.value.remedy


@settings(max_examples=60, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"<html>", b"# ", b'{"openapi": "3", "paths": {"/": ', b"openapi: 3\npaths: "]),
)
def test_no_bytes_raise_anything_else(content: bytes, start: bytes) -> None:
    try:
        assert read(start + content).pages
    except Unreadable as refused:
        assert refused.remedy


def write(folder: Path, name: str, text: str, day: int = 0) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    at = (NOON + timedelta(days=day)).timestamp()
    os.utime(file, (at, at))


def titles(database: Database) -> list[str]:
    with database.reading() as session:
        return [article.title for article in articles.listed(session, "shop")]


def test_a_folder_is_taken_in_once_and_then_only_what_changed(database: Database, tmp_path: Path) -> None:
    write(tmp_path, "a.md", "# Apples\n\nGreen.")
    write(tmp_path, "b/c.md", "# Cherries\n\nRed.")
    write(tmp_path, ".hidden.md", "# Hidden\n\nSecret.")
    assert vars(ingest(database, "shop", Folder(tmp_path))) == {
        "documents": 2,
        "changed": 2,
        "gone": 0,
        "unreadable": 0,
    }
    write(tmp_path, "a.md", "# Apples\n\nRed, too.", day=1)
    # Touched and not changed: read, found to be the same, kept.
    write(tmp_path, "b/c.md", "# Cherries\n\nRed.", day=1)
    assert ingest(database, "shop", Folder(tmp_path)).changed == 1
    (tmp_path / "a.md").unlink()
    assert ingest(database, "shop", Folder(tmp_path)).gone == 1
    assert titles(database) == ["Cherries"]


def test_a_bad_document_is_a_problem_with_a_name_and_keeps_what_was_kept_before(
    database: Database, tmp_path: Path
) -> None:
    write(tmp_path, "a.md", "# Apples\n\nGreen.")
    ingest(database, "shop", Folder(tmp_path))
    write(tmp_path, "a.md", "\0\0", day=1)
    assert ingest(database, "shop", Folder(tmp_path)).unreadable == 1
    assert titles(database) == ["Apples"]
    with database.reading() as session:
        problem = problems.newest(session)[0]
    assert problem.text == "a.md: it is neither text nor PDF"
    assert "Markdown" in problem.remedy


def test_a_folder_that_is_away_ends_nothing(database: Database, tmp_path: Path) -> None:
    write(tmp_path / "kb", "a.md", "# Apples\n\nGreen.")
    ingest(database, "shop", Folder(tmp_path / "kb"))
    (tmp_path / "kb").rename(tmp_path / "elsewhere")
    assert vars(ingest(database, "shop", Folder(tmp_path / "kb")))["unreadable"] == 1
    assert titles(database) == ["Apples"]


def test_a_link_out_of_the_folder_is_not_followed_and_internal_folders_are_restricted(
    database: Database, tmp_path: Path
) -> None:
    write(tmp_path, "secret.md", "# Secret\n\nNo.")
    write(tmp_path / "kb", "internal/limits.md", "# Limits\n\n500.")
    (tmp_path / "kb" / "link.md").symlink_to(tmp_path / "secret.md")
    ingest(database, "shop", Folder(tmp_path / "kb"))
    with database.reading() as session:
        assert [(a.title, a.restricted) for a in articles.listed(session, "shop")] == [("Limits", True)]
