"""The customer's yes before an order is changed: what is asked, what counts as an answer, and what a no leaves undone."""

from typing import Any

import pytest

from app.engine.actions.confirming import agreed
from app.engine.configuration import load
from app.engine.registry import ACTIONS
from app.engine.workflows import runner
from app.engine.workflows.choosing import chosen
from app.engine.workflows.types import Answer, Ask, Call, Ended, Progress, Step, Workflow
from tests.builders import NOON, a_classification, a_message, a_ticket
from tests.engine.workflows.scenes import a_scene

ITEMS = [
    {"id": "i1", "title": "Desk Lamp (black, battery)", "quantity": 1, "price": 100, "returnable": True},
    {"id": "i2", "title": "Water Bottle (1000ml)", "quantity": 1, "price": 100, "returnable": True},
    {"id": "i3", "title": "Office Chair (red)", "quantity": 1, "price": 100, "returnable": True},
]
ORDER = {
    "number": "12345",
    "owner": "ana@customer.example",
    "status": "pending",
    "total": 300,
    "currency": "USD",
    "items": ITEMS,
}
DELIVERED = {**ORDER, "status": "delivered", "delivered_at": NOON.isoformat()}
REASONS = {"reasons": ["no longer needed", "ordered by mistake"]}
CANCELLING = ("extractOrderNumber", "confirmCancellation", "cancelOrder")
MOVING = ("extractOrderNumber", "collectAddress", "confirmAddress", "changeAddress")
RETURNING = ("verifyEligibility", "confirmReturn", "createReturnTicket")
ASKED = "Please cancel my order 12345"


class Talk:
    """One customer, a workflow and a shop with one order. ``effects`` are the calls that changed something."""

    def __init__(
        self, order: dict[str, Any], actions: tuple[str, ...], *texts: str, language: str = "en", **settings: Any
    ) -> None:
        self.order, self.language, self.said = order, language, []
        self.effects: list[Call] = []
        steps = tuple(Step(name, name, settings if name == actions[-1] else {}) for name in actions)
        self.progress: Progress = runner.begun(Workflow("flow", "order-status", steps))
        for text in texts:
            self.says(text)

    def says(self, text: str) -> str:
        """What is answered to that."""
        self.said.append(text)
        self.progress = runner.heard(self.progress, text)
        scene = a_scene(*self.said, classification=a_classification(language=self.language))
        turn = runner.advance(self.progress, scene, ACTIONS)
        while turn.call is not None:
            self.progress = runner.answered(turn.progress, turn.call, self._answer(turn.call), turn.call.operation)
            turn = runner.advance(self.progress, scene, ACTIONS)
        self.progress = turn.progress
        return "\n".join(self.progress.says)

    def _answer(self, call: Call) -> Answer:
        if call.operation == "find_order":
            return Answer(self.order)
        self.effects.append(call)
        return Answer({"status": "cancelled", "return_number": "R1", "previous": {}})


def test_a_cancellation_names_the_order_and_waits_for_the_yes() -> None:
    talk = Talk(ORDER, CANCELLING)
    question = talk.says(ASKED)
    assert "#12345" in question
    assert "Desk Lamp" in question
    assert talk.effects == []
    assert "has been cancelled" in talk.says("yes, cancel it please")
    assert [(call.operation, call.inputs) for call in talk.effects] == [
        ("cancel_order", {"number": "12345", "reason": "customer"})
    ]


@pytest.mark.parametrize(
    ("order", "actions", "before"),
    [
        (ORDER, CANCELLING, (ASKED,)),
        (ORDER, MOVING, ("New address for order 12345", "5 High Street, Leeds, LS1 4AP")),
        (DELIVERED, RETURNING, ("I return the lamp of order 12345",)),
    ],
)
def test_a_no_leaves_everything_as_it_is_and_says_so(
    order: dict[str, Any], actions: tuple[str, ...], before: tuple[str, ...]
) -> None:
    talk = Talk(order, actions, *before)
    assert isinstance(talk.progress.waiting, Ask)
    assert talk.progress.waiting.slots == ("confirm",)
    assert talk.says("no, thanks") == "All right. Nothing has been done with your order #12345."
    assert talk.effects == []
    assert talk.progress.ended is Ended.DONE


