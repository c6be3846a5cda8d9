"""Who is robbed is heard to be, in whatever language they say so; who disputes a payment that they made is not."""

import time

import pytest

from app.engine.robbed import SURE, Sign, about_fraud, sign, suspected
from tests.builders import a_classification

DENIED = (
    "I see a $500 charge I didn't make!",
    "There is a charge on my card that is not mine.",
    "I don\u2019t recognise this payment",
    "A transfer was made without my permission",
    "I never authorised this transaction.",
    "Es gibt eine Abbuchung von 500 €, die ich nicht gemacht habe!",
    "Diese Zahlung kenne ich nicht.",
    "Veo un cargo de 500 € que no hice.",
    "No reconozco este pago.",
    "Je vois un paiement de 500 € que je n'ai pas fait !",
    "Vedo un addebito che non ho fatto.",
    "Ik zie een betaling die ik niet heb gedaan: niet van mij.",
    "Vejo uma cobrança que não fiz.",
    "There is a strange payment on my card.",
    "A direct debit I did not set up",
    "I have a charge for something I never purchased.",
    "There's a transaction from a shop I've never heard of.",
)
TAKEN = (
    "Someone stole my card yesterday and I see payments that are not mine",
    "I can't find my card, it is lost.",
    "How do I report a stolen card?",
    "Somebody hacked my account and transferred money out",
    "I think someone is using my card.",
    "My card was used in Lima by somebody I have never met.",
    "Meine Karte wurde gestohlen!",
    "Me robaron la tarjeta.",
    "On a volé ma carte bancaire.",
    "Mi hanno rubato la carta: la carta è stata rubata.",
    "Mijn pas is gestolen.",
    "Perdi o meu cartão.",
)
TRICKED = (
    "I got a text pretending to be from you and I entered my PIN.",
    "I think I was scammed.",
    "Ich bin auf eine gefälschte SMS hereingefallen.",
    "Me han estafado.",
    "Je me suis fait arnaquer, je suis victime d'une arnaque.",
    "Sono stato truffato.",
    "Ik ben opgelicht.",
    "Caí num golpe.",
)
OTHER = (
    "I dispute an incorrect charge: transaction t1, $45.67 on 2026-03-01. I never bought there.",
    "I was charged twice for one purchase, please refund one of them.",
    "What's my current balance?",
    "My payment failed, can you help?",
    "I did not receive my card.",
    "Die Überweisung ist noch nicht angekommen.",
    "Mon paiement n'est pas arrivé.",
    "I don't know what a pending payment is.",
    "I don't know how to make a transfer.",
    "How do I send money to someone else's account?",
    "I entered my PIN wrong three times.",
    "I can't find the card PIN.",
    "My card got lost in the mail.",
    "Can I use my card abroad?",
)


@pytest.mark.parametrize(
    ("said", "what"),
    [(said, what) for what, every in zip(Sign, (DENIED, TAKEN, TRICKED), strict=True) for said in every],
)
def test_who_is_robbed_is_heard(said: str, what: Sign) -> None:
    assert sign(said) is what


@pytest.mark.parametrize("text", OTHER)
def test_anything_else_is_what_it_is(text: str) -> None:
    assert sign(text) is None


@pytest.mark.parametrize("word", ["my card ", "payment ", "someone ", "I never ", "lost "])
def test_no_text_takes_long(word: str) -> None:
    began = time.process_time()
    assert sign(word * 2_000) is None
    assert time.process_time() - began < 10


def test_fraud_comes_first_where_there_is_a_category_for_it() -> None:
    categories = about_fraud(["transaction-dispute", "fraud-report", "defrauded"])
    assert categories == ("fraud-report",)
    judged = a_classification("transaction-dispute", 0.85)
    told = suspected(judged, DENIED[0], categories)
    assert (told.category, [label.category for label in told.labels]) == (
        "fraud-report",
        ["fraud-report", "transaction-dispute"],
    )
    assert told.confidence >= 0.9
    assert [reason.code for reason in told.reasons] == ["denied_payment"], "nothing else is the reason"
    guessed = a_classification("fraud-report", 0.54)
    assert suspected(guessed, DENIED[0], categories).confidence == SURE, "a guess becomes sure, and so gets its team"
    assert suspected(judged, OTHER[0], categories) == judged
    assert suspected(judged, DENIED[0], ()) == judged
