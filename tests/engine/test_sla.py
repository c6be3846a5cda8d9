"""Deadlines against a counter that walks minute by minute, and the cases people argue about."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.hours import MINUTE, Calendar
from app.engine.sla import Clock, Metric, Policy, Step, Term, Turn, Unit, clocks, due, term
from tests.engine.test_hours import calendars, moments

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Calendar(BERLIN, dict.fromkeys(range(5), ((540, 1020),)))
MONDAY = datetime(2025, 11, 3, 10, tzinfo=BERLIN)


def after(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def steps(*pairs: tuple[float, Turn]) -> list[Step]:
    return [Step(after(hours), turn) for hours, turn in pairs]


def one(metric: Metric, text: str, *pairs: tuple[float, Turn], now: float = 1000) -> Clock | None:
    found = clocks(steps(*pairs), Policy("p", {metric: term(text)}, OFFICE), after(now))
    return found[0] if found else None


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("15m", 15, Unit.MINUTES),
        ("4h", 240, Unit.MINUTES),
        ("24h", 1440, Unit.MINUTES),
        ("< 1 hour", 60, Unit.MINUTES),
        ("30 days", 43200, Unit.MINUTES),
        ("4h-business-hours", 240, Unit.BUSINESS_MINUTES),
        ("2 business hours", 120, Unit.BUSINESS_MINUTES),
        ("10-business-days", 10, Unit.BUSINESS_DAYS),
    ],
)
def test_terms_are_read(text: str, amount: int, unit: Unit) -> None:
    assert term(text) == Term(amount, unit)


@pytest.mark.parametrize(
    "text", ["", "soon", "0h", "h", "-3h", "3 parsecs", "1.5h", "4h-business-days", "3d-business-hours"]
)
def test_what_is_no_term_says_what_would_be(text: str) -> None:
    with pytest.raises(ValueError, match="write 15m"):
        term(text)


@settings(max_examples=80, deadline=None)
@given(calendars(), moments, st.integers(1, 600))
def test_business_minutes_are_exact(calendar: Calendar, start: datetime, amount: int) -> None:
    open_a_week = sum(end - begin for spans in calendar.week.values() for begin, end in spans)
    if open_a_week < 200:
        return
    expected, left = start, amount
    while left:
        left -= calendar.is_open(expected)
        expected += MINUTE
    assert due(Term(amount, Unit.BUSINESS_MINUTES), start, calendar) == expected


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 4000), st.sampled_from([Turn.WAITING, Turn.OPENED, Turn.THANKED])), max_size=8),
    st.integers(1, 500),
    st.sampled_from(["m", "m-business-hours"]),
)
def test_resolution_counts_only_minutes_that_run(turns: list[tuple[int, Turn]], amount: int, unit: str) -> None:
    happened = sorted(turns)
    history = [Step(MONDAY, Turn.ASKED), *(Step(MONDAY + at * MINUTE, turn) for at, turn in happened)]
    policy = Policy("p", {Metric.RESOLUTION: term(f"{amount}{unit}")}, OFFICE)
    clock = clocks(history, policy, MONDAY + 40_000 * MINUTE)[0]
    running, left, at = True, amount, 0
    while left and at < 30_000:
        for when, turn in happened:
            if when == at and turn is not Turn.THANKED:
                running = turn is Turn.OPENED
        moment = MONDAY + at * MINUTE
        left -= running and (unit == "m" or OFFICE.is_open(moment))
        at += 1
    assert clock.due == (MONDAY + at * MINUTE if not left else None)


def test_a_first_reply_in_time_meets_and_a_late_one_breaches() -> None:
    early = one(Metric.FIRST_REPLY, "4h", (0, Turn.ASKED), (3, Turn.REPLIED))
    late = one(Metric.FIRST_REPLY, "4h", (0, Turn.ASKED), (5, Turn.REPLIED))
    assert early and early.met == after(3) and not early.breached and early.due is None
    assert late and late.met == after(5) and late.breached


def test_a_reply_in_the_last_minute_is_in_time() -> None:
    clock = one(Metric.FIRST_REPLY, "4h", (0, Turn.ASKED), (4, Turn.REPLIED))
    assert clock and not clock.breached


def test_thanks_starts_no_clock() -> None:
    assert one(Metric.FIRST_REPLY, "4h", (0, Turn.THANKED)) is None
    history = (0, Turn.ASKED), (1, Turn.REPLIED), (2, Turn.THANKED)
    assert one(Metric.NEXT_REPLY, "4h", *history) is None


def test_the_next_reply_runs_from_the_first_unanswered_message() -> None:
    clock = one(Metric.NEXT_REPLY, "4h", (0, Turn.ASKED), (1, Turn.REPLIED), (2, Turn.ASKED), (3, Turn.ASKED), now=4)
    assert clock and clock.started == after(2) and clock.due == after(6) and not clock.breached


def test_waiting_for_the_customer_pauses_the_resolution() -> None:
    history = (0, Turn.ASKED), (1, Turn.WAITING)
    paused = one(Metric.RESOLUTION, "4h", *history, now=100)
    assert paused and paused.due is None and not paused.breached
    resumed = one(Metric.RESOLUTION, "4h", *history, (11, Turn.OPENED), now=12)
    assert resumed and resumed.due == after(14)


def test_a_reopened_ticket_goes_on_where_it_stopped() -> None:
    history = (0, Turn.ASKED), (1, Turn.SOLVED), (50, Turn.ASKED)
    clock = one(Metric.RESOLUTION, "4h", *history, now=51)
    assert clock and clock.met is None and clock.due == after(53)


def test_a_policy_change_keeps_what_has_run() -> None:
    history = steps((0, Turn.ASKED))
    slow = Policy("normal", {Metric.FIRST_REPLY: term("24h")}, OFFICE)
    fast = Policy("urgent", {Metric.FIRST_REPLY: term("1h")}, OFFICE)
    assert clocks(history, slow, after(2))[0].due == after(24)
    assert clocks(history, fast, after(2))[0].breached


def test_a_periodic_update_is_due_after_each_reply_while_open() -> None:
    clock = one(Metric.UPDATE, "10-business-days", (0, Turn.ASKED), (1, Turn.REPLIED), now=2)
    assert clock and clock.due == datetime(2025, 11, 17, 11, tzinfo=BERLIN)
    solved = one(Metric.UPDATE, "10-business-days", (0, Turn.ASKED), (1, Turn.REPLIED), (2, Turn.SOLVED))
    assert solved and solved.due is None


def test_due_times_are_comparable_in_utc() -> None:
    assert due(term("4h-business-hours"), MONDAY.astimezone(UTC), OFFICE) == datetime(2025, 11, 3, 14, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("15m", "15 min"),
        ("90m", "1 h 30 min"),
        ("4h-business-hours", "4 h of business hours"),
        ("10-business-days", "10 business days"),
    ],
)
def test_terms_are_said_in_words(text: str, words: str) -> None:
    assert str(term(text)) == words
