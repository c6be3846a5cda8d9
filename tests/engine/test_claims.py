"""A claim passes only when its source says it: every way in which a sentence can say more is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.claims import MOST_STATEMENTS, Statement, refusals
from tests.builders import a_passage

RETURNS = a_passage(
    "You can return most items within 14 days of delivery. Refunds take 5 to 7 business days. Exchanges take 30 days. "
    "Opened software cannot be returned. Shipping costs €4.90. Shipping is free for orders over €50 and needs 3 days. "
    "Refunds may be delayed in December. Contact us at help@shop.example or +44 20 7946 0958. "
    "We will send you a label by e-mail. Gift cards for members are free of charge.",
    title="Returns",
    url="https://help.example/returns",
)
STEPS = a_passage("To track a parcel:\n1. Open the app.\n2. Choose Your orders.\n3. Press Track.", source="steps")
INSIDE = a_passage("Agents may refund 500 euros.", source="inside", restricted=True)
GERMAN = a_passage(
    "Die Rückgabe ist innerhalb von 14 Tagen möglich. Eine Erstattung dauert fünf Werktage.", locale="de"
)
PASSAGES = {"P1": RETURNS, "P2": STEPS, "P3": INSIDE, "P4": GERMAN}


def verdict(text: str, *sources: str) -> str:
    found = refusals([Statement(text, sources or ("P1",))], PASSAGES)
    return found[0].reason.code if found else ""


@pytest.mark.parametrize(
    "said",
    [
        "You can return most items within 14 days of delivery.",
        "Most items can be returned within fourteen days of delivery.",
        "Refunds take 5-7 business days.",
        "Refunds take five to seven business days.",
        "Shipping costs 4,90 EUR.",
        "Opened software can't be returned.",
        "Refunds may be delayed in December.",
        "Contact us at help@shop.example.",
        "Contact us at +44 20 7946 0958.",
        "We will send you a label by e-mail.",
    ],
)
def test_what_the_source_says_passes(said: str) -> None:
    assert verdict(said) == ""


@pytest.mark.parametrize(
    "said", ["Open the app, choose Your orders and press Track.", "1. Open the app.", "Press Track."]
)
def test_steps_may_be_told_together_or_one_by_one(said: str) -> None:
    assert verdict(said, "P2") == ""


def test_another_language_is_checked_by_the_same_rules() -> None:
    assert verdict("Die Rückgabe ist innerhalb von 14 Tagen möglich.", "P4") == ""
    assert verdict("Eine Erstattung dauert 5 Werktage.", "P4") == ""
    assert verdict("Die Rückgabe ist innerhalb von 30 Tagen möglich.", "P4") == "foreign_figure"
    assert verdict("Eine Erstattung dauert immer fünf Werktage.", "P4") == "foreign_rule"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("You can return most items within 30 days of delivery.", "foreign_figure"),
        ("You can return most items within two weeks of delivery.", "foreign_figure"),
        ("Refunds take 30 days.", "foreign_figure"),
        ("Refunds take 5 to 7 days.", "foreign_figure"),
        ("Refunds take 5 business days.", "foreign_figure"),
        ("Refunds take ٣٠ days.", "foreign_figure"),
        ("Shipping costs €50.", "foreign_figure"),
        ("Shipping costs $4.90.", "foreign_figure"),
        ("Shipping costs €4.09.", "foreign_figure"),
        ("Shipping is free for orders under €50 and needs 3 days.", "foreign_rule"),
        ("You can return all items within 14 days of delivery.", "foreign_rule"),
        ("You can return items within 14 days of delivery.", "unlimited"),
        ("Shipping is free.", "unlimited"),
        ("Gift cards are free.", "unlimited"),
        ("Refunds are delayed in December.", "unlimited"),
        ("Refunds may be delayed in January.", "foreign_rule"),
        ("Opened software can be returned.", "reversed"),
        ("You cannot return most items within 14 days of delivery.", "reversed"),
        ("Your new exchange deadline is tomorrow.", "foreign_rule"),
        ("Exchanges always take 30 days.", "foreign_rule"),
        ("We will send you a label and a voucher by e-mail.", "foreign_rule"),
        ("We will contact you by e-mail about this.", "unsupported"),
        ("Your refund has been approved.", "foreign_rule"),
        ("Visit https://evil.example/returns to return most items.", "foreign_address"),
        ("Return most items at evil.example today.", "foreign_address"),
        ("Return most items at evil[.]example today.", "foreign_address"),
        ("Return most items at evil dot example today.", "foreign_address"),
        ("Contact us at help@shop.example.evil.test.", "foreign_address"),
        ("Contact us at help@evil.example.", "foreign_address"),
        ("Contact us at +44 20 7946 0959.", "foreign_address"),
        ("[Contact us](https://help.example/returns)", "markup"),
        ("![x](https://evil.example/pixel)", "markup"),
        ("<b>Refunds</b> take 5 to 7 business days.", "markup"),
        ("Refunds take 5\u200b to 7 business days.", "markup"),
        ("Refunds take 5 to 7 business days. <|im_end|>", "markup"),
        ("Contact us, [EMAIL_1].", "personal_data"),
        ("Yes.", "says_nothing"),
        ("!!! \U0001f600", "says_nothing"),
        ("Refunds " * 100, "too_long"),
        ("The weather is lovely and the manager agrees with you.", "unsupported"),
    ],
)
def test_what_it_does_not_say_is_refused(said: str, why: str) -> None:
    assert verdict(said) == why


@pytest.mark.parametrize(
    "said",
    [
        "Contact us and send your password and card number to help@shop.example.",
        "Refunds take 5 to 7 business days, and we will refund you.",
        "We guarantee that refunds take 5 to 7 business days.",
        "You will get a refund, which takes 5 to 7 business days.",
        "I have sent you a label by e-mail.",
        "Someone will call you by e-mail.",
        "Refunds take 5 to 7 business days. We will call you tomorrow.",
        "Reply with your password to return most items.",
        "We werden Ihnen ein Label senden.",
        "Nous allons vous rembourser.",
        "Vamos a enviar un reembolso.",
    ],
)
def test_promises_and_questions_for_secrets_are_refused(said: str) -> None:
    assert verdict(said) != ""


def test_sources_have_to_be_named_known_and_public() -> None:
    said = "Agents may refund 500 euros."
    assert refusals([Statement(said, ())], PASSAGES)[0].reason.code == "uncited"
    assert verdict(said, "P3") == "restricted_source"
    assert verdict(said, "P9") == "unknown_source"
    assert verdict("Press Track.", "P2", "P9") == "unknown_source"
    assert verdict("Press Track.", "P1") == "unsupported"
    assert verdict("Press Track.", "P1", "P2") == ""


def test_each_statement_is_named_by_its_number() -> None:
    said = [Statement("Press Track.", ("P2",)), Statement("Press Stop.", ("P2",)), Statement("x", ())]
    assert [(r.number, r.reason.code) for r in refusals(said, PASSAGES)] == [(2, "unsupported"), (3, "uncited")]


def test_an_answer_says_something_and_not_too_much() -> None:
    assert refusals([], PASSAGES)[0].reason.code == "says_nothing"
    many = [Statement("Press Track.", ("P2",))] * (MOST_STATEMENTS + 1)
    assert [r.reason.code for r in refusals(many, PASSAGES)] == ["too_long"]


def test_a_reason_repeats_nothing_that_was_said() -> None:
    said = "Return most items at evil.example within 99 days, dear Ana."
    assert not {"evil", "99", "Ana"} & set(refusals([Statement(said, ("P1",))], PASSAGES)[0].reason.text.split())


@given(st.text(max_size=300), st.text(max_size=300))
def test_nothing_makes_it_stumble(said: str, source: str) -> None:
    refusals([Statement(said, ("P1",))], {"P1": a_passage(source)})


@given(st.integers(0, 999), st.sampled_from(["days", "hours", "EUR", "%", "business days"]))
def test_no_other_amount_passes(amount: int, unit: str) -> None:
    passage = a_passage("A parcel takes 1000 minutes to arrive at home.")
    assert refusals([Statement(f"A parcel takes {amount} {unit} to arrive at home.", ("P",))], {"P": passage})


@pytest.mark.parametrize(
    ("source", "true", "false"),
    [
        (
            "We send a replacement free of charge within 3 working days.",
            "A free replacement is sent within 3 working days.",
            "We sent a free replacement within 3 working days.",
        ),
        (
            "You can cancel an order until it is packed.",
            "An order can be cancelled until it is packed.",
            "Your order was cancelled until it is packed.",
        ),
        (
            "After that we cannot change the address any more.",
            "We can no longer change the address after that.",
            "We can change the address after that.",
        ),
        (
            "After that we can change the address.",
            "We can change the address after that.",
            "We can no longer change the address after that.",
        ),
        ("The second reminder costs 5.00.", "A second reminder costs 5.00.", "A third reminder costs 5.00."),
        ("A refund takes 30 seconds.", "A refund takes 30 seconds.", "A refund takes a second."),
        (
            "Sold in packs. They are valid for 3 years.",
            "Gift cards are valid for 3 years.",
            "Vouchers are valid for 3 years.",
        ),
        ("It does not cover holes.", "The gift cards do not cover holes.", "The gift cards cover holes."),
    ],
)
def test_other_words_for_the_same_pass_and_nothing_else_does(source: str, true: str, false: str) -> None:
    passages = {"P1": a_passage(source, title="Gift cards")}
    assert refusals([Statement(true, ("P1",))], passages) == ()
    assert refusals([Statement(false, ("P1",))], passages) != ()
