from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.evidence import Claim, allows
from app.engine.lessons import Learned, Lesson
from app.engine.proving import TEAM, WINDOW, NotProven, Proof, fallen, missing, needed, own, proof, record
from app.engine.sequences import share_at_least
from tests.engine.desk import KEY, NOON

CLAIM = Claim("shop", "returns", "reply", "d1")


def taught(*kinds, start=0, **changes):
    """Lessons in order, one a minute, each by another of four people."""
    return [
        Learned(
            **(
                {
                    "decision": f"d{start + n}",
                    "ticket_id": f"t{start + n}",
                    "account": "shop",
                    "category": "returns",
                    "action": "reply",
                    "digest": "d1",
                    "lesson": kind,
                    "by": f"agent{n % 4}",
                    "at": NOON + timedelta(minutes=start + n),
                }
                | changes
            )
        )
        for n, kind in enumerate(kinds)
    ]


def right(number, start=0):
    return taught(*[Lesson.KEPT] * number, start=start)


@pytest.mark.parametrize(("judged", "errors"), [(59, 0), (93, 1), (124, 2), (153, 3)])
def test_so_many_are_needed_at_the_first_look(judged, errors):
    enough = proof(right(judged - errors) + taught(*[Lesson.FACT] * errors, start=500), CLAIM)
    assert (enough.judged, enough.errors, missing(enough, 0.95)) == (judged, errors, None)
    fewer = proof(right(judged - errors - 1) + taught(*[Lesson.FACT] * errors, start=500), CLAIM)
    assert missing(fewer, 0.95).code == "evidence_thin"
    assert needed(fewer, 0.95) == 1


@pytest.mark.parametrize(
    "change", [{"account": "other"}, {"category": "billing"}, {"action": "refund"}, {"digest": "before"}]
)
def test_what_is_about_something_else_proves_nothing(change):
    assert proof([replace(one, **change) for one in right(80)], CLAIM).judged == 0


def test_one_decision_teaches_once():
    assert proof(right(40) + right(40), CLAIM).judged == 40


def test_only_the_newest_count():
    found = proof(taught(*[Lesson.WRONG] * 50) + right(WINDOW, start=100), CLAIM)
    assert (found.judged, found.errors) == (WINDOW, 0)


def test_nor_where_the_team_judges_everything_else() -> None:
    """One person alone answers a category, and says that all of it is right: the others have to look too."""
    alone = [replace(one, by="agent0") for one in right(90)]
    assert missing(proof(alone, CLAIM), 0.95) is None
    assert missing(proof(alone, CLAIM, team=TEAM - 1), 0.95) is None
    assert missing(proof(alone, CLAIM, team=TEAM), 0.95).code == "one_voice"
    with pytest.raises(NotProven):
        record(proof(alone, CLAIM, team=TEAM), CLAIM, 0.95, NOON, KEY)


def test_nobody_alone_carries_the_proof_where_there_is_a_team():
    alone = [replace(one, by="agent0") for one in right(90)]
    assert missing(proof(alone, CLAIM), 0.95) is None
    others = right(TEAM, start=200)
    assert missing(proof(alone + others, CLAIM), 0.95).code == "one_voice"


def judges(*counts):
    """So many right judgements by each of so many people."""
    every = [f"agent{who}" for who, number in enumerate(counts) for _ in range(number)]
    return proof([replace(one, by=by) for one, by in zip(right(len(every)), every, strict=True)], CLAIM)


@pytest.mark.parametrize(
    ("counts", "text", "by_one"),
    [
        ((60,), "60 judged by one person, 0 wrong", True),
        ((55, 5), "60 judged by 2 people, 55 of them by one, 0 wrong", True),
        ((30, 30), "60 judged by 2 people, 0 wrong", False),
        ((), "0 judged, 0 wrong", False),
    ],
)
def test_it_is_said_by_how_many_people(counts, text, by_one):
    assert (judges(*counts).counts, judges(*counts).by_one) == (text, by_one)


@pytest.mark.parametrize(
    ("counts", "person", "leads", "held"),
    [
        ((60,), "agent0", {"agent0", "mara"}, True),
        ((60,), "agent0", {"mara"}, True),
        ((60,), "mara", {"agent0", "mara"}, False),
        ((60,), "agent0", {"agent0"}, False),
        ((60,), "agent0", set(), False),
        ((30, 30), "agent0", {"agent0", "mara"}, False),
    ],
)
def test_nobody_promotes_their_own_judgement_where_another_lead_is_there(counts, person, leads, held):
    why = own(judges(*counts), person, leads)
    assert (why.code if why else "") == ("own_judgement" if held else "")


def test_the_record_says_who_judged():
    made = record(judges(55, 5), CLAIM, 0.95, NOON, KEY)
    assert (made.people, made.largest) == (2, 55)


@given(st.integers(1, 30), st.integers(0, 300), st.integers(0, 20))
@settings(deadline=None, max_examples=25)
def test_who_looks_again_needs_a_bound_that_holds_at_every_look(looks, right_ones, errors):
    judged = right_ones + errors
    again = Proof(judged, errors, 4, 25, looks).bound
    assert again <= Proof(judged, errors, 4, 25).bound
    assert again <= share_at_least(judged, errors)
    assert again == Proof(judged, errors, 4, 25, looks + 1).bound


def test_so_many_are_needed_at_every_later_look():
    assert missing(Proof(67, 0, 4, 25, 1), 0.95).code == "evidence_thin"
    assert missing(Proof(68, 0, 4, 25, 1), 0.95) is None
    assert needed(Proof(59, 0, 4, 25, 1), 0.95) == 9


def test_a_promotion_opens_the_gate_and_nothing_thinner_does():
    made = record(proof(right(59), CLAIM), CLAIM, 0.95, NOON, KEY)
    assert allows(made, CLAIM, now=NOON, key=KEY) is None
    with pytest.raises(NotProven) as refused:
        record(proof(right(58), CLAIM), CLAIM, 0.95, NOON, KEY)
    assert "1 more without an error" in str(refused.value)
    with pytest.raises(ValueError, match="target"):
        record(proof(right(400), CLAIM), CLAIM, 0.5, NOON, KEY)


def test_a_category_falls_when_its_newest_answers_are_corrected():
    assert fallen(proof(right(59), CLAIM), 0.95) is None
    assert fallen(proof(right(59) + taught(Lesson.FACT, start=80), CLAIM), 0.95).code == "demoted"
    assert fallen(proof([], CLAIM), 0.95) is None
