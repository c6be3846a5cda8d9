"""What rating a customer would give, predicted before they do. By fixed weights until the account's own ratings can teach it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.nlp.linear import fit_sigmoid, sigmoid
from app.nlp.mood.urgency import Signal

FEWEST = 200
"""Ratings from which on an account's own fit replaces the fixed weights."""
FIXED = (0.4, 1.6, 0.9, -0.35, -0.25, 0.9)
NAMES = ("mood_at_end", "mood_change", "messages", "hours_to_first_answer", "solved")


@dataclass(frozen=True)
class Outcome:
    """What a conversation looked like: sentiment of the customer's first and last message, and how it went."""

    first_mood: float
    last_mood: float
    customer_messages: int
    hours_to_first_answer: float
    solved: bool


@dataclass(frozen=True)
class Weights:
    """A constant and one weight a feature; ``examples`` says how many ratings taught them, 0 for the fixed ones."""

    values: tuple[float, ...] = FIXED
    examples: int = 0


def satisfaction(outcome: Outcome, weights: Weights | None = None) -> Signal:
    """The probability of a good rating, with the two features that moved it most."""
    learnt = (weights or Weights()).values
    parts = [weight * value for weight, value in zip(learnt[1:], _features(outcome), strict=True)]
    strongest = sorted(range(len(parts)), key=lambda place: -abs(parts[place]))[:2]
    p = float(sigmoid(np.array([learnt[0] + sum(parts)], np.float32))[0])
    return Signal(round(p, 3), tuple(NAMES[place] for place in strongest))


def learn(rated: Sequence[tuple[Outcome, bool]]) -> Weights:
    """The account's own weights from ratings (True for good), or the fixed ones while there are too few."""
    if len(rated) < FEWEST:
        return Weights()
    given = np.array([_features(outcome) for outcome, _ in rated], np.float32)
    good: NDArray[np.float32] = np.array([[float(is_good)] for _, is_good in rated], np.float32)
    fitted = fit_sigmoid(given, good, np.ones(len(rated), np.float32), strength=1.0)
    return Weights((float(fitted.bias[0]), *map(float, fitted.weights[:, 0])), len(rated))


def _features(outcome: Outcome) -> tuple[float, ...]:
    change = outcome.last_mood - outcome.first_mood
    messages = min(outcome.customer_messages - 1, 6) / 2
    hours = min(outcome.hours_to_first_answer, 72) / 24
    return outcome.last_mood, change, messages, hours, float(outcome.solved)
