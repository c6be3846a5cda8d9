"""A month of 50,000 tickets through the queue and the router, beside first come, first served, in the same run.

Both play the same tickets, the same people and the same minutes of work; what differs is which ticket is next. The load runs
over capacity after nights and weekends, so that the order matters. Prints one JSON object; measured in virtual minutes, so the
machine's speed changes nothing but the seconds it takes.
"""

import bisect
import heapq
import json
import random
import sys
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from app.engine.hours import USUAL
from app.engine.prediction import (
    RECENT,
    SAID,
    Corrected,
    Jumpers,
    Kind,
    Model,
    Wait,
    calibration_error,
    corrected,
    foreseen,
    kind,
    learned,
    pace,
)
from app.engine.routing import Agent, Need, Waiting, choose, comes_up, queue
from app.engine.sla import due, term
from connectors.types import Priority

TICKETS = 50_000
DAYS = 30
PEOPLE = 56
SHORT = 42
"""People who cannot do the month's work in its time."""
TERMS = {
    Priority.URGENT: "1h-business-hours",
    Priority.HIGH: "4h-business-hours",
    Priority.NORMAL: "2-business-days",
    Priority.LOW: "5-business-days",
}
MIX = ((Priority.URGENT, 0.05), (Priority.HIGH, 0.2), (Priority.NORMAL, 0.6), (Priority.LOW, 0.15))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
LATELY = timedelta(days=7)
"""The days on which the pace is measured."""
FLOW = 5 * 480.0
"""The open minutes over which it is counted how many come."""
UNKNOWN = 1.0
"""Tickets a minute before anything was done."""
RELEARNED = 250
"""Arrivals after which the model is learned anew, from what is decided by then."""


@dataclass(frozen=True)
class Ticket:
    """One question: when it came, by when it is due, and the minutes it takes somebody."""

    waiting: Waiting
    work: int


@dataclass(frozen=True)
class Done:
    """What one order of the queue made of the month."""

    broken: dict[Priority, float]
    longest: timedelta
    taken: tuple[int, ...]
    most_at_once: float
    outcomes: tuple[bool, ...]
    said: tuple[tuple[float, bool], ...] = ()
    """What was foretold when each ticket came, and what became of it."""

    def shown(self) -> dict[str, object]:
        fair = (max(self.taken) - min(self.taken)) / (sum(self.taken) / len(self.taken))
        return {
            "broken": {str(p): round(share, 4) for p, share in self.broken.items()},
            "longest_wait_days": round(self.longest / timedelta(days=1), 1),
            "spread_of_tickets_per_person": round(fair, 4),
            "most_tickets_at_once": self.most_at_once,
        }


def month(seed: int, tickets: int = TICKETS) -> list[Ticket]:
    """Tickets of a month, oldest first: more by day than by night, the work of each long-tailed."""
    dice = random.Random(seed)
    found = []
    for n in range(tickets):
        day = dice.randrange(DAYS)
        minute = min(max(int(dice.gauss(13 * 60, 4 * 60)), 0), 1439)
        at = START.replace(hour=0) + timedelta(days=day, minutes=minute)
        priority = dice.choices([p for p, _ in MIX], [w for _, w in MIX])[0]
        work = min(max(1, int(dice.lognormvariate(1.9, 0.6))), 60)
        found.append(Ticket(Waiting(f"t{n}", priority, at, due(term(TERMS[priority]), at, USUAL)), work))
    return sorted(found, key=lambda one: one.waiting.arrived)


def first_come(waiting: list[Waiting]) -> list[Waiting]:
    """The order that a plain inbox gives."""
    return sorted(waiting, key=lambda one: (one.arrived, one.ticket))


