"""``escalation.businessHours`` as a calendar: weekdays and their spans, zones and days off, each mistake with its place."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, available_timezones

from app.engine.configuration.flows import BusinessHours, Holidays
from app.engine.configuration.reading import Path
from app.engine.holidays import DaysOff, countries
from app.engine.hours import DAY_MINUTES, USUAL, Calendar, Span
from app.engine.nearest import nearest

HERE: Path = ("escalation", "businessHours")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SETS: Mapping[str, tuple[int, ...]] = {"weekdays": (0, 1, 2, 3, 4), "weekend": (5, 6), "daily": tuple(range(7))}
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})")
LONGEST_NIGHT = 12 * 60
"""Minutes. A span that ends before it begins is a shift over midnight up to this length, and longer a mistake in writing."""


class _Wrong(ValueError):
    """A piece of text is not what belongs in its place."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.remedy = remedy


def calendar(hours: BusinessHours | None) -> Calendar:
    """The calendar that checked business hours describe, or the usual one."""
    if hours is None:
        return USUAL
    week = {day: tuple(sorted(spans)) for day, spans in _week(hours).items() if spans}
    return Calendar(ZoneInfo(hours.timezone), MappingProxyType(week), _days_off(hours.holidays))


def problems(hours: BusinessHours, here: Path = HERE) -> Iterator[tuple[Path, str, str]]:
    """Everything that is wrong with business hours, with its path and what would be right."""
    if hours.timezone not in _zones():
        remedy = nearest(hours.timezone, _zones(), all_of=False) or "write one such as Europe/Berlin"
        yield (*here, "timezone"), f"{hours.timezone[:60]!r} is no time zone", remedy
    found = [*_of_schedule(hours, here)]
    yield from found
    yield from _of_holidays(hours.holidays, (*here, "holidays"))
    if not found:
        yield from _of_week(hours, (*here, "schedule"))


def described(hours: Calendar) -> str:
    """The calendar in words, such as ``monday-friday 9:00-17:00 UTC``."""
    parts: list[tuple[int, int, str]] = []
    for day in range(7):
        spans = ", ".join(f"{_clock(start)}-{_clock(end)}" for start, end in hours.week.get(day, ()))
        if parts and parts[-1][1] == day - 1 and parts[-1][2] == spans:
            parts[-1] = (parts[-1][0], day, spans)
        else:
            parts.append((day, day, spans))
    open_days = [
        f"{DAYS[first]}{f'-{DAYS[last]}' if last > first else ''} {spans}" for first, last, spans in parts if spans
    ]
    return f"{'; '.join(open_days)} {hours.zone.key}"


def _clock(minute: int) -> str:
    return f"{minute // 60}:{minute % 60:02}"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


# --- the week -----------------------------------------------------------------------------------------------


def _of_schedule(hours: BusinessHours, here: Path) -> Iterator[tuple[Path, str, str]]:
    """What is wrong with single lines of the schedule."""
    ranges: dict[int, str] = {}
    for key, text in hours.schedule.items():
        path = (*here, "schedule", key)
        try:
            days = _days(key)
            _spans(text)
        except _Wrong as error:
            yield path, error.wrong, error.remedy
            continue
        twice = [day for day in days if len(days) > 1 and day in ranges]
        if twice:
            yield (
                path,
                f"{DAYS[twice[0]]} is given twice",
                f"it is in {ranges[twice[0]]} already; a day alone counts before",
            )
        ranges |= dict.fromkeys(days if len(days) > 1 else (), key)


def _of_week(hours: BusinessHours, here: Path) -> Iterator[tuple[Path, str, str]]:
    """What only the whole week shows: shifts that overlap, or no shift at all."""
    week = _week(hours)
    if not any(week.values()):
        yield here, "never opens", "write a day such as monday-friday: '9:00-17:00'"
    for day, spans in week.items():
        ordered = sorted(spans)
        if any(later < end for (_, end), (later, _) in pairwise(ordered)):
            yield here, f"two shifts on {DAYS[day]} overlap", "join them, or end the first one earlier"


