"""What a person released is done and told, though its run is over or a person answers by then; what is taken back is not."""

from dataclasses import replace

import pytest

from app.db import accounts, runs
from app.engine.workflows.types import NOBODY
from app.sandbox.world import Fault
from connectors.types import Click, EventKind
from jobs import base, deed
from tests.flows.played import AGENT
from tests.jobs.test_bank import FRAUD, Bank, bank

__all__ = ["bank"]


def approves(bank: Bank, decision: str) -> None:
    """A member of the team presses the button under the note that asked."""
    click = Click("approve", decision, replace(AGENT))
    bank.play.vendor.knock(bank.play.ticket, EventKind.CLICK, click=click)
    bank.play.go_on()


def told(bank: Bank) -> list[str]:
    return [one.text for one in bank.play.notes if one.text.startswith("**Approved")]


@pytest.fixture
def asked(bank: Bank) -> str:
    """The decision whose note asks whether the card is to be locked."""
    bank.play.writes(FRAUD)
    assert (bank.card, bank.play.deeds[0]) == ("active", ("lock_card", "proposed"))
    return bank.play.decision.id


def test_where_the_customer_asked_for_a_person_meanwhile(bank: Bank, asked: str) -> None:
    bank.play.writes("I want to talk to a human person please")
    assert bank.play.ends == ["handed_over"]
    approves(bank, asked)
    assert (bank.card, bank.play.deeds[0]) == ("locked", ("lock_card", "done"))
    [case] = bank.bank.cases
    lock, opened = (
        "**Approved and done: Lock a card**\n\n- status: locked",
        f"**Approved and done: Open a case**\n\n- case: {case['case']}",
    )
    assert told(bank) == [lock, opened]
    approves(bank, asked)
    assert told(bank) == [lock, opened]


@pytest.mark.parametrize("closed", [False, True])
def test_where_an_agent_has_answered_and_then_approves(bank: Bank, asked: str, closed: bool) -> None:
    bank.play.vendor.agent_writes(bank.play.ticket, "I am on it, and lock your card now.")
    if closed:
        bank.play.vendor.closes(bank.play.ticket)
    bank.play.go_on()
    approves(bank, asked)
    assert (bank.card, bank.play.replies) == ("locked", [])
    assert len(told(bank)) == (0 if closed else 2)


def test_whoever_approves_keeps_the_ticket_that_they_answer(bank: Bank, asked: str) -> None:
    bank.play.vendor.agent_writes(bank.play.ticket, "I am on it, and lock your card now.")
    bank.play.go_on()
    approves(bank, asked)
    before = len(bank.play.notes)
    bank.play.writes("Thank you. Is it locked by now?")
    assert (len(bank.play.notes), bank.play.replies) == (before, [])


@pytest.mark.parametrize("fault", ["reset_before", "reset_after"])
def test_a_line_that_breaks_locks_once_and_tells_once(bank: Bank, asked: str, fault: str) -> None:
    bank.play.vendor.agent_writes(bank.play.ticket)
    bank.play.go_on()
    bank.world.faults.order(Fault(fault, method="POST", path="/lock"))
    approves(bank, asked)
    for _ in range(4):
        bank.play.go_on(900)
    assert (bank.card, len(bank.bank.cases), len(told(bank))) == ("locked", 1, 2)


def test_what_the_bank_refuses_is_not_called_done(bank: Bank, asked: str) -> None:
    bank.play.vendor.agent_writes(bank.play.ticket)
    bank.play.go_on()
    bank.world.faults.order(Fault("status", method="POST", path="/lock", status=422))
    approves(bank, asked)
    said, _ = told(bank)
    assert said == (
        "**Approved, but not done: Lock a card:** it was refused there. Please do it by hand, if it is still wanted."
    )
    assert (bank.card, bank.play.deeds[0]) == ("active", ("lock_card", "failed"))


def test_what_was_taken_back_with_its_run_is_not_done_any_more(bank: Bank, asked: str) -> None:
    stage = bank.play.stage
    with stage.database.reading() as session:
        [record] = runs.of_ticket(session, bank.play.id)
    base.lead(bank.play.id, lambda run: deed.undo(run, record.id, NOBODY))
    approves(bank, asked)
    assert (bank.card, bank.play.deeds[0], told(bank)) == ("active", ("lock_card", "rejected"), [])


def test_what_was_approved_and_not_begun_when_the_account_was_stopped_waits_again(bank: Bank, asked: str) -> None:
    stage = bank.play.stage
    bank.play.vendor.agent_writes(bank.play.ticket)
    bank.play.go_on()
    bank.world.faults.order(Fault("reset_before", method="POST", path="/lock"))
    approves(bank, asked)
    assert bank.play.deeds == [("lock_card", "begun"), ("open_case", "permitted")]
    with stage.database.session() as session:
        accounts.stop(session, stage.account.id, stopped=True)
    for _ in range(4):
        bank.play.go_on(900)
    assert (bank.bank.cases, bank.play.deeds[1]) == ([], ("open_case", "proposed"))
    with stage.database.session() as session:
        accounts.stop(session, stage.account.id, stopped=False)
    approves(bank, asked)
    bank.play.go_on(900)
    assert (len(bank.bank.cases), bank.play.deeds[1]) == (1, ("open_case", "done"))


def test_nothing_is_done_while_the_account_is_stopped_and_it_can_be_approved_later(bank: Bank, asked: str) -> None:
    stage = bank.play.stage
    with stage.database.session() as session:
        accounts.stop(session, stage.account.id, stopped=True)
    approves(bank, asked)
    assert (bank.card, bank.play.deeds[0]) == ("active", ("lock_card", "proposed"))
    with stage.database.session() as session:
        accounts.stop(session, stage.account.id, stopped=False)
    approves(bank, asked)
    assert (bank.card, bank.play.deeds[0]) == ("locked", ("lock_card", "done"))
