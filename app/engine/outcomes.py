"""What became of tickets: facts are kept, rates are made from them when somebody asks. A resolution counts when it lasted.

Nothing here is assumed in our favour: a ticket that we answered and nobody touched is *assumed* resolved and shown apart from what
a customer confirmed; one whose customer came back about the same problem was *postponed*, in whatever ticket or channel that was.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from statistics import fmean

HOLDS = (7, 14, 30)
"""Days after which a resolution is looked at."""
HELD_AFTER = timedelta(days=HOLDS[0])
GOOD = 4
"""The rating, of 5, from which a customer is satisfied."""
INTENTS = 10
"""Intents that are listed, those with most tickets first."""


class Hold(StrEnum):
    """What became of a resolution."""

    CONFIRMED = "confirmed"
    """The customer said that it helped."""
    ASSUMED = "assumed"
    """Nobody came back."""
    POSTPONED = "postponed"
    """The customer came back about the same problem."""
    OPEN = "open"
    """Not long enough ago to say."""


@dataclass(frozen=True)
class Story:
    """One ticket's facts. ``person`` and ``problem`` are keyed hashes or names: who, and about what; empty is unknown."""

    ticket: str
    person: str
    problem: str
    category: str
    opened_at: datetime
    channel: str = ""
    answered_at: datetime | None = None
    """The first public answer, by whomever."""
    ours: bool = False
    """It was answered by us without a person's click."""
    drafted: bool = False
    """A person who answered had a draft of ours."""
    touched: bool = False
    """A person wrote in it, or took it over."""
    touched_at: datetime | None = None
    """When a person first did; None where that is not known."""
    escalated: bool = False
    solved_at: datetime | None = None
    reopened_at: datetime | None = None
    helped: bool = False
    """The customer said with a button, or with a good rating, that it helped."""
    rating: int | None = None
    """1 to 5."""
    moods: tuple[float, ...] = ()
    """How the customer felt at each look, -1 to 1: the first and the newest."""
    foreseen: float | None = None
    """The probability of a good rating, as it was predicted last before there was one."""
    confidence: float = 0.0
    agent: str = ""
    quoted: bool = False
    """A draft of ours quoted the account's knowledge."""
    kept: bool = False
    """A person let our draft stand."""
    edited: bool = False
    """A person sent our draft with changes of theirs."""
    merged: bool = False
    """It became a part of another ticket, which tells the rest."""
    test: bool = False
    """Made by us to look at something: counted nowhere and billed never."""

    @property
    def automatic(self) -> bool:
        """Resolved by us alone."""
        return self.ours and not self.touched and self.solved_at is not None


@dataclass(frozen=True)
class Costs:
    """What a ticket costs, in the account's own money: a person's hour, and one of our resolutions."""

    hour: float = 25.0
    automatic: float = 0.5


class Returns:
    """Who came back about what, and when: looked up by person and problem across all tickets and channels."""

    def __init__(self, stories: Iterable[Story]) -> None:
        self._by: dict[tuple[str, str], list[tuple[datetime, str]]] = {}
        for story in stories:
            if story.person and story.problem and not story.test:
                self._by.setdefault((story.person, story.problem), []).append((story.opened_at, story.ticket))

    def after(self, story: Story, days: int) -> bool:
        """Whether the customer came back within so many days of the solution: in this ticket, or in another one."""
        if story.solved_at is None:
            return False
        until = story.solved_at + timedelta(days=days)
        if story.reopened_at and story.solved_at <= story.reopened_at <= until:
            return True
        others = self._by.get((story.person, story.problem), ()) if story.person and story.problem else ()
        return any(story.solved_at < at <= until and ticket != story.ticket for at, ticket in others)


def hold(story: Story, returns: Returns, now: datetime, days: int = HOLDS[0]) -> Hold:
    """What became of a ticket's resolution after so many days. A ticket that is not solved is open."""
    if story.solved_at is None:
        return Hold.OPEN
    if returns.after(story, days):
        return Hold.POSTPONED
    if story.helped or (story.rating or 0) >= GOOD:
        return Hold.CONFIRMED
    return Hold.ASSUMED if now >= story.solved_at + timedelta(days=days) else Hold.OPEN


@dataclass(frozen=True)
class Cost:
    """In the account's own money. None: there is nothing yet that would say."""

    human: float | None = None
    blended: float | None = None