def _week(hours: BusinessHours) -> dict[int, list[Span]]:
    """Weekday -> spans. A day alone counts before a range with it; what runs over midnight belongs to the next day."""
    texts: dict[int, str] = {}
    for key, text in sorted(hours.schedule.items(), key=lambda item: -len(_days(item[0]))):
        texts |= dict.fromkeys(_days(key), text)
    week: dict[int, list[Span]] = {day: [] for day in range(7)}
    for day, text in texts.items():
        for start, end in _spans(text):
            week[day].append((start, min(end, DAY_MINUTES)))
            if end > DAY_MINUTES:
                week[(day + 1) % 7].append((0, end - DAY_MINUTES))
    return week


def _days(key: str) -> tuple[int, ...]:
    word = key.strip().casefold()
    if word in _SETS:
        return _SETS[word]
    first, dash, last = (part.strip() for part in word.partition("-"))
    begin = _day(first)
    end = _day(last) if dash else begin
    return tuple((begin + n) % 7 for n in range((end - begin) % 7 + 1))


def _day(word: str) -> int:
    for place, name in enumerate(DAYS):
        if word == name or (len(word) >= 3 and name.startswith(word)):
            return place
    raise _Wrong(f"{word[:60]!r} is no day", nearest(word, (*DAYS, *_SETS)))


def _spans(text: str) -> tuple[Span, ...]:
    """``9:00-12:00, 13:00-17:00`` in minutes; an end after midnight is above 1440. ``closed`` is none."""
    word = text.strip().casefold()
    if word == "closed":
        return ()
    if word in ("24h", "open", "0:00-24:00", "00:00-24:00"):
        return ((0, DAY_MINUTES),)
    return tuple(_span(part.strip()) for part in word.split(","))


def _span(text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if not found:
        raise _Wrong(f"{text[:60]!r} is no span of hours", "write '9:00-17:00', '9:00-12:00, 13:00-17:00' or closed")
    start, end = int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])
    if start >= DAY_MINUTES or end > DAY_MINUTES or int(found[2]) > 59 or int(found[4]) > 59:
        raise _Wrong(f"{text!r} names an hour that no day has", "write hours from 0:00 to 24:00")
    if start == end:
        raise _Wrong(f"{text!r} has no length", "write closed, or 0:00-24:00 for the whole day")
    if end > start:
        return start, end
    night = end + DAY_MINUTES - start
    if night > LONGEST_NIGHT:
        remedy = f"write {found[3]}:{found[4]}-{found[1]}:{found[2]}, or split a long night shift at 24:00"
        raise _Wrong(f"{text!r} ends before it begins", remedy)
    return start, start + night


# --- days off -----------------------------------------------------------------------------------------------


def _days_off(given: Holidays | list[str]) -> DaysOff:
    if isinstance(given, list):
        return DaysOff(dates=frozenset(date.fromisoformat(day) for day in given))
    dates = frozenset(date.fromisoformat(day) for day in given.dates)
    return DaysOff((given.country or "").upper(), given.subdivision or "", dates)


def _of_holidays(given: Holidays | list[str], here: Path) -> Iterator[tuple[Path, str, str]]:
    listed, place = (given, here) if isinstance(given, list) else (given.dates, (*here, "dates"))
    for n, day in enumerate(listed):
        try:
            date.fromisoformat(day)
        except ValueError:
            yield (*place, n), f"{day[:60]!r} is no date", "write 2026-12-25"
    if not isinstance(given, Holidays):
        return
    if given.country and given.country.upper() not in countries():
        yield (
            (*here, "country"),
            f"{given.country[:60]!r} is no country we know",
            "write its two letters, such as US or DE",
        )
    elif given.subdivision:
        known = countries().get((given.country or "").upper(), [])
        if given.subdivision not in known:
            remedy = nearest(given.subdivision, known) or "name the country too"
            yield (
                (*here, "subdivision"),
                f"{given.subdivision[:60]!r} is no part of {given.country or 'no country'}",
                remedy,
            )
