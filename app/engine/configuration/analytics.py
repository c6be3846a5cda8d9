"""``analytics``: which figures an account wants, what they should be, who is told how often, and when somebody is warned."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from app.engine.conditions import Condition, ConditionError, condition
from app.engine.configuration.flows import Analytics, Metric, Monitoring
from app.engine.configuration.reading import Path
from app.engine.formulas import Formula, FormulaError, Target, formula, target
from app.engine.measures import DASHBOARDS, MEASURES, named, watchable
from app.engine.nearest import nearest
from app.engine.outcomes import Costs

Found = tuple[Path, str, str]
FREQUENCIES = ("hourly", "daily", "weekly", "monthly")
HOUR = 8
"""The local hour of a report where none is given."""


@dataclass(frozen=True)
class Own:
    """A figure of the account's own: worked out by a formula, or one of ours with a target."""

    name: str
    formula: Formula | None = None
    target: Target | None = None

    def worked_out(self, known: Mapping[str, float | None]) -> float | None:
        """Its value by the figures that are known; None where it is unknown."""
        ours = named(self.name)
        return self.formula.worked_out(known) if self.formula else known[ours] if ours else None


@dataclass(frozen=True)
class Reports:
    """Who gets a report how often. ``recipients`` are names of contacts; ``hour`` is the account's local one."""

    daily: bool = False
    weekly: bool = False
    recipients: tuple[str, ...] = ()
    hour: int = HOUR


@dataclass(frozen=True)
class Fraud:
    """What is watched in the categories that have the word in their name."""

    categories: tuple[str, ...] = ()
    anomalies: bool = False
    """More tickets of a day than ever by chance."""
    patterns: bool = False
    """Tickets of several people with one cause."""
    at_once: bool = False
    """Looked at every few seconds, not each hour."""

    @property
    def any(self) -> bool:
        """Whether anything is watched."""
        return self.anomalies or self.patterns


@dataclass(frozen=True)
class Watched:
    """What an account wants to know of its own figures."""

    metrics: tuple[str, ...] = ()
    """Our names of the figures that it asks for."""
    own: tuple[Own, ...] = ()
    dashboards: tuple[str, ...] = ()
    reports: Reports = Reports()
    alerts: tuple[Condition, ...] = ()
    """When any of these holds for the last week, somebody is told."""
    costs: Costs = field(default_factory=Costs)
    fraud: Fraud = Fraud()

    @property
    def shown(self) -> tuple[str, ...]:
        """Every figure that is asked for by name or by dashboard, once; the overview where none is."""
        every = (*self.metrics, *(name for board in self.dashboards for name in DASHBOARDS[board]))
        return tuple(dict.fromkeys(every)) or DASHBOARDS["support-overview"]


def fraud(given: Monitoring | None, categories: Iterable[str]) -> Fraud:
    """What ``monitoring.fraud-detection`` asks for, about these categories."""
    said = given.fraud_detection if given else None
    if said is None:
        return Fraud()
    return Fraud(tuple(categories), bool(said.anomalies), bool(said.patterns), bool(said.real_time_alerts))


def watched(given: Analytics | None, fraud: Fraud = Fraud()) -> Watched:
    """What a checked section asks for; names that stand for nothing are left out, and the report of settings says so."""
    if given is None:
        return Watched(fraud=fraud)
    said = given.reporting
    daily, weekly = (said is not None and said.frequency == word for word in ("daily", "weekly"))
    facts = watchable()
    return Watched(
        metrics=tuple(name for one in given.metrics if (name := named(one))),
        own=tuple(_own(one) for one in given.custom_metrics if one.calculation or named(one.name)),
        dashboards=tuple(one for one in given.dashboards if one in DASHBOARDS),
        reports=Reports(daily, weekly, tuple(said.recipients), said.hour) if said else Reports(),
        alerts=tuple(condition(one, facts) for one in given.alerts),
        costs=Costs(given.costs.hour, given.costs.automatic) if given.costs else Costs(),
        fraud=fraud,
    )


def _own(one: Metric) -> Own:
    wanted = formula(one.calculation, MEASURES) if one.calculation else None
    return Own(one.name, wanted, target(one.target) if one.target else None)


def problems(given: Analytics | None) -> Iterator[Found]:
    """What makes no sense in the section, each with its path and what would be right."""
    if given is None:
        return
    for n, one in enumerate(given.custom_metrics):
        yield from _refused(("analytics", "customMetrics", n, "calculation"), one.calculation, _a_formula)
        yield from _refused(("analytics", "customMetrics", n, "target"), one.target, target)
    facts = watchable()
    for n, text in enumerate(given.alerts):
        try:
            condition(text, facts)
        except ConditionError as error:
            yield ("analytics", "alerts", n), f"{error.wrong} (column {error.column})", error.remedy
    if given.reporting and given.reporting.frequency and given.reporting.frequency not in FREQUENCIES:
        yield (
            ("analytics", "reporting", "frequency"),
            "is no frequency",
            nearest(given.reporting.frequency, FREQUENCIES),
        )


def _a_formula(text: str) -> Formula:
    return formula(text, MEASURES)


def _refused(path: Path, text: str | None, read: Callable[[str], object]) -> Iterator[Found]:
    try:
        if text:
            read(text)
    except FormulaError as error:
        yield path, error.wrong, error.remedy