class Seer:
    """Foretells each ticket as it comes, from the queue, the pace and the waits as they are by then: no look ahead."""

    def __init__(self) -> None:
        self.opened = 0.0
        """Open minutes since the month began."""
        self.told: dict[str, float] = {}
        self._places: list[datetime] = []
        self._days: dict[date, list[float]] = {}
        self._came: deque[tuple[float, Priority]] = deque()
        self._leads: dict[Priority, timedelta] = {}
        self._waits: dict[str, tuple[Kind, float, float]] = {}
        self._over: deque[Wait] = deque(maxlen=RECENT)
        self._model: Model = learned([])
        self._said: deque[tuple[float, bool]] = deque(maxlen=SAID)
        self._open: dict[str, tuple[float, datetime]] = {}
        self._correction = Corrected()

    def passes(self, now: datetime, minutes: float) -> None:
        """So many open minutes pass."""
        self.opened += minutes
        self._days.setdefault(now.date(), [0.0, 0.0])[1] += minutes
        for day in [day for day in self._days if day < now.date() - LATELY]:
            del self._days[day]
        while self._came and self._came[0][0] < self.opened - FLOW:
            self._came.popleft()

    def comes(self, one: Waiting) -> None:
        """A ticket arrives."""
        ahead = bisect.bisect_left(self._places, comes_up(one))
        bisect.insort(self._places, comes_up(one))
        self._came.append((self.opened, one.priority))
        self._leads[one.priority] = comes_up(one) - one.arrived
        wait = foreseen(ahead, pace((int(n), m) for n, m in self._days.values()) or UNKNOWN, self._jumpers(one))
        name = kind(str(one.priority), ahead)
        if len(self.told) % RELEARNED == 0:
            still = (Wait(k, f, self.opened - begun, over=False) for k, f, begun in self._waits.values())
            self._model = learned([*self._over, *still])
            self._decide(one.arrived)
        self._waits[one.ticket] = name, wait, self.opened
        left = USUAL.between(one.arrived, one.due or one.arrived) / MINUTE
        said = self._model.p(name, wait, left)
        self._open[one.ticket] = said, one.due or one.arrived
        self.told[one.ticket] = self._correction.p(said)

    def _decide(self, now: datetime) -> None:
        """What is over its time is broken, done or not: that much is known of what was said."""
        for ticket in [ticket for ticket, (_, end) in self._open.items() if end <= now]:
            self._said.append((self._open.pop(ticket)[0], True))
        self._correction = corrected(self._said)

    def _jumpers(self, one: Waiting) -> list[Jumpers]:
        """Who came lately, by priority, and until when those like them will pass this one."""
        span = max(min(self.opened, FLOW), 60.0)
        counts = Counter(priority for _, priority in self._came)
        return [
            Jumpers(counts[priority] / span, USUAL.between(one.arrived, comes_up(one) - lead) / MINUTE)
            for priority, lead in self._leads.items()
        ]

    def begun(self, one: Waiting) -> None:
        """Somebody takes it out of the queue."""
        self._places.pop(bisect.bisect_left(self._places, comes_up(one)))

    def ended(self, ticket: str, at: datetime) -> None:
        """Somebody is done with it: only now is it known how long it took."""
        name, wait, begun = self._waits.pop(ticket)
        self._days[max(self._days)][0] += 1
        if ticket in self._open:
            said, due = self._open.pop(ticket)
            self._said.append((said, at > due))
        self._over.append(Wait(name, wait, self.opened - begun))


class Floor:
    """The people, the open tickets and the minutes that pass."""

    def __init__(self, people: int, order: Callable[[list[Waiting]], list[Waiting]]) -> None:
        self.agents = {f"a{n:02}": Agent(f"a{n:02}", frozenset({"desk"}), capacity=1.0) for n in range(people)}
        self.open: dict[str, Waiting] = {}
        self.busy: list[tuple[datetime, str, str]] = []
        self.ended: dict[str, datetime] = {}
        self.most = 0.0
        self.seer = Seer()
        self._order = order

    def comes(self, one: Waiting) -> None:
        """A ticket arrives."""
        self.seer.comes(one)
        self.open[one.ticket] = one

    def frees(self, now: datetime) -> None:
        """Whoever is done has room again."""
        while self.busy and self.busy[0][0] <= now:
            at, free, ticket = heapq.heappop(self.busy)
            self.agents[free] = replace(self.agents[free], load=0.0)
            self.seer.ended(ticket, at)

    def assigns(self, now: datetime, work: dict[str, int]) -> None:
        """The next tickets of the order go to people with room, while it is open."""
        room = sum(agent.load < agent.capacity for agent in self.agents.values())
        if not (room and self.open and USUAL.is_open(now)):
            return
        for one in self._order(list(self.open.values()))[:room]:
            agents = [agent for agent in self.agents.values() if agent.load < agent.capacity]
            was = self.agents[choose(Need("desk"), agents, now).agent]
            self.agents[was.id] = replace(was, load=was.load + 1, taken=was.taken + 1, last_assigned=now)
            self.most = max(self.most, was.load + 1)
            self.ended[one.ticket] = now + work[one.ticket] * MINUTE
            heapq.heappush(self.busy, (self.ended[one.ticket], was.id, one.ticket))
            del self.open[one.ticket]
            self.seer.begun(one)


