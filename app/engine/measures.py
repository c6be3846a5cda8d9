"""Every figure by one name, made from facts when somebody asks: what reports show, formulas use and alerts watch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from app.engine.facts import Fact, Kind
from app.engine.formulas import kebab
from app.engine.outcomes import Costs, Hold, Rates, Returns, Story, escalations, hold, mean, rates, share


class Unit(StrEnum):
    """What a figure is counted in."""

    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    RATING = "rating"
    MONEY = "money"
    EACH = "tickets each"


@dataclass(frozen=True)
class Facts:
    """What figures are made from. ``right`` is how many drafts people let stand, and of how many that they judged."""

    stories: Sequence[Story]
    returns: Returns
    now: datetime
    right: tuple[int, int] = (0, 0)
    agreed: tuple[int, int] = (0, 0)
    """Where we only watched: tickets on whose category people agreed with us, and of how many."""
    waiting: int = 0
    """Tickets that are owed something now."""
    costs: Costs = field(default_factory=Costs)


@dataclass(frozen=True)
class _Sums:
    """The facts, counted once."""

    facts: Facts
    rates: Rates
    lasted: Mapping[Hold, int]

    @property
    def held(self) -> int:
        return self.lasted[Hold.CONFIRMED] + self.lasted[Hold.ASSUMED]

    @property
    def settled(self) -> int:
        return self.held + self.lasted[Hold.POSTPONED]

    @property
    def cost(self) -> float | None:
        return self.rates.cost(self.facts.costs).blended


@dataclass(frozen=True)
class Measure:
    """One figure. ``better`` is 1 where more is better, -1 where less is, 0 where neither."""

    title: str
    unit: Unit
    made: Callable[[_Sums], float | None]
    better: int = 0


def _own(sums: _Sums, wanted: Callable[[Story], bool]) -> int:
    return sum(wanted(story) for story in sums.facts.stories if not story.test)


def _escalated_well(sums: _Sums) -> float | None:
    return escalations(sums.facts.stories, sums.facts.returns, sums.facts.now).accuracy


def _by_knowledge(story: Story) -> bool:
    return story.quoted and story.solved_at is not None and (story.automatic or story.kept)


MEASURES: Mapping[str, Measure] = {
    "total-tickets": Measure("Tickets", Unit.COUNT, lambda s: s.rates.total),
    "auto-resolved": Measure("Resolved by itself", Unit.COUNT, lambda s: s.rates.automatic, 1),
    "resolved": Measure("Resolved", Unit.COUNT, lambda s: s.rates.solved, 1),
    "escalated": Measure("Left to people", Unit.COUNT, lambda s: s.rates.total - s.rates.automatic, -1),
    "reopened": Measure("Reopened", Unit.COUNT, lambda s: s.rates.reopened, -1),
    "drafted": Measure("With a draft", Unit.COUNT, lambda s: _own(s, lambda one: one.drafted)),
    "confirmed": Measure("Lasted, confirmed", Unit.COUNT, lambda s: s.lasted[Hold.CONFIRMED], 1),
    "assumed": Measure("Lasted, assumed", Unit.COUNT, lambda s: s.lasted[Hold.ASSUMED], 1),
    "postponed": Measure("Postponed", Unit.COUNT, lambda s: s.lasted[Hold.POSTPONED], -1),
    "held": Measure("Lasted 7 days", Unit.COUNT, lambda s: s.held, 1),
    "ratings": Measure("Ratings", Unit.COUNT, lambda s: len(s.rates.ratings)),
    "agents": Measure("People who answered", Unit.COUNT, lambda s: len(s.rates.agents)),
    "waiting": Measure("Waiting now", Unit.COUNT, lambda s: s.facts.waiting, -1),
    "total-kb-suggestions": Measure("Articles suggested", Unit.COUNT, lambda s: _own(s, lambda one: one.quoted)),
    "resolved-by-kb": Measure("Resolved with an article", Unit.COUNT, lambda s: _own(s, _by_knowledge), 1),
    "correct-responses": Measure("Drafts let stand", Unit.COUNT, lambda s: s.facts.right[0], 1),
    "total-responses": Measure("Drafts judged", Unit.COUNT, lambda s: s.facts.right[1]),
    "automation-rate": Measure("Resolved by itself", Unit.SHARE, lambda s: share(s.rates.automatic, s.rates.total), 1),
    "resolution-rate": Measure("Resolved", Unit.SHARE, lambda s: share(s.rates.solved, s.rates.total), 1),
    "deflection-rate": Measure("Deflection that holds 7 days", Unit.SHARE, lambda s: share(s.held, s.rates.total), 1),
    "hold-rate": Measure("Of those looked at, lasted", Unit.SHARE, lambda s: share(s.held, s.settled), 1),
    "escalation-rate": Measure(
        "Left to people", Unit.SHARE, lambda s: share(s.rates.total - s.rates.automatic, s.rates.total), -1
    ),
    "reopen-rate": Measure("Reopened", Unit.SHARE, lambda s: share(s.rates.reopened, s.rates.total), -1),
    "resolution-accuracy": Measure("Drafts let stand", Unit.SHARE, lambda s: share(*s.facts.right), 1),
    "agreement": Measure("People agree on the category", Unit.SHARE, lambda s: share(*s.facts.agreed), 1),
    "escalation-accuracy": Measure("Went where it belonged", Unit.SHARE, _escalated_well, 1),
    "customer-satisfaction": Measure("Customers' rating of 5", Unit.RATING, lambda s: s.rates.csat, 1),
    "first-response": Measure("First answer after", Unit.SECONDS, lambda s: mean(s.rates.first), -1),
    "resolution-time": Measure(
        "Solved after",
        Unit.SECONDS,
        lambda s: mean([*s.rates.seconds_automatic, *s.rates.seconds_human]),
        -1,
    ),
    "handle-time": Measure("Solved by people after", Unit.SECONDS, lambda s: mean(s.rates.seconds_human), -1),
    "handle-time-with-draft": Measure(
        "By people, with a draft", Unit.SECONDS, lambda s: mean(s.rates.handled_with), -1
    ),
    "handle-time-without-draft": Measure(
        "By people, without one", Unit.SECONDS, lambda s: mean(s.rates.handled_without), -1
    ),
    "cost-per-ticket": Measure("Cost of a ticket", Unit.MONEY, lambda s: s.cost, -1),
    "agent-productivity": Measure(
        "Tickets for each person",
        Unit.EACH,
        lambda s: share(s.rates.total - s.rates.automatic, len(s.rates.agents)),
        1,
    ),
}
"""Name -> figure."""
ALIASES: Mapping[str, str] = {
    "average-response-time": "first-response",
    "avg-response-time": "first-response",
    "time-to-first-response": "first-response",
    "avg-resolution-time": "resolution-time",
    "avg-handle-time": "handle-time",
    "csat": "customer-satisfaction",
    "tickets": "total-tickets",
    "queue": "waiting",
}
"""Other names for some of them."""
DASHBOARDS: Mapping[str, tuple[str, ...]] = {
    "support-overview": (
        "total-tickets", "resolution-rate", "first-response", "customer-satisfaction", "reopen-rate", "cost-per-ticket",
    ),
    "automation-effectiveness": (
        "automation-rate", "deflection-rate", "hold-rate", "resolution-accuracy", "handle-time-with-draft",
        "handle-time-without-draft", "agent-productivity",
    ),
    "escalation-analysis": ("escalation-rate", "escalation-accuracy", "agreement", "postponed", "waiting"),
}  # fmt: skip
"""What an account may ask for by one name."""


def named(name: str) -> str | None:
    """The figure that a name stands for, however it is spelled: ``automationRate``, ``average-response-time``; None for no figure."""
    plain = kebab(name)
    found = ALIASES.get(plain, plain)
    return found if found in MEASURES else None


def worked_out(facts: Facts) -> dict[str, float | None]:
    """Every figure; None where nothing is known to make it from. Other names are given as well."""
    lasted = [hold(one, facts.returns, facts.now) for one in facts.stories if one.automatic and not one.test]
    sums = _Sums(facts, rates(facts.stories), {kind: lasted.count(kind) for kind in Hold})
    found = {name: measure.made(sums) for name, measure in MEASURES.items()}
    return found | {alias: found[name] for alias, name in ALIASES.items()}


KINDS: Mapping[Unit, Kind] = {Unit.SECONDS: Kind.SECONDS}


def watchable() -> dict[str, Fact]:
    """The figures as conditions ask about them, such as ``automation-rate < 60%``: by each name, also in one word."""
    found: dict[str, Fact] = {}
    for name in (*MEASURES, *ALIASES):
        fact = Fact(KINDS.get(MEASURES[ALIASES.get(name, name)].unit, Kind.NUMBER))
        head, *rest = name.split("-")
        found[name] = found[head + "".join(part.capitalize() for part in rest)] = fact
    return found


def shown(name: str, value: float | None, currency: str = "") -> str:
    """A figure as people read it."""
    unit = MEASURES[ALIASES.get(name, name)].unit if ALIASES.get(name, name) in MEASURES else None
    return "unknown" if value is None else _SHOWN[unit](value) if unit in _SHOWN else _plain(value)


def lasting(seconds: float) -> str:
    """A length of time in its two largest units: ``1 h 5 min``."""
    whole = round(seconds)
    for size, name, small, below in ((86400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {name}" + (f" {rest} {below}" if rest else "")
    return f"{whole} s"


def _plain(value: float) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.2f}"


_SHOWN: Mapping[Unit | None, Callable[[float], str]] = {
    Unit.SHARE: lambda value: f"{value:.1%}",
    Unit.SECONDS: lasting,
    Unit.RATING: lambda value: f"{value:.2f}",
    Unit.MONEY: lambda value: f"{value:,.2f}",
}
