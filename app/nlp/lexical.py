"""Texts as weighted words and letter runs, folded into a few hundred numbers. Needs numpy alone; deterministic."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.nlp.lookalikes import plain

Array = NDArray[np.float32]
_WORD = re.compile(r"\w+")
FEATURES = 20_000
LANDMARKS = 1_000
WIDTH = 512
BLOCK = 2_000
READ = 1_000
"""Characters of a text that are looked at."""


@dataclass(frozen=True)
class Lexicon:
    """The words and letter runs of the training texts. ``table`` maps each of them into the folded space."""

    names: dict[str, int]
    weights: Array
    table: NDArray[np.float16]

    @property
    def width(self) -> int:
        """How many numbers a text becomes."""
        return int(self.table.shape[1])

    def vectors(self, texts: Sequence[str]) -> Array:
        """One vector a text: dot products are similarities of wording, at most 1; unknown words count for nothing."""
        found = np.zeros((len(texts), self.width), np.float32)
        for row, text in zip(found, texts, strict=True):
            places, values = _weighted(text, self.names, self.weights)
            if len(places):
                row[:] = values @ self.table[places].astype(np.float32)
        return found


def learn(texts: Sequence[str]) -> Lexicon:
    """The lexicon of these texts: the most frequent features, and the space that evenly spread landmark texts span (Nyström)."""
    counts = [_counts(text) for text in texts]
    frequency = Counter(name for count in counts for name in count)
    least = 1 if len(texts) < 2_000 else 2
    chosen = sorted((name for name, n in frequency.items() if n >= least), key=lambda name: (-frequency[name], name))[
        :FEATURES
    ]
    names = {name: place for place, name in enumerate(chosen)}
    weights = np.array([math.log((1 + len(texts)) / (1 + frequency[name])) + 1 for name in chosen], np.float32)
    landmarks = texts[:: max(1, math.ceil(len(texts) / LANDMARKS))]
    return Lexicon(names, weights, _table(landmarks, names, weights))


def _table(landmarks: Sequence[str], names: dict[str, int], weights: Array) -> NDArray[np.float16]:
    known = [_weighted(text, names, weights) for text in landmarks]
    products = np.zeros((len(landmarks), len(landmarks)), np.float64)
    for start in range(0, len(names), BLOCK):
        part = _dense(known, start)
        products += part @ part.T
    sizes, directions = np.linalg.eigh(products)
    kept = [place for place in range(len(sizes) - 1, -1, -1) if sizes[place] > 1e-6][:WIDTH]
    folding = directions[:, kept] / np.sqrt(sizes[kept])
    # An eigenvector's sign is arbitrary: fixed here, so that the same texts give the same model everywhere.
    folding *= np.where(folding[np.abs(folding).argmax(axis=0), np.arange(len(kept))] < 0, -1.0, 1.0) if kept else 1.0
    table = np.zeros((len(names), len(kept)), np.float16)
    for start in range(0, len(names), BLOCK):
        part = _dense(known, start).T @ folding.astype(np.float32)
        table[start : start + BLOCK] = part[: len(names) - start]
    return table


def _dense(known: Sequence[tuple[NDArray[np.int64], Array]], start: int) -> Array:
    """The columns from ``start`` on, ``BLOCK`` of them: all at once would take 80 MB."""
    part = np.zeros((len(known), BLOCK), np.float32)
    for row, (places, values) in zip(part, known, strict=True):
        inside = (places >= start) & (places < start + BLOCK)
        row[places[inside] - start] = values[inside]
    return part


def _weighted(text: str, names: dict[str, int], weights: Array) -> tuple[NDArray[np.int64], Array]:
    """The known features of a text; words and letter runs weigh the same in all."""
    parts = []
    counts = _counts(text)
    for is_word in (True, False):
        known = [(names[name], n) for name, n in counts.items() if (name[0] == "=") is is_word and name in names]
        places = np.array([place for place, _ in known], np.int64)
        values = np.array([1 + math.log(n) for _, n in known], np.float32) * weights[places]
        parts.append((places, values / (np.linalg.norm(values) * math.sqrt(2) or 1)))
    return np.concatenate([parts[0][0], parts[1][0]]), np.asarray(
        np.concatenate([parts[0][1], parts[1][1]]), np.float32
    )


def _counts(text: str) -> Counter[str]:
    """Words and pairs of words (marked ``=``), and runs of two to five letters inside padded words (marked ``~``)."""
    words = _WORD.findall(plain(text[:READ]).lower())
    counts = Counter(f"={word}" for word in words)
    counts.update(f"={left} {right}" for left, right in pairwise(words))
    for word in words:
        padded = f" {word[:40]} "
        for size in range(2, min(5, len(padded)) + 1):
            counts.update(f"~{padded[start : start + size]}" for start in range(len(padded) - size + 1))
    return counts
