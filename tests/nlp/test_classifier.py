"""A ticket in, a classification out; and the line formats of the command."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.engine.configuration import Configuration
from app.engine.types import Classification
from app.nlp.classifier import LanguageClassifier, outcome
from app.nlp.lines import BadLine, classify_lines, examples, records
from app.nlp.mood import satisfaction
from app.nlp.store import ModelStore
from app.nlp.tier import Tier
from connectors.types import Message, Person, Ref, Role, Status, Ticket
from tests.nlp.conftest import SHOP, shop_examples

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
JANE = Person("7", Role.CUSTOMER, "Jane", "jane@example.com", locale="de-DE")
AGENT = Person("8", Role.AGENT, external=False)
CONFIG = """
service: shop
classification:
  categories:
    - name: order-status
      keywords: [order, tracking, where is]
    - name: payment
      keywords: [payment, charge]
      requiresHuman: true
    - name: account
      keywords: [password, login]
"""


def ticket(*texts: str, subject: str = "", author: Person = JANE, headers: dict[str, str] | None = None) -> Ticket:
    said = tuple(Message(str(number), author, text, NOW, True, headers or {}) for number, text in enumerate(texts))
    return Ticket(Ref("1"), "r1", subject, Status.NEW, JANE, said, NOW, NOW)


@pytest.fixture(scope="module")
def classifier(sentences: Tier, tmp_path_factory: pytest.TempPathFactory) -> LanguageClassifier:
    configuration = Configuration(
        "shop", "shop.yaml", "d", categories=SHOP, settings={"products": ["Acme Pro", {"name": "Acme Mini"}]}
    )
    return LanguageClassifier(configuration, shop_examples(), ModelStore(tmp_path_factory.mktemp("models")), sentences)


def codes(found: Classification) -> set[str]:
    return {reason.code for reason in found.reasons}


def test_a_ticket_is_classified_with_its_reasons(classifier: LanguageClassifier) -> None:
    found = classifier.classify(ticket("Where is my Acme Mini, order #10234? I need it by Friday!", subject="delivery"))
    assert found.category == "order-status"
    assert found.confidence > 0.7
    assert found.language == "en"
    assert found.entities["order"] == ("10234",)
    assert found.entities["product"] == ("Acme Mini",)
    assert found.entities["deadline"] == ("2026-03-06T23:59+00:00",)
    assert found.urgency is not None
    assert found.urgency > 0.4
    assert {"nearest", "margin", "keywords"} <= codes(found)
    assert found.engine == classifier.version


def test_no_reason_repeats_what_a_customer_wrote(classifier: LanguageClassifier) -> None:
    found = classifier.classify(ticket("Zanzibar: where is my parcel, Mr Quibble?"))
    assert not any(word in reason.text for reason in found.reasons for word in ("Zanzibar", "Quibble", "parcel"))


def test_the_newest_question_counts(classifier: LanguageClassifier) -> None:
    assert classifier.classify(ticket("where is my parcel", "thanks. now I forgot my password")).category == "account"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "unreadable"),
        ("😀", "unreadable"),
        ("QUJD" * 2_000, "unreadable"),
        ("the mitochondria is the powerhouse of the cell", "out_of_scope"),
    ],
)
def test_it_is_blank_rather_than_guessing(classifier: LanguageClassifier, text: str, code: str) -> None:
    found = classifier.classify(ticket(text))
    assert found.labels == ()
    assert code in codes(found)


def test_a_good_rating_is_likelier_where_it_went_well(classifier: LanguageClassifier) -> None:
    glad = classifier.classify(ticket("my lamp is broken", "it works again, thank you so much, great support!"))
    sad = classifier.classify(ticket("my lamp is broken", *["any news?"] * 5, "still broken, this is ridiculous!"))
    assert glad.satisfaction is not None
    assert sad.satisfaction is not None
    assert glad.satisfaction > 0.7
    assert sad.satisfaction < 0.4
    assert "satisfaction" in codes(glad)


def test_waiting_for_the_first_answer_costs_a_rating() -> None:
    said = [
        Message("1", JANE, "my lamp is broken", NOW, True),
        Message("2", AGENT, "we send another", NOW + timedelta(hours=30), True),
        Message("3", JANE, "ok", NOW + timedelta(hours=31), True),
    ]
    late = replace(ticket(), messages=tuple(said))
    soon = replace(late, messages=(said[0], replace(said[1], at=NOW + timedelta(minutes=6)), said[2]))
    asked = [said[0], said[2]]
    assert outcome(late, asked, 0.0).hours_to_first_answer == 30
    assert satisfaction(outcome(late, asked, 0.0)).value < satisfaction(outcome(soon, asked, 0.0)).value


def test_a_ticket_without_a_customer_has_no_labels(classifier: LanguageClassifier) -> None:
    assert codes(classifier.classify(ticket("we will call you", author=AGENT))) == {"no_question"}
    assert codes(classifier.classify(ticket())) == {"no_question"}


def test_a_machine_is_flagged_by_its_headers(classifier: LanguageClassifier) -> None:
    found = classifier.classify(ticket("where is my parcel", headers={"auto-submitted": "auto-replied"}))
    assert "machine" in found.flags


def test_a_short_text_is_in_the_authors_language(classifier: LanguageClassifier) -> None:
    assert classifier.classify(ticket("ok")).language == "de"


@pytest.mark.parametrize(
    "text",
    [
        "where is my parcel\n\n" + "> old text\n" * 9_000,
        "<div>" * 15_000 + "where is my parcel",
        "\u202eأين طلبي",
        "WHERE IS MY PARCEL",
        "w\u200bhere is my parcel",
        "A=" * 50_000,
    ],
)
def test_bad_input_never_raises(classifier: LanguageClassifier, text: str) -> None:
    assert classifier.classify(ticket(text)).engine == classifier.version


def test_the_version_follows_the_tier_and_the_examples(classifier: LanguageClassifier) -> None:
    configuration = Configuration("shop", "shop.yaml", "d", categories=SHOP)
    lexical = LanguageClassifier(configuration, shop_examples(), None, Tier("lexical", "no file.", None))
    assert lexical.version != classifier.version
    assert lexical.classify(ticket("my parcel has not arrived yet")).category == "order-status"


# --- lines ------------------------------------------------------------------------------------------------------


def answers(lines: list[str], tier: Tier, given: tuple[str, ...] = ()) -> Iterator[dict[str, Any]]:
    return classify_lines(CONFIG, examples(given), lines, tier=tier, now=NOW)


def test_one_answer_a_line_in_the_documented_shape(sentences: Tier) -> None:
    texts = ["Where is order #10234?", "", "pay with 4111 1111 1111 1111"]
    found = list(answers([json.dumps({"text": text}) for text in texts], sentences))
    assert len(found) == 3
    assert found[0]["labels"][0]["name"] == "order-status"
    assert 0 < found[0]["labels"][0]["p"] <= 1
    assert found[0]["automatic"] is False
    assert found[0]["entities"] == [{"type": "order", "value": "10234"}]
    assert (found[1]["labels"], found[1]["out_of_scope"]) == ([], True)
    assert found[2]["personal_data"] == [{"type": "CARD", "start": 9, "end": 28}]
    assert all(-1 <= row["sentiment"] <= 1 and isinstance(row["language"], str) for row in found)


def test_enough_examples_make_it_automatic_but_not_where_a_human_is_required(sentences: Tier) -> None:
    given = [json.dumps({"text": example.text, "labels": example.labels}) for example in shop_examples()]
    found = list(answers(["text", "where is my parcel", "my card was declined"], sentences, tuple(given)))
    assert [row["labels"][0]["name"] for row in found] == ["order-status", "payment"]
    assert [row["automatic"] for row in found] == [True, False]


@pytest.mark.parametrize("header", ["text,category", "\ufefftext,category", "category,text"])
def test_csv_with_a_header_is_read(header: str) -> None:
    swap = header.startswith("category")
    rows = ['returns,"a, ""b""\nc"', "oos,what"] if swap else ['"a, ""b""\nc",returns', "what,oos"]
    lines = "\n".join([header, *rows]).splitlines(keepends=True)
    assert [(example.text, example.labels) for example in examples(lines)] == [
        ('a, "b"\nc', ("returns",)),
        ("what", ()),
    ]


@pytest.mark.parametrize("lines", [["{broken"], ['{"text": 1}'], ['{"text": "a"}', "[1]"], ["name,category", "a,b"]])
def test_a_bad_line_says_what_would_be_right(lines: list[str]) -> None:
    with pytest.raises(BadLine, match=r"^line \d .*(give|needs)"):
        examples(lines)


def test_a_bad_line_is_named_before_anything_is_answered(sentences: Tier) -> None:
    with pytest.raises(BadLine, match="line 4 has no text"):
        next(answers(["\n", '{"text": "where is my parcel"}', "", '{"txt": "?"}'], sentences))


def test_empty_files_have_no_records() -> None:
    assert list(records([])) == list(records(["\n", "  \n"])) == []
