"""Business hours against a counter that asks every single minute, over random calendars and the days clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.engine.hours import MINUTE, Calendar, NeverOpen

ZONES = [
    "UTC",
    "America/Los_Angeles",
    "Europe/Berlin",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
    "Pacific/Apia",
    "Africa/Cairo",
]
OFFICE = dict.fromkeys(range(5), ((540, 1020),))
BERLIN = ZoneInfo("Europe/Berlin")


@st.composite
def spans(draw: st.DrawFn) -> tuple[tuple[int, int], ...]:
    edges = sorted(draw(st.sets(st.integers(0, 1440), min_size=0, max_size=6)))
    return tuple(zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw: st.DrawFn) -> Calendar:
    week = {day: found for day in range(7) if (found := draw(spans()))}
    near = st.dates(date(2024, 1, 1), date(2026, 12, 31))
    return Calendar(ZoneInfo(draw(st.sampled_from(ZONES))), week, frozenset(draw(st.sets(near, max_size=8))))


moments = st.one_of(
    st.datetimes(datetime(2024, 1, 1), datetime(2026, 12, 1)),
    st.sampled_from(
        [datetime(2025, 3, 30, 0, 30), datetime(2025, 10, 25, 22), datetime(2025, 3, 9, 9), datetime(2025, 11, 2, 7)]
    ),
).map(lambda at: at.replace(second=0, microsecond=0, tzinfo=UTC))


def counted(calendar: Calendar, start: datetime, end: datetime) -> int:
    total = 0
    while start < end:
        total += calendar.is_open(start)
        start += MINUTE
    return total


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(0, 3 * 1440))
def test_between_counts_every_open_minute(calendar: Calendar, start: datetime, length: int) -> None:
    end = start + length * MINUTE
    assert calendar.between(start, end) == counted(calendar, start, end) * MINUTE


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(1, 900))
def test_add_ends_where_that_many_open_minutes_have_passed(calendar: Calendar, start: datetime, minutes: int) -> None:
    try:
        end = calendar.add(start, minutes)
    except NeverOpen:
        assert not calendar.week or sum(e - s for day in calendar.week.values() for s, e in day) < minutes
        return
    assert calendar.is_open(end - MINUTE)
    assert calendar.between(start, end) == minutes * MINUTE


@settings(max_examples=60, deadline=None)
@given(calendars(), moments)
@example(Calendar(ZoneInfo("Australia/Lord_Howe"), {6: ((90, 150),)}), datetime(2025, 10, 4, 15, tzinfo=UTC))
def test_the_opening_is_the_first_open_minute(calendar: Calendar, at: datetime) -> None:
    try:
        opening = calendar.opening(at)
    except NeverOpen:
        return
    assert opening >= at
    assert calendar.is_open(opening)
    assert calendar.between(at, opening) == timedelta()


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2025, 3, 30), 23), (date(2025, 10, 26), 25), (date(2025, 6, 1), 24)], ids=str
)
def test_a_whole_day_is_as_long_as_the_clocks_make_it(day: date, hours: int) -> None:
    calendar = Calendar(BERLIN, {6: ((0, 1440),)})
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=BERLIN)
    assert calendar.between(noon - timedelta(days=1), noon + timedelta(days=1)) == timedelta(hours=hours)


def test_a_holiday_on_the_day_the_clocks_change_is_closed() -> None:
    calendar = Calendar(BERLIN, {6: ((0, 1440),)}, frozenset({date(2025, 3, 30)}))
    assert calendar.opening(datetime(2025, 3, 30, 10, tzinfo=UTC)) == datetime(2025, 4, 5, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "days", "due"),
    [
        ("2025-11-03T10:30", 10, "2025-11-17T10:30"),
        ("2025-11-01T12:00", 1, "2025-11-04T09:00"),  # a Saturday: counted from Monday's opening
        ("2025-11-07T20:00", 0, "2025-11-10T09:00"),
        ("2025-12-23T16:00", 2, "2025-12-29T16:00"),  # over two holidays and a weekend
    ],
)
def test_business_days_keep_the_time_of_day(at: str, days: int, due: str) -> None:
    calendar = Calendar(BERLIN, OFFICE, frozenset({date(2025, 12, 25), date(2025, 12, 26)}))
    start = datetime.fromisoformat(at).replace(tzinfo=BERLIN)
    assert calendar.add_days(start, days).astimezone(BERLIN) == datetime.fromisoformat(due).replace(tzinfo=BERLIN)


def test_a_shorter_day_ends_at_its_closing() -> None:
    calendar = Calendar(BERLIN, {0: ((540, 1020),), 1: ((540, 720),)})
    monday = datetime(2025, 11, 3, 16, tzinfo=BERLIN)
    assert calendar.add_days(monday, 1) == datetime(2025, 11, 4, 12, tzinfo=BERLIN)


def test_a_calendar_without_hours_never_opens() -> None:
    with pytest.raises(NeverOpen):
        Calendar(BERLIN, {}).add(datetime(2025, 1, 1, tzinfo=UTC), 1)
