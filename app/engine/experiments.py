"""Trying ways of answering beside each other: who gets which, and what may be said of them however often somebody looks.

A customer is drawn once and stays where they were drawn. One arm may be people alone. An experiment ends when its interval says so, when
customers are served worse, or when its time is over; never because somebody likes what they see.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from app.engine.configuration.settled import Configuration
from app.engine.configuration.trials import Arm, Experiment, Metric
from app.engine.evidence import coin, digest
from app.engine.outcomes import HELD_AFTER, HOLDS, Hold, Returns, Story, hold
from app.engine.sequences import ALPHA, Interval, mean_of
from app.engine.types import Mode

LONGEST = 72 * 3600.0
"""Seconds of handling that count as the longest: whatever took longer is no worse than this."""
STYLES: Mapping[str, str] = {"friendly": "friendly-helpful", "professional": "professional-empathetic"}
"""A style of the configuration -> the voice that a model writes in."""
CONCISE = "concise"


class End(StrEnum):
    """Why an experiment is over."""

    BETTER = "better"
    """One arm is better than the first one."""
    HARM = "harm"
    """Customers of one arm are less satisfied: whatever else it gains."""
    TIME = "time is over"


@dataclass(frozen=True)
class Measured:
    """One arm: who was in it, and what was measured of them."""

    arm: str
    people: int
    tickets: int
    metric: Interval
    satisfaction: Interval


@dataclass(frozen=True)
class Found:
    """What an experiment says by now. ``differences`` are of each further arm to the first; ``end`` is None while it goes on."""

    measured: tuple[Measured, ...]
    differences: Mapping[str, Interval] = field(default_factory=dict)
    satisfaction: Mapping[str, Interval] = field(default_factory=dict)
    end: End | None = None
    arm: str = ""
    """The one that it ended because of."""


def drawn(experiment: Experiment, person: str, key: bytes) -> Arm:
    """The arm of this customer: always the same, and foreseen by nobody without the key."""
    number = coin(key, "experiment", experiment.name, person)
    for arm in experiment.arms:
        number -= arm.share
        if number < 0:
            return arm
    return experiment.arms[-1]


def concerns(experiment: Experiment, category: str) -> bool:
    """Whether tickets of this category are in it."""
    return not experiment.categories or category in experiment.categories


def applied(configuration: Configuration, arm: Arm, category: str) -> Configuration:
    """The configuration as this arm has it. Each arm that answers differently has a digest of its own, and evidence of its own."""
    if arm.human:
        requested = configuration.mode(category)[0]
        capped = requested if requested.rank <= Mode.ASSIST.rank else Mode.ASSIST
        return replace(configuration, modes={**configuration.modes, category: capped})
    bot, templates = configuration.chatbot, configuration.templates
    voice = STYLES.get(arm.style, bot.persona)
    temperature = bot.temperature if arm.temperature is None else arm.temperature
    changed = replace(
        configuration,
        chatbot=replace(bot, persona=voice, temperature=temperature, engine=arm.engine or bot.engine),
        templates=replace(
            templates, greeting=_or(arm.greeting, templates.greeting), closing=_or(arm.closing, templates.closing)
        ),
        quotes=min(1, configuration.quotes) if arm.style == CONCISE else configuration.quotes,
    )
    if changed == configuration:
        return configuration
    return replace(changed, digest=digest(configuration.digest, arm.name, repr(replace(arm, share=0.0))))


def _or(given: str | None, usual: str) -> str:
    return usual if given is None else given


def found(
    experiment: Experiment, arms: Mapping[str, str], stories: Sequence[Story], began: datetime, now: datetime
) -> Found:
    """What can be said by now. ``arms`` is ticket -> arm; stories of other tickets only tell who came back."""
    returns = Returns(stories)
    alpha = ALPHA / (2 * len(experiment.arms))
    measured = tuple(
        _measured(
            arm,
            [s for s in stories if arms.get(s.ticket) == arm.name and not s.test],
            experiment.metric,
            (returns, now),
            alpha,
        )
        for arm in experiment.arms
    )
    first, others = measured[0], measured[1:]
    differences = {one.arm: one.metric.less(first.metric) for one in others}
    satisfaction = {one.arm: one.satisfaction.less(first.satisfaction) for one in others}
    end, arm = _end(differences, satisfaction, over=now >= began + timedelta(days=experiment.days))
    return Found(measured, differences, satisfaction, end, arm)


def _measured(
    arm: Arm, stories: Sequence[Story], metric: Metric, seen: tuple[Returns, datetime], alpha: float
) -> Measured:
    ordered = sorted(stories, key=lambda story: (story.opened_at, story.ticket))
    rated = [(story.rating - 1) / 4 for story in ordered if story.rating is not None]
    values = list(_values(ordered, metric, *seen))
    people = len({story.person or story.ticket for story in ordered})
    return Measured(arm.name, people, len(ordered), mean_of(values, alpha), mean_of(rated, alpha))


def _values(stories: Iterable[Story], metric: Metric, returns: Returns, now: datetime) -> Iterable[float]:
    """Each story's value between 0 and 1, more is better; those that cannot be judged yet are left out."""
    for story in stories:
        if metric is Metric.SATISFACTION and story.rating is not None:
            yield (story.rating - 1) / 4
        elif metric is Metric.RESOLUTION and now >= story.opened_at + HELD_AFTER + timedelta(days=HOLDS[0]):
            yield float(story.automatic and hold(story, returns, now) in (Hold.CONFIRMED, Hold.ASSUMED))
        elif metric is Metric.HANDLE_TIME and story.solved_at is not None:
            took = (story.solved_at - story.opened_at).total_seconds()
            yield 1 - min(max(took, 0.0), LONGEST) / LONGEST


def _end(
    differences: Mapping[str, Interval], satisfaction: Mapping[str, Interval], *, over: bool
) -> tuple[End | None, str]:
    """Harm ends it first, then a clear gain, then its time."""
    for arm, one in satisfaction.items():
        if one.high < 0:
            return End.HARM, arm
    gains = {arm: one.mean for arm, one in differences.items() if one.low > 0}
    if gains:
        return End.BETTER, max(gains, key=lambda arm: gains[arm])
    return (End.TIME, "") if over else (None, "")
