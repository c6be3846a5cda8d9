from datetime import timedelta

import pytest

from app.engine.configuration import load
from app.engine.taxonomy import Case, Kind, advice, case_of, proposal, rows
from app.engine.types import Mode
from connectors.types import Message, Person, Role
from tests.builders import NOON, a_ticket

CUSTOMER, AGENT = Person("c", Role.CUSTOMER), Person("a", Role.AGENT, external=False)


def case(*actions, turns=2, hands=1, answer="Here is how."):
    return Case("q", answer, turns, hands, 1.0, frozenset(actions))


def kind(*cases, name="returns", likeness=0.9, words=("return", "parcel")):
    return Kind(name, words, list(cases), likeness)


def test_what_a_ticket_took_is_read_from_what_people_said():
    said = (
        Message("1", CUSTOMER, "please refund me", NOON, public=True),
        Message("2", AGENT, "I have refunded the order.", NOON + timedelta(hours=2), public=True),
        Message("3", AGENT, "asked finance, escalated", NOON + timedelta(hours=3), public=False),
    )
    found = case_of(a_ticket(messages=said), "please refund me")
    assert (found.turns, found.hands, found.hours) == (2, 1, 2.0)
    assert found.actions == {"refund", "escalate"}
    assert found.answer == "I have refunded the order."


def test_a_customer_who_asks_for_a_refund_has_none_yet():
    said = (Message("1", CUSTOMER, "was it refunded and cancelled?", NOON, public=True),)
    assert case_of(a_ticket(messages=said), "q").actions == frozenset()


def test_a_rare_action_is_none_of_the_types():
    assert kind(case("refund"), *[case()] * 9).actions == ()
    assert kind(case("refund"), *[case()] * 3).actions == ("refund",)


@pytest.mark.parametrize(
    ("made", "before", "mode", "phase"),
    [
        (kind(case()), 0.0, Mode.DEFLECT, 2),
        (kind(case()), 0.75, Mode.ASSIST, 1),
        (kind(case("change")), 0.0, Mode.RESOLVE, 3),
        (kind(case("refund")), 0.0, Mode.ASSIST, 0),
        (kind(case("change", "delete")), 0.0, Mode.ASSIST, 0),
        (kind(case(turns=9, hands=3)), 0.0, Mode.ASSIST, 0),
        (kind(case(), likeness=0.2), 0.0, Mode.ASSIST, 1),
    ],
)
def test_where_a_type_belongs_in_a_rollout(made, before, mode, phase):
    told = advice(made, before, 100)
    assert (told.mode, told.phase) == (mode, phase)
    assert told.why


def test_types_come_largest_first_with_what_they_add_up_to():
    listed = rows([kind(case(), name="a"), kind(*[case()] * 3, name="b")], 5)
    assert [(one.name, round(share, 2)) for one, share, _ in listed] == [("b", 0.6), ("a", 0.8)]


def test_the_proposal_is_a_configuration():
    settled = load(
        proposal("support", [kind(name="returns"), kind(name="billing", words=("invoice: [x]",))]), name="p.yaml"
    )
    assert [category.name for category in settled.categories] == ["returns", "billing"]
    assert settled.mode("returns")[0] is Mode.ASSIST
