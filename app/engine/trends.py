"""How moods and ratings go over the weeks, for each customer and for each agent, and how wrong the ratings foreseen were."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from statistics import fmean

from app.engine.outcomes import GOOD, Story

MOST = 50
"""Customers or agents that are told of, those with the most tickets."""


@dataclass(frozen=True)
class Point:
    """One week, by its Monday. A mean is None where nothing of it is known."""

    week: date
    tickets: int
    mood: float | None = None
    """How customers felt last, -1 to 1."""
    change: float | None = None
    """By how much better they felt last than at first."""
    foreseen: float | None = None
    """The probability of a good rating that was predicted."""
    rating: float | None = None
    """1 to 5."""


@dataclass(frozen=True)
class Trend:
    """One customer's or one agent's weeks, oldest first; ``who`` is a keyed hash or the agent's id at the vendor."""

    who: str
    tickets: int
    points: tuple[Point, ...]

    @property
    def slope(self) -> float | None:
        """By how much the mood changes a week, each week counting as much as it had tickets; None for a single week."""
        known = [
            (point.week.toordinal() / 7, point.mood, point.tickets) for point in self.points if point.mood is not None
        ]
        whole = sum(weight for _, _, weight in known)
        if len(known) < 2:
            return None
        at = sum(week * weight for week, _, weight in known) / whole
        mean = sum(mood * weight for _, mood, weight in known) / whole
        spread = sum(weight * (week - at) ** 2 for week, _, weight in known)
        return sum(weight * (week - at) * (mood - mean) for week, mood, weight in known) / spread


@dataclass(frozen=True)
class Error:
    """What was foreseen held against what customers said: 0 is never wrong, 0.5 no better than a coin."""

    ratings: int
    absolute: float = 0.0
    bias: float = 0.0
    """Above 0: too hopeful."""


def trends(stories: Iterable[Story], who: Callable[[Story], str], most: int = MOST) -> tuple[Trend, ...]:
    """The trends of whoever has most tickets, first. Tickets of nobody in particular and tests count nowhere."""
    grouped: dict[str, dict[date, list[Story]]] = {}
    for story in stories:
        if (name := who(story)) and not story.test:
            grouped.setdefault(name, {}).setdefault(_monday(story.opened_at), []).append(story)
    found = (
        Trend(name, sum(map(len, weeks.values())), tuple(_point(week, told) for week, told in sorted(weeks.items())))
        for name, weeks in grouped.items()
    )
    return tuple(sorted(found, key=lambda one: (-one.tickets, one.who))[:most])


def error(stories: Iterable[Story]) -> Error:
    """How wrong the foreseen ratings were, over every ticket that was rated after one was foreseen."""
    wrong = [
        story.foreseen - float(story.rating >= GOOD)
        for story in stories
        if story.foreseen is not None and story.rating is not None and not story.test
    ]
    return Error(len(wrong), fmean(map(abs, wrong)), fmean(wrong)) if wrong else Error(0)


def _monday(at: datetime) -> date:
    day = at.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def _point(week: date, told: Sequence[Story]) -> Point:
    return Point(
        week,
        len(told),
        mood=_mean([story.moods[-1] for story in told if story.moods]),
        change=_mean([story.moods[-1] - story.moods[0] for story in told if story.moods]),
        foreseen=_mean([story.foreseen for story in told if story.foreseen is not None]),
        rating=_mean([story.rating for story in told if story.rating is not None]),
    )


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None
