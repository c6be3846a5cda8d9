"""Exact tests for counts, where chance and a change have to be told apart. Small and exact, so no statistics library is needed.

Fisher's exact test (R. A. Fisher, 1935); the false discovery rate after Y. Benjamini and Y. Hochberg, J. R. Stat. Soc. B 57 (1995).
"""

import math
from collections.abc import Sequence


def fisher(part: int, whole: int, part_before: int, whole_before: int) -> tuple[float, float]:
    """The chances of a share as low as now, and of one as high, were it the same as before. Raises ValueError for impossible counts."""
    if not (0 <= part <= whole and 0 <= part_before <= whole_before):
        raise ValueError("a part lies between 0 and its whole")
    marked, every = part + part_before, whole + whole_before
    least, most = max(0, whole - (every - marked)), min(whole, marked)
    chances = [_chance(k, whole, marked, every) for k in range(least, most + 1)]
    place = part - least
    return min(1.0, math.fsum(chances[: place + 1])), min(1.0, math.fsum(chances[place:]))


def tail(least: int, tries: int, rate: float) -> float:
    """The chance of at least so many in so many tries (binomial). ``rate`` lies between 0 and 1."""
    logs = (math.log(rate), math.log1p(-rate))
    terms = (_choose(tries, k) + k * logs[0] + (tries - k) * logs[1] for k in range(least, tries + 1))
    return min(1.0, math.fsum(math.exp(term) for term in terms))


def _chance(k: int, drawn: int, marked: int, every: int) -> float:
    """The hypergeometric probability of ``k`` marked ones among those drawn."""
    return math.exp(_choose(marked, k) + _choose(every - marked, drawn - k) - _choose(every, drawn))


def _choose(n: int, k: int) -> float:
    return math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1)


def discoveries(chances: Sequence[float], rate: float) -> list[bool]:
    """Which of many findings stand, so that at most ``rate`` of those that stand are chance (Benjamini-Hochberg)."""
    order = sorted(range(len(chances)), key=lambda n: chances[n])
    last = max((rank for rank, n in enumerate(order, 1) if chances[n] <= rate * rank / len(order)), default=0)
    stand = set(order[:last])
    return [n in stand for n in range(len(chances))]


def restless(weeks: Sequence[tuple[int, int]]) -> float:
    """How many times more a share swings from week to week than chance alone would have it; 1 where it does not.

    ``weeks`` are (part, whole). A desk's weeks are never alike: a test that does not know by how much cries wolf.
    """
    part, whole = sum(p for p, _ in weeks), sum(w for _, w in weeks)
    if not 0 < part < whole or len(weeks) < 2:
        return 1.0
    share = part / whole
    swings = sum((p - w * share) ** 2 / (w * share * (1 - share)) for p, w in weeks if w)
    return max(1.0, swings / (len(weeks) - 1))
