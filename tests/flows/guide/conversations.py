"""The conversations of the users' guide, each with what has to be so at the end: in the helpdesk, and in the systems behind it.

What an answer by itself needs (people who judged enough drafts, and a lead's word) is given as evidence at the start, where the
guide shows an answer by itself; what changes something at a backend waits for a person's approval all the same.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from app.sandbox.backends.shopify import Item
from app.sandbox.systems import HOME, LATENCY
from connectors.types import Priority
from tests.flows.guide.house import House

Play = Callable[[House], None]


@dataclass(frozen=True)
class Conversation:
    """One story of one company. ``host`` is where it is played in every run of the tests; ``priority`` is what its ticket gets."""

    company: str
    host: str
    category: str
    play: Play
    priority: Priority | None = None


def known(house: House) -> None:
    """A customer like any other: an order on its way, nothing that makes them more important."""
    house.client = house.named("Buyer 0")
    house.desk.knows(house.client)


# --- the shop -----------------------------------------------------------------------------------------------


def order_status(house: House) -> None:
    known(house)
    house.prove("order-status")
    house.customer("Where is my order? #30000")
    (said,) = house.said
    assert "Your order #30000 is currently in transit!" in said
    assert re.search(r"It shipped on \w+ \d+ and is expected to arrive by \w+ \d+\.", said)
    assert "Track it here" in said
    assert "Carrier: USPS, Tracking: 9400123456789" in said


def late_and_angry(house: House) -> None:
    house.prove("order-status")
    house.customer("Where is my order? #12345")
    house.customer("It's late and I need it for this weekend! This is unacceptable.")
    assert house.said == []
    for context in ("VIP", "lifetime value", "Jane Doe", "The customer is upset"):
        assert context in house.note
    for context in ("Order 12345", "299.99", "It is late", "2 returns"):
        assert context in house.notes
    assert house.behind.shop.order("12345").returns == []


def return_by_mail(house: House) -> None:
    house.customer("I'd like to return the blue sweater from order #12346")
    assert house.behind.labels.labels == []
    house.approve(2)
    sent = house.send()
    assert "We've processed your return request for order #12346." in sent
    for step in ("Print the attached label", "Package the item securely", "Drop off at any USPS location"):
        assert step in sent
    (back,) = house.behind.shop.order("12346").returns
    assert f"Ticket #: {back.name.removeprefix('#')}" in sent
    assert len(house.behind.labels.labels) == 1
    assert house.desk.files(house.ticket) >= 1


def address_change(house: House) -> None:
    known(house)
    order = house.behind.shop.sell("12350", house.client.email, Item("Wool blanket", 12900), address=HOME)
    house.prove("order-status")
    house.customer("Can I change my shipping address for order #12350?")
    asked = house.said[-1]
    assert "Your order #12350 hasn't shipped yet, so we can change it. What's the new address?" in asked
    house.customer("99 New Street, Salem, OR 97301")
    assert order.address["address1"] == HOME["address1"]
    house.approve()
    assert (order.address["address1"], order.address["zip"]) == ("99 New Street", "97301")
    assert "Your order #12350 will now be sent to: 99 New Street" in house.said[-1]
    assert len(house.said) == 2


# --- the software company -----------------------------------------------------------------------------------

BUG = "I'm getting a 500 error when trying to export my data. I clicked Export and chose a whole year. Chrome 119 on macOS 14.0."


def known_bug(house: House) -> None:
    house.customer(BUG)
    house.approve(3)
    sent = house.send()
    (issue,), (problem,) = house.behind.issues.issues.values(), house.behind.code.issues.values()
    assert "I've found a known issue that matches your problem." in sent
    assert "Workaround: Try a smaller date range" in sent
    assert "(ETA: next week)" in sent
    assert f"I've created ticket {issue.key} to track this for you." in sent
    assert f"/issues/{problem.number}" in issue.links[0]["object"]["url"]
    assert issue.key in problem.comments[0].body


def fix_and_follow_up(house: House) -> None:
    known_bug(house)
    house.hand_back()
    (key,) = house.behind.issues.issues
    house.behind.issues.resolve(key, "v2.15.0")
    house.settle()
    assert f"{key} is resolved. Fixed in v2.15.0." in house.send()
    house.hand_back()
    house.later(timedelta(hours=24, seconds=5))
    assert "Does it work for you now?" in house.send()
    house.hand_back()
    house.customer("Yes, it works now, thanks")
    assert "Thank you for confirming" in house.send()


def api_question(house: House) -> None:
    house.customer("How do I authenticate my API requests?")
    assert house.said == []
    sent = house.send()
    assert "bearer token" in sent
    assert "curl -H 'Authorization: Bearer YOUR_KEY'" in sent
    assert "Settings, API, Keys" in sent
    assert "Authenticating API requests" in sent


def performance(house: House) -> None:
    house.behind.measured.metrics[LATENCY].lately = 2.4
    house.behind.status.publish("Slow dashboards", "We are looking into it.")
    house.customer("Our dashboards are slow since 9:00 this morning: every page takes 10 seconds to load.")
    assert "latency" in house.note
    assert "Slow dashboards" in house.send()


def critical_bug(house: House) -> None:
    house.customer(
        "Our whole production is down since ten minutes: every board gives error 500 for all our users. "
        "We are losing customers every minute. This is an emergency, we need help right now!"
    )
    assert house.said == []
    assert "Take it now" in house.note
    for contact in ("engineering-oncall", "support-manager"):
        assert contact in house.note


# --- the bank -----------------------------------------------------------------------------------------------


def fraud(house: House) -> None:
    house.customer("I see a $500 charge I didn't make!")
    holder = house.behind.bank.holders[0]
    assert house.said == []
    for context in ("OnlineStore.com", "500.00", "ending in 1234", "Nevada", "San Francisco", "Previous fraud: none"):
        assert context in house.note
    assert holder.cards[0]["status"] == "active"
    assert "fraud-team" in house.note
    house.approve(2)
    assert holder.cards[0]["status"] == "locked"
    (case,) = house.behind.bank.cases
    sent = house.send()
    assert "I've temporarily locked your card" in sent
    assert "Do NOT share your card details, PIN, or password with anyone" in sent
    assert f"Case #: {case['case']}" in sent
    assert holder.phone not in sent


def balance(house: House) -> None:
    house.prove("balance-inquiry")
    house.customer("What's my current balance?")
    (asked,) = house.said
    assert "I've sent a code to your phone ending in 34. Please enter it here." in asked
    assert "2,450.32" not in asked + house.notes
    (text,) = house.behind.texts.texts(house.behind.bank.holders[0].phone)
    (code,) = re.findall(r"\b\d{6}\b", text)
    house.customer(code)
    told = house.said[-1]
    assert "Account ending in 56" in told
    assert "Available Balance: $2,450.32" in told
    assert "Grocery Store - $45.67" in told
    assert code not in house.notes
    assert "Access logged: balance-inquiry, proven by code" in house.notes


def dispute(house: House) -> None:
    charge = house.behind.bank.holders[0].transactions[0]
    house.customer(
        f"I dispute an incorrect charge: transaction {charge['transaction']}, $45.67 on {charge['at'][:10]}. "
        "I never bought there."
    )
    assert house.said == []
    assert house.behind.bank.cases == []
    house.promoted()
    house.approve()
    (case,) = house.behind.bank.cases
    assert (case["team"], case["details"]["amount"]) == ("disputes-team", "45.67 USD")
    assert f"opened case {case['case']}" in house.send()


def dispute_turn_by_turn(house: House) -> None:
    charge = house.behind.bank.holders[0].transactions[0]
    house.promoted()
    house.customer("I want to dispute a charge on my account: it is wrong, they charged me for a purchase I sent back.")
    for missing, said in (
        ("the transaction's number", f"The transaction is {charge['transaction']}, it was on {charge['at'][:10]}."),
        ("the amount", "It was $45.67."),
    ):
        asked = house.send()
        assert missing in asked, asked
        assert house.behind.bank.cases == []
        house.hand_back()
        house.customer(said)
    house.approve()
    (case,) = house.behind.bank.cases
    assert case["team"] == "disputes-team"
    assert case["details"]["transaction-id"] == charge["transaction"]
    assert "review by compliance" in house.notes
    assert f"opened case {case['case']}" in house.send()


def locked_account(house: House) -> None:
    house.customer("My account is locked and I forgot my password, I cant access it.")
    assert house.said == []
    assert "The configuration wants a person for account-access." in house.note
    assert "approve" not in house.note.casefold()
    assert house.behind.bank.cases == []


GUIDE: Mapping[str, Conversation] = {
    "order-status": Conversation("shop", "slack", "order-status", order_status),
    "late-and-angry": Conversation("shop", "intercom", "order-status", late_and_angry, Priority.HIGH),
    "return-by-mail": Conversation("shop", "zendesk", "returns", return_by_mail),
    "address-change": Conversation("shop", "intercom", "order-status", address_change),
    "known-bug": Conversation("saas", "intercom", "bug-report", known_bug, Priority.HIGH),
    "fix-and-follow-up": Conversation("saas", "slack", "bug-report", fix_and_follow_up, Priority.HIGH),
    "api-question": Conversation("saas", "zendesk", "api-integration", api_question),
    "performance": Conversation("saas", "intercom", "performance", performance, Priority.HIGH),
    "critical-bug": Conversation("saas", "zendesk", "bug-report", critical_bug, Priority.URGENT),
    "fraud": Conversation("bank", "intercom", "fraud-report", fraud, Priority.URGENT),
    "balance": Conversation("bank", "slack", "balance-inquiry", balance),
    "dispute": Conversation("bank", "zendesk", "transaction-dispute", dispute),
    "dispute-turn-by-turn": Conversation("bank", "zendesk", "transaction-dispute", dispute_turn_by_turn),
    "locked-account": Conversation("bank", "zendesk", "account-access", locked_account),
}
