"""The arithmetic of trust, against numbers worked out by hand and against brute force."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.nlp.calibration import NEVER, calibration_error, lower_bound, temperature, threshold
from app.nlp.linear import fit_sigmoid, fit_softmax, softmax


@pytest.mark.parametrize(
    ("right", "judged", "bound"), [(0, 0, 0.0), (10, 10, 0.7225), (73, 73, 0.95), (95, 100, 0.8883), (0, 10, 0.0)]
)
def test_the_lower_bound_is_wilsons(right: int, judged: int, bound: float) -> None:
    assert lower_bound(right, judged) == pytest.approx(bound, abs=5e-4)


@given(
    st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9]), st.booleans()), max_size=150),
    st.sampled_from([0.5, 0.8, 0.95]),
)
def test_the_threshold_is_the_lowest_that_holds(cases: list[tuple[float, bool]], target: float) -> None:
    confidence, right = np.array([c for c, _ in cases], np.float32), np.array([r for _, r in cases], bool)
    levels = sorted({float(c) for c in confidence})
    good = [
        level
        for level in levels
        if lower_bound(int(right[confidence >= level].sum()), int((confidence >= level).sum())) >= target
    ]
    assert threshold(confidence, right, target) == (min(good) if good else NEVER)


def test_few_examples_prove_nothing() -> None:
    assert threshold(np.ones(50, np.float32), np.ones(50, bool), 0.95) == NEVER
    assert threshold(np.ones(80, np.float32), np.ones(80, bool), 0.95) == 1.0


def test_the_temperature_undoes_a_known_one() -> None:
    draw = np.random.default_rng(0)
    logits = draw.normal(size=(4_000, 5)).astype(np.float32)
    truth = np.array([draw.choice(5, p=row / row.sum()) for row in softmax(logits).astype(np.float64)])
    assert temperature(logits * 3, truth) == pytest.approx(3, rel=0.1)


def test_calibration_error_of_the_perfect_and_the_boastful() -> None:
    assert calibration_error(np.full(1_000, 0.75, np.float32), np.arange(1_000) % 4 > 0) == pytest.approx(0)
    assert calibration_error(np.ones(1_000, np.float32), np.arange(1_000) % 2 > 0) == pytest.approx(0.5)


def test_both_fits_separate_what_can_be_separated() -> None:
    draw = np.random.default_rng(1)
    middles = np.eye(3, 8, dtype=np.float32)
    truth = np.arange(300) % 3
    features = (middles[truth] + draw.normal(scale=0.1, size=(300, 8))).astype(np.float32)
    targets, once = np.eye(3, dtype=np.float32)[truth], np.ones(300, np.float32)
    for fitted in (fit_softmax(features, targets, once), fit_sigmoid(features, targets, once)):
        assert (fitted.logits(features).argmax(axis=1) == truth).all()


def test_the_fit_is_at_the_bottom() -> None:
    """At the minimum the gradient of the penalised loss is zero: checked against the formula, not against the code."""
    draw = np.random.default_rng(2)
    features, truth = draw.normal(size=(60, 4)).astype(np.float32), draw.integers(0, 3, 60)
    targets = np.eye(3, dtype=np.float32)[truth]
    fitted = fit_softmax(features, targets, np.ones(60, np.float32), strength=2.0)
    slope = features.T @ (softmax(fitted.logits(features)) - targets) + fitted.weights / 2.0
    assert np.abs(slope).max() < 0.1
