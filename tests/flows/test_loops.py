"""Machines that answer machines: whoever is wired to whom, the number of messages stays bounded."""

from dataclasses import replace
from pathlib import Path

import pytest

from app import standing
from app.engine.policy import BUDGETS
from connectors.types import Note, Person, Reply, Role
from jobs import schedule
from tests.flows.played import VENDORS, Vendor
from tests.flows.stage import QUESTION, Stage

HOURS = 3
ROUNDS = 40


class Mailbox:
    """An account of ours of its own at one desk, and the ticket in which the other side writes."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        stage.open_account()
        self.connection_id, self.vendor = stage.connect("desk")
        stage.earn()
        self.ticket = ""
        self.seen = 0

    def receives(self, text: str, sender: str) -> None:
        who = Person(f"p-{sender}", Role.CUSTOMER, "Somebody", sender)
        self.ticket = self.vendor.customer_writes(text, self.ticket, who)

    def works(self) -> list[str]:
        """Everything that is said to the other side in this round."""
        self.stage.deliver(self.connection_id, self.vendor)
        schedule.sweep(self.stage.services)
        self.stage.work()
        said = self.replies()
        new, self.seen = said[self.seen :], len(said)
        return new

    def replies(self) -> list[str]:
        held = self.vendor.tickets.get(self.ticket)
        return [c.text for _, c in held.log if isinstance(c, Reply)] if held else []


@pytest.fixture
def stage() -> Stage:
    VENDORS.clear()
    return Stage()


def test_two_accounts_and_an_auto_responder_wired_to_each_other_come_to_an_end(stage: Stage) -> None:
    ours = [Mailbox(stage), Mailbox(stage)]
    ours[0].receives(QUESTION, "bo@other.example")
    responder = 0
    for _ in range(ROUNDS):
        for box, other in (ours, ours[::-1]):
            for _ in box.works():
                other.receives(QUESTION, "cy@this.example")  # not our own words: those ask for a human
                box.receives(f"Thank you for your message. {QUESTION}", "bo@other.example")
                responder += 1
        stage.pass_time(HOURS * 3600 / ROUNDS)
    hourly = BUDGETS.ticket
    for box in ours:
        assert 0 < len(box.replies()) <= hourly * (HOURS + 1)
    assert responder <= 2 * hourly * (HOURS + 1)


def test_a_flood_of_tickets_by_one_requester_stays_within_the_budget(stage: Stage) -> None:
    box = Mailbox(stage)
    who = Person("p1", Role.CUSTOMER, "Ana Silva", "ana@customer.example")
    for _ in range(30):
        box.vendor.customer_writes(QUESTION, who=who)
    box.works()
    assert 0 < _sent(box.vendor) <= BUDGETS.requester


def test_a_flood_from_one_domain_stays_within_the_budget(stage: Stage) -> None:
    box = Mailbox(stage)
    for number in range(60):
        box.vendor.customer_writes(QUESTION, who=Person(f"p{number}", Role.CUSTOMER, "X", f"x{number}@flood.example"))
    box.works()
    assert BUDGETS.requester < _sent(box.vendor) <= BUDGETS.domain


def _sent(vendor: Vendor) -> int:
    return sum(isinstance(change, Reply) for held in vendor.tickets.values() for _, change in held.log)


def flood(stage: Stage, people: int) -> tuple[int, int]:
    """So many people of as many domains that nobody has heard of, each with the question that is answered by itself.

    Gives how many were answered, and for how many there is something in the ticket.
    """
    box = Mailbox(stage)
    for number in range(people):
        who = Person(f"p{number}", Role.CUSTOMER, "X", f"x@forged{number}.example")
        box.vendor.customer_writes(QUESTION, who=who)
    box.works()
    for _ in range(20):
        stage.pass_time(60)
        schedule.sweep(stage.services)
        stage.work()
    held = box.vendor.tickets.values()
    noted = sum(any(isinstance(change, Note) for _, change in one.log) for one in held)
    return _sent(box.vendor), noted


def test_forged_requesters_together_stay_within_the_accounts_budget(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "BUDGETS", replace(BUDGETS, everybody=10))
    answered, noted = flood(stage, 40)
    assert 0 < answered <= 10
    assert noted == 40, "each is there for a person all the same"


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_five_times_the_budget_of_forged_requesters_is_not_answered(tmp_path: Path) -> None:
    people = 5 * BUDGETS.everybody
    answered, noted = flood(Stage(f"sqlite:///{tmp_path / 'flood.db'}"), people)
    assert 0 < answered <= BUDGETS.everybody
    assert noted == people
