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
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.engine.hours import USUAL
from app.engine.prediction import Case, calibration_error, learned, pressure
from app.engine.routing import Agent, Need, Waiting, choose, queue
from app.engine.sla import due, term
from connectors.types import Priority

TICKETS = 50_000
DAYS = 30
PEOPLE = 56
TERMS = {
    Priority.URGENT: "1h-business-hours",
    Priority.HIGH: "4h-business-hours",
    Priority.NORMAL: "2-business-days",
    Priority.LOW: "5-business-days",
}
MIX = ((Priority.URGENT, 0.05), (Priority.HIGH, 0.2), (Priority.NORMAL, 0.6), (Priority.LOW, 0.15))
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PER_TICKET = 10.5
"""Minutes that a ticket takes somebody, rounds of five minutes included."""


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
    history: tuple[Case, ...]

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


class Floor:
    """The people, the open tickets and the minutes that pass. ``judged`` keeps the pressure when each ticket came."""

    def __init__(self, people: int, order: Callable[[list[Waiting]], list[Waiting]]) -> None:
        self.agents = {f"a{n:02}": Agent(f"a{n:02}", "desk", capacity=1.0) for n in range(people)}
        self.open: dict[str, Waiting] = {}
        self.busy: list[tuple[datetime, str]] = []
        self.ended: dict[str, datetime] = {}
        self.judged: dict[str, float] = {}
        self.most = 0.0
        self._dues: list[datetime] = []
        self._order = order

    def comes(self, one: Waiting) -> None:
        """A ticket arrives."""
        end = one.due or one.arrived
        left = USUAL.between(one.arrived, end) / MINUTE
        self.judged[one.ticket] = pressure(bisect.bisect_left(self._dues, end), PER_TICKET, len(self.agents), left)
        bisect.insort(self._dues, end)
        self.open[one.ticket] = one

    def frees(self, now: datetime) -> None:
        """Whoever is done has room again."""
        while self.busy and self.busy[0][0] <= now:
            free = heapq.heappop(self.busy)[1]
            self.agents[free] = replace(self.agents[free], load=0.0)

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
            heapq.heappush(self.busy, (self.ended[one.ticket], was.id))
            del self.open[one.ticket]
            self._dues.pop(bisect.bisect_left(self._dues, one.due or one.arrived))


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
        now += 5 * MINUTE
    taken = [int(agent.taken) for agent in floor.agents.values()]
    return _told(tickets, floor.ended, floor.judged, taken, floor.most)


def _told(
    tickets: list[Ticket], ended: dict[str, datetime], judged: dict[str, float], taken: list[int], most: float
) -> Done:
    broken: dict[Priority, list[bool]] = {priority: [] for priority, _ in MIX}
    history = []
    for one in tickets:
        waiting = one.waiting
        late = waiting.due is not None and ended[waiting.ticket] > waiting.due
        broken[waiting.priority].append(late)
        history.append(Case(judged[waiting.ticket], late))
    shares = {priority: sum(cases) / len(cases) for priority, cases in broken.items() if cases}
    longest = max(ended[one.waiting.ticket] - one.waiting.arrived for one in tickets)
    return Done(shares, longest, tuple(taken), most, tuple(history))


def main(tickets: int = TICKETS, people: int = PEOPLE) -> int:
    """Play both and print what came of it. 1 when our order breaks more promises than first come, first served."""
    began = time.perf_counter()
    asked = month(20260302, tickets)
    ours, plain = play(asked, queue, people), play(asked, first_come, people)
    half = len(ours.history) // 2
    error = calibration_error(learned(ours.history[:half]), ours.history[half:])
    total = [sum(case.broken for case in done.history) / len(done.history) for done in (ours, plain)]
    told = {
        "tickets": tickets,
        "people": people,
        "by_deadline": {"broken_share": round(total[0], 4), **ours.shown()},
        "first_come_first_served": {"broken_share": round(total[1], 4), **plain.shown()},
        "prediction_calibration_error": round(error, 4),
        "seconds": round(time.perf_counter() - began, 1),
    }
    sys.stdout.write(json.dumps(told, indent=2) + "\n")
    return int(total[0] > total[1])


if __name__ == "__main__":
    sys.exit(main())
