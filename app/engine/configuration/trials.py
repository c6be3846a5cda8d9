"""``experiments``, ``training`` and ``answers``: what is tried, what is learnt when, and how many answers there may be."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from app.engine.configuration.models import Section, Share, Text, Texts
from app.engine.configuration.reading import Path
from app.engine.training import LEAST_HELD, LEAST_NEW, SPLIT

Found = tuple[Path, str, str]
DAYS = 14
APART = frozenset({"experiments", "training", "answers", "privacy"})
"""Sections that change no answer by themselves: what was proven without them stays proven."""


class Metric(StrEnum):
    """What an experiment is about; more is better for each, and shorter for the time."""

    SATISFACTION = "customer-satisfaction"
    RESOLUTION = "resolution"
    """Resolved without a person, and it held."""
    HANDLE_TIME = "handle-time"


@dataclass(frozen=True)
class Arm:
    """One way of answering. What is empty or None is as usual; ``human`` is people alone, without a draft of ours."""

    name: str
    share: float
    style: str = ""
    engine: str = ""
    temperature: float | None = None
    greeting: str | None = None
    closing: str | None = None
    human: bool = False


@dataclass(frozen=True)
class Experiment:
    """Arms beside each other; the first is what the others are compared with. No category means all."""

    name: str
    arms: tuple[Arm, ...]
    categories: frozenset[str] = frozenset()
    metric: Metric = Metric.SATISFACTION
    days: int = DAYS


@dataclass(frozen=True)
class Training:
    """When a new model is trained: weekly, from so many new examples on, with a share held back."""

    wanted: bool = True
    least: int = LEAST_NEW
    split: float = SPLIT


@dataclass(frozen=True)
class Most:
    """Automatic answers within a day at most: to everybody, and to one requester. None: as the hourly limits have it."""

    day: int | None = None
    requester: int | None = None


class TrainingSection(Section):
    """When the classifier learns."""

    schedule: Literal["weekly", "never"] = "weekly"
    min_examples: Annotated[int, Field(ge=LEAST_HELD, le=100_000)] = LEAST_NEW
    validation_split: Annotated[float, Field(ge=0.1, le=0.5)] = SPLIT


class Variant(Section):
    """One arm, as written."""

    style: Literal["concise", "friendly", "professional"] | None = None
    engine: Text | None = None
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    greeting: str | None = None
    closing: str | None = None


class ExperimentSection(Section):
    """One experiment, as written."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    variants: Annotated[
        dict[Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,40}$")], Variant], Field(min_length=1, max_length=5)
    ]
    human: Share = 0.0
    """The share of customers whom people alone answer."""
    categories: Texts = Field(default_factory=list)
    metric: Annotated[Metric, Field(strict=False)] = Metric.SATISFACTION
    duration: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,2}[- ](day|week)s?$")] = f"{DAYS}-days"


class AnswersSection(Section):
    """The most automatic answers."""

    per_day: Annotated[int, Field(ge=0)] | None = None
    per_requester_per_day: Annotated[int, Field(ge=0)] | None = None


def training(given: TrainingSection) -> Training:
    """When the classifier learns."""
    return Training(given.schedule != "never", given.min_examples, given.validation_split)


def most(given: AnswersSection) -> Most:
    """The most answers."""
    return Most(given.per_day, given.per_requester_per_day)


def experiments(given: Sequence[ExperimentSection]) -> tuple[Experiment, ...]:
    """The experiments; people alone come first where they are an arm, so that everything is compared with them."""
    return tuple(
        Experiment(one.name, tuple(_arms(one)), frozenset(one.categories), one.metric, _days(one.duration))
        for one in given
    )


HUMAN = "people"
"""The name of the arm without us."""


def _arms(given: ExperimentSection) -> Iterator[Arm]:
    if given.human:
        yield Arm(HUMAN, given.human, human=True)
    share = (1 - given.human) / len(given.variants)
    for name, one in given.variants.items():
        yield Arm(name, share, one.style or "", one.engine or "", one.temperature, one.greeting, one.closing)


def _days(duration: str) -> int:
    amount, _, unit = duration.replace(" ", "-").partition("-")
    return int(amount) * (7 if unit.startswith("week") else 1)


def problems(given: Sequence[ExperimentSection], categories: Collection[str]) -> Iterator[Found]:
    """What makes no sense among the experiments, each with its path and what would be right."""
    names = [one.name for one in given]
    everywhere = [set(one.categories) or set(categories) for one in given]
    for n, one in enumerate(given):
        yield from ((("experiments", n, *path), wrong, remedy) for path, wrong, remedy in _wrong(one, categories))
        if one.name in names[:n]:
            yield ("experiments", n, "name"), "is given twice", "name each experiment differently"
        elif any(everywhere[n] & other for other in everywhere[:n]):
            yield ("experiments", n), "shares a category with another experiment", "give each its own categories"


def _wrong(one: ExperimentSection, categories: Collection[str]) -> Iterator[Found]:
    if len(one.variants) + (one.human > 0) < 2:
        yield ("variants",), "compares nothing", "add a variant, or a share for people alone"
    if one.human >= 1:
        yield ("human",), "leaves nobody to the variants", "write a share such as 0.1"
    if HUMAN in one.variants:
        yield ("variants", HUMAN), "is the name of people alone", "name it otherwise"
    for n, category in enumerate(one.categories):
        if category not in categories:
            yield ("categories", n), "is no category", "name one of `classification`"
