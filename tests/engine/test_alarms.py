"""What gets worse by more than chance, and how often somebody is told."""

from datetime import datetime, timedelta

import pytest

from app.engine.alarms import (
    AGAIN,
    Alarm,
    Counted,
    Standing,
    backlog,
    crowded,
    due,
    near,
    rated,
    reopened,
    surge,
    worse,
)
from app.engine.outcomes import Story
from tests.builders import NOON

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def a_story(opened: datetime = NOON, **changes: object) -> Story:
    return Story("t", "p", "x", "billing", opened, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("now", "before", "good", "told"),
    [
        ((60, 100), (380, 400), True, True),
        ((94, 100), (380, 400), True, False),
        ((100, 100), (380, 400), True, False),
        ((6, 10), (380, 400), True, False),
        ((60, 100), (9, 10), True, False),
        ((30, 100), (20, 400), False, True),
        ((1, 100), (20, 400), False, False),
    ],
)
def test_a_share_that_got_worse(now: tuple[int, int], before: tuple[int, int], good: bool, told: bool) -> None:
    found = worse([Counted("agreement", "Agreement", now, before, good)])
    assert bool(found) is told
    if told:
        assert f"{now[0]} of {now[1]}" in found[0].text


def test_ratings_and_returns_are_counted() -> None:
    stories = [
        a_story(rating=5, solved_at=NOON),
        a_story(rating=1, solved_at=NOON, reopened_at=NOON),
        a_story(rating=5, test=True),
    ]
    assert rated(stories) == (1, 2)
    assert reopened(stories) == (1, 2)


def test_who_waited_at_a_moment() -> None:
    stories = [
        a_story(),
        a_story(answered_at=NOON + HOUR),
        a_story(NOON + 2 * HOUR),
        a_story(solved_at=NOON + HOUR),
        a_story(test=True),
    ]
    assert [backlog(stories, NOON + n * HOUR) for n in (0, 1, 2)] == [3, 1, 2]
    assert backlog(stories, NOON - HOUR) == 0


@pytest.mark.parametrize(
    ("now", "usual", "told"),
    [(40, [10, 12, 9], True), (13, [10, 12, 9], False), (16, [2, 3], True), (5, [1, 1], False), (99, [], False)],
)
def test_a_crowd(now: int, usual: list[int], told: bool) -> None:
    assert bool(crowded(now, usual)) is told


def test_evidence_near_its_bound() -> None:
    assert near("billing", 0.97, 0.95) is None
    close, below = near("billing", 0.955, 0.95), near("billing", 0.94, 0.95)
    assert close is not None
    assert below is not None
    assert ("close to" in close.text, "below" in below.text, close.name) == (True, True, "evidence:billing")


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (None, True),
        (Standing("queue", NOON - DAY, NOON - DAY), False),
        (Standing("queue", NOON - 9 * DAY, NOON - AGAIN), True),
        (Standing("queue", NOON - 2 * DAY, NOON - 2 * DAY, over_at=NOON - HOUR), False),
        (Standing("queue", NOON - 9 * DAY, NOON - 9 * DAY, over_at=NOON - 2 * DAY), True),
    ],
)
def test_an_alarm_is_said_once_until_it_is_over(known: Standing | None, told: bool) -> None:
    alarm = Alarm("queue", "Queue")
    assert bool(due([alarm], [known] if known else [], NOON)) is told


@pytest.mark.parametrize(
    ("today", "days", "told"),
    [
        (8, [0, 1, 0, 0, 1, 0, 0] * 4, True),
        (2, [0] * 28, False),
        (3, [0] * 28, True),
        (6, [4, 5, 6, 3, 5, 4, 6] * 4, False),
        (30, [0, 25, 0, 0, 28, 0, 0] * 4, False),
        (9, [], False),
    ],
)
def test_a_day_that_is_not_like_the_others(today: int, days: list[int], told: bool) -> None:
    assert bool(surge("surge:fraud", "More fraud", today, days)) is told
