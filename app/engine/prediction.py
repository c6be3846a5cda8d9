"""How likely a promise is to be broken, from the queue as it is and how that went before. Knows no clock and no database.

A ticket's wait is *foreseen* as the open minutes until the work ahead of it is done, at the pace of late, those included who
will come later and are more urgent. How far such
forecasts are off is learned as the survival of the ratio between the real wait and the foreseen one, by priority and place
in the queue: what still waits counts as far as it got (Kaplan and Meier's estimate), so an overload shows at once and not
only when its tickets are done. A promise is broken when the ratio outlives the time that is left. What was said is at last
held against what came of it, and corrected.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

RECENT = 5_000
"""Waits that are learned from, the newest."""
ENOUGH = 150
"""Waits of one kind that ended, from which it has a curve of its own."""
PLACES = (1, 10, 100, 1000)
"""Upper ends, exclusive, of the groups of places in the queue; one more lies above the last."""
ROUNDS = 12
"""How often the forecast takes in those who come while it lasts; what is still missing then is under a percent."""
BINS = 10
SAID = 2_000
"""What was said that a correction rests on, the newest."""
TRUST = 100.0
"""How many cases what is said counts for, in each step."""
LEAST_OPEN = 60.0
"""Open minutes of a day from which it says something about the pace."""
SHORTEST = 1.0
"""Open minutes under which no wait is foreseen: a ticket that is next takes somebody some time, too."""


@dataclass(frozen=True)
class Kind:
    """What tells waits apart: the ticket's priority, and the group of its place in the queue."""

    priority: str = ""
    place: int = 0


def kind(priority: str, ahead: int) -> Kind:
    """The kind of a wait that begins with so many tickets ahead."""
    return Kind(priority, bisect_right(PLACES, ahead))


@dataclass(frozen=True)
class Wait:
    """One wait: open minutes as foreseen when it began, and as they were; ``over`` is False for one that goes on."""

    kind: Kind
    foreseen: float
    waited: float
    over: bool = True


@dataclass(frozen=True)
class Survival:
    """The share of waits whose ratio is above a value: ``shares[n]`` from ``ratios[n]`` on, 1 before the first."""

    ratios: tuple[float, ...]
    shares: tuple[float, ...]

    def beyond(self, ratio: float) -> float:
        """The share of ratios above this one."""
        place = bisect_right(self.ratios, ratio)
        return self.shares[place - 1] if place else 1.0


@dataclass(frozen=True)
class Model:
    """What the past says. ``ended`` is how many waits it knows the end of."""

    overall: Survival
    own: Mapping[Kind, Survival] = field(default_factory=lambda: MappingProxyType({}))
    ended: int = 0

    def p(self, of: Kind, foreseen: float, left: float, waited: float = 0.0) -> float:
        """The probability that a wait is not over within ``left`` more minutes, ``waited`` of it being behind already."""
        if left <= 0:
            return 1.0
        curve = self.own.get(of) or self.own.get(Kind(of.priority, -1)) or self.overall
        so_far = curve.beyond(waited / foreseen) if waited else 1.0
        return min(1.0, curve.beyond((waited + left) / foreseen) / so_far) if so_far else 1.0


def pace(days: Iterable[tuple[int, float]]) -> float:
    """Tickets done an open minute on the best of these days (tickets done, open minutes): what people do when there is enough."""
    return max((done / minutes for done, minutes in days if minutes >= LEAST_OPEN), default=0.0)


@dataclass(frozen=True)
class Jumpers:
    """Tickets that come later and pass: so many an open minute, for so many open minutes from now on."""

    rate: float
    until: float


def foreseen(ahead: int, pace: float, jumpers: Sequence[Jumpers] = ()) -> float:
    """Open minutes until ``ahead`` tickets and this one are done, at ``pace`` a minute; endless where nothing gets done."""
    if pace <= 0:
        return float("inf")
    wait = (ahead + 1) / pace
    for _ in range(ROUNDS):
        wait = (ahead + 1 + sum(one.rate * min(wait, max(one.until, 0.0)) for one in jumpers)) / pace
    return max(wait, SHORTEST)


def learned(history: Iterable[Wait]) -> Model:
    """The model that the newest of the past give, oldest first. Without any past a wait is taken to last as foreseen."""
    waits = [one for one in history if 0 < one.foreseen < float("inf")][-RECENT:]
    groups: dict[Kind, list[Wait]] = {}
    for one in waits:
        for name in (one.kind, Kind(one.kind.priority, -1)):
            groups.setdefault(name, []).append(one)
    own = {name: survival(found) for name, found in groups.items() if sum(one.over for one in found) >= ENOUGH}
    return Model(survival(waits), MappingProxyType(own), sum(one.over for one in waits))


def survival(waits: Sequence[Wait]) -> Survival:
    """Kaplan and Meier's estimate over the ratios; beyond the longest wait seen nothing is taken to last (Efron's tail)."""
    if not any(one.over for one in waits):
        return Survival((1.0,), (0.0,))
    left, share = len(waits), 1.0
    ratios: list[float] = []
    shares: list[float] = []
    for ratio, over in sorted(((one.waited / one.foreseen, one.over) for one in waits), key=lambda r: (r[0], not r[1])):
        if over:
            share *= 1 - 1 / left
            ratios.append(ratio)
            shares.append(share)
        left -= 1
    longest = max(one.waited / one.foreseen for one in waits)
    if ratios[-1] < longest:
        ratios.append(longest)
        shares.append(0.0)
    return Survival(tuple(ratios), tuple(shares))


@dataclass(frozen=True)
class Corrected:
    """What was seen of late where such a probability was said, in ``BINS`` even steps. Without a past nothing is changed."""

    seen: tuple[tuple[int, int], ...] = ()
    """For each step how many were said and how many of these were broken."""

    def p(self, said: float) -> float:
        """The probability, drawn from what was said to what was seen by how much was seen."""
        if not self.seen:
            return said
        count, broken = self.seen[_bin(said)]
        return (broken + TRUST * said) / (count + TRUST)


def corrected(said: Iterable[tuple[float, bool]]) -> Corrected:
    """The correction that follows from the newest that were said and are decided, oldest first."""
    counts, broken = [0] * BINS, [0] * BINS
    for p, was in list(said)[-SAID:]:
        counts[_bin(p)] += 1
        broken[_bin(p)] += was
    return Corrected(tuple(zip(counts, broken, strict=True)))


def _bin(p: float) -> int:
    return min(int(p * BINS), BINS - 1)


def calibration_error(said: Iterable[tuple[float, bool]]) -> float:
    """How far said and seen are apart, on average over the cases (expected calibration error, 0 to 1)."""
    groups: dict[int, list[tuple[float, bool]]] = {}
    for p, broken in said:
        groups.setdefault(_bin(p), []).append((p, broken))
    gaps = (abs(sum(p for p, _ in group) - sum(b for _, b in group)) for group in groups.values())
    count = sum(len(group) for group in groups.values())
    return sum(gaps) / count if count else 0.0
