"""``deskhand taxonomy``: types with and without labels, and a configuration to begin with."""

import json

import pytest

from app.db import accounts
from app.engine.configuration import load
from app.services import Services
from tests.builders import NOON

TEXTS = {
    "shipping": [
        "where is my parcel", "my parcel has not arrived", "parcel still not delivered", "when will my parcel come", "parcel is late",
    ],
    "invoice": [
        "send me an invoice please", "I need an invoice for my taxes", "where do I find my invoice", "the invoice is missing",
        "could I get an invoice",
    ],
}  # fmt: skip


def line(n, text, category):
    row = {
        "id": n,
        "created_at": "2026-10-01T10:00:00Z",
        "requester": "kim@example.com",
        "subject": "",
        "messages": [
            {"author": "customer", "public": True, "at": "2026-10-01T10:00:00Z", "text": text},
            {
                "author": "agent",
                "public": True,
                "at": "2026-10-01T11:00:00Z",
                "text": "Look under Orders, there it is.",
            },
        ],
    }
    return row | ({"category": category} if category else {})


def written(tmp_path, *, labelled):
    rows = [(text, category) for category, texts in TEXTS.items() for text in texts]
    file = tmp_path / "export.jsonl"
    file.write_text("".join(json.dumps(line(n, t, c if labelled else "")) + "\n" for n, (t, c) in enumerate(rows)))
    return file


def test_types_are_found_where_nobody_has_named_any(deskhand, tmp_path):
    ran = deskhand("taxonomy", "--export", str(written(tmp_path, labelled=False)), "--json")
    assert ran.code == 0, ran.err
    found = ran.json["categories"]
    assert sum(one["n"] for one in found.values()) + ran.json["totals"]["in_no_type"] == 10
    assert any("parcel" in name for name in found)
    assert any("invoice" in name for name in found)


def test_labels_of_people_count_first(deskhand, tmp_path):
    proposed = tmp_path / "start.yaml"
    ran = deskhand("taxonomy", "--export", str(written(tmp_path, labelled=True)), "--propose", str(proposed), "--json")
    assert {name: one["n"] for name, one in ran.json["categories"].items()} == {"invoice": 5, "shipping": 5}
    assert ran.json["categories"]["shipping"]["cumulative_share"] == 1.0
    settled = load(proposed.read_text(), name="start.yaml")
    assert {category.name for category in settled.categories} == {"invoice", "shipping"}


def test_of_a_big_file_some_are_drawn_the_same_each_time(deskhand, tmp_path, monkeypatch):
    monkeypatch.setattr("app.cli.taxonomy.LOOKED_AT", 40)
    file = tmp_path / "export.jsonl"
    rows = (line(n, f"{'parcel' if n % 4 else 'invoice'} {n}", "shipping" if n % 4 else "invoice") for n in range(400))
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    asked = ("taxonomy", "--export", str(file))
    first, second = deskhand(*asked, "--json").json, deskhand(*asked, "--json").json
    assert first == second
    assert (first["totals"]["tickets"], first["totals"]["asked"], first["totals"]["questions"]) == (400, 400, 40)
    assert 0.55 <= first["categories"]["shipping"]["share"] <= 0.95
    assert "40 of 400 questions were drawn at random" in deskhand(*asked).out


def test_examples_hold_no_personal_data(deskhand, tmp_path):
    file = tmp_path / "export.jsonl"
    card = "4111 1111 1111 1111"
    file.write_text("".join(json.dumps(line(n, f"my card {card} is refused", "card")) + "\n" for n in range(3)))
    ran = deskhand("taxonomy", "--export", str(file), "--json")
    assert ran.json["categories"]["card"]["n"] == 3
    assert card not in ran.out


def test_a_person_gets_a_table(deskhand, tmp_path):
    ran = deskhand("taxonomy", "--export", str(written(tmp_path, labelled=True)))
    assert "the top 2 of 2 types" in ran.out


