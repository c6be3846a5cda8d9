"""What is left of a mail, and that no input breaks it."""
# ruff: noqa: RUF001 - mails and look-alikes

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.clean import LONGEST, SAID, clean
from app.nlp.segments import MOST, segments


@pytest.mark.parametrize(
    ("mail", "said"),
    [
        (
            "Where is it?\n\nOn Tue, 3 Jan 2026 at 10:00, Support <s@shop.example> wrote:\n> Hello\n> there",
            "Where is it?",
        ),
        ("Where is it?\n\nAm Di., 3. Jan. 2026 um 10:00 schrieb Support <s@shop.example>:\n\n> Hallo", "Where is it?"),
        ("Broken.\n\n-----Original Message-----\nFrom: Bob\nSent: Monday\nTo: us\n\nold text", "Broken."),
        ("Broken.\n\nFrom: Bob\nSent: Monday\nTo: us\nSubject: x\n\nold text", "Broken."),
        ("Please refund me.\n\nBest regards,\nJane Doe\nHead of Everything\n+1 415 555 2671", "Please refund me."),
        ("Please refund me.\n-- \nJane", "Please refund me."),
        ("Call me\n\nSent from my iPhone", "Call me"),
        (
            "---------- Forwarded message ----------\nFrom: a\nDate: b\nSubject: c\n\nMy card was stolen",
            "My card was stolen",
        ),
        (
            "<html><style>p{}</style><p>Hi,</p><p>it is &lt;broken&gt;</p><div class='gmail_quote'>old <div>x</div></div></html>",
            "Hi,\n\nit is <broken>",
        ),
        ("ｗｈｅｒｅ is my pa\u200bypal", "where is my paypal"),
        ("my \u0440\u0430ypal", "my paypal"),
        ("Привет, где мой заказ", "Привет, где мой заказ"),
        ("log: " + "QUJD" * 60 + " why", "log: why"),
    ],
)
def test_only_what_the_writer_says_remains(mail: str, said: str) -> None:
    assert clean(mail).text == said


def test_a_stack_trace_is_its_last_line() -> None:
    cleaned = clean(
        'crashes\nTraceback (most recent call last):\n  File "x.py", line 3, in f\n    foo()\nValueError: bad thing\nplease fix'
    )
    assert cleaned.error_line == "ValueError: bad thing"
    assert cleaned.text == "crashes\nValueError: bad thing\nplease fix"


@pytest.mark.parametrize(
    "rubbish",
    ["", " ", "😀", "!!!! ???? ....", "1234567 890", "sdfghjkl qwrtzp", "A" * 5000, "\u200b\u200b", "aaaaaaaa"],
)
def test_rubbish_is_not_readable(rubbish: str) -> None:
    assert not clean(rubbish).readable


@pytest.mark.parametrize(
    "text", ["help", "WHERE IS MY ORDER", "注文はどこですか", "أين طلبي", "ok thx", "No!", "gdzie jest moja paczka"]
)
def test_words_of_any_language_are_readable(text: str) -> None:
    assert clean(text).readable


@given(st.text(max_size=2000))
def test_no_text_breaks_it(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.text) <= SAID
    assert all(len(part.split()) >= 3 for part in segments(cleaned.text))


@given(
    st.lists(
        st.sampled_from(
            [
                "<p>",
                "</p>",
                "<!--",
                "-->",
                "<blockquote>",
                "> x",
                "\n",
                "On x wrote:",
                "-- ",
                "Best,",
                "word ",
                "<",
                "&lt;",
            ]
        ),
        max_size=200,
    )
)
def test_no_pile_of_markup_and_quotes_breaks_it(parts: list[str]) -> None:
    assert len(clean("".join(parts)).text) <= SAID


def test_a_huge_mail_is_cut() -> None:
    assert len(clean("word " * LONGEST).text) <= SAID
    assert len(segments("Where is it now? " * 500)) == MOST


def test_two_needs_are_two_segments() -> None:
    assert segments("I want my money back. Also how do I change my password?") == (
        "I want my money back.",
        "Also how do I change my password?",
    )
    assert segments("just one sentence here") == ()
