"""Figures of an account and a time, made from facts when somebody asks: the users' guide's fields, and every figure by its name.

``time_range`` is ``last-30-days``, ``yesterday``, ``today``, ``this-month``, ``last-month``, ``2026-10`` or
``2026-10-31``; days begin in the
account's own time zone.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from app.db import agreements, forecasts, stories, toolbox
from app.engine import measures, outcomes
from app.engine.configuration.analytics import Watched
from app.engine.measures import MEASURES, Facts
from app.engine.outcomes import Costs, Returns, Story
from app.errors import BadInput

LONGEST_HOLD = timedelta(days=max(outcomes.HOLDS))
_DAYS = re.compile(r"last-(\d{1,4})-(hour|day|week)s?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True)
class Period:
    """From ``since`` up to, and not with, ``until``."""

    name: str
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Figures:
    """Everything that is known of one period. ``values`` are by the names in ``measures.MEASURES``."""

    period: Period
    facts: Facts
    values: Mapping[str, float | None]
    tools: Mapping[str, int]

    @property
    def stories(self) -> Sequence[Story]:
        """The tickets that were opened then."""
        return self.facts.stories


@dataclass(frozen=True)
class Custom:
    """A figure of the account's own. ``met`` is None where it has no target or is unknown."""

    name: str
    value: float | None
    calculation: str
    target: str
    met: bool | None


def period(text: str, now: datetime, zone: ZoneInfo | None = None) -> Period:
    """The time that a name such as ``last-7-days`` means. Raises BadInput."""
    name = text.strip().lower()
    if match := _DAYS.fullmatch(name):
        length = timedelta(**{f"{match[2]}s": int(match[1])})
        if timedelta() < length <= timedelta(days=3660):
            return Period(name, now - length, now)
    midnight = now.astimezone(zone or UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first = midnight.replace(day=1)
    named = {
        "today": (midnight, now),
        "yesterday": (midnight - timedelta(days=1), midnight),
        "this-month": (first, now),
        "last-month": ((first - timedelta(days=1)).replace(day=1), first),
    }
    if (match := _MONTH.fullmatch(name)) and 1 <= int(match[2]) <= 12 and 2000 <= int(match[1]) <= 9998:
        start = first.replace(year=int(match[1]), month=int(match[2]))
        named[name] = (start, (start + timedelta(days=32)).replace(day=1))
    if _DATE.fullmatch(name):
        named |= _day(name, midnight)
    if name not in named:
        raise BadInput(
            "time range", "give last-30-days, today, yesterday, this-month, last-month, 2026-10 or 2026-10-31"
        )
    since, until = named[name]
    return Period(name, since.astimezone(UTC), until.astimezone(UTC))


def _day(name: str, midnight: datetime) -> dict[str, tuple[datetime, datetime]]:
    """One local day by its date; nothing where there is no such day."""
    try:
        day = date.fromisoformat(name)
        start = midnight.replace(year=day.year, month=day.month, day=day.day)
        return {name: (start, start + timedelta(days=1))}
    except (ValueError, OverflowError):
        return {}


def figures(
    session: Session,
    account_id: str,
    when: Period,
    now: datetime,
    costs: Costs | None = None,
    told: Sequence[Story] | None = None,
) -> Figures:
    """All figures of one account and period. Later tickets are looked at only to see who came back.

    ``told`` are the account's stories of at least that time and thirty days more, where somebody has read them already.
    """
    if told is None:
        told = stories.since(session, account_id, when.since, when.until + LONGEST_HOLD)
    facts = Facts(
        stories=[one for one in told if when.since <= one.opened_at < when.until],
        returns=Returns(told),
        now=now,
        right=toolbox.right(session, account_id, when.since, when.until),
        agreed=agreements.counted(session, account_id, when.since, when.until),
        waiting=len({place.ref for place in forecasts.places(session, account_id)}),
        costs=costs or Costs(),
    )
    tools = toolbox.used(session, account_id, when.since, when.until)
    return Figures(when, facts, measures.worked_out(facts), tools)


def metrics(found: Figures) -> dict[str, object]:
    """``getMetrics``: the guide's fields, with what lasted and on how many tickets each rests."""
    facts = found.facts
    return outcomes.metrics(facts.stories, facts.now, facts.costs, facts.returns)


def bot_metrics(found: Figures) -> dict[str, object]:
    """``getBotMetrics``: the guide's fields."""
    return outcomes.bot_metrics(found.stories, found.facts.right, found.tools)


def effectiveness(found: Figures, wanted: Sequence[str] = ()) -> dict[str, object]:
    """``getEffectiveness``: the figures that are asked for by the guide's names (``automation-rate``), or its five."""
    return outcomes.effectiveness(found.stories, found.facts.right, wanted)


def custom(found: Figures, watched: Watched) -> list[Custom]:
    """The account's own figures, in the order of its configuration."""
    return [
        Custom(
            one.name,
            value := one.worked_out(found.values),
            one.formula.text if one.formula else "",
            one.target.text if one.target else "",
            one.target.met(value) if one.target else None,
        )
        for one in watched.own
    ]


def listed(found: Figures, names: Sequence[str] = ()) -> list[dict[str, object]]:
    """Figures as plain values, each with its title and unit; all of them where no names are given. Unknown names are left out."""
    chosen = [name for one in names if (name := measures.named(one))] if names else list(MEASURES)
    return [
        {
            "name": name,
            "title": MEASURES[name].title,
            "unit": str(MEASURES[name].unit),
            "value": found.values[name],
            "shown": measures.shown(name, found.values[name]),
        }
        for name in chosen
    ]
