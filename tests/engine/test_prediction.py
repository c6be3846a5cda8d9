"""Foreseeing waits and broken promises: what a forecast is, what is learned of the past, and how far off that is said to be."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.prediction import (
    Jumpers,
    Kind,
    Survival,
    Wait,
    calibration_error,
    corrected,
    foreseen,
    kind,
    learned,
    pace,
    survival,
)

URGENT = kind("urgent", 0)
WAITS = st.lists(
    st.builds(
        Wait,
        st.builds(kind, st.sampled_from(["low", "high"]), st.integers(0, 99)),
        st.floats(0.1, 99),
        st.floats(0, 99),
        st.booleans(),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("ahead", "pace", "jumpers", "found"),
    [
        (0, 0.5, (), 2.0),
        (9, 0.5, (), 20.0),
        (0, 5.0, (), 1.0),
        (5, 0.0, (), float("inf")),
        (9, 0.5, (Jumpers(0.25, 1000),), 40.0),
        (9, 0.5, (Jumpers(0.25, 8),), 24.0),
        (9, 0.5, (Jumpers(0.25, -5),), 20.0),
    ],
)
def test_a_wait_is_foreseen_by_place_and_pace_and_who_will_pass(
    ahead: int, pace: float, jumpers: tuple[Jumpers, ...], found: float
) -> None:
    assert foreseen(ahead, pace, jumpers) == pytest.approx(found, rel=0.01)


def test_without_a_past_a_wait_lasts_as_foreseen() -> None:
    model = learned([])
    assert (model.p(URGENT, 30, 31), model.p(URGENT, 30, 29), model.p(URGENT, 30, 0)) == (0.0, 1.0, 1.0)


def test_what_still_waits_counts_as_far_as_it_got() -> None:
    done = [Wait(URGENT, 10, 5)] * 50
    going_on = [Wait(URGENT, 10, 40, over=False)] * 50
    assert survival(done).beyond(3.0) == 0.0
    assert survival([*done, *going_on]).beyond(3.0) == pytest.approx(0.5)


def test_kaplan_and_meiers_own_example() -> None:
    # Ends at 1, 3 and 4, one lost at 2: the share falls by 1/4, then by 1/2 of what was left to fall.
    found = survival([Wait(URGENT, 1, 1), Wait(URGENT, 1, 2, over=False), Wait(URGENT, 1, 3), Wait(URGENT, 1, 4)])
    assert found == Survival((1.0, 3.0, 4.0), (0.75, 0.375, 0.0))


def test_each_priority_has_its_own_past_once_there_is_enough() -> None:
    quick, slow = kind("urgent", 5), kind("low", 5)
    model = learned([*[Wait(quick, 10, 5)] * 200, *[Wait(slow, 10, 30)] * 200])
    assert (model.p(quick, 10, 8), model.p(slow, 10, 8)) == (0.0, 1.0)
    assert 0 < model.p(kind("normal", 5), 10, 8) < 1
    assert model.p(kind("low", 500), 10, 8) == 1.0


def test_time_that_passed_without_an_end_makes_an_end_in_time_less_likely_or_not_but_counts() -> None:
    model = learned([Wait(URGENT, 10, 10 * n / 100) for n in range(1, 201)])
    fresh = model.p(URGENT, 10, 10)
    assert fresh == pytest.approx(0.5, abs=0.02)
    assert model.p(URGENT, 10, 5, waited=10) == pytest.approx(0.5, abs=0.02)
    assert model.p(URGENT, 10, 5, waited=15) == pytest.approx(0.0, abs=0.02)


@given(WAITS, st.floats(0.1, 100), st.floats(-10, 100), st.floats(0, 50))
def test_a_probability_is_one_and_more_time_is_never_worse(
    waits: list[Wait], of: float, left: float, waited: float
) -> None:
    model = learned(waits)
    for name in (Kind("low"), Kind("new", 3)):
        p = model.p(name, of, left, waited)
        assert 0.0 <= p <= 1.0
        assert model.p(name, of, left + 5, waited) <= p + 1e-12


def test_what_is_learned_of_one_half_is_calibrated_on_the_other() -> None:
    dice = random.Random(7)
    waits = [Wait(URGENT, of, of * dice.lognormvariate(0, 0.5)) for of in (dice.uniform(5, 50) for _ in range(8_000))]
    model = learned(waits[:4_000])
    said = []
    for one in waits[4_000:]:
        left = one.foreseen * dice.uniform(0.3, 2.5)
        said.append((model.p(one.kind, one.foreseen, left), one.waited > left))
    assert calibration_error(said) < 0.03


def test_the_pace_is_that_of_the_best_day_that_says_anything() -> None:
    assert pace([(40, 480.0), (96, 480.0), (50, 59.0)]) == pytest.approx(0.2)
    assert pace([]) == 0.0


def test_what_was_said_is_drawn_to_what_was_seen_by_how_much_was_seen() -> None:
    assert corrected([]).p(0.7) == 0.7
    little, much = corrected([(0.95, False)] * 10), corrected([(0.95, False)] * 2_000)
    assert 0.8 < little.p(0.95) < 0.95
    assert much.p(0.95) < 0.05
    assert much.p(0.15) == pytest.approx(0.15)


def test_a_correction_makes_what_is_off_fit() -> None:
    dice = random.Random(3)
    cases = [(p, dice.random() < p / 2) for p in (dice.random() for _ in range(4_000))]
    correction = corrected(cases[:2_000])
    assert calibration_error(cases[2_000:]) > 0.2
    assert calibration_error((correction.p(p), broken) for p, broken in cases[2_000:]) < 0.1


def test_who_is_always_sure_and_wrong_is_told_so() -> None:
    assert calibration_error([(1.0, False)] * 4) == 1.0
    assert calibration_error([]) == 0.0
