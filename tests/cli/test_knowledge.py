"""``deskhand index`` and ``deskhand search``: the line formats that scripts depend on."""

import json
from pathlib import Path

import pytest

from tests.kb.test_solved import LINES
from tests.kb.test_sources import API, HTML, a_pdf

SHOP = Path(__file__).parents[1] / "kb" / "shop"


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    file = tmp_path / "asked.jsonl"
    file.write_text(
        '{"query": "How long is a gift card valid?"}\n{"query": "Can I top up a gift card?"}\n{"query": ""}\n'
    )
    return file


def test_knowledge_goes_in_and_passages_come_out_in_order(deskhand, account, asked):
    ran = deskhand("index", "--account", account, str(SHOP), "--json")
    assert ran.json == {"sources": {str(SHOP): {"documents": 25, "changed": 25, "gone": 0, "unreadable": 0}}}
    assert deskhand("index", "--account", account, str(SHOP), "--json").json["sources"][str(SHOP)]["changed"] == 0
    answers = [
        json.loads(line)
        for line in deskhand("search", "--account", account, "--in", str(asked), "--json").out.splitlines()
    ]
    assert [answer["answerable"] for answer in answers] == [True, False, False]
    first = answers[0]["passages"][0]
    assert set(first) == {"source", "title", "url", "text", "score"}
    assert (first["source"], first["title"]) == ("gift-cards.md", "Gift cards")
    assert "3 years" in first["text"]
    assert answers[2] == {"passages": [], "answerable": False}


def test_csv_is_taken_too_and_people_get_a_table(deskhand, account, tmp_path):
    file = tmp_path / "asked.csv"
    file.write_text("id,query\n1,anything at all\n")
    ran = deskhand("search", "--account", account, "--in", str(file))
    assert (ran.code, "nothing found" in ran.out) == (0, True)


@pytest.mark.parametrize("content", ["{broken\n", '{"question": 1}\n', "a,b\n1,2\n"])
def test_a_line_that_is_no_question_is_named(deskhand, account, tmp_path, content):
    file = tmp_path / "asked"
    file.write_text(content)
    ran = deskhand("search", "--account", account, "--in", str(file), "--json")
    assert (ran.code, "--in" in ran.err) == (2, True)


def test_what_cannot_be_read_is_told_and_the_rest_is_taken_in(deskhand, account, tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.md").write_text("# Apples\n\nGreen.")
    (folder / "b.pdf").write_bytes(b"%PDF-1.7 broken")
    ran = deskhand("index", "--account", account, str(folder), "--json")
    assert ran.json["sources"][str(folder)] == {"documents": 2, "changed": 1, "gone": 0, "unreadable": 1}
    assert "1 could not be read" in ran.err


def test_an_account_that_is_not_there_is_named(deskhand, tmp_path):
    ran = deskhand("index", "--account", "nobody", str(tmp_path))
    assert (ran.code, "nobody" in ran.err) == (2, True)


def test_every_kind_of_source_is_taken_in_and_found_whatever_a_file_is_called(deskhand, account, tmp_path):
    folder, solved = tmp_path / "pages", tmp_path / "solved.jsonl"
    folder.mkdir()
    (folder / "lying.pdf").write_text("# Bivouac\n\nPitch the bivouac on flat ground.")
    (folder / "web.html").write_bytes(HTML)
    (folder / "api.yaml").write_text(json.dumps(API))
    (folder / "really-a-pdf.md").write_bytes(a_pdf("Waxing the zip keeps water out."))
    (folder / "picture.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\0\0")
    solved.write_text("\n".join(LINES))
    told = deskhand("index", "--account", account, str(folder), str(solved), "--json").json["sources"]
    assert told[str(folder)] == {"documents": 5, "changed": 5, "gone": 0, "unreadable": 1}
    assert told[str(solved)] == {"documents": 2, "changed": 2, "gone": 0, "unreadable": 0}
    asked = tmp_path / "asked.csv"
    asked.write_text(
        "query\nhow to pitch a bivouac\nreturn an item\ncancel an order by API\nwax the zip against water\n"
    )
    ran = deskhand("search", "--account", account, "--in", str(asked), "--json").out.splitlines()
    first = [json.loads(line)["passages"][0]["source"] for line in ran]
    assert first == ["lying.pdf", "web.html", "api.yaml#DELETE /orders/{id}", "really-a-pdf.md"]
