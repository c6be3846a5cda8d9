"""Who denies a payment is suspected to be robbed, in whatever language; who disputes one they made is not."""

import pytest

from app.engine.denials import about_fraud, denied, suspected
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
)
OTHER = (
    "I dispute an incorrect charge: transaction t1, $45.67 on 2026-03-01. I never bought there.",
    "I was charged twice for one purchase, please refund one of them.",
    "What's my current balance?",
    "My payment failed, can you help?",
    "I did not receive my card.",
    "Die Überweisung ist noch nicht angekommen.",
    "Mon paiement n'est pas arrivé.",
)


@pytest.mark.parametrize("text", DENIED)
def test_a_payment_that_somebody_did_not_make_is_suspected(text: str) -> None:
    assert denied(text)


@pytest.mark.parametrize("text", OTHER)
def test_anything_else_is_what_it_is(text: str) -> None:
    assert not denied(text)


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
    assert told.reasons[0].code == "denied_payment"
    assert suspected(judged, OTHER[0], categories) == judged
    assert suspected(judged, DENIED[0], ()) == judged
