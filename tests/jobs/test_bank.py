"""The bank's conversations through webhook, worker and person, on its configuration as users wrote it, its systems over real HTTP."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete

from app.db import connections
from app.db.connections import Installed
from app.db.models.talk import ApprovalRow
from app.engine.classify import KeywordClassifier
from app.engine.ports import Classifier
from app.engine.reviewing import RESERVED
from app.engine.types import Classification
from app.nlp.entities import entities
from app.sandbox.backends.banking import BankingBackend, Holder
from app.sandbox.backends.twilio import SID, TwilioBackend
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from connectors.registry import BACKENDS
from connectors.types import Level, Ticket
from tests.builders import NOON
from tests.flows.played import VENDORS
from tests.flows.stage import Settled, Stage
from tests.flows.store import ANA
from tests.jobs.workflows import Play

SEED = Path(__file__).parents[3] / "shared" / "seeds" / "fintech.yaml"
OURS = Path(__file__).parents[2] / "app" / "sandbox" / "accounts" / "bank.yaml"
FRAUD = "Fraud! I see an unauthorized $500 charge that I didn't make."
PHONE = "+14155550134"


class Names(KeywordClassifier):
    """Keywords, and what the language engine finds named in the text."""

    def classify(self, ticket: Ticket) -> Classification:
        text = ticket.question.text if ticket.question else ""
        return replace(super().classify(ticket), entities=entities(text, NOON), language="en")


class Named(Settled):
    """With such a classifier: what a text names is what the bank is asked about."""

    def classifier(self, account_id: str) -> Classifier:
        return Names(self.configuration(account_id))


class Bank:
    """The played bank, its text messages, and one customer's ticket."""

    def __init__(self, stage: Stage, base: str, bank: BankingBackend, texts: TwilioBackend) -> None:
        self.bank, self.texts, self.world = bank, texts, bank.world
        self.holder: Holder = bank.opens(ANA, "Ana Silva", phone=PHONE, balance=245032)
        bank.spends(self.holder, "Grocery Store", 4567, datetime(2026, 3, 1, 12, tzinfo=UTC))
        where = {"place": "Nevada", "customer_place": "San Francisco, CA"}
        bank.spends(self.holder, "OnlineStore.com", 50000, datetime(2026, 3, 1, 14, tzinfo=UTC), **where)
        self.play = Play(stage, text=written())
        self.play.stage.services.connected.backends = BACKENDS
        self._install("banking", f"{base}banking", {}, {"token": bank.token})
        settings = {"account_sid": SID, "sender": texts.sender}
        self._install("twilio", f"{base}twilio", settings, {"auth_token": texts.token})

    def _install(self, vendor: str, where: str, settings: dict[str, str], secrets: dict[str, str]) -> None:
        stage, id = self.play.stage, connections.new_id()
        sealed = stage.services.vault.seal(secrets, place=id)
        with stage.database.session() as session:
            connections.add(session, Installed(id, stage.account.id, vendor, where, settings, sealed), stage.time)

    @property
    def card(self) -> str:
        return str(self.holder.cards[0]["status"])


def written() -> str:
    """The users' own file where it is at hand, else the one of the demo."""
    return (SEED if SEED.exists() else OURS).read_text("utf-8")


@pytest.fixture
def bank() -> Iterator[Bank]:
    world = World()
    core, texts = BankingBackend(world), TwilioBackend(world)
    stage = Stage(services=Named)
    with Served(application(world, [], backends=[core, texts])) as base:
        yield Bank(stage, f"{base}/", core, texts)
    stage.database.dispose()
    VENDORS.clear()


def test_fraud_is_told_to_people_first_and_the_card_is_locked_on_their_word(bank: Bank) -> None:
    bank.play.writes(FRAUD)
    note = bank.play.notes[-1].text
    for known in ("$500.00 at OnlineStore.com", "ending in 1234", "Merchant location: Nevada", "Previous fraud: none"):
        assert known in note
    assert (
        note.index("To approve: Lock a card")
        < note.index("To approve: Open a case")
        < note.index("releases all of these")
    )
    assert (bank.card, bank.bank.cases, bank.play.replies) == ("active", [], [])
    bank.play.press("approve")
    assert bank.card == "locked"
    [case] = bank.bank.cases
    assert bank.play.deeds == [("lock_card", "done"), ("open_case", "done")]
    assert bank.play.replies == []
    bank.play.press("share")
    [reply] = bank.play.replies
    assert "I've temporarily locked your card" in reply.text
    assert "will call you within 15 minutes at **34" in reply.text
    assert f"Case #: {case['case']}" in reply.text
    assert "245032" not in reply.text


