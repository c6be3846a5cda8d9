"""Which promise a ticket falls under, and why: the policy whose clocks ``sla`` then reads. Makes no promise of its own.

What is most particular counts: an account's trigger that holds, then the category's own target, then the customer's tier,
then the table for all; what is owed to a lower priority is owed to a higher one too. A channel's promise counts where it is
certainly the shorter one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.engine.configuration.calendars import described
from app.engine.configuration.rules import Rules, Target
from app.engine.configuration.settled import Configuration
from app.engine.sla import Metric, Policy, Term, Unit, due, terms
from connectors.types import Priority

_RANKS = list(Priority)
DAY = 24 * 60


@dataclass(frozen=True)
class Promise:
    """The policy that counts, its target as written, and each step that led to it. Without a policy nothing is promised."""

    policy: Policy | None
    text: str
    trace: tuple[str, ...]

    @property
    def name(self) -> str:
        """Where the policy stands in the configuration, or nothing."""
        return self.policy.name if self.policy else ""

    def due(self, metric: Metric, start: datetime) -> datetime | None:
        """When it is due for something that starts now; None when nothing is promised."""
        length = self.policy.targets.get(metric) if self.policy else None
        return due(length, start, self.policy.calendar) if self.policy and length else None


def promised(configuration: Configuration, category: str, priority: Priority, facts: Mapping[str, Any]) -> Promise:
    """What is promised for a ticket of this category and priority; ``facts`` bring tier, channel and what triggers ask about."""
    rules, trace = configuration.rules, [f"priority {priority}"]
    tier = str(facts.get("tier") or facts.get("accountPlan") or facts.get("plan") or "")
    chosen = next(_candidates(configuration, category, priority, tier, facts), None)
    targets: dict[Metric, Term] = {}
    if chosen:
        trace.append(f"{_place(configuration, chosen[0])} promises {chosen[0].text}{chosen[1]}")
        targets |= terms(chosen[0].text)
    if update := rules.updates.get(category):
        trace.append(f"{_place(configuration, update)} promises {update.text}")
        targets = {**terms(update.text), **targets}
    channel = rules.channels.get(str(facts.get("channel") or ""))
    if channel and _shorter(channel, targets):
        trace.append(f"{_place(configuration, channel)} promises {channel.text}, which is sooner")
        targets[Metric.FIRST_REPLY], chosen = terms(channel.text)[Metric.FIRST_REPLY], (channel, "")
    source = chosen[0] if chosen else update
    if source is None:
        return Promise(None, "", (*trace, "nothing is promised: see escalation.sla"))
    policy = Policy(source.path, targets, rules.hours)
    return Promise(policy, source.text, (*trace, _counting(rules, targets)))


def _candidates(
    configuration: Configuration, category: str, priority: Priority, tier: str, facts: Mapping[str, Any]
) -> Iterator[tuple[Target, str]]:
    """Targets for this ticket, the most particular first, each with a word on why."""
    for one in configuration.rules.triggers:
        if one.target and (weighing := one.condition.weigh(facts)).holds:
            yield one.target, f", for {one.condition.text} ({weighing.why})"
    if own := configuration.rules.own.get(category):
        yield own, f", for {category}"
    tiers = tuple(dict.fromkeys((tier.casefold(), "")))
    for rank in (priority, *reversed(_RANKS[: _RANKS.index(priority)])):
        for name in tiers:
            if target := _in_table(configuration, name, rank):
                yield target, "" if rank is priority else f": nothing is given for {priority}"


def _in_table(configuration: Configuration, tier: str, priority: Priority) -> Target | None:
    """The target of a tier's table, or of the one without tiers."""
    text = configuration.sla.get(tier, {}).get(priority)
    if text is None:
        return None
    written = configuration.rules.tiers.get(tier, "")
    word = _word(configuration, written, priority, text)
    return Target(text, ".".join(part for part in ("escalation", "sla", written, word) if part))


def _word(configuration: Configuration, tier: str, priority: Priority, text: str) -> str:
    """The word by which the table names the priority: critical or urgent, medium or normal."""
    table = configuration.settings["escalation"]["sla"]
    inner = table[tier] if tier else table
    words = {Priority.URGENT: ("critical", "urgent"), Priority.NORMAL: ("normal", "medium")}.get(
        priority, (str(priority),)
    )
    return next(word for word in words if inner.get(word) == text)


def _place(configuration: Configuration, target: Target) -> str:
    line = next((n for path, n in configuration.lines.items() if _dotted(path) == _plain(target.path)), 0)
    return f"{target.path} ({configuration.name}:{line})" if line else target.path


def _dotted(path: tuple[str | int, ...]) -> str:
    return ".".join(str(part) for part in path)


def _plain(path: str) -> str:
    return path.replace("[", ".").replace("]", "")


def _shorter(channel: Target, targets: Mapping[Metric, Term]) -> bool:
    """Whether the channel's first reply is certainly due before the other: an hour of working time is at least an hour."""
    offered, known = terms(channel.text).get(Metric.FIRST_REPLY), targets.get(Metric.FIRST_REPLY)
    if offered is None or known is None:
        return offered is not None
    least = known.amount * DAY if known.unit is Unit.BUSINESS_DAYS else known.amount
    return offered.unit is Unit.MINUTES and offered.amount < least


def _counting(rules: Rules, targets: Mapping[Metric, Term]) -> str:
    if all(one.unit is Unit.MINUTES for one in targets.values()):
        return "counted around the clock"
    usual = "" if rules.declared else ", as escalation.businessHours is not given"
    return f"counted in business hours, {described(rules.hours)}{usual}"
