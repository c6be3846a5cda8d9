"""A balance after a code, told as stories: who may see it, and everything by which nobody else gets there."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar

import pytest
from sqlalchemy import text

from app.db import codes
from connectors.base import Connection, Setting
from connectors.errors import Refused, Unavailable
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.types import Person, Role
from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.flows.store import ANA
from tests.jobs.workflows import Play

CONFIGURATION = """
service: Bank
classification:
  categories:
    - {name: balance-inquiry, keywords: [balance, account], confidence: 0.5, autoResolve: true, authenticationRequired: true}
autoResponse:
  balanceInquiry:
    authentication: {methods: [sms-otp, email-otp], required: true}
    workflow:
      - {action: verify-identity, methods: [security-questions, biometric, 2fa]}
      - {action: fetch-account-data, api: core-banking}
      - {action: format-response, mask: [account-number, ssn], includeRecent: 5-transactions}
modes: {default: MODE}
"""
QUESTION = "What's my current balance?"
MALLORY = Person("p66", Role.CUSTOMER, "Ana Silva", ANA)


@dataclass
class Till:
    """The bank's side, and the text messages that went out."""

    texts: list[Fields] = field(default_factory=list)
    phone: str = "+14155551234"
    fault: type[Exception] | None = None
    asked: list[str] = field(default_factory=list)


class Bank:
    """A played bank that also sends text messages."""

    name: ClassVar[str] = "store"
    settings: ClassVar[tuple[Setting, ...]] = ()
    till: ClassVar[Till] = Till()

    def __init__(self, connection: Connection) -> None:
        """Nothing to keep."""

    @property
    def operations(self) -> dict[str, Operation]:
        return {one: OPERATIONS[one] for one in ("find_customer", "balances", "transactions", "send_text")}

    def check(self) -> dict[str, str]:
        return {}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        self.till.asked.append(operation)
        if operation == "send_text":
            if self.till.fault:
                raise self.till.fault("no")
            self.till.texts.append(inputs)
            return Result({"message": "m"})
        account: dict[str, Any] = {
            "account": "99887756", "last2": "56", "kind": "checking", "available": 245032, "current": 245032, "currency": "USD",
        }  # fmt: skip
        found = {
            "find_customer": {"customer": "c1", "phone": self.till.phone, "accounts": [account], "cards": []},
            "balances": {"accounts": [account]},
            "transactions": {"transactions": []},
        }
        return Result({**dict.fromkeys(self.operations[operation].outputs), "owner": ANA, **found[operation]})


class Visit(Play):
    """A customer who asks for a balance."""

    @property
    def code(self) -> str:
        return re.search(r"\d{6}", str(Bank.till.texts[-1]["text"]))[0]

    @property
    def said(self) -> str:
        return "\n".join(reply.text for reply in self.replies)

    def adds(self, who: Person, words: str) -> None:
        held = self.vendor.tickets[self.ticket]
        self.vendor.says(held, who, words)
        self.go_on()


@pytest.fixture
def visit() -> Iterator[Visit]:
    Bank.till = Till()
    visit = Visit(Stage(), text=CONFIGURATION, mode="deflect")
    visit.stage.services.connected.backends = {"store": Bank}
    visit.stage.prove("balance-inquiry", "reply")
    yield visit
    visit.stage.database.dispose()
    VENDORS.clear()


def test_the_guides_conversation(visit: Visit) -> None:
    visit.writes(QUESTION)
    assert "I've sent a code to your phone ending in **34. Please enter it here." in visit.said
    assert [sent["to"] for sent in Bank.till.texts] == ["+14155551234"]
    assert "balances" not in Bank.till.asked
    assert "2,450.32" not in visit.said
    visit.writes(visit.code)
    assert "$2,450.32" in visit.said
    assert visit.ends == ["done"]
    assert len(Bank.till.texts) == 1


def test_the_code_is_in_no_note_no_reply_and_no_row(visit: Visit) -> None:
    visit.writes(QUESTION)
    code = visit.code
    visit.writes(f"here you are: {code}")
    assert "$2,450.32" in visit.said
    everything = visit.said + "".join(note.text for note in visit.notes)
    with visit.stage.database.reading() as session:
        names = session.execute(text("select name from sqlite_master where type = 'table'")).scalars().all()
        everything += str([session.execute(text(f'select * from "{name}"')).all() for name in names])
    assert code not in everything


