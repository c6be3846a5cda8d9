"""Bad input and faults in workflows: each ends in a clear line in the note, and nothing is done that nobody asked for."""

import pytest

from tests.flows.stage import Stage
from tests.flows.store import an_order, delivered
from tests.jobs.workflows import RETURN, Play

WHERE = "Where is my order? #12345"
TOLD = [
    (WHERE, (), "The shop has no order of that number."),
    (WHERE, (an_order(owner="bob@other.example"),), "nothing of it was used"),
    ("Where is my order #12345 and where is #12346?", (an_order(), delivered()), "names 2 orders"),
    (RETURN, (delivered(days=45),), "It was delivered 45 days ago; the window is 30."),
    (RETURN, (delivered(refunded=29999),), "The order has been refunded already."),
    (RETURN, (delivered(returns=[{"number": "R1", "status": "open"}]),), "A return of this order is open already."),
    (
        RETURN,
        (delivered(items=[{"id": "i1", "title": "blue sweater", "quantity": 1, "returnable": False}]),),
        "take this item",
    ),
    (RETURN, (an_order("12346"),), "has not been delivered yet"),
    ("Please cancel my order #12345", (an_order(),), "cannot be changed at the shop"),
    ("I want a refund for #12345", (an_order(refunded=29999),), "The order has been refunded already."),
]


@pytest.mark.parametrize(("text", "orders", "line"), TOLD)
def test_bad_input_is_a_line_in_the_note(stage: Stage, text: str, orders: tuple, line: str) -> None:
    play = Play(stage, *orders, mode="resolve")
    play.prove("create_label", "open_return", "update_address", "cancel_order", "refund")
    play.writes(text)
    assert line in play.notes[-1].text
    assert play.replies == []
    assert play.shop.log == []
    assert play.ends == ["handed_over"]


def test_of_somebody_elses_order_nothing_is_shown(stage: Stage) -> None:
    play = Play(stage, an_order(owner="bob@other.example"))
    play.writes(WHERE)
    assert "9400123456789" not in play.notes[-1].text
    assert "29999" not in play.notes[-1].text


@pytest.mark.parametrize("fault", ["down", "shape"])
def test_a_backend_without_a_usable_answer_is_said(stage: Stage, fault: str) -> None:
    play = Play(stage, an_order(), mode="deflect")
    play.prove()
    play.shop.faults = {"find_order": [fault] * 4}
    play.writes(WHERE)
    assert "no usable answer came" in play.notes[-1].text
    assert play.replies == []


def test_one_bad_moment_of_a_backend_is_no_reason_to_bother_a_person(stage: Stage) -> None:
    play = Play(stage, an_order(), mode="deflect")
    play.prove()
    play.shop.faults = {"find_order": ["down"]}
    play.writes(WHERE)
    assert len(play.replies) == 1


def test_a_workflow_that_is_edited_while_a_run_waits_ends_as_it_began(stage: Stage) -> None:
    play = Play(stage, delivered())
    play.writes(RETURN)
    stage.configure(
        """
service: shop
classification: {categories: [{name: returns, keywords: [return], confidence: 0.5}]}
autoResponse: {returns: {workflow: [{action: extractOrderNumber}]}}
"""
    )
    play.press("approve")
    play.press("approve")
    assert [name for _, name, _ in play.shop.log] == ["create_label", "open_return"]
    assert play.ends == ["done"]


def test_a_number_is_asked_for_twice_and_then_a_person_goes_on(stage: Stage) -> None:
    play = Play(stage, mode="deflect")
    play.prove()
    play.writes("Where is my parcel? Please tell me the tracking.")
    play.writes("I do not know")
    play.writes("no idea")
    assert len(play.replies) == 2
    assert "Asked 2 times for number." in play.notes[-1].text
    assert play.ends == ["handed_over"]


def test_a_question_that_was_answered_goes_on_where_it_stopped(stage: Stage) -> None:
    play = Play(stage, an_order(), an_order("999", status="processing"), mode="deflect")
    play.prove()
    play.writes("Where is my parcel? Please tell me the tracking.")
    assert "Which order is it?" in play.replies[0].text
    play.writes("it is 12345")
    assert "is currently in transit" in play.replies[1].text


def test_the_only_open_order_needs_no_question(stage: Stage) -> None:
    play = Play(stage, an_order(), delivered(), mode="deflect")
    play.prove()
    play.writes("Where is my parcel? Please tell me the tracking.")
    assert "is currently in transit" in play.replies[0].text


def test_an_effect_that_was_begun_is_seen_to_although_a_person_has_the_ticket_by_then(stage: Stage) -> None:
    play = Play(stage, delivered(), mode="resolve")
    play.prove("create_label", "open_return")
    play.shop.faults = {"create_label": ["lost"]}
    play.writes(RETURN)
    assert play.deeds == [("create_label", "begun")]
    play.vendor.agent_writes(play.ticket)
    play.go_on(10)
    assert play.deeds == [("create_label", "done")]
    assert len(play.shop.did("create_label")) == 1
    assert play.replies == []
