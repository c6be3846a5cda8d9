"""Signs of fraud across tickets: many reports about one merchant, and codes that many, or one, got wrong. No alarm names anybody."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.engine.alarms import MERCHANT, STEP_UP, Alarm, surge

WINDOW = timedelta(days=1)
"""How long reports about one merchant are counted together."""
PEOPLE = 3
"""So many people who report one merchant are a pattern."""
LATELY = timedelta(hours=1)
WRONG = 5
"""So many wrong codes of one person within ``LATELY`` are somebody trying."""


@dataclass(frozen=True)
class Report:
    """One report of fraud: by whom (a keyed hash), about which merchant, as the bank names it."""

    person: str
    merchant: str
    at: datetime


@dataclass(frozen=True)
class Tried:
    """One code that was sent: how many wrong answers came to it. ``person`` is a keyed hash."""

    person: str
    wrong: int
    at: datetime


def merchants(reports: Iterable[Report], now: datetime) -> list[Alarm]:
    """Merchants whom several people report within a day. The alarm does not name them: a merchant can be a person, too."""
    people: dict[str, set[str]] = defaultdict(set)
    count: dict[str, int] = defaultdict(int)
    for one in reports:
        name = " ".join(one.merchant.casefold().split())
        if name and now - WINDOW < one.at <= now:
            people[name].add(one.person)
            count[name] += 1
    return [
        Alarm(
            f"{MERCHANT}{_short(name)}",
            f"{count[name]} fraud reports of {len(people[name])} people within a day are about one merchant",
        )
        for name in sorted(people)
        if len(people[name]) >= PEOPLE
    ]


def step_ups(tried: Sequence[Tried], now: datetime, days: int) -> list[Alarm]:
    """One person who is wrong again and again, and more people who are wrong within a day than on the days before."""
    lately: dict[str, int] = defaultdict(int)
    by_day: list[set[str]] = [set() for _ in range(days)]
    for one in tried:
        if one.wrong <= 0 or one.at > now:
            continue
        if one.at > now - LATELY:
            lately[one.person] += one.wrong
        by_day[min(int((now - one.at) / WINDOW), days - 1)].add(one.person)
    found = [
        Alarm(f"{STEP_UP}{_short(person)}", f"{wrong} wrong codes of one person within an hour")
        for person, wrong in sorted(lately.items())
        if wrong >= WRONG
    ]
    today, *before = [len(people) for people in by_day]
    many = surge(f"{STEP_UP}everybody", "More people than usual with wrong codes", today, before)
    return [*found, *([many] if many else [])]


def _short(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:16]
