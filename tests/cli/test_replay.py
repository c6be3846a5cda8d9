"""``deskhand replay``: the line format that scripts depend on, and what is said of files that cannot be read."""

import json

import pytest

from app.cli import playing

LINES = [
    {
        "id": n,
        "created_at": "2026-10-01T10:00:00Z",
        "requester": "kim@example.com",
        "subject": "Question",
        "messages": [
            {"author": "customer", "public": True, "at": "2026-10-01T10:00:00Z", "text": text},
            {"author": "agent", "public": True, "at": "2026-10-01T11:00:00Z", "text": "Done."},
        ],
        "category": category,
    }
    for n, (text, category) in enumerate(
        [
            ("where is my order, the tracking shows nothing", "order-status"),
            ("an invoice please", "billing"),
            ("hm", "other"),
        ]
    )
]


@pytest.fixture
def export(tmp_path):
    file = tmp_path / "export.jsonl"
    file.write_text("".join(json.dumps(line) + "\n" for line in LINES))
    return file


def test_it_counts_and_keeps_nothing(deskhand, account, export, tmp_path):
    ran = deskhand(
        "replay", "--account", account, "--export", str(export), "--html", str(tmp_path / "r.html"), "--json"
    )
    assert ran.code == 0, ran.err
    assert set(ran.json["categories"]["billing"]) >= {
        "n",
        "correct",
        "accuracy",
        "lower_bound",
        "coverage",
        "mode_allowed",
    }
    assert ran.json["categories"]["billing"]["mode_allowed"] == "assist"
    assert (ran.json["totals"]["tickets"], ran.json["totals"]["unlabelled"]) == (3, 1)
    assert "<!doctype html>" in (tmp_path / "r.html").read_text()


def test_a_person_gets_a_table(deskhand, account, export):
    ran = deskhand("replay", "--account", account, "--export", str(export))
    assert ran.code == 0
    assert "order-status" in ran.out
    assert "1 filed under none of the categories" in ran.out


def test_where_it_was_never_sure_it_says_so_and_what_would_help(deskhand, account, tmp_path):
    file = tmp_path / "page.json"
    unlike = [{"author": "customer", "at": "2026-10-01T10:00:00Z", "text": "hm"}]
    file.write_text(json.dumps({"tickets": [LINES[1] | {"messages": unlike}]}, indent=1))
    ran = deskhand("replay", "--account", account, "--export", str(file))
    assert "never sure" in ran.out
    assert "--examples FILE" in ran.out
    assert "0 of 0" not in ran.out


@pytest.mark.parametrize("text", ["", "{broken\n", '{"id": 1}\n'])
def test_a_file_without_a_ticket_is_refused_in_words(deskhand, account, tmp_path, text):
    file = tmp_path / "bad.jsonl"
    file.write_text(text)
    ran = deskhand("replay", "--account", account, "--export", str(file))
    assert ran.code == 2
    assert "--export: no ticket could be read" in ran.err


def test_a_file_that_is_no_text_is_refused_in_words(deskhand, account, tmp_path):
    file = tmp_path / "bad.bin"
    file.write_bytes(b"\xff\xfe\x00\x01" * 50)
    ran = deskhand("replay", "--account", account, "--export", str(file))
    assert (ran.code, "UTF-8" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("2026-10-01T10:00:00Z", "2026-10-01T09:00:00Z"),
        ("2026-10-01T10:00:00Z", "2026-10-01T10:00:00Z"),
        ("2099-01-01T00:00:00Z", "2099-01-02T00:00:00+14:00"),
        ("1901-01-01T00:00:00Z", "1901-01-02T00:00:00Z"),
        ("2026-10-01T10:00:00", 1_790_000_000),
    ],
    ids=["answered before", "at once", "in the future", "long ago", "in two forms"],
)
def test_clocks_that_disagree_stop_nothing(deskhand, account, tmp_path, asked, answered):
    question, answer = LINES[0]["messages"]
    messages = [{**question, "at": asked}, {**answer, "at": answered}]
    file = tmp_path / "export.jsonl"
    file.write_text(json.dumps({**LINES[0], "created_at": asked, "messages": messages}))
    ran = deskhand("replay", "--account", account, "--export", str(file), "--learn", "--json")
    assert ran.code == 0, ran.err
    totals = ran.json["totals"]
    assert totals["tickets"] + totals["unasked"] == 1
    assert ran.json["lessons"] == 0


@pytest.mark.slow
def test_two_processes_say_what_one_says(deskhand, account, tmp_path, monkeypatch):
    """Also of tickets that are doubled, cannot be read, or hold no question; each in its place."""
    monkeypatch.setattr(playing, "WORTH", 20)
    monkeypatch.setattr(playing, "BATCH", 7)
    file = tmp_path / "export.jsonl"
    lines = [json.dumps({**LINES[n % 3], "id": n}) for n in range(60)]
    file.write_text("\n".join([*lines, "{broken", lines[0], *lines[:3]]))
    asked = ("replay", "--account", account, "--export", str(file), "--json", "--processes")
    alone, together = deskhand(*asked, "1"), deskhand(*asked, "2")
    assert (alone.code, together.code) == (0, 0), together.err
    assert together.json == alone.json
    assert (alone.json["totals"]["tickets"], alone.json["skipped"]) == (60, 1)


@pytest.mark.slow
def test_an_account_that_is_changed_meanwhile_is_not_played_half_and_half(deskhand, account, export, monkeypatch):
    monkeypatch.setattr(playing, "WORTH", 2)
    monkeypatch.setattr(playing, "_made", lambda services, name: playing.Made(name, "another", "configuration"))
    ran = deskhand("replay", "--account", account, "--export", str(export), "--processes", "2")
    assert (ran.code, "was changed" in ran.err) == (2, True)
