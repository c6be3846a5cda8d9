"""What the keyword lists make of a ticket: categories with an honest probability, flags, and silence where there is nothing."""

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.classify import KeywordClassifier
from app.engine.configuration import load
from app.engine.types import Classification
from connectors.types import Role
from tests.builders import a_message, a_person, a_ticket, an_agent
from tests.engine.seeds import seed, seeds

SHOP = load(
    """
service: shop
classification:
  categories:
    - {name: order-status, keywords: [order, tracking, shipping, where is]}
    - {name: returns, keywords: [return, refund, wrong item, Rückgabe]}
    - {name: payment, keywords: [payment, credit card, declined]}
    - {name: locked, keywords: [cant access, 订单]}
""",
    name="shop.yaml",
)
CLASSIFIER = KeywordClassifier(SHOP)


def judged(*texts: str, subject: str = "", **changes: Any) -> Classification:
    return CLASSIFIER.classify(a_ticket(*texts, subject=subject, **changes))


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("Where is my order?", "order-status"),
        ("WHERE'S MY ORDER", "order-status"),
        ("I'd like to return these, they sent the wrong item", "returns"),
        ("They were returned: refunds?", "returns"),
        ("Eine Ruckgabe bitte", "returns"),
        ("My credit  card was DECLINED.", "payment"),
        ("I can't access anything", "locked"),
        ("我的订单在哪里", "locked"),
        ("payment!!!", "payment"),
    ],
)
def test_a_category_is_found_by_its_keywords(text: str, category: str) -> None:
    assert judged(text).category == category


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Hello there",
        "a disordered reorder",
        "credit where credit is due; any card",
        "\N{GRINNING FACE}",
        "cantaccess",
    ],
)
def test_without_a_keyword_nothing_is_said(text: str) -> None:
    found = judged(text)
    assert (found.labels, found.category, found.confidence) == ((), "", 0.0)
    assert [r.code for r in found.reasons] == ["no_keywords"]


def test_one_word_never_makes_sure_and_more_make_it_likelier() -> None:
    one, two, three = judged("payment"), judged("payment declined"), judged("payment declined by credit card")
    assert 0.5 < one.confidence < 0.7 < two.confidence < three.confidence < 1


def test_a_word_said_twice_proves_no_more_than_once() -> None:
    assert judged("payment payment payment").confidence == judged("payment").confidence


def test_rivals_take_from_each_other() -> None:
    both = judged("refund of my payment declined")
    assert [label.category for label in both.labels] == ["payment", "returns"]
    assert both.confidence < judged("payment declined").confidence
    assert sum(label.p for label in both.labels) <= 1


def test_what_cannot_be_told_apart_stays_a_guess() -> None:
    assert judged("refund payment").confidence < 0.5


def test_the_reason_names_the_keywords_and_no_customer_text() -> None:
    assert [r.text for r in judged("My secret payment was declined").reasons] == [
        "payment: mentions payment, declined."
    ]


def test_the_subject_counts() -> None:
    assert judged("See above", subject="Refund").category == "returns"


def test_the_newest_question_counts_more_than_what_was_said_before() -> None:
    assert judged("My payment was declined", "Anyway: where is my order?").category == "order-status"
    assert judged("Where is my order?", "Any news?").category == "order-status"


def test_only_the_customers_own_public_words_count() -> None:
    customer = a_message("> Where is my order?\nThanks, a refund please", author=a_person())
    agent = a_message("payment declined credit card", author=an_agent(), id="m0")
    note = a_message("payment declined", public=False, id="m3")
    machine = a_message("tracking shipping", author=a_person(role=Role.MACHINE), id="m4")
    assert [label.category for label in judged(messages=(agent, customer, note, machine)).labels] == ["returns"]


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("Let me talk to a human", "human"),
        ("I want to speak to someone", "human"),
        ("Ich will mit einem Menschen sprechen", "human"),
        ("Quiero hablar con un agente", "human"),
        ("Je veux parler à un conseiller", "human"),
        ("Quero falar com um atendente", "human"),
        ("human", "human"),
        ("You will hear from my lawyer", "legal"),
        ("Ich schalte einen Anwalt ein", "legal"),
        ("Voy a poner una demanda", "legal"),
        ("Je vais saisir le tribunal", "legal"),
        ("Vou ao Procon", "legal"),
        ("My account was hacked", "security"),
        ("Mein Konto wurde gehackt", "security"),
        ("Me han hackeado la cuenta", "security"),
        ("On a piraté mon compte", "security"),
        ("Minha conta foi invadida", "security"),
    ],
)
def test_wishes_and_topics_that_only_a_person_may_answer(text: str, flag: str) -> None:
    assert flag in judged(text).flags


@pytest.mark.parametrize(
    "text", ["Where is my order?", "The personal touch is lovely", "Sue gave me this", "I humanely ask"]
)
def test_words_that_only_sound_like_them(text: str) -> None:
    assert judged(text).flags == frozenset()


def test_a_wish_of_long_ago_is_not_one_of_now() -> None:
    assert judged("I want a human", "Thanks. Where is my order?").flags == frozenset()


def test_what_is_not_judged_is_left_open() -> None:
    found = judged("Where is my order?")
    assert (found.language, found.sentiment, found.urgency, found.churn_risk) == ("", None, None, None)
    assert found.engine == CLASSIFIER.version


@settings(deadline=None)
@given(st.text(max_size=300), st.text(max_size=40))
def test_no_text_breaks_it(text: str, subject: str) -> None:
    found = judged(text, subject=subject)
    assert all(0 < label.p < 1 for label in found.labels)
    assert [label.p for label in found.labels] == sorted((label.p for label in found.labels), reverse=True)


def test_a_huge_mail_and_500_categories_take_no_time() -> None:
    names = "".join(f"    - {{name: c{n}, keywords: [word{n}, two words {n}]}}\n" for n in range(500))
    classifier = KeywordClassifier(load(f"service: a\nclassification:\n  categories:\n{names}", name="a.yaml"))
    ticket = a_ticket("word7 and a lot of words " * 20_000)
    begin = time.process_time()
    assert classifier.classify(ticket).category == "c7"
    assert time.process_time() - begin < 10


@seeds
@pytest.mark.parametrize(
    ("name", "text", "category"),
    [
        ("ecommerce.yaml", "Where is my order? The tracking says nothing", "order-status"),
        ("ecommerce.yaml", "I got a damaged lamp and want a refund", "returns"),
        ("saas.json", "I get an error, the export is not working", "bug-report"),
        ("saas.json", "The dashboard is slow and loading takes ages", "performance"),
        ("fintech.yaml", "There is a suspicious, unauthorized withdrawal", "fraud-report"),
        ("fintech.yaml", "My account is locked, I can't access it", "account-access"),
    ],
)
def test_the_users_own_categories(name: str, text: str, category: str) -> None:
    classifier = KeywordClassifier(load(seed(name), name=name))
    assert classifier.classify(a_ticket(text, subject="")).category == category
