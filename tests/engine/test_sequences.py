"""Intervals that hold at every look: exact where that can be worked out, and never fooled by whoever looks until it suits."""

import math
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.evidence import at_most, lower_bound
from app.engine.sequences import ALPHA, mean_of, proves, share_at_least


def fooled(share: float, looks: int, rng: random.Random) -> bool:
    """Whether somebody who looks after every tenth answer ever sees more than the truth."""
    errors = 0
    for n in range(1, looks + 1):
        errors += rng.random() >= share
        if n % 10 == 0 and proves(n, errors, share):
            return True
    return False


def test_who_looks_again_and_again_is_fooled_no_more_often_than_promised() -> None:
    rng = random.Random(7)
    assert sum(fooled(0.95, 300, rng) for _ in range(150)) / 150 <= ALPHA


def test_the_bound_for_one_look_would_have_been_fooled() -> None:
    rng, often = random.Random(7), 0
    for _ in range(300):
        errors, seen = 0, False
        for n in range(1, 301):
            errors += rng.random() >= 0.95
            seen = seen or (n % 10 == 0 and at_most(errors, n, 0.05) < 0.05)
        often += seen
    assert often / 300 > 2 * ALPHA


@given(st.integers(0, 400), st.integers(0, 40))
@settings(deadline=None, max_examples=15)
def test_more_right_proves_more_and_more_wrong_proves_less(right: int, wrong: int) -> None:
    here = share_at_least(right + wrong, wrong)
    assert share_at_least(right + wrong + 1, wrong) >= here - 1e-9
    assert share_at_least(right + wrong + 1, wrong + 1) <= here + 1e-9
    assert 0 <= here <= 1


def test_without_an_error_it_takes_sixty_eight_where_one_look_takes_fifty_nine() -> None:
    assert share_at_least(67, 0) < 0.95 <= share_at_least(68, 0)
    assert lower_bound(58, 0) < 0.95 <= lower_bound(59, 0)


def test_a_mean_is_found_and_narrowed_down() -> None:
    rng = random.Random(3)
    values = [rng.choice((0.0, 0.5, 1.0, 1.0)) for _ in range(600)]
    few, many = mean_of(values[:40]), mean_of(values)
    assert few.low <= 0.625 <= few.high
    assert many.low <= 0.625 <= many.high
    assert many.high - many.low < (few.high - few.low) / 2
    assert (many.count, many.mean) == (600, pytest.approx(math.fsum(values) / 600))


def test_the_interval_of_a_mean_misses_it_no_more_often_than_promised() -> None:
    rng, missed = random.Random(11), 0
    for _ in range(60):
        values = [rng.choice((0.0, 0.25, 1.0)) for _ in range(80)]
        looks = [mean_of(values[:n], 0.1) for n in (10, 20, 40, 80)]
        missed += any(not one.low <= 5 / 12 <= one.high for one in looks)
    assert missed / 60 <= 0.1


@given(st.lists(st.floats(0, 1), max_size=30))
@settings(deadline=None, max_examples=30)
def test_any_values_give_an_interval_with_their_mirror_image(values: list[float]) -> None:
    one, other = mean_of(values), mean_of([1 - value for value in values])
    assert 0 <= one.low <= one.high <= 1
    assert one.low == pytest.approx(1 - other.high, abs=1e-5)


def test_nothing_says_nothing_and_impossible_values_are_refused() -> None:
    assert (mean_of([]).low, mean_of([]).high) == (0.0, pytest.approx(1.0, abs=1e-6))
    assert share_at_least(0, 0) == pytest.approx(0.0, abs=1e-6)
    with pytest.raises(ValueError, match="between 0 and 1"):
        mean_of([1.5])
    with pytest.raises(ValueError, match="errors"):
        share_at_least(1, 2)


def test_a_difference_is_as_wide_as_both_together() -> None:
    one, other = mean_of([1.0] * 50), mean_of([0.0] * 50)
    both = one.less(other)
    assert (both.low, both.high) == (one.low - other.high, one.high - other.low)
    assert both.low > 0
