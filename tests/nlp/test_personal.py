"""Personal data: what is found, what is left alone, and the way back."""
# ruff: noqa: RUF001 - look-alikes are the subject

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.personal import Found, Kind, dlp, find, mask
from tests.nlp.conftest import shared
from tests.nlp.variants import negatives, positives


def found(text: str) -> list[tuple[str, str]]:
    return [(piece.type.value, text[piece.start : piece.end]) for piece in find(text)]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("card 4111\n1111\n1111\n1111", [("CARD", "4111\n1111\n1111\n1111")]),
        ("4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1", [("CARD", "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1")]),
        ("my card starts 4111 1111 and the rest is 1111 1111", [("CARD", "4111 1111 and the rest is 1111 1111")]),
        ("４１１１ １１１１ １１１１ １１１１", [("CARD", "４１１１ １１１１ １１１１ １１１１")]),
        ("41\u200b11 1111 1111 1111", [("CARD", "41\u200b11 1111 1111 1111")]),
        ("4111111111111111 12/27 123", [("CARD", "4111111111111111"), ("CVV", "123")]),
        ("jane (at) example (dot) com", [("EMAIL", "jane (at) example (dot) com")]),
        ("AKIAIOSFODNN7EXAMPLE leaked", [("KEY", "AKIAIOSFODNN7EXAMPLE")]),
        ("CPF 529.982.247-25", [("NATIONAL_ID", "529.982.247-25")]),
        ("codice fiscale RSSMRA85T10A562S", [("NATIONAL_ID", "RSSMRA85T10A562S")]),
        ("passport number X1234567", [("NATIONAL_ID", "X1234567")]),
        ("I am pregnant and waiting", [("HEALTH", "pregnant")]),
        ("G-482913 is your Google verification code", [("OTP", "482913")]),
    ],
)
def test_it_finds(text: str, pieces: list[tuple[str, str]]) -> None:
    assert found(text) == pieces


@pytest.mark.parametrize(
    "text",
    [
        "Where is order 4111111111111112?",
        "USPS 92055901755477000000000000",
        "foo@2x.png",
        "dress code for event 2024",
        "666-12-3456",
        "my password is incorrect",
    ],
)
def test_it_leaves_alone(text: str) -> None:
    assert found(text) == []


def test_ten_thousand_variants_are_found_and_as_many_harmless_ones_left_alone() -> None:
    missed, total = [], 0
    for text, pieces in positives(10_000):
        got = found(text)
        total += len(pieces)
        missed += [(text, piece, got) for piece in pieces if piece not in got]
    assert len(missed) <= 0.01 * total, missed[:20]
    alarms = [(text, found(text)) for text in negatives(3_000) if find(text)]
    assert len(alarms) <= 0.02 * 3_000, alarms[:20]


def test_the_crafted_set_is_found() -> None:
    cases = shared("data/pii/pii.json")
    spans = [(case["text"], span) for case in cases["positives"] for span in case["spans"]]
    missed = [
        (text, span) for text, span in spans if Found(Kind(span["type"]), span["start"], span["end"]) not in find(text)
    ]
    assert len(missed) <= 0.01 * len(spans), missed
    assert sum(bool(find(text)) for text in cases["negatives"]) <= 0.02 * len(cases["negatives"])


def test_a_mask_gives_everything_back_and_hides_it_meanwhile() -> None:
    text = "I am jane@acme.com, card 4111 1111 1111 1111, again jane@acme.com. [CARD_1] is mine."
    masked = mask(text)
    assert masked.text == "I am [EMAIL_1], card [CARD_2], again [EMAIL_1]. [CARD_1] is mine."
    assert masked.restore(masked.text) == text
    assert "jane" not in repr(masked)


def test_ten_marks_and_more_are_told_apart() -> None:
    text = " ".join(f"u{number}@x.io" for number in range(12))
    masked = mask(text)
    assert masked.restore(masked.text) == text


def test_nothing_secret_leaves() -> None:
    assert [piece.type for piece in dlp("Pay to DE89 3704 0044 0532 0130 00, write to help@shop.example")] == [
        Kind.IBAN
    ]
    assert dlp("Pay to DE89 3704 0044 0532 0130 00", allowed={"DE89 3704 0044 0532 0130 00"}) == ()


@given(st.text(alphabet=st.sampled_from("0123456789 -.@()+aeDE\u200b１é:\n"), max_size=300))
def test_spans_are_in_order_apart_and_inside(text: str) -> None:
    pieces = find(text)
    assert all(0 <= piece.start < piece.end <= len(text) for piece in pieces)
    assert all(left.end <= right.start for left, right in pairwise(pieces))


@given(st.text(max_size=300))
def test_masking_is_reversible_for_any_text(text: str) -> None:
    masked = mask(text)
    assert masked.restore(masked.text) == text
    assert not any(re.search(r"\d{13,}", mark) for mark in masked.vault)
