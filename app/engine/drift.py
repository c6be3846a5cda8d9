"""What customers ask about changes: types that are new, grow or go, told apart from weeks that are only a little different."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from app.engine.chances import discoveries, fisher, restless

WEEKS = 8
"""Weeks before this one that it is compared with."""
LEAST_WEEKS = 3
FALSE = 0.05
"""Of what is said to have changed, the share that may be chance."""
LEAST = 5
"""Tickets under which nothing is said of a type, now and as expected."""
RATIO = 1.25
"""By so much a type has to grow, or to shrink."""


@dataclass(frozen=True)
class Drift:
    """One type this week. ``chance`` is how likely so large a difference would be, had nothing changed."""

    name: str
    count: int
    expected: float
    """By its share of the weeks before."""
    usual: float
    """Its tickets in a week before."""
    chance: float
    stands: bool

    @property
    def kind(self) -> str:
        """``new``, ``more``, ``fewer`` or ``gone``; empty where it is as ever."""
        if not self.stands:
            return ""
        if self.expected == 0:
            return "new"
        return "gone" if self.count == 0 else "more" if self.count > self.expected else "fewer"


def drifted(before: Sequence[Mapping[str, int]], now: Mapping[str, int]) -> list[Drift]:
    """Each type of this week beside the weeks before, oldest first; what has changed first. Nothing for fewer than three weeks."""
    weeks = [week for week in before if sum(week.values())]
    total, whole = sum(now.values()), sum(sum(week.values()) for week in weeks)
    if len(weeks) < LEAST_WEEKS or not total:
        return []
    names = sorted({name for week in (*weeks, now) for name in week})
    found = [_one(name, weeks, now, (total, whole)) for name in names]
    spoken = [one for one in found if max(one.count, one.expected) >= LEAST]
    stand = discoveries([one.chance for one in spoken], FALSE)
    judged = [_judged(one, holds) for one, holds in zip(spoken, stand, strict=True)]
    return sorted(judged, key=lambda one: (not one.stands, one.chance, one.name))


def _one(name: str, weeks: Sequence[Mapping[str, int]], now: Mapping[str, int], totals: tuple[int, int]) -> Drift:
    total, whole = totals
    count, past = now.get(name, 0), sum(week.get(name, 0) for week in weeks)
    swing = restless([(week.get(name, 0), sum(week.values())) for week in weeks])
    # Tickets of one cause come in crowds: so many of them count as one that stands for itself.
    lower, higher = fisher(
        int(count / swing), max(1, int(total / swing)), int(past / swing), max(1, int(whole / swing))
    )
    return Drift(name, count, past * total / whole, past / len(weeks), min(1.0, 2 * min(lower, higher)), False)


def _judged(one: Drift, stands: bool) -> Drift:
    """Only what differs by its share and by its number alike: when one type floods in, all others' shares shrink."""
    more = one.count >= RATIO * max(one.expected, one.usual)
    fewer = min(one.expected, one.usual) >= RATIO * one.count
    return replace(one, stands=stands and (more or fewer))
