"""Deadlines: from what happened in a ticket and a policy's terms to when an answer is due. Pure date arithmetic, no clock.

Four metrics. *first_reply*: from the first message that is owed an answer to the first public reply. *next_reply*: from the
first owed message after a reply to the next reply. *update*: from each public reply to the next one, while the ticket is
open. *resolution*: from the first owed message to solved, paused while we wait for the customer and while it is solved.
A "thanks!" is owed nothing and starts no clock. When the policy changes, what has run keeps counting, by the new terms.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from app.engine.hours import Calendar


class Metric(StrEnum):
    """What a target is about."""

    FIRST_REPLY = "first_reply"
    NEXT_REPLY = "next_reply"
    UPDATE = "update"
    RESOLUTION = "resolution"


class Unit(StrEnum):
    """How a term is counted."""

    MINUTES = "minutes"
    BUSINESS_MINUTES = "business_minutes"
    BUSINESS_DAYS = "business_days"


@dataclass(frozen=True)
class Term:
    """How long somebody has: ``amount`` of ``unit``."""

    amount: int
    unit: Unit

    def __str__(self) -> str:
        if self.unit is Unit.BUSINESS_DAYS:
            return f"{self.amount} business days"
        hours, minutes = divmod(self.amount, 60)
        length = " ".join([f"{hours} h"] * bool(hours) + [f"{minutes} min"] * bool(minutes or not hours))
        return length + (" of business hours" if self.unit is Unit.BUSINESS_MINUTES else "")


_MINUTES = {"m": 1, "min": 1, "minute": 1, "minutes": 1, "h": 60, "hour": 60, "hours": 60}
_DAYS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7}
_TERM = re.compile(r"^(?:<=?\s*)?(\d+)[\s-]*(business[\s-]*)?([a-z]+)([\s-]*business[\s-]*hours)?$")


def term(text: str) -> Term:
    """Read ``15m``, ``4h``, ``2 days``, ``< 1 hour``, ``4h-business-hours``, ``90m-business-hours``, ``10-business-days``.

    Raises ValueError with the text and what would be right.
    """
    found = _TERM.match(text.strip().lower())
    wrong = ValueError(f"{text!r} is no length of time: write 15m, 4h, 2 days, 4h-business-hours or 10-business-days")
    if not found or int(found[1]) == 0:
        raise wrong
    amount, before, unit, after = int(found[1]), bool(found[2]), found[3], bool(found[4])
    if unit in _MINUTES and not (before and after):
        return Term(amount * _MINUTES[unit], Unit.BUSINESS_MINUTES if before or after else Unit.MINUTES)
    if unit in _DAYS and not after:
        days = amount * _DAYS[unit]
        return Term(days, Unit.BUSINESS_DAYS) if before else Term(days * 24 * 60, Unit.MINUTES)
    raise wrong


_PREFIXES: Mapping[str, Metric] = {
    "first-reply-within": Metric.FIRST_REPLY,
    "reply-within": Metric.FIRST_REPLY,
    "next-reply-within": Metric.NEXT_REPLY,
    "provide-update-within": Metric.UPDATE,
    "update-within": Metric.UPDATE,
    "resolve-within": Metric.RESOLUTION,
    "resolution-within": Metric.RESOLUTION,
}


def terms(text: str) -> Mapping[Metric, Term]:
    """A target as configurations write it: ``4h`` is about the first reply, other metrics are named.

    As in ``provide-update-within-10-business-days`` or ``1h, resolve-within-2-business-days``. Raises ValueError.
    """
    found: dict[Metric, Term] = {}
    for part in text.split(","):
        word = part.strip().casefold()
        prefix = next((p for p in _PREFIXES if word.startswith(p)), "")
        metric = _PREFIXES.get(prefix, Metric.FIRST_REPLY)
        if metric in found:
            raise ValueError(f"{text!r} names {metric} twice")
        found[metric] = term(word.removeprefix(prefix).lstrip("- "))
    return found


@dataclass(frozen=True)
class Policy:
    """What is promised: a term for each metric that has one, and the hours that business terms are counted in."""

    name: str
    targets: Mapping[Metric, Term]
    calendar: Calendar


class Turn(StrEnum):
    """What can happen to a ticket, as far as clocks care."""

    ASKED = "asked"
    """The customer wrote something that is owed an answer."""
    THANKED = "thanked"
    """The customer wrote something that is owed none."""
    REPLIED = "replied"
    WAITING = "waiting"
    """We wait for the customer (pending, snoozed)."""
    OPENED = "opened"
    SOLVED = "solved"


@dataclass(frozen=True)
class Step:
    """One turn and when it happened."""

    at: datetime
    turn: Turn


@dataclass(frozen=True)
class Clock:
    """One metric's clock. ``due`` is None while it is paused or when it has stopped; ``met`` is when it stopped."""

    metric: Metric
    term: Term
    started: datetime
    due: datetime | None
    met: datetime | None
    breached: bool
    """As of the ``now`` that was given, or of the moment it stopped."""


