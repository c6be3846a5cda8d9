"""Business hours: when a team is there, counted to the minute. No deadline's rule lives here (``sla``), and no clock.

A minute is open when its local time lies in one of its weekday's spans and its local date is no holiday. Everything
else follows from that sentence, also on the two days a year when clocks change: a span is cut at the change, so an
hour that happens twice counts twice and one that does not happen counts not at all.
"""

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from types import MappingProxyType
from zoneinfo import ZoneInfo

MINUTE = timedelta(minutes=1)
DAY_MINUTES = 24 * 60
HORIZON_DAYS = 4 * 366
"""How far ahead an opening is looked for before a calendar counts as one that never opens."""

Span = tuple[int, int]
"""Minutes of the local day, from inclusive, to exclusive: (540, 1020) is 9:00-17:00; (0, 1440) the whole day."""


class NeverOpen(ValueError):
    """The calendar has no open minute within ``HORIZON_DAYS``."""


@dataclass(frozen=True)
class Calendar:
    """When somebody is there. ``week`` maps a weekday (0 is Monday) to its spans, sorted and apart."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Span, ...]]
    holidays: Container[date] = frozenset()
    """Local dates without any open minute; hashable."""

    def __hash__(self) -> int:
        return hash((self.zone.key, tuple(sorted(self.week.items())), self.holidays))

    def is_open(self, at: datetime) -> bool:
        """Whether this minute is a working one."""
        local = at.astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        return any(start <= minute < end for start, end in self._spans(local.date()))

    def is_business_day(self, day: date) -> bool:
        """Whether this local date has any working time."""
        return bool(self._spans(day))

    def opening(self, at: datetime) -> datetime:
        """``at`` itself when open, else the next moment that is."""
        for start, end in self._from(at):
            if end > at:
                return max(start, at)
        raise NeverOpen("the calendar never opens")

    def add(self, at: datetime, minutes: int) -> datetime:
        """The moment when ``minutes`` of working time have passed since ``at``; with 0, the next opening."""
        left = timedelta(minutes=minutes)
        if not left:
            return self.opening(at)
        for start, end in self._from(at):
            begin = max(start, at)
            if end <= begin:
                continue
            if end - begin >= left:
                return begin + left
            left -= end - begin
        raise NeverOpen("the calendar never opens for that long")

    def add_days(self, at: datetime, days: int) -> datetime:
        """The same local time ``days`` business days later, counted from the opening that ``at`` belongs to.

        Where that day is shorter and the time falls outside its hours, its last closing before, else its first opening.
        """
        begin = self.opening(at).astimezone(self.zone)
        day = begin.date()
        for _ in range(days):
            day = self._next_business_day(day)
        minute = begin.hour * 60 + begin.minute
        spans = self._spans(day)
        inside = any(start <= minute <= end for start, end in spans)
        before = [end for _, end in spans if end <= minute]
        chosen = minute if inside else max(before, default=spans[0][0])
        return _instant(day, chosen, self.zone)

    def between(self, start: datetime, end: datetime) -> timedelta:
        """Working time from ``start`` to ``end``; zero when ``end`` is not later."""
        total = timedelta()
        if end <= start:
            return total
        for opening, closing in self._from(start):
            if opening >= end:
                break
            total += max(timedelta(), min(closing, end) - max(opening, start))
        return total

    def _spans(self, day: date) -> tuple[Span, ...]:
        return () if day in self.holidays else self.week.get(day.weekday(), ())

    def _next_business_day(self, day: date) -> date:
        for _ in range(HORIZON_DAYS):
            day += timedelta(days=1)
            if self.is_business_day(day):
                return day
        raise NeverOpen("the calendar has no business day")

    def _from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Open stretches in UTC, in order, from the local day before ``at`` on."""
        day = at.astimezone(self.zone).date() - timedelta(days=1)
        for _ in range(HORIZON_DAYS):
            spans = self._spans(day)
            if spans:
                yield from _stretches(day, spans, self.zone)
            day += timedelta(days=1)


USUAL = Calendar(ZoneInfo("UTC"), MappingProxyType(dict.fromkeys(range(5), ((9 * 60, 17 * 60),))))
"""What business terms are counted in where a configuration gives no hours: Monday to Friday, 9:00-17:00 UTC."""


@lru_cache(maxsize=4096)
def _stretches(day: date, spans: tuple[Span, ...], zone: ZoneInfo) -> tuple[tuple[datetime, datetime], ...]:
    """The spans of one local day as moments in UTC, cut where the clocks change."""
    found = []
    for begin, end, offset in _segments(day, zone):
        midnight = datetime.combine(day, time(), UTC) - offset
        for start_minute, end_minute in spans:
            start = max(begin, midnight + start_minute * MINUTE)
            stop = min(end, midnight + end_minute * MINUTE)
            if start < stop:
                found.append((start, stop))
    return tuple(sorted(found))


def _segments(day: date, zone: tzinfo) -> list[tuple[datetime, datetime, timedelta]]:
    """The local day in UTC, in pieces of one offset each."""
    begin = _first_minute(day, zone)
    end = _first_minute(day + timedelta(days=1), zone)
    pieces = []
    while begin < end:
        offset = _offset(begin, zone)
        change = _next_change(begin, end, zone)
        pieces.append((begin, change, offset))
        begin = change
    return pieces


def _next_change(begin: datetime, end: datetime, zone: tzinfo) -> datetime:
    """The first minute after ``begin`` with another offset, or ``end``. A day holds at most one change."""
    if _offset(end - MINUTE, zone) == _offset(begin, zone):
        return end
    low, high = begin, end - MINUTE
    while high - low > MINUTE:
        middle = low + ((high - low) // 2 // MINUTE) * MINUTE
        low, high = (middle, high) if _offset(middle, zone) == _offset(begin, zone) else (low, middle)
    return high


def _first_minute(day: date, zone: tzinfo) -> datetime:
    """The first minute in UTC whose local date is ``day``: midnight may not exist, or exist twice."""
    guess = datetime.combine(day, time(), zone).astimezone(UTC)
    moment = guess - timedelta(hours=3)
    while moment.astimezone(zone).date() < day:
        moment += timedelta(minutes=15)
    while (moment - MINUTE).astimezone(zone).date() >= day:
        moment -= MINUTE
    return moment


def _offset(at: datetime, zone: tzinfo) -> timedelta:
    return at.astimezone(zone).utcoffset() or timedelta()


def _instant(day: date, minute: int, zone: tzinfo) -> datetime:
    """A local minute as a moment in UTC; one that does not exist becomes the first that does."""
    whole, rest = divmod(minute, DAY_MINUTES)
    local = datetime.combine(day + timedelta(days=whole), time(rest // 60, rest % 60), zone)
    return local.astimezone(UTC)