@dataclass
class Rates:
    """Counts of one set of stories; every share is made from them on reading. Seconds throughout."""

    total: int = 0
    automatic: int = 0
    solved: int = 0
    escalated: int = 0
    touched: int = 0
    reopened: int = 0
    seconds_automatic: list[float] = field(default_factory=list)
    seconds_human: list[float] = field(default_factory=list)
    first: list[float] = field(default_factory=list)
    handled_with: list[float] = field(default_factory=list)
    handled_without: list[float] = field(default_factory=list)
    ratings: list[int] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)

    @property
    def automation(self) -> float | None:
        """The share that we resolved alone; None where there was no ticket."""
        return share(self.automatic, self.total)

    @property
    def csat(self) -> float | None:
        """The mean rating of 1 to 5, or None where nobody rated."""
        return round(fmean(self.ratings), 2) if self.ratings else None

    def cost(self, costs: Costs) -> Cost:
        """What a ticket that people solved costs, and what one costs on average: by how long people's tickets were open."""
        took = mean(self.seconds_human)
        human = None if took is None else costs.hour * took / 3600
        others = self.total - self.automatic
        if others and human is None:
            return Cost()
        return Cost(human, share(costs.automatic * self.automatic + (human or 0.0) * others, self.total))


def share(part: float, whole: float) -> float | None:
    """A part of a whole; None where there is none to be a part of."""
    return part / whole if whole else None


def mean(values: Sequence[float]) -> float | None:
    """The mean; None of nothing."""
    return fmean(values) if values else None


def rates(stories: Iterable[Story]) -> Rates:
    """Everything counted once. Tests are left out."""
    found = Rates()
    for story in stories:
        if not story.test:
            _count(found, story)
    return found


def _count(found: Rates, story: Story) -> None:
    found.total += 1
    found.automatic += story.automatic
    found.solved += story.solved_at is not None
    found.touched += story.touched
    found.escalated += story.escalated or (story.touched and not story.automatic)
    found.reopened += story.reopened_at is not None
    found.ratings += [] if story.rating is None else [story.rating]
    found.agents |= {story.agent} if story.agent else set()
    found.first += _since_opened(story, story.answered_at)
    took = _since_opened(story, story.solved_at)
    if story.automatic:
        found.seconds_automatic += took
    else:
        found.seconds_human += took
    if story.touched and story.drafted:
        found.handled_with += took
    elif story.touched:
        found.handled_without += took


def _since_opened(story: Story, at: datetime | None) -> list[float]:
    """Seconds since the ticket was opened; nothing where it has not been, or by clocks that disagree was before."""
    return [(at - story.opened_at).total_seconds()] if at and at >= story.opened_at else []


def holds(stories: Sequence[Story], now: datetime, returns: Returns | None = None) -> Mapping[int, Mapping[Hold, int]]:
    """Days -> what became of what we resolved alone, counted. ``returns`` knows later tickets than these as well."""
    returns = returns or Returns(stories)
    mine = [story for story in stories if story.automatic and not story.test]
    counted: dict[int, Mapping[Hold, int]] = {}
    for days in HOLDS:
        found = [hold(story, returns, now, days) for story in mine]
        counted[days] = {kind: found.count(kind) for kind in Hold}
    return counted


def by_category(stories: Iterable[Story]) -> Mapping[str, Rates]:
    """Category -> its rates, largest first; tickets without one are under an empty name. Tests are left out."""
    piles: dict[str, list[Story]] = {}
    for story in stories:
        if not story.test:
            piles.setdefault(story.category, []).append(story)
    return {name: rates(pile) for name, pile in sorted(piles.items(), key=lambda item: (-len(item[1]), item[0]))}


@dataclass(frozen=True)
class Escalations:
    """Whether the right tickets went to people, of those of which that is known by now."""

    rightly: int = 0
    """Left to people, who said something else than our draft."""
    needlessly: int = 0
    """Left to people, who let our draft stand."""
    too_late: int = 0
    """Answered by us, then a person had to step in or the customer came back."""
    spared: int = 0
    """Answered by us, and it lasted."""

    @property
    def accuracy(self) -> float | None:
        """The share that went where it belonged; None where nothing is known yet."""
        known = self.rightly + self.needlessly + self.too_late + self.spared
        return (self.rightly + self.spared) / known if known else None


def escalations(stories: Iterable[Story], returns: Returns, now: datetime) -> Escalations:
    """Every ticket that somebody answered, once it is known where it belonged."""
    counted = {"rightly": 0, "needlessly": 0, "too_late": 0, "spared": 0}
    for story in stories:
        if kind := _belonged(story, returns, now):
            counted[kind] += 1
    return Escalations(**counted)


