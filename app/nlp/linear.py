"""Linear classifiers in numpy: softmax for one label of many, sigmoid for any number of labels. Deterministic, no clock, no random."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
Objective = Callable[[Array], tuple[float, Array]]
MEMORY = 10


@dataclass(frozen=True)
class Linear:
    """Weights and biases; ``logits`` are one row a text, one column a class."""

    weights: Array
    bias: Array

    def logits(self, features: Array) -> Array:
        """The raw scores of each class."""
        return np.asarray(features @ self.weights + self.bias, np.float32)


def softmax(logits: Array) -> Array:
    """Probabilities that sum to one in each row."""
    exponents = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=-1, keepdims=True), np.float32)


def sigmoid(logits: Array) -> Array:
    """An independent probability for each column."""
    return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)), np.float32)


def fit_softmax(features: Array, targets: Array, weights: Array, *, strength: float = 10.0, steps: int = 200) -> Linear:
    """The regularised maximum-likelihood fit; ``targets`` hold a distribution a row, ``strength`` is the inverse penalty."""

    def loss(logits: Array) -> tuple[float, Array]:
        shifted = logits - logits.max(axis=1, keepdims=True)
        exponents = np.exp(shifted)
        total = exponents.sum(axis=1, keepdims=True)
        value = float((weights * ((np.log(total) - shifted) * targets).sum(axis=1)).sum())
        return value, np.asarray((exponents / total - targets) * weights[:, None], np.float32)

    return _fit(features, targets.shape[1], loss, strength, steps)


def fit_sigmoid(features: Array, targets: Array, weights: Array, *, strength: float = 10.0, steps: int = 200) -> Linear:
    """One yes-or-no fit a column of ``targets`` (0 or 1), all in one go."""

    def loss(logits: Array) -> tuple[float, Array]:
        value = float((weights[:, None] * (np.logaddexp(0, logits) - targets * logits)).sum())
        return value, np.asarray((sigmoid(logits) - targets) * weights[:, None], np.float32)

    return _fit(features, targets.shape[1], loss, strength, steps)


def fit_centres(features: Array, classes: NDArray[np.int64], count: int, *, shrink: float = 0.6) -> Linear:
    """Linear discriminants: nearness to each class's centre where classes scatter alike; ``shrink`` towards a round scatter."""
    centres = np.zeros((count, features.shape[1]), np.float64)
    for number in range(count):
        mine = features[classes == number]
        centres[number] = mine.mean(axis=0) if len(mine) else 0
    around = features - centres[classes]
    scatter = around.T @ around / len(features)
    level = np.trace(scatter) / len(scatter)
    table = np.linalg.solve((1 - shrink) * scatter + (shrink * level + 1e-6) * np.eye(len(scatter)), centres.T)
    return Linear(table.astype(np.float32), np.asarray(-0.5 * (centres * table.T).sum(axis=1), np.float32))


def _fit(features: Array, classes: int, loss: Objective, strength: float, steps: int) -> Linear:
    width = features.shape[1]

    def objective(flat: Array) -> tuple[float, Array]:
        table = flat.reshape(width + 1, classes)
        value, slope = loss(np.asarray(features @ table[:width] + table[width], np.float32))
        gradient = np.empty_like(table)
        gradient[:width] = features.T @ slope + table[:width] / strength
        gradient[width] = slope.sum(axis=0)
        return value + float((table[:width] ** 2).sum()) / (2 * strength), gradient.ravel()

    table = minimum(objective, np.zeros((width + 1) * classes, np.float32), steps).reshape(width + 1, classes)
    return Linear(table[:width].copy(), table[width].copy())


def minimum(objective: Objective, start: Array, steps: int, tolerance: float = 1e-5) -> Array:
    """The lowest point of a smooth convex function by L-BFGS; stops when a step gains less than ``tolerance`` of the value."""
    point, (value, slope) = start, objective(start)
    past: deque[tuple[Array, Array, float]] = deque(maxlen=MEMORY)
    for _ in range(steps):
        direction = -_two_loops(slope, past)
        reached = _search(objective, point, value, slope, direction, first=not past)
        if reached is None:
            break
        new_point, new_value, new_slope = reached
        moved, turned = new_point - point, new_slope - slope
        if (curvature := float(moved @ turned)) > 1e-10:
            past.append((moved, turned, curvature))
        gained = value - new_value
        point, value, slope = new_point, new_value, new_slope
        if gained <= tolerance * max(1.0, abs(value)):
            break
    return point


def _two_loops(slope: Array, past: deque[tuple[Array, Array, float]]) -> Array:
    direction, shares = slope.copy(), []
    for moved, turned, curvature in reversed(past):
        share = float(moved @ direction) / curvature
        direction -= share * turned
        shares.append(share)
    if past:
        _, turned, curvature = past[-1]
        direction *= curvature / float(turned @ turned)
    for (moved, turned, curvature), share in zip(past, reversed(shares), strict=True):
        direction += (share - float(turned @ direction) / curvature) * moved
    return direction


def _search(
    objective: Objective, point: Array, value: float, slope: Array, direction: Array, *, first: bool
) -> tuple[Array, float, Array] | None:
    """A step along ``direction`` that lowers the value enough, or None at the bottom."""
    fall = float(slope @ direction)
    if fall >= 0:
        return None
    length = min(1.0, 1.0 / float(np.abs(slope).sum())) if first else 1.0
    for _ in range(25):
        candidate = point + np.float32(length) * direction
        reached, steepness = objective(candidate)
        if reached <= value + 1e-4 * length * fall:
            return candidate, reached, steepness
        length /= 2
    return None
