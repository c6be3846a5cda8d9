"""Who has to see to a ticket, how soon, and who is told: an account's own triggers and routes, and the signals that always count.

Pure judgement. Nothing is written, assigned or sent here; ``policy`` writes what this says into the ticket.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from app.engine.configuration.rules import HANDOFF, IMMEDIATE, TO_TEAM, Outside, Trigger
from app.engine.configuration.settled import Category
from app.engine.holds import unsure
from app.engine.promises import Promise, promised
from app.engine.reviewing import reviewed
from app.engine.screening import screened
from app.engine.sla import Metric
from app.engine.standing import Case
from app.engine.types import Reason
from connectors.types import Priority

GUESS = 0.5
"""A category less likely than this routes nothing and is named in the note only."""
CHURN = 0.8
"""Risk of losing the customer above which a senior person answers, where no trigger of the account says otherwise."""
ATTEMPTS = 2
"""Automatic answers after which an unsure judgement goes to a person."""
LATE = 0.25
"""Share of the time left under which a ticket counts as late."""
ON_CALL = "on-call"
COMPLIANCE, REVIEW = "compliance", "review by compliance"
"""Who is told of what compliance releases, and how the briefing names it."""
_RANKS = list(Priority)


@dataclass(frozen=True)
class Signal:
    """One reason for escalating, and what it asks for. ``level`` 1 is a person, 2 a senior one, 3 somebody at once."""

    reason: Reason
    level: int = 1
    priority: Priority | None = None
    team: str = ""
    notify: tuple[str, ...] = ()
    demands: tuple[str, ...] = ()
    holds: bool = True
    """Whether only a person may answer because of it."""


@dataclass(frozen=True)
class Escalation:
    """Where a ticket belongs. ``level`` 0 means that nothing is out of the ordinary: it is routed and not escalated."""

    level: int
    team: str
    priority: Priority
    promise: Promise
    notify: tuple[str, ...]
    reasons: tuple[Reason, ...]
    demands: tuple[str, ...]
    holds: tuple[Reason, ...]
    """Those of the reasons for which no automatic answer may be sent."""

    @property
    def immediate(self) -> bool:
        """Whether people are told now, and not by the next digest."""
        return self.level >= 3


def escalated(case: Case) -> Escalation:
    """Everything that the case's facts set off, as one answer: the highest level, the highest priority, everybody who is to be told."""
    known = _category(case)
    route = None if unsure(case) else case.configuration.route(case.facts)
    quiet = screened(case) is not None
    signals = [] if quiet else [signal for find in SIGNALS for signal in find(case)]
    asked = [case.ticket.priority, known.priority if known else None, route.priority if route else None]
    priority = _highest([*asked, *(signal.priority for signal in signals)])
    promise = promised(case.configuration, known.name if known else "", priority, case.facts)
    signals += [] if quiet else [*_late(case, promise), *_outside(case, priority)]
    priority = _highest([priority, *(signal.priority for signal in signals)])
    own = known.team if known and not unsure(case) else ""
    teams = [*(signal.team for signal in signals), route.team if route else "", own]
    return Escalation(
        level=max((signal.level for signal in signals), default=0),
        team=next((team for team in teams if team), ""),
        priority=priority,
        promise=promise,
        notify=tuple(dict.fromkeys(name for signal in signals for name in signal.notify)),
        reasons=tuple(dict.fromkeys(signal.reason for signal in signals)),
        demands=tuple(dict.fromkeys(duty for signal in signals for duty in signal.demands)),
        holds=tuple(dict.fromkeys(signal.reason for signal in signals if signal.holds)),
    )


def _category(case: Case) -> Category | None:
    """The category, unless it is a guess."""
    judged = case.classification
    return case.configuration.category(judged.category) if judged.confidence >= GUESS else None


def _highest(asked: list[Priority | None]) -> Priority:
    return max((one for one in asked if one), key=_RANKS.index, default=Priority.NORMAL)


# --- signals: from the configuration ------------------------------------------------------------------------


def _triggers(case: Case) -> Iterator[Signal]:
    """The account's own conditions."""
    for trigger in case.configuration.rules.triggers:
        weighing = trigger.condition.weigh(case.facts)
        if weighing.holds:
            yield _set_off(trigger, weighing.why)


def _set_off(trigger: Trigger, why: str) -> Signal:
    reason = Reason("trigger", f"{trigger.condition.text} ({why}).")
    if trigger.action == HANDOFF:
        return Signal(reason, notify=trigger.notify)
    if trigger.action == IMMEDIATE:
        return Signal(reason, 3, Priority.URGENT, notify=trigger.notify)
    team = trigger.action.removeprefix(TO_TEAM) if trigger.action.startswith(TO_TEAM) else ""
    return Signal(reason, 2, Priority.HIGH, team, trigger.notify)


