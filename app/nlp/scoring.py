"""The four voices that say what a text is about, and how they are added up: trained head, nearest examples, descriptions, keywords."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.nlp.linear import Linear

Array = NDArray[np.float32]
WORDING = 0.5
"""How much the lexical vector weighs beside the sentence vector in the head's features."""
NEAR_WORDING = 0.3
"""How much similar wording adds to similar meaning between two texts."""
CANDIDATES = 10
"""Only the head's best classes are compared with their examples: the others cannot win, and time stays bounded."""


@dataclass(frozen=True)
class Weights:
    """How much each voice beside the head counts, chosen on held-out examples."""

    near: float = 0.0
    described: float = 0.0
    keywords: float = 0.0


@dataclass(frozen=True)
class Voices:
    """Each voice's scores: a row a text, a column a class. ``nearest`` is the similarity to the best example at all."""

    head: Array
    near: Array
    described: Array
    keywords: Array

    def total(self, weights: Weights) -> Array:
        """The sum that decides."""
        logits = (
            self.head + weights.near * self.near + weights.described * self.described + weights.keywords * self.keywords
        )
        return np.asarray(logits, np.float32)

    @property
    def nearest(self) -> Array:
        """How similar the most similar example is."""
        return np.asarray(self.near.max(axis=1), np.float32)


@dataclass(frozen=True)
class Neighbours:
    """Examples in the space in which they are compared, sorted by class; ``starts[c]:starts[c + 1]`` are those of class c."""

    vectors: Array
    starts: NDArray[np.int64]
    rows: NDArray[np.int64]
    """Which training row each of them is."""

    def similarities(self, vectors: Array, head: Array) -> Array:
        """The best similarity of each text to the examples of its candidate classes; 0 for all other classes."""
        found = np.zeros_like(head)
        candidates = np.argsort(-head, axis=1, kind="stable")[:, :CANDIDATES]
        if len(vectors) > CANDIDATES:
            return self._all(vectors, head, candidates)
        for row, (vector, classes) in enumerate(zip(vectors, candidates, strict=True)):
            for number in classes:
                inside = self.vectors[self.starts[number] : self.starts[number + 1]]
                if len(inside):
                    found[row, number] = max(0.0, float((inside @ vector).max()))
        return found

    def closest(self, vector: Array, number: int) -> tuple[int, float]:
        """The training row of class ``number`` most like this, and how much; (-1, 0) when the class has none."""
        inside = self.vectors[self.starts[number] : self.starts[number + 1]]
        if not len(inside):
            return -1, 0.0
        likeness = inside @ vector
        best = int(likeness.argmax())
        return int(self.rows[self.starts[number] + best]), float(likeness[best])

    def _all(self, vectors: Array, head: Array, candidates: NDArray[np.int64]) -> Array:
        filled = np.flatnonzero(np.diff(self.starts))
        found = np.zeros_like(head)
        for start in range(0, len(vectors), 512):
            part = vectors[start : start + 512] @ self.vectors.T
            best = np.zeros((len(part), head.shape[1]), np.float32)
            best[:, filled] = np.maximum.reduceat(part, self.starts[filled], axis=1)
            rows = np.arange(len(part))[:, None]
            chosen = candidates[start : start + 512]
            found[start : start + 512][rows, chosen] = np.maximum(best[rows, chosen], 0)
        return found


def neighbours(vectors: Array, classes: NDArray[np.int64], count: int) -> Neighbours:
    """The examples sorted by class, as exact as the store keeps them: a model read back says what it said when it was made."""
    order = np.argsort(classes, kind="stable")
    starts = np.searchsorted(classes[order], np.arange(count + 1))
    kept = vectors[order].astype(np.float16).astype(np.float32)
    return Neighbours(kept, starts.astype(np.int64), order.astype(np.int64))


def features(meaning: Array, wording: Array) -> Array:
    """What the head sees."""
    return np.hstack([meaning, np.float32(WORDING) * wording])


def comparable(meaning: Array, wording: Array) -> Array:
    """What neighbours are compared by: the dot product is meaning plus ``NEAR_WORDING`` times wording."""
    length = np.linalg.norm(wording, axis=1, keepdims=True)
    return np.hstack([meaning, np.float32(NEAR_WORDING**0.5) * wording / np.where(length > 0, length, 1)]).astype(
        np.float32
    )


def of_descriptions(vectors: Array, classes: NDArray[np.int64], count: int) -> Linear:
    """The similarity to what the configuration says of a category: half its fullest sentence, half the middle of all."""
    weights = np.zeros((vectors.shape[1], count), np.float32)
    for number in range(count):
        mine = vectors[classes == number]
        if len(mine):
            middle = mine.mean(axis=0)
            weights[:, number] = (mine[0] + middle / (np.linalg.norm(middle) or 1)) / 2
    return Linear(weights, np.zeros(count, np.float32))
