"""A report of fraud reaches fraud team, security and compliance within a minute, and says nothing of who was robbed of what."""

from collections.abc import Iterator

import pytest

from app.sandbox.backends.banking import BankingBackend
from app.sandbox.backends.twilio import TwilioBackend
from app.sandbox.server import Served, application
from app.sandbox.world import World
from jobs import notify, schedule
from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.jobs.test_bank import Bank, Named, written
from tests.notices.sinks import Sink
from tests.texts import without_ids

DENIED = "Fraud! I see an unauthorized $500 charge that I didn't make."
DISPUTED = "I dispute an incorrect charge, please refund it: the shop sent me the wrong thing."
CONTACTS = """
contacts:
  fraud-team: {webhook: "URL/fraud-team"}
  security-team: {webhook: "URL/security-team"}
  compliance: {webhook: "URL/compliance"}
"""


@pytest.fixture
def bank(sink: Sink) -> Iterator[Bank]:
    world = World()
    core, texts = BankingBackend(world), TwilioBackend(world)
    stage = Stage(services=Named)
    object.__setattr__(stage.services.settings, "private_webhooks", True)
    with Served(application(world, [], backends=[core, texts])) as base:
        bank = Bank(stage, f"{base}/", core, texts)
        given = written().partition("\ncontacts:")[0]
        stage.configure(given + CONTACTS.replace("URL", sink.url.rstrip("/")))
        yield bank
    stage.database.dispose()
    VENDORS.clear()


def within_a_minute(bank: Bank) -> None:
    """The clock and a worker, for as long as people may wait."""
    stage = bank.play.stage
    table = tuple(line for line in schedule.TABLE if line.name == "notices")
    for _ in range(11):
        stage.pass_time(5)
        schedule.tick(stage.services, table)
        asked, stage.bells.asked = stage.bells.asked, []
        for job, subject in asked:
            if job == "notices":
                notify.run(subject)


def told(sink: Sink) -> set[str]:
    return {one["path"].rpartition("/")[2] for one in sink.got}


def test_a_report_of_fraud_is_told_masked_to_all_three_within_a_minute(bank: Bank, sink: Sink) -> None:
    bank.play.writes(DENIED)
    within_a_minute(bank)
    assert told(sink) == {"fraud-team", "security-team", "compliance"}
    assert len(sink.got) == 3
    said = without_ids([one["body"] for one in sink.got])
    assert "fraud-report" in said
    for personal in ("Ana", "ana@", "Silva", "500", "OnlineStore", "1234", "4155550134"):
        assert personal not in said
    assert bank.card == "active"


def test_a_dispute_is_told_to_compliance_who_reviews_it(bank: Bank, sink: Sink) -> None:
    bank.play.writes(DISPUTED)
    within_a_minute(bank)
    assert told(sink) == {"compliance"}
    assert "review by compliance" in bank.play.notes[-1].text


@pytest.mark.parametrize("text", ["My account is locked, I cant access it.", "What's my current balance?"])
def test_nobody_is_alarmed_by_what_is_neither(bank: Bank, sink: Sink, text: str) -> None:
    bank.play.writes(text)
    within_a_minute(bank)
    assert sink.got == []