@pytest.mark.parametrize("text", ["", "{}\n"])
def test_a_file_without_a_question_is_refused_in_words(deskhand, tmp_path, text):
    file = tmp_path / "bad.jsonl"
    file.write_text(text)
    ran = deskhand("taxonomy", "--export", str(file))
    assert (ran.code, "no question could be read" in ran.err) == (2, True)


LANGUAGES = {
    "退货": ("我想退货", "这个尺码不对, 可以退吗"),
    "发票": ("请给我发票", "发票在哪里"),
    "Rückgabe": ("Ich möchte die Schuhe zurückgeben", "Wie schicke ich das zurück?"),
    "إرجاع": ("أريد إرجاع الطلب", "كيف أعيد المنتج؟"),
    "Возврат / обмен": ("Хочу вернуть товар", "Как обменять куртку?"),
}


def test_labels_in_other_languages_become_categories_that_replay_finds_again(deskhand, account, prepared, tmp_path):
    rows = [line(f"{label}-{n}", text, label) for label, texts in LANGUAGES.items() for n, text in enumerate(texts)]
    file, proposed = tmp_path / "export.jsonl", tmp_path / "start.yaml"
    file.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    ran = deskhand("taxonomy", "--export", str(file), "--propose", str(proposed), "--json")
    assert [one["n"] for one in ran.json["categories"].values()] == [2] * len(LANGUAGES)
    settled = load(proposed.read_text("utf-8"), name="start.yaml")
    assert {one.description for one in settled.categories} == set(LANGUAGES)
    services = Services(prepared)
    with services.database.session() as session:
        accounts.configure(
            session, accounts.named(session, account).id, "start.yaml", proposed.read_text("utf-8"), NOON
        )
    told = deskhand("replay", "--account", account, "--export", str(file), "--json").json
    assert (told["totals"]["filed"], told["totals"]["unlabelled"]) == (len(rows), 0)


def test_one_label_in_several_spellings_is_one_type(deskhand, tmp_path):
    spelt = ("Order Status", "order_status", "order status!", "ORDER-STATUS")
    file = tmp_path / "export.jsonl"
    file.write_text("".join(json.dumps(line(n, f"parcel {n}", label)) + "\n" for n, label in enumerate(spelt)))
    ran = deskhand("taxonomy", "--export", str(file), "--json")
    assert {name: one["n"] for name, one in ran.json["categories"].items()} == {"order-status": 4}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([line(n, "where is my parcel", "shipping") for n in range(30)], {"shipping": 30}),
        ([line(1, "where is my parcel", "shipping")], {"shipping": 1}),
        ([line(n, "parcel", "shipping" if n else "returns") for n in range(9)], {"shipping": 8, "returns": 1}),
        ([line(n, "parcel", "ab"[n % 2]) for n in range(8)], {"a": 4, "b": 4}),
        ([line(1, "parcel", "shipping")] * 5, {"shipping": 1}),
    ],
    ids=["one class", "one ticket", "one example", "contradicting", "doubled"],
)
def test_lopsided_exports_are_counted_as_they_are(deskhand, tmp_path, rows, expected):
    file, proposed = tmp_path / "export.jsonl", tmp_path / "start.yaml"
    file.write_text("".join(json.dumps(row) + "\n" for row in rows))
    ran = deskhand("taxonomy", "--export", str(file), "--propose", str(proposed), "--json")
    assert ran.code == 0, ran.err
    assert {name: one["n"] for name, one in ran.json["categories"].items()} == expected
    assert {one["mode_allowed"] for one in ran.json["categories"].values()} == {"assist"}
    assert len(load(proposed.read_text(), name="start.yaml").categories) == len(expected)


def test_the_same_words_again_and_again_without_a_label_are_one_type_or_none(deskhand, tmp_path):
    file = tmp_path / "export.jsonl"
    file.write_text("".join(json.dumps(line(n, "where is my parcel", "")) + "\n" for n in range(40)))
    told = deskhand("taxonomy", "--export", str(file), "--json").json
    assert sum(one["n"] for one in told["categories"].values()) + told["totals"]["in_no_type"] == 40
    assert len(told["categories"]) <= 1
