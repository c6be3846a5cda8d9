"""What is remembered of a person, from one ticket and channel to the next: of whoever the host vouches for, and of nobody else."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.db.models.talk import MemoryRow
from app.engine.memory import FRESH, KEPT
from connectors.types import Person, Role
from jobs import memory
from tests.flows.played import VENDORS
from tests.flows.stage import Stage
from tests.flows.store import ANA, an_order
from tests.jobs.workflows import CONFIGURATION, Play

ABOUT = "Where is my order #77001?"
AGAIN = "Is there tracking by now?"
BOB = Person("p-bob", Role.CUSTOMER, "Bob", "bob@other.example")
MALLORY = Person("p-mallory", Role.CUSTOMER, "Ana Silva", ANA)


@pytest.fixture
def mail() -> Iterator[Play]:
    """Ana has two orders on their way, so that none of them goes without saying."""
    play = Play(Stage(), an_order("77001"), an_order("12399"), mode="deflect", text=CONFIGURATION)
    play.prove()
    yield play
    play.stage.database.dispose()
    VENDORS.clear()


@pytest.fixture
def chat(mail: Play) -> Play:
    """Another helpdesk of the same account."""
    other = copy.copy(mail)
    other.connection_id, other.vendor = mail.stage.connect("desk")
    other.ticket = ""
    return other


def remembered(play: Play) -> int:
    with play.stage.database.reading() as session:
        return session.scalar(select(func.count()).select_from(MemoryRow)) or 0


def test_who_goes_on_elsewhere_need_not_name_the_order_again(mail: Play, chat: Play) -> None:
    mail.writes(ABOUT)
    chat.writes(AGAIN)
    (reply,) = chat.replies
    assert "order #77001" in reply.text
    assert "order-status, order 77001, on " in chat.notes[-1].text


def test_without_it_the_number_is_asked_for(chat: Play) -> None:
    chat.writes(AGAIN)
    (reply,) = chat.replies
    assert "Which order is it?" in reply.text


def test_what_is_open_elsewhere_stands_in_the_note(mail: Play, chat: Play) -> None:
    mail.shop.orders["77001"] |= {"status": "processing", "shipped_at": None}
    mail.writes("Can I change the address of order #77001?")
    chat.writes("Hello?")
    assert "update-address waits for an answer: address" in chat.notes[-1].text


def test_a_word_about_nothing_in_particular_has_the_same_looked_up_and_a_person_answers(mail: Play, chat: Play) -> None:
    mail.writes(ABOUT)
    chat.writes("Any news?")
    assert chat.replies == []
    assert "Order 77001: in-transit" in chat.notes[-1].text


def test_a_stranger_recalls_nothing_of_it(mail: Play, chat: Play) -> None:
    mail.writes(ABOUT)
    chat.ticket = chat.vendor.customer_writes(AGAIN, who=BOB)
    chat.go_on()
    assert "77001" not in " ".join(one.text for one in (*chat.replies, *chat.notes))


def _cc(play: Play) -> None:
    held = play.vendor.tickets[play.ticket]
    play.vendor.says(held, MALLORY, AGAIN)


def _forged(play: Play) -> None:
    held = play.vendor.tickets[play.ticket]
    play.vendor.says(held, held.customer, AGAIN)
    held.messages[-1] = replace(held.messages[-1], headers={"authentication-results": "mx; spf=fail; dmarc=fail"})


@pytest.mark.parametrize("speaks", [_cc, _forged])
def test_a_copied_person_and_a_forged_address_recall_nothing_and_leave_nothing(
    mail: Play, chat: Play, speaks: Callable[[Play], None]
) -> None:
    mail.writes(ABOUT)
    chat.ticket = chat.vendor.customer_writes("")
    chat.vendor.tickets[chat.ticket].messages.clear()
    speaks(chat)
    chat.go_on()
    assert chat.notes
    assert "77001" not in " ".join(one.text for one in (*chat.replies, *chat.notes))
    assert remembered(chat) == 1


def test_after_a_week_it_is_told_but_stands_in_for_nothing(mail: Play, chat: Play) -> None:
    mail.writes(ABOUT)
    mail.stage.pass_time((FRESH + timedelta(hours=1)).total_seconds())
    chat.writes(AGAIN)
    assert "Which order is it?" in chat.replies[0].text
    assert "order 77001" in chat.notes[-1].text


def test_after_a_month_it_is_forgotten(mail: Play, chat: Play) -> None:
    mail.writes(ABOUT)
    mail.stage.pass_time((KEPT + timedelta(hours=1)).total_seconds())
    chat.writes("Any news?")
    assert "77001" not in " ".join(one.text for one in chat.notes)
    memory.sweep(mail.stage.services)
    assert remembered(mail) == 0


def test_the_table_holds_neither_an_address_nor_what_was_said(mail: Play) -> None:
    mail.writes(ABOUT)
    with mail.stage.database.reading() as session:
        (row,) = session.scalars(select(MemoryRow))
    kept = f"{row.person} {row.known}"
    assert ANA not in kept
    assert "Where is" not in kept
    assert row.known["number"] == "77001"
