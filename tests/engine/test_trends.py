"""Moods and ratings over the weeks: whose they are, which way they go, and how wrong what was foreseen was."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.db.codec import decode, encode
from app.engine.conditions import condition
from app.engine.configuration import Configuration
from app.engine.facts import FACTS
from app.engine.outcomes import Story
from app.engine.standing import Case, Standing
from app.engine.stories import Ours, retold
from app.engine.trends import Error, error, trends
from tests.builders import a_classification, a_draft, a_ticket

MONDAY = datetime(2026, 3, 2, 9, tzinfo=UTC)


def told(week: int, mood: float, *, person: str = "p1", agent: str = "", **more: object) -> Story:
    at = MONDAY + timedelta(weeks=week, days=week % 5)
    return Story(f"t{week}{mood}{person}", person, "x", "x", at, moods=(0.0, mood), agent=agent, **more)  # type: ignore[arg-type]


def test_a_customer_who_turns_is_seen_turning() -> None:
    [trend] = trends([told(0, 0.5), told(1, 0.0), told(2, -0.5)], lambda story: story.person)
    assert [point.week for point in trend.points] == [date(2026, 3, 2), date(2026, 3, 9), date(2026, 3, 16)]
    assert [point.mood for point in trend.points] == [0.5, 0.0, -0.5]
    assert trend.slope == pytest.approx(-0.5)


def test_agents_are_told_apart_and_nobody_is_nobody() -> None:
    found = trends(
        [told(0, 0.5, agent="a"), told(0, -0.5, agent="b"), told(1, 0.1), told(1, 0.7, agent="b")], lambda s: s.agent
    )
    assert [(one.who, one.tickets) for one in found] == [("b", 2), ("a", 1)]
    assert found[1].slope is None, "one week is no trend"


def test_a_weeks_means_and_what_is_unknown() -> None:
    two = [
        told(0, 0.4, foreseen=0.9, rating=5),
        replace(told(0, -0.2), moods=(-0.8, -0.2)),
        replace(told(0, 9.9), moods=()),
    ]
    [[point]] = [one.points for one in trends(two, lambda story: story.person)]
    assert (point.tickets, point.foreseen, point.rating) == (3, 0.9, 5)
    assert (point.mood, point.change) == (pytest.approx(0.1), pytest.approx(0.5))
    bare = trends([replace(told(0, 0), moods=())], lambda story: story.person)[0].points[0]
    assert (bare.mood, bare.change, bare.foreseen, bare.rating) == (None, None, None, None)


def test_tests_count_nowhere() -> None:
    assert trends([told(0, 1, test=True)], lambda story: story.person) == ()
    assert error([told(0, 1, test=True, foreseen=0.1, rating=5)]) == Error(0)


def test_a_condition_may_ask_how_likely_a_good_rating_is() -> None:
    judged = replace(a_classification(), satisfaction=0.2)
    case = Case(
        a_ticket("Where is it?"),
        judged,
        a_draft(),
        Configuration("shop", "shop.yaml", ""),
        Standing(now=MONDAY, account="a"),
    )
    asked = condition("satisfaction < 0.35", FACTS)
    assert asked.holds(case.facts)
    unknown = replace(case, classification=replace(judged, satisfaction=None))
    assert not asked.holds(unknown.facts)


def test_how_wrong_it_was() -> None:
    rated = [told(0, 0, foreseen=0.9, rating=5), told(1, 0, foreseen=0.7, rating=2), told(2, 0, foreseen=0.2)]
    assert error(rated) == Error(2, pytest.approx(0.4), pytest.approx(0.3))


def test_moods_and_what_was_foreseen_are_kept_at_each_look() -> None:
    ticket = a_ticket("Where is it?")
    story = retold(None, ticket, Ours(mood=-0.4, foreseen=0.3))
    story = retold(story, ticket, Ours())
    story = retold(story, ticket, Ours(mood=0.1, foreseen=0.6))
    story = retold(story, ticket, Ours(mood=0.5, foreseen=0.8))
    assert (story.moods, story.foreseen) == ((-0.4, 0.5), 0.8)
    story = retold(retold(story, ticket, Ours(rating=5)), ticket, Ours(mood=0.9, foreseen=0.99))
    assert story.foreseen == 0.8, "what is said after the rating foresaw nothing"
    assert decode(Story, encode(story)) == story
