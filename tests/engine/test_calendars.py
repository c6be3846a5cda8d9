"""Business hours as people write them: which minutes are open, which days are off, and what is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.engine.configuration import ConfigurationError, load
from app.engine.configuration.calendars import described
from app.engine.holidays import DaysOff, countries
from app.engine.hours import USUAL, Calendar
from tests.engine.seeds import seed, seeds


def text(schedule: str, zone: str = "Europe/Berlin", holidays: str = "[]") -> str:
    return f"""service: a
classification: {{categories: [{{name: own}}]}}
escalation:
  businessHours:
    timezone: {zone}
    schedule: {schedule}
    holidays: {holidays}
"""


def hours(schedule: str, zone: str = "Europe/Berlin", holidays: str = "[]") -> Calendar:
    return load(text(schedule, zone, holidays), name="a.yaml").rules.hours


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("{monday-friday: '9:00-17:00'}", "monday-friday 9:00-17:00"),
        ("{Mon-Fri: '09:00-17:00', sat: closed}", "monday-friday 9:00-17:00"),
        ("{weekdays: '9:00 - 12:00, 13:00-17:30'}", "monday-friday 9:00-12:00, 13:00-17:30"),
        ("{saturday-monday: '10:00-14:00'}", "monday 10:00-14:00; saturday-sunday 10:00-14:00"),
        ("{monday-friday: '9:00-17:00', friday: '9:00-15:00'}", "monday-thursday 9:00-17:00; friday 9:00-15:00"),
        ("{friday: closed, monday-friday: '9:00-17:00'}", "monday-thursday 9:00-17:00"),
        ("{daily: 24h}", "monday-sunday 0:00-24:00"),
        ("{weekend: '13:00-17:00, 9:00-12:00'}", "saturday-sunday 9:00-12:00, 13:00-17:00"),
        ("{friday: '22:00-6:00'}", "friday 22:00-24:00; saturday 0:00-6:00"),
        ("{sunday: '20:00-8:00', monday: '9:00-17:00'}", "monday 0:00-8:00, 9:00-17:00; sunday 20:00-24:00"),
        ("{sunday: '18:00-0:00'}", "sunday 18:00-24:00"),
    ],
)
def test_a_schedule_as_people_write_it(schedule: str, words: str) -> None:
    assert described(hours(schedule)) == f"{words} Europe/Berlin"


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        ("{monday: '9:00-9:00'}", "schedule.monday: '9:00-9:00' has no length; write closed, or 0:00-24:00"),
        ("{monday: '17:00-9:00'}", "schedule.monday: '17:00-9:00' ends before it begins; write 9:00-17:00, or split"),
        ("{monday: '9:00-25:00'}", "'9:00-25:00' names an hour that no day has; write hours from 0:00 to 24:00"),
        ("{monday: '9:75-10:00'}", "'9:75-10:00' names an hour that no day has"),
        ("{monday: '9-17'}", "'9-17' is no span of hours; write '9:00-17:00', '9:00-12:00, 13:00-17:00' or closed"),
        ("{monday: sometimes}", "'sometimes' is no span of hours"),
        ("{mondey: closed}", "schedule.mondey: 'mondey' is no day; did you mean monday?"),
        ("{monday-fryday: '9:00-17:00'}", "'fryday' is no day; did you mean friday?"),
        ("{monday: '9:00-12:00, 11:00-17:00'}", "schedule: two shifts on monday overlap; join them"),
        ("{monday: '22:00-6:00', tuesday: '5:00-9:00'}", "schedule: two shifts on tuesday overlap"),
        (
            "{monday-friday: '9:00-17:00', friday-sunday: '9:00-12:00'}",
            "friday is given twice; it is in monday-friday already",
        ),
        ("{monday-sunday: closed}", "schedule: never opens; write a day such as monday-friday: '9:00-17:00'"),
        ("{}", "schedule: never opens"),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused_with_its_line(schedule: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        hours(schedule)
    assert [
        f"a.yaml:6: escalation.businessHours.{said}" in str(p) or said in str(p) for p in refused.value.problems
    ] == [True]
    assert refused.value.problems[0].line == 6


@pytest.mark.parametrize(
    ("zone", "holidays", "said"),
    [
        (
            "Europe/Berln",
            "[]",
            "a.yaml:5: escalation.businessHours.timezone: 'Europe/Berln' is no time zone; did you mean Europe/Berlin?",
        ),
        ("Mars", "[]", "'Mars' is no time zone"),
        (
            "UTC",
            "[25.12.2026]",
            "a.yaml:7: escalation.businessHours.holidays[0]: '25.12.2026' is no date; write 2026-12-25",
        ),
        (
            "UTC",
            "{country: XX}",
            "holidays.country: 'XX' is no country we know; write its two letters, such as US or DE",
        ),
        ("UTC", "{country: US, subdivision: CAL}", "holidays.subdivision: 'CAL' is no part of US; did you mean CA?"),
        ("UTC", "{subdivision: CA}", "holidays.subdivision: 'CA' is no part of no country; name the country too"),
        ("UTC", "{dates: [x]}", "holidays.dates[0]: 'x' is no date"),
        ("UTC", "{contry: US}", "holidays.contry: is no setting; did you mean country?"),
    ],
)
def test_zones_and_days_off_that_do_not_exist_are_refused(zone: str, holidays: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        hours("{monday: 24h}", zone, holidays)
    assert any(said in str(problem) for problem in refused.value.problems), refused.value


def test_without_a_schedule_there_are_no_hours() -> None:
    with pytest.raises(ConfigurationError, match=r"businessHours\.schedule: is missing"):
        load(text("x").replace("    schedule: x\n", ""), name="a")


def test_where_none_are_given_the_usual_hours_count() -> None:
    rules = load("service: a\nclassification: {categories: [{name: own}]}", name="a").rules
    assert (rules.hours, rules.declared) == (USUAL, False)


def test_a_countrys_holidays_with_its_parts_and_our_own_dates() -> None:
    calendar = hours(
        "{monday-friday: '9:00-17:00'}", "America/Los_Angeles", "{country: us, subdivision: CA, dates: [2026-07-06]}"
    )
    off = [date(2026, 7, 3), date(2026, 11, 26), date(2026, 7, 6), date(2026, 3, 31)]
    working = [date(2026, 7, 2), date(2026, 7, 7)]
    assert [calendar.is_business_day(day) for day in off] == [False] * 4
    assert [calendar.is_business_day(day) for day in working] == [True] * 2


def test_a_holiday_of_next_year_that_is_observed_in_this_one() -> None:
    # New Year 2022 was a Saturday: offices in the USA closed on Friday, 31 December 2021.
    assert date(2021, 12, 31) in DaysOff("US")
    assert date(2020, 12, 31) not in DaysOff("US")


def test_every_country_that_is_offered_has_holidays_or_none_without_an_error() -> None:
    assert len(countries()) > 100
    assert all(
        (date(2026, 1, 2) in DaysOff(country)) in (True, False) for country in ("DE", "US", "JP", "BR", "IN", "AE")
    )


def test_a_holiday_on_the_day_when_clocks_change() -> None:
    # 29 March 2026: summer time begins in Berlin, and that Sunday is off.
    calendar = hours("{daily: '1:00-5:00'}", holidays="[2026-03-29]")
    saturday = datetime(2026, 3, 28, 3, 0, tzinfo=UTC)
    assert calendar.add(saturday, 120) == datetime(2026, 3, 30, 0, 0, tzinfo=UTC)
    assert calendar.between(saturday, saturday + timedelta(days=2)) == timedelta(hours=1 + 4)


def test_a_shift_over_midnight_counts_on_both_days() -> None:
    calendar = hours("{friday: '22:00-6:00'}")
    friday = datetime(2026, 3, 6, 22, 30, tzinfo=UTC)  # 23:30 in Berlin
    assert calendar.add(friday, 60) == datetime(2026, 3, 6, 23, 30, tzinfo=UTC)
    assert calendar.add(friday, 7 * 60) == datetime(2026, 3, 13, 21, 30, tzinfo=UTC)


@seeds
def test_the_shops_own_hours() -> None:
    shop = load(seed("ecommerce.yaml"), name="ecommerce.yaml")
    assert described(shop.rules.hours) == "monday-friday 9:00-17:00; saturday 10:00-14:00 America/Los_Angeles"
