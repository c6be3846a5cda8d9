"""What a regulated account may not say and always says, held by code in every language that we vouch for."""

from dataclasses import replace

import pytest

from app.engine import duties
from app.engine.phrases import PHRASES
from connectors.types import Reply
from tests.builders import a_draft, a_ticket
from tests.engine.desk import SETTLED, Desk, made


@pytest.mark.parametrize(
    "text",
    [
        "Should I invest in your fund?",
        "Which stocks do you recommend?",
        "Is it a good idea to buy crypto now?",
        "What is the best pension for me?",
        "Soll ich Aktien kaufen?",
        "¿Debería comprar acciones?",
        "Dois-je vendre mes actions ?",
        "Dovrei comprare azioni?",
        "Moet ik aandelen kopen?",
    ],
)
def test_who_asks_for_advice_is_understood(text):
    assert duties.asks_advice(text)


@pytest.mark.parametrize(
    "text",
    [
        "What's my current balance?",
        "Where is my card?",
        "Should I send a photo?",
        "My transfer failed.",
        "Which branch is open?",
    ],
)
def test_an_ordinary_question_is_none(text):
    assert not duties.asks_advice(text)


@pytest.mark.parametrize(
    "text", ["You should invest in bonds.", "We recommend this fund.", "Guaranteed returns of 5%."]
)
def test_an_answer_that_gives_advice_is_known(text):
    assert duties.gives_advice(text)
    assert not duties.gives_advice("Your balance is $5. You should see the transfer tomorrow.")


@pytest.mark.parametrize("language", sorted(PHRASES))
def test_every_answer_says_that_it_is_no_advice_once(language):
    said = duties.disclaimed(a_draft("Your balance is 5."), language)
    assert said.text.endswith(duties.DISCLAIMERS[language])
    assert duties.disclaimed(said, language) == said
    assert duties.disclaimed(a_draft(""), language).text == ""


@pytest.mark.parametrize(
    "changes",
    [{"ticket": a_ticket("Should I buy shares with my order?")}, {"draft": a_draft("You should buy stocks.")}],
)
def test_advice_is_a_persons_where_the_account_says_so(changes):
    strict = Desk(configuration=replace(SETTLED, no_advice=True), **changes).decide()
    assert "financial_advice" in {reason.code for reason in strict.reasons}
    assert made(strict, Reply) == []
    assert "financial_advice" not in {reason.code for reason in Desk(**changes).decide().reasons}
