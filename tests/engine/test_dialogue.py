"""How a conversation goes on: yes and no, keywords, what a program is told comes next, and the way to a person in every language."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.configuration import load
from app.engine.configuration.steps import Step, Workflow
from app.engine.dialogue import A_PERSON, Outlook, a_person, command, confirmed, keyed, outlook, started
from app.engine.phrases import PHRASES
from app.engine.types import Label
from app.engine.workflows.types import Ask, Ended, Level, Progress, Prove, Wait
from app.nlp.flags import flags
from tests.builders import NOON, a_classification, a_ticket

KEYWORDS = {"ORDER": "check-order-status", "RETURN": "start-return-process", "HELP": "general-support"}
CATEGORIES = ("order-status", "returns", "product-questions")
SHOP = load(
    """
service: Shop
channels: [{type: sms, keywords: {ORDER: check-order-status, RETURN: start-return-process, HELP: general-support}}]
classification: {categories: [{name: order-status}, {name: returns}]}
""",
    name="shop.yaml",
)


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("yes", True),
        ("Yes, please!", True),
        ("ok", True),
        ("Ja, gerne", True),
        ("Sí", True),
        ("oui", True),
        ("va bene", True),
        ("sim", True),
        ("no", False),
        ("No, that's not right", False),
        ("nein", False),
        ("nee", False),
        ("não", False),
        ("yes and no", None),
        ("", None),
        ("maybe", None),
        ("My order has not arrived, and yes I checked twice already", None),
    ],
)
def test_yes_and_no_are_plain_or_they_are_neither(text, answer):
    assert confirmed(text) is answer


@given(st.text(max_size=200))
def test_any_text_is_yes_no_or_neither(text):
    assert confirmed(text) in (True, False, None)


@pytest.mark.parametrize(
    ("text", "word", "rest"),
    [
        ("ORDER 12345", "ORDER", "12345"),
        ("order #12345", "ORDER", "12345"),
        ("Order: 12345", "ORDER", "12345"),
        ("RETURN", "RETURN", ""),
        (" help ", "HELP", ""),
    ],
)
def test_a_keyword_is_heard_however_it_is_typed(text, word, rest):
    found = command(text, KEYWORDS)
    assert (found.word, found.starts, found.rest) == (word, KEYWORDS[word], rest)


@pytest.mark.parametrize(
    "text", ["Order something nice for me", "I ORDER 12345", "help me with my broken parcel", "ORDERS 1", "", "12345"]
)
def test_a_sentence_is_no_keyword(text):
    assert command(text, KEYWORDS) is None


@pytest.mark.parametrize(
    ("start", "category"),
    [("check-order-status", "order-status"), ("start-return-process", "returns"), ("general-support", "")],
)
def test_what_a_keyword_starts_is_about_a_category(start, category):
    assert started(start, CATEGORIES) == category


def test_a_keyword_says_what_a_text_message_is_about_and_nothing_else():
    judged = a_classification("")
    sms = a_ticket("ORDER 12345", channel="sms")
    assert keyed(sms, judged, SHOP).labels == (Label("order-status", 1.0),)
    assert keyed(a_ticket("HELP", channel="sms"), a_classification(), SHOP).labels == ()
    assert keyed(replace(sms, channel="email"), judged, SHOP) is judged
    assert keyed(a_ticket("Where is it?", channel="sms"), judged, SHOP) is judged


FLOW = Workflow("update-address", "", (Step("find", "find"), Step("collect", "collect"), Step("change", "change")))


@pytest.mark.parametrize(
    ("progress", "ahead"),
    [
        (None, Outlook()),
        (Progress(FLOW, ended=Ended.DONE), Outlook()),
        (
            Progress(FLOW, at=1, waiting=Ask(("address",), "Which?")),
            Outlook(("update-address-form",), ("collect-address", "collect", "change")),
        ),
        (Progress(FLOW, at=1, waiting=Prove(Level.CODE)), Outlook(("enter-code",), ("verify-identity", "change"))),
        (Progress(FLOW, at=1, waiting=Wait(NOON)), Outlook((), ("change",))),
    ],
)
def test_a_program_is_told_what_can_be_done_now_and_what_follows(progress, ahead):
    assert outlook(progress) == ahead


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_that_a_person_answers_is_said_in_every_language_with_a_time_only_if_there_is_one(language):
    assert a_person(language) == A_PERSON[language]
    assert not any(c.isdigit() for c in a_person(language))
    assert "2026-03-02, 13:00" in a_person(language, NOON, "2026-03-02, 13:00")


def test_a_language_that_we_do_not_have_is_english():
    assert a_person("xx") == A_PERSON["en"]


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_the_word_that_every_message_offers_is_named(language):
    assert "human" in PHRASES[language].human


@pytest.mark.parametrize(
    "said",
    ["human", "Human", "HUMAN!", " “human” ", "human please", "A human, please", "ein Mensch bitte", "Mitarbeiter",
     "una persona", "un humain, s'il vous plaît", "operatore", "een medewerker graag", "uma pessoa por favor", "agent"],
)  # fmt: skip
def test_that_word_alone_brings_a_person_and_so_do_its_like(said):
    assert "human" in flags(said)
    assert "human" in flags(said, "Re: your order")


@pytest.mark.parametrize(
    "said", ["It was human error", "Which agent do you recommend for cleaning?", "person of interest, the series"]
)
def test_a_sentence_with_the_word_in_it_is_no_wish(said):
    assert "human" not in flags(said)
