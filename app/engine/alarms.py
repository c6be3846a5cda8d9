"""Figures that get worse: seen by exact tests against the weeks before, said once until they are over."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.engine.chances import fisher, tail
from app.engine.outcomes import GOOD, Story

UNLIKELY = 0.001
"""A week as bad as this one has to be rarer than that by chance: it is looked at often, and nobody reads alarms that are none."""
SURGE, PATTERN, MERCHANT, STEP_UP = "surge:", "pattern:", "merchant:", "step-up:"
"""Begin the names of alarms about fraud: many tickets in a day, tickets with one cause, reports about one merchant, and codes that
were not right."""
FRAUD = (SURGE, PATTERN, MERCHANT, STEP_UP)
COMPLIANCE = "compliance:"
"""Begins the names of alarms about what a standard asks for."""
LANES = (*FRAUD, COMPLIANCE)
"""Alarms that are looked at apart from an account's figures, sooner."""
FEW = 3
"""Tickets of a day under which nothing is a surge."""
LEAST = 20
"""Tickets under which a week says nothing."""
CROWDED = 1.5
"""How many times the usual number of waiting tickets is a crowd."""
MORE = 10
"""And at least by so many more."""
NEAR = 0.01
"""How close to its target a category's proven accuracy may come before somebody is told."""
AGAIN = timedelta(days=7)
"""An alarm that goes on is said again after this."""
QUIET = timedelta(days=1)
"""An alarm that comes back within this was not over."""


@dataclass(frozen=True)
class Counted:
    """A share this week and in the weeks before. ``good``: more of it is better."""

    name: str
    title: str
    now: tuple[int, int]
    before: tuple[int, int]
    good: bool = True


@dataclass(frozen=True)
class Alarm:
    """One thing that got worse. ``name`` is stable; ``text`` is for people and holds no word of a customer."""

    name: str
    text: str


@dataclass(frozen=True)
class Standing:
    """An alarm as it is kept."""

    name: str
    since: datetime
    told_at: datetime
    over_at: datetime | None = None


def worse(shares: Sequence[Counted]) -> list[Alarm]:
    """Those that are worse than before by more than chance."""
    return [alarm for one in shares if (alarm := _worse(one))]


def _worse(one: Counted) -> Alarm | None:
    (part, whole), (past, past_whole) = one.now, one.before
    if whole < LEAST or past_whole < LEAST:
        return None
    lower, higher = fisher(part, whole, past, past_whole)
    if (lower if one.good else higher) >= UNLIKELY:
        return None
    return Alarm(
        one.name,
        f"{one.title}: {part / whole:.1%} in the last 7 days ({part} of {whole}), {past / past_whole:.1%} before",
    )


def rated(stories: Sequence[Story]) -> tuple[int, int]:
    """Customers who were satisfied, of all who said."""
    said = [one.rating for one in stories if one.rating is not None and not one.test]
    return sum(rating >= GOOD for rating in said), len(said)


def reopened(stories: Sequence[Story]) -> tuple[int, int]:
    """Tickets that came back, of all that were solved."""
    solved = [one for one in stories if one.solved_at is not None and not one.test]
    return sum(one.reopened_at is not None for one in solved), len(solved)


def backlog(stories: Sequence[Story], at: datetime) -> int:
    """Tickets that waited for their first answer at that moment."""
    return sum(
        one.opened_at <= at
        and (one.answered_at is None or one.answered_at > at)
        and not _over(one, at)
        and not one.test
        for one in stories
    )


def _over(story: Story, at: datetime) -> bool:
    return story.solved_at is not None and story.solved_at <= at


def crowded(now: int, usual: Sequence[int]) -> Alarm | None:
    """Whether more tickets wait than at this hour on any of the days before, and clearly so."""
    if not usual:
        return None
    mean = sum(usual) / len(usual)
    if now <= max(usual) or now < CROWDED * mean or now < mean + MORE:
        return None
    return Alarm("queue", f"Queue: {now} tickets wait for a first answer; at this hour it is {mean:.0f} otherwise")


def surge(name: str, title: str, today: int, days: Sequence[int]) -> Alarm | None:
    """Whether a day has more of something than chance and its usual swing allow. ``days`` are the counts of those before."""
    past = sum(days)
    if today < FEW or not days:
        return None
    mean = past / len(days)
    swing = max(1.0, sum((n - mean) ** 2 for n in days) / (mean * (len(days) - 1))) if mean and len(days) > 1 else 1.0
    count, before = int(today / swing), int(past / swing)
    # Of all of them each fell on one of the days: how likely so many on this one were, is a binomial tail.
    if tail(count, count + before, 1 / (len(days) + 1)) >= UNLIKELY:
        return None
    return Alarm(name, f"{title}: {today} in the last 24 hours, {mean:.1f} on a day before")


def near(category: str, bound: float, target: float) -> Alarm | None:
    """Whether a promoted category's proof is about to fall below what was promised."""
    if bound >= target + NEAR:
        return None
    where = "has fallen below" if bound < target else "is close to"
    return Alarm(f"evidence:{category}", f"Evidence of {category}: {bound:.1%} is proven and {where} its {target:.1%}")


def due(found: Sequence[Alarm], known: Sequence[Standing], now: datetime) -> list[Alarm]:
    """Those of which people are told now: new ones, those that come back, and once a week those that go on."""
    kept = {one.name: one for one in known}
    return [alarm for alarm in found if _due(kept.get(alarm.name), now)]


def _due(known: Standing | None, now: datetime) -> bool:
    if known is None:
        return True
    if known.over_at is None:
        return now >= known.told_at + AGAIN
    return now >= known.over_at + QUIET
