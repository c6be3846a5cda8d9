"""``ORDER 12345`` by text message: what it stands for is done, and the answer fits a text message."""

from collections.abc import Iterator

import pytest

from app.engine.channels import ONE_TEXT
from connectors.types import Reply
from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.flows.store import an_order
from tests.jobs.workflows import CONFIGURATION, Play

SMS = CONFIGURATION.replace(
    "channels: [",
    "channels: [{type: sms, number: '+1-415-555-1234', keywords: {ORDER: check-order-status, RETURN: start-return-process, "
    "HELP: general-support}}, ",
)


class Phone(Play):
    """A customer who writes text messages."""

    def texts(self, words: str) -> None:
        self.ticket = self.vendor.customer_writes("", self.ticket)
        held = self.vendor.tickets[self.ticket]
        held.channel, held.messages[:] = "sms", held.messages[:-1]
        self.vendor.says(held, held.customer, words)
        self.go_on()


@pytest.fixture
def phone() -> Iterator[Phone]:
    phone = Phone(Stage(), an_order(), mode="deflect", text=SMS)
    phone.prove()
    yield phone
    phone.stage.database.dispose()
    VENDORS.clear()


def test_a_keyword_brings_the_orders_status_within_text_messages(phone: Phone) -> None:
    phone.texts("ORDER 12345")
    (reply,) = phone.replies
    assert "Order #12345: in-transit" in reply.text
    assert "human" in reply.text
    assert "Hello" not in reply.text
    assert all(len(part) <= ONE_TEXT for part in reply.text.split("\n"))
    assert phone.ends == ["done"]


def test_help_brings_a_person(phone: Phone) -> None:
    phone.texts("HELP")
    assert phone.changes(Reply) == []
    assert "no_category" in {reason.code for reason in phone.decision.reasons}


def test_a_keyword_for_somebody_elses_order_shows_nothing_of_it(phone: Phone) -> None:
    phone.shop.orders["777"] = an_order("777", owner="bob@other.example")
    phone.texts("ORDER 777")
    assert all("in-transit" not in reply.text for reply in phone.replies)
