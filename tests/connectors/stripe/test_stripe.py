"""Money: never twice, never in another currency, never more than is left, never for somebody else."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.sandbox.world import Fault
from connectors.errors import BadPayload, NotFound, Refused, Unavailable
from connectors.operations import Risk
from connectors.rest import nested
from tests.connectors.stripe.stage import JANE, PaymentStage
from tests.connectors.stripe.stage import open as opened

REFUND = {"amount": 1000, "currency": "usd", "reason": "requested_by_customer"}


@pytest.fixture
def stripe() -> Iterator[PaymentStage]:
    with opened() as stage:
        yield stage


def refund(stripe: PaymentStage, key: str = "k", **changes):
    return stripe.backend.run("refund", {"payment": stripe.paid.intent, **REFUND, **changes}, key=key)


@pytest.mark.parametrize("by", ["intent", "charge"])
def test_a_payment_is_found_by_either_of_its_names(stripe: PaymentStage, by: str) -> None:
    name = getattr(stripe.paid, by)
    outputs = stripe.backend.run("find_payment", {"payment": name}).outputs
    assert outputs == {
        "payment": name,
        "owner": JANE,
        "amount": 29999,
        "currency": "USD",
        "refunded": 0,
        "status": "succeeded",
    }


def test_what_was_given_back_shows(stripe: PaymentStage) -> None:
    refund(stripe, amount=29999)
    outputs = stripe.backend.run("find_payment", {"payment": stripe.paid.intent}).outputs
    assert (outputs["refunded"], outputs["status"]) == (29999, "refunded")


def test_the_same_key_is_one_refund_also_after_stripe_forgot_the_key(stripe: PaymentStage) -> None:
    refund(stripe)
    assert refund(stripe).outputs["refund"] == stripe.paid.refunds[0]["id"]
    stripe.played._answered.clear()
    since = datetime.now(UTC) - timedelta(days=2)
    inputs = {"payment": stripe.paid.intent, **REFUND}
    again = stripe.backend.run("refund", inputs, key="k", since=since)
    assert (again.recovered, len(stripe.paid.refunds)) == (True, 1)
    assert stripe.backend.run("refund", inputs, key="other", since=since).recovered is False
    assert len(stripe.paid.refunds) == 2


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"currency": "EUR"}, "another currency"),
        ({"amount": 30000}, "more than is left"),
        ({"amount": -5}, "no amount"),
        ({"amount": 10.5}, "no amount"),
        ({"amount": "1000"}, "no amount"),
        ({"amount": True}, "no amount"),
    ],
)
def test_what_was_not_paid_is_not_given_back(stripe: PaymentStage, changes, why: str) -> None:
    with pytest.raises(Refused, match=why):
        refund(stripe, **changes)
    assert stripe.paid.refunds == []


def test_twice_in_full_is_refused(stripe: PaymentStage) -> None:
    refund(stripe, amount=29999)
    with pytest.raises(Refused, match="refunded already"):
        refund(stripe, key="another", amount=29999)


def test_a_refusal_of_stripes_own_is_named_by_its_code(stripe: PaymentStage) -> None:
    stripe.played.refuses = "charge_disputed"
    with pytest.raises(Refused, match="charge_disputed") as refusal:
        refund(stripe)
    assert JANE not in str(refusal.value)


@pytest.mark.parametrize("payment", ["pi_999", "ch_999", "../customers", "pi_1/../../x", "pi_1?expand=x", "é"])
def test_no_name_leads_to_another_address(stripe: PaymentStage, payment: str) -> None:
    with pytest.raises(NotFound):
        stripe.backend.run("find_payment", {"payment": payment})


def test_a_subscription_is_told_with_its_plan_seats_and_price(stripe: PaymentStage) -> None:
    outputs = stripe.backend.run("find_subscription", {"email": JANE}).outputs
    assert (outputs["owner"], outputs["plan"], outputs["seats"], outputs["amount"]) == (JANE, "Professional", 3, 14700)
    assert outputs["renews_at"].endswith("Z")


def test_the_living_subscription_is_the_one_that_is_meant(stripe: PaymentStage) -> None:
    stripe.played.subscribe(JANE, "Starter", 900, status="canceled")
    assert stripe.backend.run("find_subscription", {"email": JANE}).outputs["plan"] == "Professional"


def test_a_product_that_cannot_be_read_leaves_the_price_as_the_plans_name(stripe: PaymentStage) -> None:
    stripe.world.faults.order(Fault("status", path="/products/", status=403))
    assert stripe.backend.run("find_subscription", {"email": JANE}).outputs["plan"].startswith("price_")


def test_two_customers_with_one_address_are_a_persons(stripe: PaymentStage) -> None:
    stripe.played.customers["cus_other"] = JANE
    for operation, key in (("find_subscription", ""), ("payment_link", "k")):
        with pytest.raises(Refused, match="several customers"):
            stripe.backend.run(operation, {"email": JANE}, key=key)
    assert stripe.played.links == []


def test_who_is_not_a_customer_has_no_link(stripe: PaymentStage) -> None:
    with pytest.raises(NotFound):
        stripe.backend.run("payment_link", {"email": "nobody@example.com"}, key="k")


def test_a_link_cannot_be_taken_back_so_a_person_approves_it(stripe: PaymentStage) -> None:
    link = stripe.backend.operations["payment_link"]
    assert (link.risk, link.inverse) == (Risk.IRREVERSIBLE, "")


def test_an_answer_that_drips_for_ever_is_given_up(stripe: PaymentStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.rest.LONGEST", -1.0)
    with pytest.raises(Unavailable, match="did not end in time"):
        stripe.backend.check()


def test_an_answer_without_end_is_given_up(stripe: PaymentStage, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("connectors.rest.LARGEST", 10)
    with pytest.raises(BadPayload, match="body"):
        stripe.backend.check()


def test_forms_have_brackets() -> None:
    assert nested({"a": {"b": [1, {"c": True}]}, "d": None, "e": "x"}) == {
        "a[b][0]": "1",
        "a[b][1][c]": "true",
        "e": "x",
    }
