"""What has changed is told apart from chance: exactly, and seldom wrongly."""

import random
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.engine.chances import discoveries, fisher, restless, tail
from app.engine.drift import FALSE, drifted

WEEK = {"billing": 100, "orders": 200, "returns": 50}


def naive(part: int, whole: int, past: int, before: int) -> tuple[float, float]:
    """The same by plain counting."""
    marked, every = part + past, whole + before
    chance = [
        comb(marked, k) * comb(every - marked, whole - k) / comb(every, whole) for k in range(whole + 1) if k <= marked
    ]
    return sum(chance[: part + 1]), sum(chance[part:])


@given(st.integers(0, 15), st.integers(0, 15), st.integers(0, 15), st.integers(0, 15))
def test_the_exact_test_is_exact(part: int, rest: int, past: int, rest_before: int) -> None:
    counts = (part, part + rest, past, past + rest_before)
    assert fisher(*counts) == pytest.approx(naive(*counts))


def test_a_known_table() -> None:
    assert fisher(1, 10, 11, 14)[0] == pytest.approx(0.001379728, abs=1e-9)


@given(st.integers(0, 12), st.integers(0, 12), st.floats(0.05, 0.95))
def test_the_binomial_tail_is_exact(least: int, tries: int, rate: float) -> None:
    plain = sum(comb(tries, k) * rate**k * (1 - rate) ** (tries - k) for k in range(least, tries + 1))
    assert tail(least, tries, rate) == pytest.approx(plain)


@pytest.mark.parametrize("counts", [(2, 1, 0, 1), (-1, 1, 0, 1), (0, 1, 2, 1)])
def test_counts_that_cannot_be_are_refused(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(ValueError, match="a part lies between"):
        fisher(*counts)


def test_the_false_discovery_rate() -> None:
    assert discoveries([0.001, 0.02, 0.03, 0.9], 0.05) == [True, True, True, False]
    assert discoveries([0.04, 0.5], 0.05) == [False, False]
    assert discoveries([], 0.05) == []


def test_how_restless_weeks_are() -> None:
    assert restless([(10, 100)] * 5) == 1.0
    assert restless([(0, 100), (40, 100), (0, 100), (40, 100)]) > 10
    assert restless([(0, 100)] * 3) == 1.0


def kinds(before: list[dict[str, int]], now: dict[str, int]) -> dict[str, str]:
    return {one.name: one.kind for one in drifted(before, now) if one.kind}


def test_weeks_that_are_alike_say_nothing() -> None:
    assert kinds([WEEK] * 8, {"billing": 104, "orders": 195, "returns": 53}) == {}


def test_a_new_type_a_growing_one_and_one_that_is_gone() -> None:
    now = {"billing": 100, "orders": 200, "login": 40}
    assert kinds([WEEK] * 8, now) == {"login": "new", "returns": "gone"}
    assert kinds([WEEK] * 8, WEEK | {"billing": 180})["billing"] == "more"
    assert kinds([WEEK] * 8, WEEK | {"orders": 90})["orders"] == "fewer"


def test_what_has_changed_comes_first() -> None:
    found = drifted([WEEK] * 8, WEEK | {"login": 40})
    assert (found[0].name, found[0].expected, found[0].count) == ("login", 0, 40)


def test_few_weeks_and_few_tickets_say_nothing() -> None:
    assert drifted([WEEK] * 2, WEEK) == []
    assert drifted([WEEK] * 8, {}) == []
    assert kinds([WEEK] * 8, WEEK | {"login": 4}) == {}


def test_a_type_that_always_swings_is_no_news() -> None:
    swinging = [WEEK | {"billing": n} for n in (20, 180, 30, 170, 25, 175, 40, 160)]
    assert "billing" not in kinds(swinging, WEEK | {"billing": 185})
    assert "billing" in kinds([WEEK] * 8, WEEK | {"billing": 185})


def test_nothing_that_changed_is_seldom_called_a_change() -> None:
    rolled = random.Random(7)
    shares = [rolled.uniform(0.5, 3) for _ in range(12)]
    names = [f"type-{n}" for n in range(12)]

    def week() -> dict[str, int]:
        drawn = rolled.choices(names, shares, k=300)
        return {name: drawn.count(name) for name in names}

    runs = 60
    cried = sum(bool(kinds([week() for _ in range(8)], week())) for _ in range(runs))
    assert cried / runs <= FALSE + 0.05


def test_a_flood_of_one_type_makes_no_news_of_the_others() -> None:
    assert kinds([WEEK] * 8, WEEK | {"login": 400}) == {"login": "new"}