def _topics(case: Case) -> Iterator[Signal]:
    """Blocks about the category, such as ``escalation.fraud``."""
    known = _category(case)
    for topic in case.configuration.rules.topics:
        if known and known.name in topic.categories and (topic.immediate or topic.notify or topic.demands):
            level = 3 if topic.immediate else 2
            reason = Reason("topic", f"{known.name} is escalated as {topic.name}.")
            yield Signal(
                reason, level, Priority.URGENT if topic.immediate else None, topic.team, topic.notify, topic.demands
            )


def _alerts(case: Case) -> Iterator[Signal]:
    """Categories of which the security team is told."""
    known = _category(case)
    if known and known.name in case.configuration.rules.alerts:
        yield Signal(Reason("alert_security", "The security team is told."), 3, notify=("security-team",))


def _reviews(case: Case) -> Iterator[Signal]:
    """Categories of which nothing leaves before compliance has released it: it is told, and the briefing says so."""
    known = _category(case)
    if known and (reason := reviewed(known.name, case.configuration)):
        yield Signal(reason, 2, notify=(COMPLIANCE,), demands=(REVIEW,))


def _fallbacks(case: Case) -> Iterator[Signal]:
    """The configuration's conditions for a person."""
    for one in case.configuration.fallbacks:
        weighing = one.weigh(case.facts)
        if weighing.holds:
            yield Signal(Reason("handoff", f"Handed over when {one.text} ({weighing.why})."))


# --- signals: what always counts ----------------------------------------------------------------------------


def _flags(case: Case) -> Iterator[Signal]:
    """A person was asked for, or the topic is one that only people may touch."""
    asked = (
        ("human", Signal(Reason("human", "The customer asks for a person."))),
        ("legal", Signal(Reason("legal", "It touches on the law."), 2, Priority.HIGH)),
        ("security", Signal(Reason("security", "It touches on security or fraud."), 2, Priority.HIGH)),
    )
    yield from (signal for flag, signal in asked if flag in case.classification.flags)


def _mood(case: Case) -> Iterator[Signal]:
    """The customer is upset, or about to leave."""
    judged = case.classification
    if judged.sentiment is not None and judged.sentiment < case.configuration.anger:
        yield Signal(Reason("angry", f"The customer is upset ({judged.sentiment:.2f})."), 1, Priority.HIGH)
    if judged.churn_risk is not None and judged.churn_risk > CHURN:
        yield Signal(Reason("churn", f"The customer may leave ({judged.churn_risk:.0%})."), 2, Priority.HIGH)


def _vip(case: Case) -> Iterator[Signal]:
    if case.vip:
        yield Signal(Reason("vip", "The customer is a VIP."), 1, case.configuration.vip_priority)


def _attempts(case: Case) -> Iterator[Signal]:
    """Answered before, and still not sure what it is about."""
    if case.standing.attempts >= ATTEMPTS and (unsure(case) or not case.classification.category):
        said = f"Answered automatically {case.standing.attempts} times, and unsure what it is about."
        yield Signal(Reason("attempts", said))


SIGNALS: tuple[Callable[[Case], Iterator[Signal]], ...] = (
    _triggers,
    _topics,
    _alerts,
    _reviews,
    _fallbacks,
    _flags,
    _mood,
    _vip,
    _attempts,
)


# --- signals that need the promise first --------------------------------------------------------------------


def _late(case: Case, promise: Promise) -> Iterator[Signal]:
    """Little of the promised time is left. An answer in time is what is missing, so this alone holds none back."""
    question, now = case.ticket.question, case.standing.now
    end = promise.due(Metric.FIRST_REPLY, question.at) if question else None
    if question is None or end is None or end - now >= LATE * (end - question.at):
        return
    left = end - now
    text = f"{_length(left)} of the promised time are left." if left > timedelta() else "The promised time is over."
    yield Signal(Reason("late", text), 2, Priority.HIGH, holds=False)


def _outside(case: Case, priority: Priority) -> Iterator[Signal]:
    """Nobody works now, and it is urgent."""
    given = outside(case)
    if given and given.escalate_urgent and priority is Priority.URGENT:
        yield Signal(Reason("outside_hours", "It is urgent and nobody works now."), 3, notify=(ON_CALL,), holds=False)


def outside(case: Case) -> Outside | None:
    """What the configuration wants when nobody works, if that is now."""
    rules = case.configuration.rules
    return None if rules.outside is None or rules.hours.is_open(case.standing.now) else rules.outside


def _length(left: timedelta) -> str:
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
