"""An appointment that the customer chose from what is free, and a request to unlock an account, which a person decides."""

from dataclasses import replace

import pytest

from app.engine.actions.appointments import BOOKED, UNLOCKED
from app.engine.workflows.types import Answer, Ask, Call, Done, Exchange, HandOver, Identity, Level, Prove, Scene, Step
from tests.builders import NOON, a_classification, a_ticket
from tests.engine.desk import SETTLED

STEP = Step("book", "bookAppointment")
ANA = Identity("ana@customer.example", "p1", Level.HOST)
LOOK = Call("open_slots", {"after": NOON.isoformat()})
SLOTS = [{"slot": f"s{n}", "at": f"2026-03-0{n}T09:30:00+00:00", "kind": "call"} for n in range(3, 8)]
BOOK = Call("book_appointment", {"slot": "s4", "name": "Ana Silva", "email": ANA.email})


def scene(*exchanges: Exchange, **changes) -> Scene:
    base = Scene(a_ticket("I want to book an appointment"), a_classification(language="en"), SETTLED, ANA, NOON)
    return replace(base, exchanges=exchanges, **changes)


def free(slots=SLOTS) -> Exchange:
    return Exchange(LOOK, Answer({"slots": slots}))


def test_free_times_are_asked_for_and_offered_by_number():
    assert BOOKED.act(STEP, scene()) == LOOK
    move = BOOKED.act(STEP, scene(free()))
    assert isinstance(move, Ask)
    assert [line for line in move.says.splitlines() if line[:1].isdigit()] == [
        "1. Mar 3, 09:30 UTC",
        "2. Mar 4, 09:30 UTC",
        "3. Mar 5, 09:30 UTC",
    ]


def test_the_time_that_was_chosen_is_booked_and_said():
    assert BOOKED.act(STEP, scene(free(), heard=("number 2 please",))) == BOOK
    booked = Exchange(BOOK, Answer({"appointment": "a1", "at": SLOTS[1]["at"]}))
    move = BOOKED.act(STEP, scene(free(), booked, heard=("2",)))
    assert isinstance(move, Done)
    assert (move.says, move.outputs) == ("Your appointment is booked for Mar 4, 09:30 UTC.", {"appointment": "a1"})


@pytest.mark.parametrize("said", ["9", "the first or 2 or 3", "tomorrow", "at 2:30", ""])
def test_an_answer_that_names_no_time_is_asked_again(said):
    assert isinstance(BOOKED.act(STEP, scene(free(), heard=(said,))), Ask)


@pytest.mark.parametrize("slots", [[], None, [{"slot": "s", "at": "soon"}], [{"slot": "s"}]])
def test_without_a_free_time_a_person_goes_on(slots):
    move = BOOKED.act(STEP, scene(free(slots)))
    assert isinstance(move, HandOver)
    assert move.reason.code == "no_slot"


def test_nobody_books_in_somebody_elses_name():
    assert isinstance(BOOKED.act(STEP, scene(identity=Identity())), HandOver)


def test_an_account_is_unlocked_by_nobody_but_asked_for_after_a_code():
    step = Step("unlock", "requestUnlock")
    offered = {"code:email": frozenset({"email"})}
    assert isinstance(UNLOCKED.act(step, scene(offered=offered)), Prove)
    proven = replace(ANA, level=Level.CODE)
    look = UNLOCKED.act(step, scene(identity=proven))
    assert look == Call("find_customer", {"email": ANA.email})
    known = Exchange(look, Answer({"customer": "c1"}))
    ask = UNLOCKED.act(step, scene(known, identity=proven))
    assert (ask.operation, ask.inputs["kind"]) == ("open_case", "account-unlock")
    told = UNLOCKED.act(step, scene(known, Exchange(ask, Answer({"case": "C-7"})), identity=proven))
    assert told.says.endswith("Case: C-7")
