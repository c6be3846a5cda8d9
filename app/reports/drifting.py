"""The types of this week beside those of the weeks before: by category, and by what questions mean where nothing is named yet."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import duplicates, stories
from app.engine.drift import WEEKS, Drift, drifted
from app.engine.duplicates import Sketch

WEEK = timedelta(days=7)
UNNAMED = "no category"
Grouping = Callable[[Sequence[Sequence[float]]], Sequence[int]]
"""Vectors -> for each the number of its group, or -1."""
MOST = 20_000
"""Tickets that are grouped, the newest ones."""
EXAMPLES = 3


@dataclass(frozen=True)
class Group:
    """A crowd of like questions that has changed. ``category`` is what most of them were filed under; ``urls`` are some of this week's."""

    drift: Drift
    category: str
    urls: tuple[str, ...]


@dataclass(frozen=True)
class Drifting:
    """What has changed this week. ``weeks`` is how many weeks before it there are."""

    weeks: int
    categories: tuple[Drift, ...] = ()
    groups: tuple[Group, ...] = ()

    @property
    def changed(self) -> tuple[Drift, ...]:
        """Categories that have changed."""
        return tuple(one for one in self.categories if one.kind)


def drifting(session: Session, account_id: str, now: datetime, grouping: Grouping | None = None) -> Drifting:
    """This week, which ends now, beside the eight before."""
    start = now - (WEEKS + 1) * WEEK
    told = [one for one in stories.since(session, account_id, start, now) if not one.test]
    weeks = _weeks([(one.opened_at, one.category or UNNAMED) for one in told], start)
    found = tuple(drifted(weeks[:-1], weeks[-1]))
    groups = _groups(duplicates.between(session, account_id, start, now, MOST), start, grouping) if grouping else ()
    return Drifting(sum(bool(week) for week in weeks[:-1]), found, groups)


def _weeks(named: Sequence[tuple[datetime, str]], start: datetime) -> list[Counter[str]]:
    weeks: list[Counter[str]] = [Counter() for _ in range(WEEKS + 1)]
    for at, name in named:
        weeks[min(int((at - start) / WEEK), WEEKS)][name] += 1
    return weeks


def _groups(sketches: Sequence[Sketch], start: datetime, grouping: Grouping) -> tuple[Group, ...]:
    """Crowds that grew or are new. A group is told by the tickets in it, because no word of them is kept."""
    known = [one for one in sketches if one.meaning.vector and not one.spam]
    engines = Counter(one.meaning.engine for one in known)
    same = [one for one in known if one.meaning.engine == engines.most_common(1)[0][0]]
    if not same:
        return ()
    owners = list(grouping([one.meaning.vector for one in same]))
    weeks = _weeks([(one.at, str(owner)) for one, owner in zip(same, owners, strict=True)], start)
    grown = [one for one in drifted(weeks[:-1], weeks[-1]) if one.kind in ("new", "more") and one.name != "-1"]
    newest = start + WEEKS * WEEK
    return tuple(
        _group(one, [s for s, owner in zip(same, owners, strict=True) if str(owner) == one.name], newest)
        for one in grown
    )


def _group(drift: Drift, members: Sequence[Sketch], since: datetime) -> Group:
    category = Counter(one.category or UNNAMED for one in members).most_common(1)[0][0]
    urls = tuple(one.url for one in members if one.at >= since and one.url)[:EXAMPLES]
    return Group(drift, category, urls)
