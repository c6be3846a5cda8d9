"""How wrong each prediction about mood is on judged cases. Numbers only: reports and trends are drawn elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ErrorReport:
    """Mean error and mean absolute error over ``n`` cases, and how often the ranking of two cases was right (0.5 is chance)."""

    n: int
    bias: float
    absolute: float
    ranking: float


def report(predicted: Sequence[float], judged: Sequence[float]) -> ErrorReport:
    """Compares predictions with what people or outcomes said. Works for sentiment, urgency, churn and satisfaction alike."""
    if len(predicted) != len(judged):
        raise ValueError("as many judgements as predictions are needed")
    errors = [guess - truth for guess, truth in zip(predicted, judged, strict=True)]
    count = max(1, len(errors))
    return ErrorReport(len(errors), sum(errors) / count, sum(map(abs, errors)) / count, _ranking(predicted, judged))


def confusion(predicted: Sequence[str], judged: Sequence[str]) -> dict[str, dict[str, int]]:
    """Judged emotion -> predicted emotion -> how often."""
    table: dict[str, dict[str, int]] = {}
    for guess, truth in zip(predicted, judged, strict=True):
        row = table.setdefault(truth, {})
        row[guess] = row.get(guess, 0) + 1
    return table


def _ranking(predicted: Sequence[float], judged: Sequence[float]) -> float:
    """The share of pairs with different judgements whose predictions are in the same order; ties count half."""
    cases = list(zip(predicted, judged, strict=True))[:2_000]
    right = pairs = 0.0
    for place, (guess, truth) in enumerate(cases):
        for other_guess, other_truth in cases[:place]:
            if truth != other_truth:
                pairs += 1
                right += 0.5 if guess == other_guess else (guess > other_guess) is (truth > other_truth)
    return right / pairs if pairs else 0.5
