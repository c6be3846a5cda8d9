"""One answer for every channel: nothing is lost, nothing is cut inside a word, and a text message is never longer than one is."""
# ruff: noqa: RUF001 - text messages have an alphabet of their own

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine import channels
from app.engine.channels import ONE_TEXT, ONE_WIDE, adapted, kind, plain, sentences, texts
from app.engine.phrases import PHRASES
from tests.builders import a_ticket

LETTER = (
    "Hello Ana,\n\nYour order **#12345** is on its way!\n\n1. Open the parcel\n2. Check it\n\n- one\n- two\n\n"
    "[Track it here](https://carrier.example/t?n=1)\n\nKind regards"
)


@pytest.mark.parametrize(
    ("channel", "expected"),
    [
        ("email", "mail"),
        ("EMAIL", "mail"),
        ("sms", "sms"),
        ("slack", "thread"),
        ("phone", "voice"),
        ("chat", "chat"),
        ("fax", "mail"),
        ("", "mail"),
    ],
)
def test_a_hosts_word_says_how_a_ticket_is_answered(channel, expected):
    assert kind(a_ticket(channel=channel)) == expected


@pytest.mark.parametrize("channel", ["mail", "chat", "thread"])
def test_who_can_show_markdown_gets_it_as_it_is(channel):
    assert adapted(LETTER, channel) == LETTER


def test_plain_words_keep_what_a_link_and_a_list_say():
    assert plain(LETTER) == (
        "Hello Ana,\n\nYour order #12345 is on its way!\n\n1. Open the parcel\n2. Check it\n\n- one\n- two\n\n"
        "Track it here: https://carrier.example/t?n=1\n\nKind regards"
    )


def test_a_transcript_is_sentences_without_addresses():
    spoken = adapted(LETTER, "voice")
    assert spoken == (
        "Hello Ana, Your order #12345 is on its way! Open the parcel. Check it. one. two. Track it here. Kind regards."
    )
    assert "http" not in spoken


def test_a_short_answer_is_one_text_message():
    assert texts("Order **#12345**: in transit, expected by Oct 29.") == [
        "Order #12345: in transit, expected by Oct 29."
    ]
    assert adapted("  ", "sms") == ""


def test_typographic_marks_do_not_make_a_text_message_expensive():
    (only,) = texts("It’s “here” – really…")
    assert only == 'It\'s "here" - really...'


def test_a_long_answer_is_numbered_parts_that_hold_it_whole():
    words = " ".join(f"word{n}" for n in range(120))
    parts = texts(words)
    assert len(parts) > 1
    assert all(len(part) <= ONE_TEXT for part in parts)
    assert [part.split(" ", 1)[0] for part in parts] == [f"({n}/{len(parts)})" for n in range(1, len(parts) + 1)]
    assert " ".join(part.split(" ", 1)[1] for part in parts) == words


@given(st.text(max_size=400))
def test_no_text_message_is_longer_than_one_is(text):
    for part in texts(text):
        narrow = all(c in channels._GSM or c in channels._GSM_TWICE for c in part)
        size = len(part) + sum(c in channels._GSM_TWICE for c in part) if narrow else len(part.encode("utf-16-le")) // 2
        joined = len(re.findall(r"[\u0300-\u036f\u200d\ufe0f]", part))
        assert size <= (ONE_TEXT if narrow else ONE_WIDE) or joined


@given(st.text(max_size=300))
def test_whatever_is_said_can_be_shown_anywhere(text):
    assert isinstance(plain(text), str)
    assert isinstance(sentences(text), str)


@pytest.mark.parametrize("language", sorted(PHRASES))
@pytest.mark.parametrize("channel", ["mail", "chat", "thread", "voice", "sms"])
def test_the_way_to_a_person_survives_every_channel_in_every_language(language, channel):
    said = PHRASES[language]
    told = adapted(f"{LETTER}\n\n{said.disclosure} {said.human}", channel)
    joined = re.sub(r"\(\d+/\d+\) ", "", told).replace("\n", " ")
    assert "human" in joined