def play(tickets: list[Ticket], order: Callable[[list[Waiting]], list[Waiting]], people: int = PEOPLE) -> Done:
    """Work the month, five minutes at a time, until nothing is open."""
    floor, place, now = Floor(people, order), 0, START.replace(hour=0)
    work = {one.waiting.ticket: one.work for one in tickets}
    while place < len(tickets) or floor.open or floor.busy:
        while place < len(tickets) and tickets[place].waiting.arrived <= now:
            floor.comes(tickets[place].waiting)
            place += 1
        floor.frees(now)
        floor.assigns(now, work)
        floor.seer.passes(now, 5.0 * USUAL.is_open(now))
        now += 5 * MINUTE
    taken = [int(agent.taken) for agent in floor.agents.values()]
    return _told(tickets, floor, taken)


def _told(tickets: list[Ticket], floor: Floor, taken: list[int]) -> Done:
    broken: dict[Priority, list[bool]] = {priority: [] for priority, _ in MIX}
    said = []
    for one in tickets:
        waiting = one.waiting
        late = waiting.due is not None and floor.ended[waiting.ticket] > waiting.due
        broken[waiting.priority].append(late)
        said.append((floor.seer.told[waiting.ticket], late))
    shares = {priority: sum(cases) / len(cases) for priority, cases in broken.items() if cases}
    longest = max(floor.ended[one.waiting.ticket] - one.waiting.arrived for one in tickets)
    return Done(
        shares, longest, tuple(taken), floor.most, tuple(late for _, late in said), tuple(said[len(said) // 10 :])
    )


def played(tickets: int, people: int) -> tuple[dict[str, object], bool]:
    """Both orders with so many people, as they are shown; and whether ours broke no more promises."""
    asked = month(20260302, tickets)
    ours, plain = play(asked, queue, people), play(asked, first_come, people)
    total = [sum(done.outcomes) / len(done.outcomes) for done in (ours, plain)]
    told: dict[str, object] = {
        "people": people,
        "by_deadline": {"broken_share": round(total[0], 4), **ours.shown()},
        "first_come_first_served": {"broken_share": round(total[1], 4), **plain.shown()},
        "prediction_calibration_error": round(calibration_error(ours.said), 4),
        "prediction_of_always_the_same": round(_always(ours.said), 4),
        "prediction_brier_score": round(_brier(ours.said), 4),
    }
    return told, total[0] <= total[1]


def _brier(said: tuple[tuple[float, bool], ...]) -> float:
    return sum((p - broken) ** 2 for p, broken in said) / len(said)


def _always(said: tuple[tuple[float, bool], ...]) -> float:
    """The Brier score of whoever only knows the month's own share of broken promises: what a prediction has to beat."""
    share = sum(broken for _, broken in said) / len(said)
    return share * (1 - share)


def main(tickets: int = TICKETS, people: tuple[int, ...] = (PEOPLE, SHORT)) -> int:
    """Play both orders, with people enough and too few, and print what came of it. 1 when our order breaks more promises."""
    began = time.perf_counter()
    found = [played(tickets, count) for count in people]
    told = {"tickets": tickets, "plays": [one for one, _ in found], "seconds": round(time.perf_counter() - began, 1)}
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return int(not all(held for _, held in found))


if __name__ == "__main__":
    sys.exit(main())