def test_what_is_neither_is_asked_once_more_and_then_a_person_reads_it() -> None:
    talk = Talk(ORDER, CANCELLING, ASKED)
    assert "Please answer yes or no." in talk.says("hm, what would that cost me?")
    talk.says("let me think about it")
    assert talk.progress.ended is Ended.HANDED_OVER
    assert talk.progress.reason is not None
    assert talk.progress.reason.code == "asked_enough"
    assert talk.effects == []


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Yes", True),
        ("yes, cancel it", True),
        ("Ja, bitte stornieren", True),
        ("sí", True),
        ("No", False),
        ("no, don't cancel", False),
        ("Nein", False),
        ("please don't cancel", None),
        ("ok, don't", None),
        ("yes but only the lamp", None),
        ("ok, wait", None),
        ("yes?", None),
        ("cancel", None),
        ("", None),
    ],
)
def test_only_a_plain_yes_is_one(text: str, meant: bool | None) -> None:
    assert agreed(text) is meant


@pytest.mark.parametrize(
    ("language", "words"), [("de", "Soll ich Ihre Bestellung #12345"), ("es", "¿Cancelo su pedido #12345")]
)
def test_it_is_asked_in_the_customers_language(language: str, words: str) -> None:
    assert words in Talk(ORDER, CANCELLING, language=language).says(ASKED)


def test_nobody_is_asked_to_confirm_what_cannot_be_done() -> None:
    talk = Talk({**ORDER, "status": "in-transit"}, CANCELLING, ASKED)
    assert talk.progress.reason is not None
    assert talk.progress.reason.code == "too_late"


def test_an_address_is_read_out_before_it_is_used() -> None:
    talk = Talk(ORDER, MOVING, "New address for order 12345")
    assert "5 High Street, LS1 4AP, Leeds" in talk.says("5 High Street, Leeds, LS1 4AP")
    talk.says("yes")
    assert talk.effects[0].inputs["address"]["zip"] == "LS1 4AP"


# --- reasons ------------------------------------------------------------------------------------------------


def test_a_reason_that_was_given_is_not_asked_for() -> None:
    talk = Talk(ORDER, CANCELLING, f"{ASKED}, I ordered it by mistake", "yes", **REASONS)
    assert talk.effects[0].inputs["reason"] == "ordered by mistake"


def test_without_a_reason_it_is_asked_for() -> None:
    talk = Talk(ORDER, CANCELLING, ASKED, **REASONS)
    assert "no longer needed; ordered by mistake" in talk.says("yes")
    assert talk.effects == []
    talk.says("It is no longer needed")
    assert talk.effects[0].inputs["reason"] == "no longer needed"


@pytest.mark.parametrize("answer", ["it is too dear", "no longer needed and ordered by mistake"])
def test_any_other_reason_is_for_a_person(answer: str) -> None:
    talk = Talk(ORDER, CANCELLING, ASKED, "yes", answer, **REASONS)
    assert talk.effects == []
    assert talk.progress.reason is not None
    assert talk.progress.reason.code == "no_reason"


# --- several items ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "items"),
    [("the desk lamp and the office chair", ["i1", "i3"]), ("All of it", ["i1", "i2", "i3"]), ("water bottle", ["i2"])],
)
def test_every_item_that_an_answer_lists_comes_back(answer: str, items: list[str]) -> None:
    talk = Talk(DELIVERED, RETURNING, "I want to return something of order 12345")
    question = talk.says(answer)
    assert all((item["title"] in question) == (item["id"] in items) for item in ITEMS)
    talk.says("yes")
    assert [item["id"] for item in talk.effects[0].inputs["items"]] == items


@pytest.mark.parametrize("answer", ["all but the desk lamp", "the chair, not the desk lamp", "not all of it"])
def test_what_an_answer_excludes_is_never_guessed(answer: str) -> None:
    talk = Talk(DELIVERED, RETURNING, "I want to return something of order 12345", answer)
    assert isinstance(talk.progress.waiting, Ask)
    assert talk.progress.waiting.slots == ("item",)


# --- by a wish ----------------------------------------------------------------------------------------------

WISHING = """
service: shop
classification: {categories: [{name: order-status, keywords: [order]}]}
autoResponse: {orderStatus: {workflow: [OWN]}}
chatbot: {integrations: [{system: store, actions: [cancel-order]}]}
"""


@pytest.mark.parametrize(
    ("own", "steps"),
    [
        ("{action: extractOrderNumber}", CANCELLING),
        ("{action: extractOrderNumber}, {action: cancelOrder}", ("extractOrderNumber", "cancelOrder")),
    ],
)
def test_a_wish_is_confirmed_and_a_workflow_of_ones_own_is_as_written(own: str, steps: tuple[str, ...]) -> None:
    configuration = load(WISHING.replace("OWN", own), name="x")
    ticket = a_ticket(messages=(a_message(ASKED),))
    flow = chosen(ticket, a_classification(category="order-status"), configuration)
    assert flow is not None
    assert tuple(step.action for step in flow.steps) == steps
