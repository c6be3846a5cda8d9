"""Who gets a ticket, and which ticket comes first. Hands back a choice and its reasons; assigns nothing."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from app.engine.hours import Calendar
from app.engine.types import Reason
from connectors.types import Priority

LONG_AGO = datetime.min.replace(tzinfo=UTC)
STICKY_BELOW = 0.8
"""A ticket returns to its last agent while that agent's load is under this share of capacity."""
HEAD_START = {
    Priority.URGENT: timedelta(hours=24),
    Priority.HIGH: timedelta(hours=8),
    Priority.NORMAL: timedelta(),
    Priority.LOW: -timedelta(hours=8),
}
"""How much earlier than its deadline a ticket counts in the queue. A fixed shift, so every ticket comes up in time."""


@dataclass(frozen=True)
class Agent:
    """Somebody who can take tickets. ``load`` and ``capacity`` are in weights (an ordinary ticket weighs 1)."""

    id: str
    teams: frozenset[str] = frozenset()
    """Folded names and ids; empty: any team."""
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    capacity: float = 5.0
    load: float = 0.0
    available: bool = True
    calendar: Calendar | None = None
    """None: always there when ``available``."""
    level: int = 1
    """1 is the first line; escalation goes up."""
    taken: float = 0.0
    """The weight taken in the current period (a week, say): among equally busy ones, whoever took least is next."""
    last_assigned: datetime | None = None
    name: str = ""

    @property
    def used(self) -> float:
        """Share of capacity that is taken, 0 to 1; one without capacity is full."""
        return self.load / self.capacity if self.capacity > 0 else 1.0


@dataclass(frozen=True)
class Need:
    """What a ticket asks of whoever takes it. ``team`` is a name or an id, empty where any will do."""

    team: str = ""
    skills: frozenset[str] = frozenset()
    language: str = ""
    weight: float = 1.0
    level: int = 1
    last_agent: str = ""


@dataclass(frozen=True)
class Choice:
    """Who should have it: ``agent`` empty means the team's queue, with the reasons why nobody was picked."""

    team: str
    agent: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Waiting:
    """A ticket in a queue; ``due`` is when its first clock runs out, None when none runs."""

    ticket: str
    priority: Priority
    arrived: datetime
    due: datetime | None


def choose(need: Need, agents: Sequence[Agent], now: datetime) -> Choice:
    """The agent with the most room who can do it: hard demands first, then language, then stickiness, then load.

    Nobody over capacity, nobody away, nobody outside their hours. Among equals, whoever took least lately, then whoever
    waited longest. A level that nobody free has is let go of, and said: somebody now is better than a senior one later.
    """
    fit, reasons = _able(need, agents, now)
    if not fit and need.level > 1:
        lower = choose(replace(need, level=1), agents, now)
        said = Reason("no_senior", "no senior person is free")
        return replace(lower, reasons=(said, *lower.reasons)) if lower.agent else lower
    if not fit:
        return Choice(need.team, "", reasons)
    speakers = [agent for agent in fit if not need.language or need.language in agent.languages]
    pool = speakers or fit
    last = next((agent for agent in pool if agent.id == need.last_agent and agent.used < STICKY_BELOW), None)
    if last:
        return Choice(
            need.team, last.id, (*_fitting(need, last), Reason("same_agent", "had this customer's last ticket"))
        )
    best = min(
        pool, key=lambda agent: (agent.level, agent.used, agent.taken, agent.last_assigned or LONG_AGO, agent.id)
    )
    text = f"most room of {len(pool)} who can take it ({best.load:g} of {best.capacity:g} in use)"
    return Choice(need.team, best.id, (*_fitting(need, best), Reason("most_room", text)))


def _fitting(need: Need, agent: Agent) -> Iterator[Reason]:
    """In what the agent fits, and in what not."""
    if need.skills:
        yield Reason("skills", f"knows {', '.join(sorted(need.skills))}")
    if need.level > 1:
        yield Reason("level", f"of level {agent.level}")
    if need.language in agent.languages:
        yield Reason("language", f"speaks {need.language}")
    elif need.language:
        yield Reason("no_speaker", f"nobody free speaks {need.language}")


def queue(waiting: Iterable[Waiting]) -> list[Waiting]:
    """The order to work in: by deadline, urgent ones counted earlier. Nobody starves: the shift is fixed, time is not."""
    return sorted(waiting, key=lambda one: (comes_up(one), one.arrived, one.ticket))


def comes_up(one: Waiting) -> datetime:
    """The moment by which a place in the queue is told: its deadline, or a day after it came, less its head start."""
    return (one.due or one.arrived + timedelta(hours=24)) - HEAD_START[one.priority]


def _able(need: Need, agents: Sequence[Agent], now: datetime) -> tuple[list[Agent], tuple[Reason, ...]]:
    """Who meets every hard demand; when nobody does, the demand at which the last one fell out."""
    team = need.team.casefold()
    demands = (
        ("no_team", f"team {need.team!r} has nobody", lambda a: not (team and a.teams) or team in a.teams),
        ("no_skill", f"nobody there has {', '.join(sorted(need.skills))}", lambda a: need.skills <= a.skills),
        ("no_level", f"nobody there is of level {need.level}", lambda a: a.level >= need.level),
        ("away", "everybody who could is away", lambda a: a.available),
        ("closed", "outside the hours of everybody who could", lambda a: a.calendar is None or a.calendar.is_open(now)),
        ("full", "everybody who could is at capacity", lambda a: a.load + need.weight <= a.capacity),
    )
    left = list(agents)
    for code, text, holds in demands:
        left = [agent for agent in left if holds(agent)]
        if not left:
            return [], (Reason(code, text),)
    return left, ()
