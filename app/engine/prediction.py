"""How likely a promise is to be broken, from how much work is ahead and how that went before. Knows no clock and no database.

The one feature is *pressure*: the time that the work ahead will take, over the time that is left. What it means is learned:
the share of broken promises in each band of pressure, drawn towards the overall share where a band has seen little.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

BANDS = (0.1, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 4.0)
"""Upper ends of the bands of pressure; one more lies above the last."""
PRIOR = 10.0
"""How many cases the overall share counts for in each band."""


@dataclass(frozen=True)
class Case:
    """One promise of the past: the pressure when it was judged, and whether it was broken."""

    pressure: float
    broken: bool


@dataclass(frozen=True)
class Model:
    """The share of broken promises by band of pressure."""

    shares: tuple[float, ...]

    def p(self, pressure: float) -> float:
        """The probability that a promise under this pressure is broken."""
        return self.shares[bisect_right(BANDS, pressure)]


def pressure(ahead: int, per_ticket: float, people: float, left: float) -> float:
    """The work ahead over the time left, both in minutes; ``people`` share the work. With no time or nobody left it is endless."""
    if left <= 0 or people <= 0:
        return float("inf")
    return (ahead + 1) * per_ticket / people / left


def learned(history: Iterable[Case]) -> Model:
    """The model that the past gives; without any past every share is one half."""
    cases = list(history)
    overall = (sum(case.broken for case in cases) + 0.5 * PRIOR) / (len(cases) + PRIOR)
    counts, broken = [0] * (len(BANDS) + 1), [0] * (len(BANDS) + 1)
    for case in cases:
        band = bisect_right(BANDS, case.pressure)
        counts[band] += 1
        broken[band] += case.broken
    return Model(tuple((b + PRIOR * overall) / (n + PRIOR) for b, n in zip(broken, counts, strict=True)))


def calibration_error(model: Model, cases: Sequence[Case], bins: int = 10) -> float:
    """How far said and seen are apart, on average over the cases (expected calibration error, 0 to 1)."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for case in cases:
        said = model.p(case.pressure)
        groups.setdefault(min(int(said * bins), bins - 1), []).append((said, case.broken))
    gaps = (abs(sum(s for s, _ in group) - sum(b for _, b in group)) for group in groups.values())
    return sum(gaps) / len(cases) if cases else 0.0