def test_a_lock_stays_where_nobody_has_approved_the_words_for_it(bank: Bank) -> None:
    with bank.play.stage.database.session() as session:
        session.execute(delete(ApprovalRow))
    bank.play.writes(FRAUD)
    bank.play.press("approve")
    assert bank.card == "locked"
    assert ("lock_card", "done") in bank.play.deeds
    assert bank.play.replies == []


def test_a_lock_that_is_rejected_is_not_done_and_not_claimed(bank: Bank) -> None:
    bank.play.writes(FRAUD)
    bank.play.press("reject")
    assert "To approve: Open a case" in bank.play.notes[-1].text
    assert "To approve: Lock a card" not in bank.play.notes[-1].text
    bank.play.press("approve")
    assert bank.card == "active"
    assert bank.play.deeds == [("lock_card", "rejected"), ("open_case", "done")]
    assert "The card is NOT locked." in bank.play.notes[-1].text
    bank.play.press("share")
    assert all("temporarily locked" not in reply.text for reply in bank.play.replies)


def test_a_line_that_breaks_after_the_lock_locks_once_and_opens_one_case(bank: Bank) -> None:
    bank.play.writes(FRAUD)
    for path in ("/lock", "/cases"):
        bank.world.faults.order(Fault("reset_after", method="POST", path=path))
    bank.play.press("approve")
    for _ in range(4):
        bank.play.go_on(900)
    assert bank.card == "locked"
    assert len(bank.bank.cases) == 1
    assert bank.play.deeds == [("lock_card", "done"), ("open_case", "done")]


def test_a_stranger_in_the_customers_name_reads_nothing(bank: Bank) -> None:
    bank.play.stage.services.connected.backends = BACKENDS
    bank.holder.email = "somebody.else@example.com"
    bank.play.writes(FRAUD)
    assert "OnlineStore" not in bank.play.notes[-1].text
    assert bank.play.deeds == []


def test_a_balance_is_told_after_a_code_by_text_message(bank: Bank) -> None:
    bank.play.writes("What's my current balance?")
    assert "$2,450.32" not in bank.play.notes[-1].text
    assert bank.texts.texts(PHONE) == []
    bank.play.press("share")
    assert "phone ending in **34" in bank.play.replies[-1].text
    bank.play.go_on()
    [text] = bank.texts.texts(PHONE)
    [code] = re.findall(r"\b\d{6}\b", text)
    bank.play.writes(code)
    note = bank.play.notes[-1].text
    assert "Available Balance: $2,450.32" in note
    assert "Mar 1: Grocery Store - $45.67" in note
    assert "Access logged: balance-inquiry, proven by code, kept until 2033-03-02" in note
    assert all(code not in one.text for one in bank.play.notes)
    bank.play.press("share")
    assert "Account ending in **56" in bank.play.replies[-1].text


def test_a_wrong_code_opens_nothing(bank: Bank) -> None:
    bank.play.writes("What's my current balance?")
    bank.play.press("share")
    bank.play.go_on()
    [code] = re.findall(r"\b\d{6}\b", bank.texts.texts(PHONE)[0])
    bank.play.writes(f"{(int(code) + 1) % 1_000_000:06}")
    assert all("2,450.32" not in one.text for one in bank.play.notes)


def test_a_dispute_is_a_persons_and_a_case_is_opened_on_their_word(bank: Bank) -> None:
    wrong = bank.holder.transactions[0]["transaction"]
    bank.play.writes(f"I dispute an incorrect charge: transaction {wrong}, $500 on 2026-03-01. I never bought there.")
    assert "To approve: Open a case" in bank.play.notes[-1].text
    assert bank.bank.cases == []
    bank.play.press("approve")
    bank.play.press("approve")
    assert bank.bank.cases == [], "compliance releases it, and nobody knows this person to be that"
    told = [one.text for one in bank.play.notes if "Not released" in one.text]
    assert told == [f"**Not released, though Sam Agent approved it:** {RESERVED}"]
    bank.play.press("approve", level=Level.LEAD)
    [case] = bank.bank.cases
    assert (case["team"], case["details"]["amount"]) == ("disputes-team", "500.00 USD")
    bank.play.press("share", level=Level.AGENT)
    assert bank.play.replies == []
    bank.play.press("share", level=Level.LEAD)
    [reply] = bank.play.replies
    assert f"opened case {case['case']}" in reply.text
    assert "within 10 business days" in reply.text


def test_a_locked_account_is_always_a_persons(bank: Bank) -> None:
    bank.play.writes("My account is locked and I forgot my password, I cant access it.")
    assert bank.play.replies == []
    assert bank.play.deeds == []
    assert bank.play.notes[-1].buttons[:2] != ("approve", "reject")
    assert bank.bank.cases == []
