"""The bank's conversations: nothing before proof, nothing in full, no effect that nobody released."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from app.engine.actions.banking import masked
from app.engine.workflows.types import Ended, Level, Prove
from tests.builders import NOON
from tests.connectors.banking.stage import BankStage
from tests.connectors.banking.stage import open as opened
from tests.engine.actions.bank import Visit

SPENT = (
    ("Grocery Store", 4567, 27),
    ("Gas Station", 5200, 26),
    ("Restaurant", 8950, 25),
    ("Online Shopping", 23499, 24),
    ("Electric Bill", 12000, 23),
    ("Old Book Shop", 999, 20),
)


@pytest.fixture
def bank() -> Iterator[BankStage]:
    with opened() as stage:
        stage.holder.transactions.clear()
        for merchant, amount, day in SPENT:
            stage.played.spends(stage.holder, merchant, amount, datetime(2026, 10, day, 12, tzinfo=UTC))
        yield stage


def balance(bank: BankStage, **changes) -> Visit:
    return Visit("What's my current balance?", "balance-inquiry", bank.backend, **changes).go()


# --- the balance ----------------------------------------------------------------------------------------------


def test_a_balance_is_told_after_a_code_as_the_guide_has_it(bank: BankStage) -> None:
    visit = balance(bank)
    assert isinstance(visit.progress.waiting, Prove)
    assert "$" not in visit.says
    assert "balances" not in visit.calls
    visit.prove()
    assert visit.progress.ended is Ended.DONE
    assert visit.says.splitlines() == [
        "Account ending in **56:",
        "Available Balance: $2,450.32",
        "Current Balance: $2,450.32",
        "Recent transactions:",
        "- Oct 27: Grocery Store - $45.67",
        "- Oct 26: Gas Station - $52.00",
        "- Oct 25: Restaurant - $89.50",
        "- Oct 24: Online Shopping - $234.99",
        "- Oct 23: Electric Bill - $120.00",
        "Would you like to see more details or download a statement?",
    ]


def test_an_access_is_logged_with_its_proof_and_how_long_it_is_kept(bank: BankStage) -> None:
    visit = balance(bank).prove()
    access = visit.progress.outputs["log-access"]["access"]
    assert access == {
        "type": "balance-inquiry",
        "at": visit.now.isoformat(),
        "agent": "bot",
        "piiAccessed": True,
        "authenticationMethod": "code",
        "retentionExpires": f"{NOON:2033-%m-%d}",
    }
    assert any(f"kept until {NOON:2033-%m-%d}" in note for note in visit.progress.notes)


def test_nobody_elses_account_is_read_whoever_is_named_in_the_text(bank: BankStage) -> None:
    bank.played.opens("victim@example.com", "Victim", balance=1)
    visit = Visit(
        "My e-mail is victim@example.com, what is my balance?", "balance-inquiry", bank.backend, level=Level.CODE
    ).go()
    assert "$2,450.32" in visit.says
    assert "$0.01" not in visit.says


@pytest.mark.parametrize("email", ["nobody@example.com", ""])
def test_who_is_not_a_customer_is_shown_to_a_person(bank: BankStage, email: str) -> None:
    visit = balance(bank, email=email, level=Level.CODE)
    assert visit.progress.ended is Ended.HANDED_OVER
    assert visit.says == ""


def test_a_bank_that_is_down_says_nothing_to_the_customer(bank: BankStage) -> None:
    bank.played.token = "changed"
    visit = balance(bank, level=Level.CODE)
    assert visit.progress.ended is Ended.HANDED_OVER
    assert visit.says == ""


def test_a_merchant_with_a_number_or_markup_in_its_name_is_told_harmlessly(bank: BankStage) -> None:
    at = datetime(2026, 10, 28, tzinfo=UTC)
    bank.played.spends(bank.holder, "Transfer to 9876543210 <b>x</b>", 100, at)
    assert "9876543210" not in balance(bank, level=Level.CODE).says
    assert "<b>" not in balance(bank, level=Level.CODE).says


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Transfer 12345678", "Transfer **78"),
        ("DE89 3704 0044 0532 0130 00 rent", "DE**00 rent"),
        ("SSN 123-45-6789", "SSN ***"),
        ("Route 66 Diner", "Route 66 Diner"),
        ("7-Eleven 2042", "7-Eleven 2042"),
        ("Paid on 2026-03-01, 12:30", "Paid on 2026-03-01, 12:30"),
        ("1999-99-9999", "**99"),
        ("2026-11-221", "**21"),
    ],
)
def test_numbers_to_rob_somebody_with_are_masked(text: str, told: str) -> None:
    assert masked(text, frozenset({"account-number", "ssn"})) == told


# --- a dispute ------------------------------------------------------------------------------------------------


def disputed(bank: BankStage, text: str, **entities: str) -> Visit:
    found = {kind: (value,) for kind, value in entities.items()}
    return Visit(text, "transaction-dispute", bank.backend, entities=found).go()


def test_a_dispute_asks_for_what_is_missing_then_opens_a_case(bank: BankStage) -> None:
    wrong = bank.holder.transactions[1]["transaction"]
    visit = disputed(bank, "I dispute a charge of $52.00, I never bought gas.", amount="52.00 USD")
    assert "the transaction's number" in visit.says
    assert "the day of the charge" in visit.says
    assert "the amount" not in visit.says
    visit.hear(f"It is transaction {wrong} of Oct 26.", date="2026-10-26")
    assert visit.progress.ended is Ended.DONE
    (case,) = bank.played.cases
    assert (case["kind"], case["team"], case["details"]["transaction-id"]) == ("dispute", "disputes-team", wrong)
    assert "never bought gas" in case["text"], "what was said first is the reason, not what was answered last"
    assert visit.says == (
        f"We have received your dispute and opened case {case['case']}. You will get an update within 10 business days."
    )


@pytest.mark.parametrize(
    ("told", "entities"),
    [
        ("t9999", {"amount": "52.00 USD", "date": "2026-10-26"}),
        ("", {"amount": "53.00 USD", "date": "2026-10-26"}),
        ("", {"amount": "52.00 EUR", "date": "2026-10-26"}),
        ("", {"amount": "52.00 USD", "date": "2026-10-25"}),
    ],
)
def test_a_dispute_of_something_else_than_was_paid_opens_no_case(bank: BankStage, told: str, entities) -> None:
    number = told or bank.holder.transactions[1]["transaction"]
    visit = disputed(bank, f"I dispute transaction {number}: never bought gas.", **entities)
    assert visit.progress.ended is Ended.HANDED_OVER
    assert bank.played.cases == []


def test_a_case_that_nobody_released_is_not_acknowledged(bank: BankStage) -> None:
    number = bank.holder.transactions[1]["transaction"]
    found = {"amount": ("52.00 USD",), "date": ("2026-10-26",)}
    visit = Visit(
        f"I dispute transaction {number}.", "transaction-dispute", bank.backend, entities=found, released=frozenset()
    ).go()
    assert visit.progress.ended is Ended.HANDED_OVER
    assert visit.says == ""


# --- fraud ----------------------------------------------------------------------------------------------------


def fraud(bank: BankStage, **changes) -> Visit:
    at = datetime(2026, 10, 27, 22, 32, 18, tzinfo=UTC)
    bank.played.spends(bank.holder, "OnlineStore.com", 50000, at, place="Nevada", customer_place="San Francisco, CA")
    bank.holder.risk |= {"score": 0.87, "level": "high"}
    entities = {"amount": ("500.00 USD",)}
    visit = Visit("I see a $500 charge I didn't make!", "fraud-report", bank.backend, entities=entities, **changes)
    return visit.go()


def test_fraud_locks_the_card_opens_a_case_and_tells_both_sides(bank: BankStage) -> None:
    visit = fraud(bank)
    (case,) = bank.played.cases
    assert bank.holder.cards[0]["status"] == "locked"
    assert visit.says.splitlines() == [
        "I understand this is concerning. I've immediately escalated this to our fraud investigation team.",
        "For your security:",
        "1. I've temporarily locked your card",
        "2. A fraud specialist will call you within 15 minutes at **34",
        "3. Do NOT share your card details, PIN, or password with anyone",
        f"Case #: {case['case']}",
        "Expected resolution: 1-3 business days",
    ]
    notes = "\n".join(visit.progress.notes)
    for said in (
        "Transaction: $500.00 at OnlineStore.com on 2026-10-27T22:32:18Z",
        "Card used: ending in 1234",
        "Merchant location: Nevada",
        "Customer location at that time: San Francisco, CA",
        "Previous fraud: none",
        "Account age: 5 years",
        "Typical spending: $200.00 to $500.00 a month",
        "Risk score: 0.87 (HIGH)",
        "The card is locked.",
    ):
        assert said in notes


def test_a_lock_that_nobody_released_is_not_claimed(bank: BankStage) -> None:
    visit = fraud(bank, released=frozenset({"open_case"}))
    assert bank.holder.cards[0]["status"] == "active"
    assert "I've temporarily locked" not in visit.says
    assert "The card is NOT locked." in visit.progress.notes


def test_who_is_not_known_locks_nobodys_card(bank: BankStage) -> None:
    visit = fraud(bank, level=Level.NOBODY)
    assert visit.progress.ended is Ended.HANDED_OVER
    assert visit.calls == []


def test_a_stolen_card_is_locked_whatever_was_paid(bank: BankStage) -> None:
    visit = Visit("My card was stolen in the metro!", "fraud-report", bank.backend).go()
    assert bank.holder.cards[0]["status"] == "locked"
    assert bank.played.cases[0]["team"] == "fraud-team"
    assert "Card: ending in 1234 (active)" in visit.progress.notes


def test_an_unknown_charge_at_low_risk_leaves_the_card_alone(bank: BankStage) -> None:
    visit = Visit("Is this mail from you? It looks suspicious.", "fraud-report", bank.backend).go()
    assert "lock_card" not in visit.calls
    assert len(bank.played.cases) == 1
    assert visit.progress.ended is Ended.DONE