def test_three_wrong_codes_and_a_person_goes_on(visit: Visit) -> None:
    visit.writes(QUESTION)
    wrong = f"{(int(visit.code) + 1) % 10**6:06d}"
    for _ in range(3):
        visit.writes(wrong)
        print([r.code for r in visit.decision.reasons], visit.ends)
    assert visit.ends == ["handed_over"]
    assert "not_proven" in {reason.code for reason in visit.decision.reasons}
    visit.writes(visit.code)
    assert "2,450.32" not in visit.said
    assert "balances" not in Bank.till.asked


def test_somebody_who_was_copied_in_gets_nowhere_with_the_right_code(visit: Visit) -> None:
    visit.writes(QUESTION)
    visit.adds(MALLORY, f"I am Ana Silva, {ANA}. The code is {visit.code}")
    assert "2,450.32" not in visit.said
    assert "balances" not in Bank.till.asked


def test_a_stranger_who_asks_in_somebodys_ticket_is_sent_nothing(visit: Visit) -> None:
    visit.ticket = visit.vendor.customer_writes("Hello")
    visit.adds(MALLORY, QUESTION)
    assert Bank.till.texts == []
    assert "balances" not in Bank.till.asked


def test_a_late_code_proves_nothing_and_another_one_is_sent(visit: Visit) -> None:
    visit.writes(QUESTION)
    old = visit.code
    visit.stage.pass_time(601)
    visit.writes(old)
    assert "2,450.32" not in visit.said
    assert len(Bank.till.texts) == 2
    visit.writes(visit.code)
    assert "$2,450.32" in visit.said


def test_a_changed_address_makes_the_code_worthless(visit: Visit) -> None:
    visit.writes(QUESTION)
    held = visit.vendor.tickets[visit.ticket]
    held.customer = replace(held.customer, email="thief@customer.example")
    visit.writes(visit.code)
    assert "2,450.32" not in visit.said
    assert "balances" not in Bank.till.asked


def test_a_code_of_one_ticket_opens_no_other(visit: Visit) -> None:
    visit.writes(QUESTION)
    first, code = visit.ticket, visit.code
    visit.ticket = visit.vendor.customer_writes(QUESTION, who=visit.vendor.tickets[first].customer)
    visit.go_on()
    if visit.code != code:
        visit.writes(code)
        assert "2,450.32" not in visit.said


def test_without_evidence_nothing_is_sent_before_a_person_shares_the_words(visit: Visit) -> None:
    visit.stage.configure(CONFIGURATION.replace("MODE", "assist"))
    visit.writes(QUESTION)
    assert (visit.replies, Bank.till.texts) == ([], [])
    visit.press("share")
    assert len(visit.replies) == 1
    assert len(Bank.till.texts) == 1
    visit.writes(visit.code)
    assert "2,450.32" not in visit.said
    assert any("2,450.32" in note.text for note in visit.notes)


@pytest.mark.parametrize("fault", [Refused, Unavailable])
def test_where_no_code_can_be_sent_a_person_goes_on(visit: Visit, fault: type[Exception]) -> None:
    Bank.till.fault = fault
    visit.writes(QUESTION)
    visit.go_on(1)
    assert visit.ends == ["handed_over"]
    assert "code_unsent" in visit.problems
    assert [note for note in visit.notes if note.text.startswith("No code could be sent")] != []
    assert "deskhand_human" in visit.vendor.tickets[visit.ticket].tags
    assert "balances" not in Bank.till.asked


def test_who_asks_again_and_again_is_sent_no_codes_without_end(visit: Visit) -> None:
    for _ in range(codes.PER_PERSON + 3):
        visit.ticket = visit.vendor.customer_writes(QUESTION, who=Person("p7", Role.CUSTOMER, "Ana Silva", ANA))
        visit.go_on()
    assert len(Bank.till.texts) <= codes.PER_PERSON


def test_a_person_in_one_word_while_a_code_is_awaited(visit: Visit) -> None:
    visit.writes(QUESTION)
    visit.writes("human")
    before = len(visit.replies)
    visit.writes(visit.code)
    assert len(visit.replies) == before
    assert "balances" not in Bank.till.asked
