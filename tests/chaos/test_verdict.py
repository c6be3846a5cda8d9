"""The judge of the chaos run finds each crime where it is planted, and none where there is none."""

from dataclasses import replace

import pytest

from tests.chaos.plan import Cast, digest, drawn
from tests.chaos.town import Line, Transcript
from tests.chaos.verdict import Truth, Verdict, judged

ASKED, SAID = Line("asked", "Where is my order 10001?", "m1"), Line("said", "It is on its way.", "m2", "d1")
NOTED = Line("noted", "What it is ... Deskhand decision d1", "m3", "d1:note")
AGAIN = Line("asked", "Where is my order 10002?", "m4")
PERSON = Line("person", "I am on it.", "m5")
TRUTH = Truth(
    sent={"shop": frozenset({10001})},
    proven=frozenset({10001, 10002}),
    earned=frozenset({"shop"}),
    threads=frozenset({"channel"}),
    decided={"d1": "m1"},
)


def verdict(*lines: Line, truth: Truth = TRUTH) -> Verdict:
    return judged([Transcript("shop", "1", lines)], truth)


def found(verdict: Verdict) -> set[str]:
    return {crime for crime, times in verdict.counts().items() if times}


def test_a_ticket_that_was_answered_once_is_as_it_should_be() -> None:
    assert verdict(ASKED, SAID, NOTED).clean


@pytest.mark.parametrize(
    ("lines", "crime"),
    [
        ((ASKED, SAID, replace(SAID, key="d2")), "duplicates"),
        ((ASKED, NOTED, replace(NOTED, text="Deskhand decision d2", key="d2")), "duplicates"),
        ((ASKED, NOTED, replace(AGAIN, id="m9"), NOTED), "duplicates"),
        ((ASKED, ASKED, SAID), "duplicates"),
        ((ASKED,), "lost"),
        ((ASKED, SAID, AGAIN), "lost"),
        ((AGAIN, NOTED), "lost"),
        ((ASKED, AGAIN, NOTED), "reordered"),
        ((ASKED, PERSON, SAID), "unauthorised"),
    ],
)
def test_a_crime_is_found(lines: tuple[Line, ...], crime: str) -> None:
    assert crime in found(verdict(*lines))


def test_what_nobody_proved_may_not_be_answered() -> None:
    assert found(verdict(ASKED, SAID, truth=replace(TRUTH, proven=frozenset()))) == {"unauthorised"}
    assert found(verdict(ASKED, SAID, truth=replace(TRUTH, earned=frozenset()))) == {"unauthorised"}


def test_a_threads_words_are_in_its_record_once_and_in_order() -> None:
    def both(*record: Line) -> set[str]:
        thread = Transcript("channel", "C:1", (ASKED, AGAIN, SAID))
        truth = replace(TRUTH, sent={"channel": frozenset({10001, 10002})}, earned=frozenset({"channel"}))
        return found(judged([thread, Transcript("shop", "7", record, record=True)], truth))

    assert both(ASKED, AGAIN) == set()
    assert both(ASKED) == {"lost"}
    assert both(ASKED, AGAIN, AGAIN) == {"duplicates"}
    assert "reordered" in both(ASKED, replace(AGAIN, text="Order 10003"), AGAIN)


def test_the_same_seed_plays_the_same() -> None:
    def cast() -> Cast:
        parts = {
            "worker": ["h1 worker 1", "h1 worker 2"],
            "clock": ["h1 clock 1"],
            "disk": ["h1"],
            "skew": ["h1 web 1"],
        }
        return Cast({"shop": 3, "quiet": 1}, frozenset({"shop"}), parts, skew=2.0)

    one = drawn(7, 400, 40, cast())
    assert digest(one) == digest(drawn(7, 400, 40, cast()))
    assert digest(one) != digest(drawn(8, 400, 40, cast()))
    assert sum(step.blow is not None for step in one) == 40
    assert {step.act for step in one} == {"opens", "follows", "takes over"}
