"""``deskhand examples`` and ``deskhand retrain``."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest

from app.db import accounts, examples
from app.db import lessons as lessons_
from app.db.examples import TRAINED, Generation
from app.engine.lessons import Learned, Lesson
from app.services import Services

THINGS = {
    "order-status": "waybill courier pallet freight dispatch",
    "billing": "ledger dunning remittance statement surcharge",
}
SHAPES = ("my {} is wrong since {}", "the {} from {} again", "about {} of {}", "no {} on {}")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
"""So many that whatever fifth of them is held back, it is enough to judge by: which one hangs on the account's id."""


@pytest.fixture
def lessons(tmp_path):
    file = tmp_path / "lessons.jsonl"
    rows = [
        {"text": shape.format(thing, day), "labels": [label]}
        for label, things in THINGS.items()
        for thing in things.split()
        for shape in SHAPES
        for day in DAYS
    ]
    file.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return file


def test_examples_are_taught_masked_and_counted(deskhand, account, lessons):
    ran = deskhand("examples", "add", "--account", account, "--by", "ada", "--file", str(lessons), "--json")
    assert ran.json == {"given": 280, "new": 280}
    said = ("--text", "bill for 4111 1111 1111 1111", "--label", "billing", "--json")
    assert deskhand("examples", "add", "--account", account, "--by", "bob", *said).json == {"given": 1, "new": 1}
    assert deskhand("examples", "add", "--account", account, "--by", "bob", *said).json == {"given": 1, "new": 0}
    listed = deskhand("examples", "list", "--account", account, "--json").json["examples"]
    assert {(row["category"], row["by"], row["count"]) for row in listed} == {
        ("billing", "ada", "140"),
        ("billing", "bob", "1"),
        ("order-status", "ada", "140"),
    }
    assert "billing" in deskhand("examples", "list", "--account", account).out


@pytest.mark.slow
def test_a_better_model_is_put_in_force_told_of_and_taken_back(deskhand, account, lessons):
    assert "too little" in deskhand("retrain", "--account", account, "--by", "ada").out
    deskhand("examples", "add", "--account", account, "--by", "ada", "--file", str(lessons))
    ran = deskhand("retrain", "--account", account, "--by", "ada", "--json")
    assert (ran.code, ran.json["kind"], ran.json["number"]) == (0, "trained", 1), ran.json
    assert ran.json["held"]["new"] > ran.json["held"]["old"]
    assert re.search(r"1 .* trained .* ada", deskhand("retrain", "--account", account, "--by", "x", "--history").out)
    assert deskhand("retrain", "--account", account, "--by", "bob", "--rollback").out == "back at the account's own\n"
    refused = deskhand("retrain", "--account", account, "--by", "bob", "--rollback")
    assert (refused.code, "--rollback" in refused.err) == (2, True)
    told = deskhand("retrain", "--account", account, "--by", "x", "--history", "--json").json["generations"]
    assert [one["kind"] for one in told] == ["rolled back", "trained"]


@pytest.mark.parametrize(
    ("arguments", "field"),
    [((), "--file"), (("--text", "x", "--label", "moon"), "--label"), (("--file", "NONE"), "--file")],
)
def test_what_is_wrong_is_named(deskhand, account, arguments, field):
    ran = deskhand("examples", "add", "--account", account, "--by", "ada", *arguments)
    assert (ran.code, field in ran.err) == (2, True)


def test_the_effect_of_learning_is_told(deskhand, account, prepared):
    services, now = Services(prepared), datetime.now(UTC)
    with services.database.session() as session:
        found = accounts.named(session, account).id
        for number, at in enumerate((now - timedelta(days=9), now - timedelta(days=2)), 1):
            ended = Generation(number, TRAINED, "m", (), {"of": number, "why": "better"}, "ada", at)
            examples.keep(session, found, ended)
        for n in range(8):
            what, at = Lesson.KEPT if n % 4 else Lesson.WRONG, now - timedelta(days=n, hours=1)
            lessons_.save(session, Learned(f"d{n}", "t", found, "billing", "reply", "x", what, "ada", at))
    told = deskhand("retrain", "--account", account, "--by", "ada", "--history", "--json").json["generations"]
    assert [(one["number"], one["kept"], one["judged"]) for one in told] == [(2, 1, 2), (1, 5, 6)]
    assert "1 of 2" in deskhand("retrain", "--account", account, "--by", "ada", "--history").out
