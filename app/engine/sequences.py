"""Confidence sequences: intervals that hold at every look together, so that somebody who looks daily and stops when it suits is not fooled.

For means of values between 0 and 1: the hedged betting capital of Waudby-Smith and Ramdas (J. R. Stat. Soc. B 86, 2024). For a share
of right answers: a mixture of likelihood ratios (Robbins 1970). Both hold at any number of looks by Ville's inequality.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

ALPHA = 0.05
"""How often such an interval may ever, at any look, miss the truth."""
BOLDEST = 0.5
"""No bet loses more than this share of what there is."""
HALVINGS = 24
SPREAD = 64
"""Accuracies that the mixture is made of."""
PERFECT = 0.5
"""The weight of flawlessness in it: most categories that are promoted never erred."""


@dataclass(frozen=True)
class Interval:
    """Where a mean lies. ``count`` is on how many values that rests."""

    low: float
    high: float
    mean: float
    count: int

    def less(self, other: "Interval") -> "Interval":
        """Where the difference of two means lies, as sure as both intervals are together."""
        return Interval(self.low - other.high, self.high - other.low, self.mean - other.mean, self.count + other.count)


def mean_of(values: Sequence[float], alpha: float = ALPHA) -> Interval:
    """The interval of the mean, valid at every look. Raises ValueError for a value outside 0 to 1."""
    if any(not 0 <= value <= 1 for value in values):
        raise ValueError("values lie between 0 and 1")
    bets = _bets(values, alpha)
    mean = math.fsum(values) / len(values) if values else 0.5
    low = _edge(values, bets, alpha)
    high = 1 - _edge([1 - value for value in values], bets, alpha)
    return Interval(low, max(low, high), mean, len(values))


def _bets(values: Sequence[float], alpha: float) -> list[float]:
    """How much is bet on each value, from those before it alone: more where they scatter less."""
    total, squares, bets = 0.5, 0.25, []
    for n, value in enumerate(values, 1):
        spread = squares / n
        bets.append(math.sqrt(2 * math.log(2 / alpha) / (spread * n * math.log(n + 1))))
        total += value
        squares += (value - total / (n + 1)) ** 2
    return bets


def _edge(values: Sequence[float], bets: Sequence[float], alpha: float) -> float:
    """The highest mean that the bets against it have refuted by now; 0 where none is."""
    low, high = 0.0, 1.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if _refuted(values, bets, middle, alpha):
            low = middle
        else:
            high = middle
    return low


def _refuted(values: Sequence[float], bets: Sequence[float], mean: float, alpha: float) -> bool:
    """Whether half of the capital, bet on the mean being higher, has grown beyond ``1 / alpha``."""
    wealth, enough, most = 0.0, math.log(2 / alpha), BOLDEST / mean if mean else math.inf
    for value, bet in zip(values, bets, strict=True):
        wealth += math.log1p(min(bet, most) * (value - mean))
    return wealth >= enough


def share_at_least(judged: int, errors: int, alpha: float = ALPHA) -> float:
    """What share is right at least, whenever and however often somebody looks. Raises ValueError for counts that cannot be."""
    if not 0 <= errors <= judged:
        raise ValueError("errors lie between 0 and judged")
    low, high = 0.0, 1.0
    for _ in range(HALVINGS * 2):
        middle = (low + high) / 2
        if proves(judged, errors, middle, alpha):
            low = middle
        else:
            high = middle
    return low


def proves(judged: int, errors: int, share: float, alpha: float = ALPHA) -> bool:
    """Whether the counts prove that more than this share is right, whenever and however often somebody looks."""
    return _evidence(judged - errors, errors, share) >= math.log(1 / alpha)


def _evidence(right: int, wrong: int, share: float) -> float:
    """The logarithm of how much better accuracies above ``share`` explain the counts than ``share`` itself does."""
    if share <= 0:
        return math.inf if right else 0.0
    terms = [math.log(PERFECT) - right * math.log(share)] if not wrong else []
    for k in range(SPREAD):
        better = share + (1 - share) * (k + 0.5) / SPREAD
        ratio = right * math.log(better / share) + wrong * math.log((1 - better) / (1 - share))
        terms.append(math.log((1 - PERFECT) / SPREAD) + ratio)
    most = max(terms)
    return most + math.log(math.fsum(math.exp(term - most) for term in terms))
