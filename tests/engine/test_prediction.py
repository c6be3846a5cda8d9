"""Predicting broken promises: what pressure is, what is learned of the past, and how far off that is said to be."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.prediction import BANDS, Case, Model, calibration_error, learned, pressure

CASES = st.lists(st.builds(Case, st.floats(0, 10), st.booleans()), max_size=60)


@pytest.mark.parametrize(
    ("ahead", "left", "found"), [(0, 60, 0.125), (5, 30, 1.5), (5, 0, float("inf")), (5, -3, float("inf"))]
)
def test_pressure_is_the_work_ahead_over_the_time_left(ahead: int, left: float, found: float) -> None:
    assert pressure(ahead, 15, 2, left) == found


def test_nobody_there_is_endless_pressure() -> None:
    assert pressure(0, 15, 0, 60) == float("inf")


def test_without_a_past_nobody_knows() -> None:
    assert learned([]).p(0.5) == 0.5


def test_each_band_has_its_own_share_and_little_evidence_moves_it_little() -> None:
    model = learned([*[Case(0.05, False)] * 990, *[Case(3.0, True)] * 990, Case(1.1, True)])
    assert model.p(0.05) < 0.01
    assert model.p(3.0) > 0.99
    assert 0.5 < model.p(1.1) < 0.6


@given(CASES, st.floats(0, 100))
def test_a_probability_is_one(cases: list[Case], at: float) -> None:
    assert 0 < learned(cases).p(at) < 1


def test_what_is_learned_of_one_half_is_calibrated_on_the_other() -> None:
    dice = random.Random(7)
    cases = [Case(p, dice.random() < min(p / 4, 1)) for p in (dice.uniform(0, 4) for _ in range(20_000))]
    model = learned(cases[:10_000])
    assert calibration_error(model, cases[10_000:]) < 0.02


def test_a_model_that_is_always_sure_and_wrong_is_told_so() -> None:
    sure = Model((1.0,) * (len(BANDS) + 1))
    assert calibration_error(sure, [Case(1, False)] * 4) == 1.0
    assert calibration_error(sure, []) == 0.0