Run = list[tuple[datetime, datetime | None]]
"""When a clock ran: from, to; the last one may still run."""


def due(length: Term, start: datetime, calendar: Calendar, paused: timedelta = timedelta()) -> datetime:
    """When ``length`` from ``start`` is over. Pauses in business days push the end by their working time."""
    if length.unit is Unit.MINUTES:
        return start + timedelta(minutes=length.amount) + paused
    if length.unit is Unit.BUSINESS_MINUTES:
        return calendar.add(start, length.amount + int(paused / timedelta(minutes=1)))
    end = calendar.add_days(start, length.amount)
    return calendar.add(end, int(paused / timedelta(minutes=1))) if paused else end


def clocks(steps: Sequence[Step], policy: Policy, now: datetime) -> tuple[Clock, ...]:
    """Every clock that the policy starts on this ticket, as it stands at ``now``. ``steps`` come oldest first."""
    found = []
    for metric, length in policy.targets.items():
        run, met = _RUNS[metric](steps)
        if run:
            found.append(_clock(metric, length, run, met, policy.calendar, now))
    return tuple(found)


def _clock(metric: Metric, length: Term, run: Run, met: datetime | None, calendar: Calendar, now: datetime) -> Clock:
    started = run[0][0]
    end = _end(length, run, calendar)
    stopped = run[-1][1] is not None
    breached = end is not None and (end < met if met else end <= now)
    return Clock(metric, length, started, None if stopped and not breached else end, met, breached)


def _end(length: Term, run: Run, calendar: Calendar) -> datetime | None:
    """When the term is used up by the stretches that ran, or None when a pause comes first."""
    paused = timedelta()
    for place, (begin, end) in enumerate(run):
        if place and (before := run[place - 1][1]):
            paused += _measure(length, before, begin, calendar)
        moment = due(length, run[0][0], calendar, paused)
        if end is None or moment <= end:
            return moment
    return None


def _measure(length: Term, start: datetime, end: datetime, calendar: Calendar) -> timedelta:
    return end - start if length.unit is Unit.MINUTES else calendar.between(start, end)


def _first_reply(steps: Iterable[Step]) -> tuple[Run, datetime | None]:
    asked: datetime | None = None
    for step in steps:
        if asked is None and step.turn is Turn.ASKED:
            asked = step.at
        if step.turn in (Turn.REPLIED, Turn.SOLVED):
            return ([(asked, step.at)] if asked else []), (step.at if asked else None)
    return ([(asked, None)] if asked else []), None


def _next_reply(steps: Iterable[Step]) -> tuple[Run, datetime | None]:
    """The newest such clock: earlier ones are history."""
    replied, run, met = False, Run(), None
    for step in steps:
        running = bool(run) and run[-1][1] is None
        if step.turn in (Turn.REPLIED, Turn.SOLVED):
            if running:
                run, met = [(run[-1][0], step.at)], step.at
            replied = True
        elif step.turn is Turn.ASKED and replied and not running:
            run, met = [(step.at, None)], None
    return run, met


def _update(steps: Iterable[Step]) -> tuple[Run, datetime | None]:
    """From the newest public reply on, while the ticket is open."""
    run, met = Run(), None
    for step in steps:
        running = bool(run) and run[-1][1] is None
        if step.turn is Turn.REPLIED:
            run, met = [(step.at, None)], None
        elif step.turn is Turn.SOLVED and running:
            run[-1], met = (run[-1][0], step.at), step.at
        elif step.turn is Turn.WAITING and running:
            run[-1] = (run[-1][0], step.at)
        elif step.turn in (Turn.OPENED, Turn.ASKED) and run and not running and met is None:
            run.append((step.at, None))
    return run, met


def _resolution(steps: Iterable[Step]) -> tuple[Run, datetime | None]:
    run, met = Run(), None
    for step in steps:
        running = bool(run) and run[-1][1] is None
        if step.turn in (Turn.WAITING, Turn.SOLVED) and running:
            run[-1] = (run[-1][0], step.at)
        if step.turn is Turn.SOLVED and run:
            met = step.at
        if step.turn is Turn.ASKED or (step.turn is Turn.OPENED and run):
            met = None
            if not running:
                run.append((step.at, None))
    return run, met


_RUNS = {
    Metric.FIRST_REPLY: _first_reply,
    Metric.NEXT_REPLY: _next_reply,
    Metric.UPDATE: _update,
    Metric.RESOLUTION: _resolution,
}