def _belonged(story: Story, returns: Returns, now: datetime) -> str:
    if story.test or story.answered_at is None:
        return ""
    if not story.ours:
        return "" if not story.touched else "needlessly" if story.kept else "rightly"
    what = hold(story, returns, now)
    if story.touched or what is Hold.POSTPONED:
        return "too_late"
    return "spared" if what in (Hold.CONFIRMED, Hold.ASSUMED) else ""


def metrics(
    stories: Sequence[Story], now: datetime, costs: Costs = Costs(), returns: Returns | None = None
) -> dict[str, object]:
    """``getMetrics``: the fields of the users' guide, and what they leave out: what lasted, and on how many tickets each rests.

    None is not known: a share of no tickets and a mean of no times are not zero.
    """
    returns = returns or Returns(stories)
    passed = escalations(stories, returns, now)
    whole = rates(stories)
    cost = whole.cost(costs)
    others = whole.total - whole.automatic
    return {
        "totalTickets": whole.total,
        "autoResolved": whole.automatic,
        "escalatedToHuman": others,
        "avgResolutionTime": {
            "automated": _seconds(whole.seconds_automatic),
            "human": _seconds(whole.seconds_human),
            "overall": _seconds([*whole.seconds_automatic, *whole.seconds_human]),
        },
        "avgFirstResponseTime": _seconds(whole.first),
        "handleTime": {"withDraft": _seconds(whole.handled_with), "withoutDraft": _seconds(whole.handled_without)},
        "csat": whole.csat,
        "ratings": len(whole.ratings),
        "automationRate": _to(4, whole.automation),
        "reopenRate": _to(4, share(whole.reopened, whole.total)),
        "costPerTicket": {
            "automated": costs.automatic,
            "human": _to(2, cost.human),
            "blended": _to(2, cost.blended),
        },
        "agentProductivity": _to(2, share(others, len(whole.agents))),
        "byCategory": {
            name or "unknown": {"total": one.total, "autoResolved": one.automatic, "rate": _to(4, one.automation)}
            for name, one in by_category(stories).items()
        },
        "escalationAccuracy": _to(4, passed.accuracy),
        "escalations": {
            "rightly": passed.rightly,
            "needlessly": passed.needlessly,
            "tooLate": passed.too_late,
            "spared": passed.spared,
        },
        "holds": {
            f"{days}d": {str(kind): n for kind, n in found.items()}
            for days, found in holds(stories, now, returns).items()
        },
    }


def bot_metrics(stories: Sequence[Story], right: tuple[int, int], tools: Mapping[str, int]) -> dict[str, object]:
    """``getBotMetrics``. ``right`` is how many of our drafts people let stand, and of how many.

    How sure we were is said of the tickets that we gave a category to.
    """
    mine = [story for story in stories if not story.test]
    whole = rates(mine)
    return {
        "conversations": whole.total,
        "resolved": whole.automatic,
        "escalated": whole.total - whole.automatic,
        "avgConfidence": _to(3, mean([story.confidence for story in mine if story.category])),
        "accuracy": _to(4, share(*right)),
        "judged": right[1],
        "avgResolutionTime": _seconds(whole.seconds_automatic),
        "topIntents": [
            {"intent": name, "count": one.total, "resolved": one.automatic, "rate": _to(4, one.automation)}
            for name, one in [found for found in by_category(mine).items() if found[0]][:INTENTS]
        ],
        "toolUsage": dict(tools),
        "customerSatisfaction": whole.csat,
    }


def effectiveness(stories: Sequence[Story], right: tuple[int, int], wanted: Sequence[str] = ()) -> dict[str, object]:
    """``getEffectiveness``: the figures that are asked for by the guide's names, or all. Unknown names are left out."""
    whole = rates(stories)
    figures: Mapping[str, tuple[str, Callable[[], object]]] = {
        "automation-rate": ("automationRate", lambda: _to(4, whole.automation)),
        "resolution-accuracy": ("resolutionAccuracy", lambda: _to(4, share(*right))),
        "customer-satisfaction": ("customerSatisfaction", lambda: whole.csat),
        "escalation-rate": ("escalationRate", lambda: _to(4, share(whole.total - whole.automatic, whole.total))),
        "avg-handle-time": ("avgHandleTime", lambda: _seconds(whole.seconds_human)),
    }
    return {figures[name][0]: figures[name][1]() for name in (wanted or figures) if name in figures}


def _to(digits: int, value: float | None) -> float | None:
    return None if value is None else round(value, digits)


def _seconds(values: Sequence[float]) -> int | None:
    found = mean(values)
    return None if found is None else round(found)
