"""The bank: the description is what both sides keep; a card and a case happen once; nobody else's data is given a name."""

from collections.abc import Iterator

import pytest

from connectors.banking.connector import described
from connectors.errors import NotFound, Refused
from tests.connectors.banking.stage import AMIRA, BankStage
from tests.connectors.banking.stage import open as opened


@pytest.fixture
def bank() -> Iterator[BankStage]:
    with opened() as stage:
        yield stage


def test_every_path_of_the_description_is_played_and_every_played_one_described(bank: BankStage) -> None:
    from flask import Flask  # noqa: PLC0415

    app = Flask("bank")
    app.register_blueprint(bank.played.blueprint(), name="described")
    played = {
        (rule.rule.count("<"), method, rule.rule.split("/")[1], rule.rule.split("/")[-1].strip("<>"))
        for rule in app.url_map.iter_rules()
        if rule.endpoint != "static"
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    wanted = {
        (one.path.count("{"), one.method, one.path.split("/")[1], one.path.split("/")[-1].strip("{}"))
        for one in described().endpoints.values()
    }
    assert played == wanted


def test_no_full_number_of_an_account_or_a_card_is_ever_described() -> None:
    schemas = described().contents["components"]["schemas"]
    assert set(schemas["Account"]["properties"]) == {"account", "kind", "last2"}
    assert schemas["Card"]["properties"]["last4"]["pattern"] == "^[0-9]{4}$"


def test_a_customer_is_who_has_exactly_this_address(bank: BankStage) -> None:
    outputs = bank.backend.run("find_customer", {"email": AMIRA.upper()}).outputs
    assert (outputs["owner"], outputs["phone"]) == (AMIRA, "+14155550134")
    assert outputs["accounts"][0]["last2"] == "56"
    with pytest.raises(NotFound):
        bank.backend.run("find_customer", {"email": "nobody@example.com"})


def test_two_customers_with_one_address_are_a_persons(bank: BankStage) -> None:
    bank.played.opens(AMIRA, "Another")
    with pytest.raises(Refused, match="several customers"):
        bank.backend.run("find_customer", {"email": AMIRA})


def test_a_payment_names_the_card_it_was_made_with(bank: BankStage) -> None:
    outputs = bank.backend.run("find_transaction", bank.examples["find_transaction"]).outputs
    assert (outputs["amount"], outputs["card"]) == (50000, bank.holder.cards[0]["card"])
    assert (outputs["place"], outputs["customer_place"]) == ("Las Vegas", "San Francisco")


def test_somebody_elses_payment_is_not_found_under_this_customer(bank: BankStage) -> None:
    other = bank.played.opens("other@example.com", "Other")
    theirs = bank.played.spends(other, "Shop", 100)
    with pytest.raises(NotFound):
        bank.backend.run("find_transaction", {"customer": bank.holder.id, "transaction": theirs})


def test_as_many_transactions_as_were_asked_for_newest_first(bank: BankStage) -> None:
    for place in range(7):
        bank.played.spends(bank.holder, f"Shop {place}", 100 + place)
    found = bank.backend.run("transactions", {"customer": bank.holder.id, "limit": 5}).outputs["transactions"]
    assert len(found) == 5
    assert found == sorted(found, key=lambda one: one["at"], reverse=True)
    assert bank.backend.run("transactions", {"customer": bank.holder.id, "limit": 9999}).outputs["owner"] == AMIRA


def test_a_card_that_is_blocked_for_good_is_not_locked(bank: BankStage) -> None:
    bank.holder.cards[0]["status"] = "blocked"
    with pytest.raises(Refused):
        bank.backend.run("lock_card", bank.examples["lock_card"], key="k")


def test_a_case_carries_its_details_and_team_and_is_opened_once_a_key(bank: BankStage) -> None:
    inputs = {**bank.examples["open_case"], "team": "fraud-team", "details": {"amount": 500}}
    first = bank.backend.run("open_case", inputs, key="k").outputs
    assert bank.backend.run("open_case", inputs, key="k").outputs == first
    assert bank.backend.run("open_case", inputs, key="other").outputs != first
    assert [one["details"] for one in bank.played.cases] == [{"amount": "500"}] * 2


@pytest.mark.parametrize("customer", ["../customers", "x/../y", "..", "nobody"])
def test_no_customer_leads_to_another_address(bank: BankStage, customer: str) -> None:
    with pytest.raises(Exception, match=r"answered 404|address is empty"):
        bank.backend.run("balances", {"customer": customer})
