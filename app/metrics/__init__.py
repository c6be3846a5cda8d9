"""What this process counts and measures, in memory, by the families of one table. Nothing personal is a label.

A process hands what it counted since the last time to its pulse (``take``), which adds it up for all processes; so a worker
needs no port of its own, and what a process counted outlasts it.
"""

import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from typing import NamedTuple

from app.metrics.families import COUNTED, FAMILIES, OTHER, SUM

MOST = 300
"""Sets of labels that one family keeps apart; what comes after them is counted as ``other``."""


class Sample(NamedTuple):
    """One number: of which family, with which labels' values, and of a histogram which bucket (``sum`` for its sum)."""

    family: str
    labels: tuple[str, ...]
    part: str = ""


_lock = threading.Lock()
_counts: Counter[Sample] = Counter()
_taken: Counter[Sample] = Counter()
_watched: dict[Sample, Callable[[], float]] = {}
_seen: dict[str, set[tuple[str, ...]]] = {}


def count(name: str, by: float = 1) -> None:
    """Add to the counter ``name``: ``webhooks.accepted`` is the family ``deskhand_webhooks`` with the outcome ``accepted``."""
    first, _, rest = name.partition(".")
    family = COUNTED.get(first)
    if family is None:
        add(OTHER, name, by=by)
    elif FAMILIES[family].labels:
        add(family, rest, by=by)
    else:
        add(family, by=by)


def add(family: str, *labels: str, by: float = 1) -> None:
    """Add to a counter of the table, by its family's name and its labels' values."""
    with _lock:
        _counts[Sample(family, _kept(family, labels))] += by  # type: ignore[assignment]  # a Counter adds broken numbers as well


def observe(family: str, value: float, *labels: str) -> None:
    """Put one measured value (seconds, where the family's name says so) into a histogram of the table."""
    bounds = FAMILIES[family].buckets
    place = bisect_left(bounds, value)
    bucket = str(bounds[place]) if place < len(bounds) else "+Inf"
    with _lock:
        kept = _kept(family, labels)
        _counts[Sample(family, kept, bucket)] += 1
        _counts[Sample(family, kept, SUM)] += value  # type: ignore[assignment]


def watch(family: str, look: Callable[[], float]) -> None:
    """Have ``look`` asked what this process's part of a gauge is; the parts of all processes that live are added up."""
    _watched[Sample(family, ())] = look


def gauges() -> Mapping[Sample, float]:
    """This process's parts now."""
    return {sample: look() for sample, look in tuple(_watched.items())}


def take() -> Mapping[Sample, float]:
    """What came to the counters since the last call. Whoever takes it sees to it that it is added up, or gives it back."""
    with _lock:
        fresh = {sample: value - _taken[sample] for sample, value in _counts.items() if value != _taken[sample]}
        _taken.clear()
        _taken.update(_counts)
    return fresh


def give_back(untold: Mapping[Sample, float]) -> None:
    """Nobody could be told of these: the next call of ``take`` has them again."""
    with _lock:
        for sample, value in untold.items():
            _taken[sample] -= value  # type: ignore[assignment]


def counts() -> Mapping[str, int]:
    """Every counter of this process that ``count`` added to, by its name there, as it stands."""
    first = {family: name for name, family in COUNTED.items()}
    with _lock:
        told = {_name(first, sample): int(value) for sample, value in _counts.items() if not sample.part}
    return dict(sorted(told.items()))


def _name(first: Mapping[str, str], sample: Sample) -> str:
    if sample.family == OTHER:
        return sample.labels[0]
    return ".".join((first.get(sample.family, sample.family), *sample.labels))


def _kept(family: str, labels: tuple[str, ...]) -> tuple[str, ...]:
    """These labels, or ``other`` in each where the family has as many as it may."""
    seen = _seen.setdefault(family, set())
    if labels in seen:
        return labels
    if len(seen) >= MOST:
        return tuple("other" for _ in labels)
    seen.add(labels)
    return labels
