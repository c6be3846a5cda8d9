"""How far a probability may be trusted: temperature, calibration error, and the confidence from which a promise of precision holds."""

import math

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Z = 1.959964
"""Two-sided 95 %, so each bound is one-sided 97.5 %."""
Z_FEW = 1.644854
"""One-sided 95 %: enough where examples are few, since what is held out was then judged by models that knew clearly less."""
NEVER = 2.0
"""A threshold that no probability reaches."""


def lower_bound(right: int, judged: int) -> float:
    """Wilson's lower bound of a share; 0 when nothing was judged."""
    if judged == 0:
        return 0.0
    share, square = right / judged, Z * Z
    middle = share + square / (2 * judged)
    spread = Z * math.sqrt(share * (1 - share) / judged + square / (4 * judged * judged))
    return (middle - spread) / (1 + square / judged)


def threshold(confidence: Array, right: NDArray[np.bool_], target: float, z: float = Z) -> float:
    """The lowest confidence from which the lower bound of precision is at least ``target``, or ``NEVER``."""
    order = np.argsort(-confidence, kind="stable")
    judged = np.arange(1, len(order) + 1)
    share = np.cumsum(right[order]) / judged
    square = z * z
    spread = z * np.sqrt(share * (1 - share) / judged + square / (4 * judged**2))
    bound = (share + square / (2 * judged) - spread) / (1 + square / judged)
    # Equal confidences stand or fall together: only the last of a run of ties may be the cut.
    ends = np.append(np.diff(confidence[order]) < 0, True) if len(order) else np.zeros(0, bool)
    good = np.flatnonzero((bound >= target) & ends)
    return float(confidence[order][good[-1]]) if len(good) else NEVER


def temperature(logits: Array, truth: NDArray[np.int64]) -> float:
    """The divisor of ``logits`` under which ``truth`` is likeliest, from 0.3 (a few right examples are no certainty) to 20."""
    low, high = math.log(0.3), math.log(20.0)
    ratio = (math.sqrt(5) - 1) / 2
    for _ in range(40):
        left, right = high - ratio * (high - low), low + ratio * (high - low)
        if surprise(logits / math.exp(left), truth) < surprise(logits / math.exp(right), truth):
            high = right
        else:
            low = left
    return math.exp((low + high) / 2)


def surprise(logits: Array, truth: NDArray[np.int64]) -> float:
    """The mean negative log-likelihood."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return float((np.log(np.exp(shifted).sum(axis=1)) - shifted[np.arange(len(truth)), truth]).mean())


def calibration_error(confidence: Array, right: NDArray[np.bool_], bins: int = 15) -> float:
    """The mean distance between confidence and accuracy over equal-width bins, weighted by size."""
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            error += inside.mean() * abs(float(confidence[inside].mean()) - float(right[inside].mean()))
    return error
