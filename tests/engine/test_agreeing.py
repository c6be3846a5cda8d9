"""What people did beside what we would have done: measured where we wrote nothing, worst first."""

from dataclasses import replace
from typing import Any

import pytest

from app.engine.agreeing import Agreement, Both, acted, agreement, likeness
from app.engine.configuration import Configuration, load
from app.engine.lessons import Lesson
from app.engine.types import Decision, Mode
from connectors.types import Priority, Status, Ticket
from tests.builders import NOON, a_classification, a_draft, a_message, a_ticket, an_agent

SHOP: Configuration = load(
    "service: shop\nclassification:\n  categories:\n"
    "    - {name: order-status, keywords: [order], assignTo: desk}\n    - {name: billing, keywords: [invoice]}\n",
    name="shop.yaml",
)


def a_decision(mode: Mode = Mode.SHADOW) -> Decision:
    return Decision("d1", a_ticket().ref, "r1", "m1", mode, mode, (), ())


def answered(text: str, **changes: Any) -> Ticket:
    """A ticket that a person has answered."""
    ticket = a_ticket(**changes)
    said = a_message(text, id="m2", author=an_agent())
    return replace(ticket, messages=(*ticket.messages, said))


def found(ticket: Ticket, mode: Mode = Mode.SHADOW, p: float = 0.9) -> Agreement:
    judged = (a_classification(p=p), a_draft(), a_decision(mode))
    return agreement(ticket, judged, SHOP, Priority.NORMAL, NOON)


def test_where_people_did_the_same_all_agrees() -> None:
    same = answered(a_draft().text, tags=frozenset({"order_status"}), group="desk", priority=Priority.NORMAL)
    said = found(same)
    assert (said.category.equal, said.priority.equal, said.route.equal) == (True, True, True)
    assert (said.likeness, said.lesson, said.weight, said.by) == (1.0, Lesson.KEPT, 0.0, "a1")


def test_what_people_did_otherwise_is_told_apart() -> None:
    other = answered("We are closed.", tags=frozenset({"billing"}), group="finance", priority=Priority.URGENT)
    said = found(other)
    assert said.category == Both("order-status", "billing")
    assert (said.category.equal, said.priority.equal, said.route.equal) == (False, False, False)
    assert said.lesson is Lesson.WRONG
    assert said.likeness is not None
    assert said.likeness < 0.3


def test_the_surer_we_were_the_worse() -> None:
    other = answered("We are closed.", tags=frozenset({"billing"}))
    assert found(other, p=0.99).weight > found(other, p=0.4).weight > 0


def test_a_wrong_category_is_worse_than_a_wrong_priority() -> None:
    wrong = found(answered(a_draft().text, tags=frozenset({"billing"}), priority=Priority.NORMAL))
    hurried = found(answered(a_draft().text, tags=frozenset({"order_status"}), priority=Priority.HIGH))
    assert wrong.weight > hurried.weight > 0


def test_where_we_had_written_only_the_answer_says_something() -> None:
    said = found(answered("We are closed.", tags=frozenset({"billing"}), group="finance"), Mode.ASSIST)
    assert (said.category.equal, said.route.equal, said.priority.equal) == (None, None, None)
    assert said.lesson is Lesson.WRONG


def test_what_people_left_open_says_nothing() -> None:
    said = found(a_ticket(status=Status.SOLVED))
    assert (said.category.equal, said.route.equal, said.likeness, said.weight) == (None, None, None, 0.0)


@pytest.mark.parametrize(
    ("ticket", "expected"),
    [
        (a_ticket(), False),
        (a_ticket(status=Status.SOLVED), True),
        (answered("Hello."), True),
        (
            replace(a_ticket(), messages=(a_message(), a_message("Look.", id="m2", author=an_agent(), public=False))),
            False,
        ),
    ],
)
def test_when_a_person_has_acted(ticket: Ticket, expected: bool) -> None:
    assert acted(ticket) is expected


def test_likeness_is_symmetric_and_bounded() -> None:
    assert likeness("parcel arrives monday", "monday parcel arrives") == 1.0
    assert likeness("parcel", "invoice") == 0.0
    assert likeness("parcel arrives", "parcel") == likeness("parcel", "parcel arrives")
