"""Business hours around the days on which clocks change, holidays on them included, against a counter of its own.

The counter knows zones and spans only: it asks each UTC minute for its local time and looks that up, and shares no code with
what it checks.
"""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.hours import Calendar, Span
from app.engine.sla import Term, Unit, due

ZONES = (
    "America/New_York",
    "America/Santiago",
    "Europe/Berlin",
    "Europe/Lisbon",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
)
MINUTE = timedelta(minutes=1)


@cache
def changes(zone: str) -> tuple[datetime, ...]:
    """Every hour from 2024 to 2027 within which the zone's clocks change, in UTC."""
    at, found, place = datetime(2024, 1, 1, tzinfo=UTC), [], ZoneInfo(zone)
    before = at.astimezone(place).utcoffset()
    while at.year < 2027:
        at += timedelta(hours=1)
        now = at.astimezone(place).utcoffset()
        if now != before:
            found.append(at)
        before = now
    return tuple(found)


def minutes(zone: ZoneInfo, week: dict[int, tuple[Span, ...]], off: set[date], start: datetime, end: datetime) -> int:
    """Open minutes, one by one."""
    total = 0
    while start < end:
        local = start.astimezone(zone)
        minute = local.hour * 60 + local.minute
        total += local.date() not in off and any(a <= minute < b for a, b in week.get(local.weekday(), ()))
        start += MINUTE
    return total


@st.composite
def shifts(draw: st.DrawFn) -> tuple[Span, ...]:
    """Up to three shifts, most of them with an edge in the small hours, when clocks change."""
    early = st.one_of(st.integers(0, 300), st.integers(0, 1440))
    edges = sorted(draw(st.sets(early, min_size=2, max_size=6)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def scenes(draw: st.DrawFn) -> tuple[Calendar, dict[int, tuple[Span, ...]], set[date], datetime]:
    """A calendar with shifts, holidays on, before and after a change, and a moment within two days of it."""
    name = draw(st.sampled_from(ZONES))
    zone, change = ZoneInfo(name), draw(st.sampled_from(changes(name)))
    day = change.astimezone(zone).date()
    off = {day + timedelta(days=n) for n in draw(st.sets(st.sampled_from([-1, 0, 1])))}
    week = {n: draw(shifts()) for n in range(7)}
    start = change + draw(st.integers(-2 * 1440, 2 * 1440)) * MINUTE
    return Calendar(zone, week, frozenset(off)), week, off, start


@settings(max_examples=50, deadline=None)
@given(scenes(), st.integers(0, 1440))
def test_between_counts_what_the_counter_counts(
    scene: tuple[Calendar, dict[int, tuple[Span, ...]], set[date], datetime], length: int
) -> None:
    calendar, week, off, start = scene
    end = start + length * MINUTE
    assert calendar.between(start, end) == minutes(calendar.zone, week, off, start, end) * MINUTE


@settings(max_examples=50, deadline=None)
@given(scenes(), st.integers(1, 400))
def test_a_deadline_lies_where_the_counter_has_counted_its_minutes(
    scene: tuple[Calendar, dict[int, tuple[Span, ...]], set[date], datetime], amount: int
) -> None:
    calendar, week, off, start = scene
    if sum(b - a for spans in week.values() for a, b in spans) < 200:
        return  # it would lie too far away to be counted minute by minute
    end = due(Term(amount, Unit.BUSINESS_MINUTES), start, calendar)
    assert minutes(calendar.zone, week, off, start, end) == amount
    assert minutes(calendar.zone, week, off, end - MINUTE, end) == 1


def test_there_are_changes_to_be_tested_in_every_zone() -> None:
    assert all(len(changes(zone)) >= 4 for zone in ZONES)
