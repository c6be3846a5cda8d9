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
    def automation(self) -> float:
        """The share that we resolved alone."""
        return self.automatic / self.total if self.total else 0.0

    @property
    def csat(self) -> float | None:
        """The mean rating of 1 to 5, or None where nobody rated."""
        return round(fmean(self.ratings), 2) if self.ratings else None


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
    """Category -> its rates, largest first; tickets without one are under an empty name."""
    piles: dict[str, list[Story]] = {}
    for story in stories:
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
    """``getMetrics``: the fields of the users' guide, and what they leave out: what lasted, and on how many tickets each rests."""
    returns = returns or Returns(stories)
    passed = escalations(stories, returns, now)
    whole = rates(stories)
    every = [*whole.seconds_automatic, *whole.seconds_human]
    human = costs.hour * _mean(whole.seconds_human) / 3600
    others = whole.total - whole.automatic
    blended = (costs.automatic * whole.automatic + human * others) / whole.total if whole.total else 0.0
    return {
        "totalTickets": whole.total,
        "autoResolved": whole.automatic,
        "escalatedToHuman": others,
        "avgResolutionTime": {
            "automated": round(_mean(whole.seconds_automatic)),
            "human": round(_mean(whole.seconds_human)),
            "overall": round(_mean(every)),
        },
        "avgFirstResponseTime": round(_mean(whole.first)),
        "handleTime": {
            "withDraft": round(_mean(whole.handled_with)),
            "withoutDraft": round(_mean(whole.handled_without)),
        },
        "csat": whole.csat,
        "ratings": len(whole.ratings),
        "automationRate": round(whole.automation, 4),
        "reopenRate": round(whole.reopened / whole.total, 4) if whole.total else 0.0,
        "costPerTicket": {"automated": costs.automatic, "human": round(human, 2), "blended": round(blended, 2)},
        "agentProductivity": round(others / len(whole.agents), 2) if whole.agents else None,
        "byCategory": {
            name or "unknown": {"total": one.total, "autoResolved": one.automatic, "rate": round(one.automation, 4)}
            for name, one in by_category(stories).items()
        },
        "escalationAccuracy": None if passed.accuracy is None else round(passed.accuracy, 4),
        "escalations": vars(passed),
        "holds": {
            f"{days}d": {str(kind): n for kind, n in found.items()}
            for days, found in holds(stories, now, returns).items()
        },
    }


def bot_metrics(stories: Sequence[Story], right: tuple[int, int], tools: Mapping[str, int]) -> dict[str, object]:
    """``getBotMetrics``. ``right`` is how many of our drafts people let stand, and of how many."""
    mine = [story for story in stories if not story.test]
    whole = rates(mine)
    return {
        "conversations": whole.total,
        "resolved": whole.automatic,
        "escalated": whole.total - whole.automatic,
        "avgConfidence": round(_mean([story.confidence for story in mine]), 3),
        "accuracy": round(right[0] / right[1], 4) if right[1] else None,
        "judged": right[1],
        "avgResolutionTime": round(_mean(whole.seconds_automatic)),
        "topIntents": [
            {"intent": name, "count": one.total, "resolved": one.automatic, "rate": round(one.automation, 4)}
            for name, one in list(by_category(mine).items())[:10]
            if name
        ],
        "toolUsage": dict(tools),
        "customerSatisfaction": whole.csat,
    }


def effectiveness(stories: Sequence[Story], right: tuple[int, int], wanted: Sequence[str] = ()) -> dict[str, object]:
    """``getEffectiveness``: the figures that are asked for by the guide's names, or all. Unknown names are left out."""
    whole = rates(stories)
    figures: Mapping[str, tuple[str, Callable[[], object]]] = {
        "automation-rate": ("automationRate", lambda: round(whole.automation, 4)),
        "resolution-accuracy": ("resolutionAccuracy", lambda: round(right[0] / right[1], 4) if right[1] else None),
        "customer-satisfaction": ("customerSatisfaction", lambda: whole.csat),
        "escalation-rate": ("escalationRate", lambda: round(1 - whole.automation, 4) if whole.total else 0.0),
        "avg-handle-time": ("avgHandleTime", lambda: round(_mean(whole.seconds_human))),
    }
    return {figures[name][0]: figures[name][1]() for name in (wanted or figures) if name in figures}


def _mean(values: Sequence[float]) -> float:
    return fmean(values) if values else 0.0
