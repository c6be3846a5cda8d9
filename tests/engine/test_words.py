"""Text as words that can be compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.words import fold, meaningful, stem, stems, words


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Rückgabe ÉTÉ", "ruckgabe ete"),
        ("WHERE'S my order?", "where is my order?"),
        ("I can\N{RIGHT SINGLE QUOTATION MARK}t log in", "i cant log in"),
        ("Straße", "strasse"),
        ("customer's", "customers"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@pytest.mark.parametrize(
    "forms",
    [
        ("order", "orders", "ordered", "ordering"),
        ("charge", "charges", "charged", "charging"),
        ("delivery", "deliveries"),
        ("invoice", "invoices"),
        ("address", "addresses"),
        ("return", "returns", "returned"),
    ],
)
def test_all_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(word) for word in forms}) == 1


@pytest.mark.parametrize(("one", "other"), [("order", "older"), ("red", "r"), ("add", "address"), ("size", "six")])
def test_other_words_keep_another_stem(one: str, other: str) -> None:
    assert stem(one) != stem(other)


def test_scripts_without_spaces_are_words_by_character() -> None:
    assert words("我的订单 A1") == ["我", "的", "订", "单", "a1"]


def test_words_that_say_nothing_are_left_out_and_each_stands_once() -> None:
    assert meaningful("Where is my order? I ordered x last week, wo ist meine Bestellung") == [
        "order",
        "last",
        "week",
        "bestellung",
    ]


@given(st.text())
def test_any_text_has_words(text: str) -> None:
    assert all(stems(text))
