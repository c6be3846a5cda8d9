"""Texts as weighted words and letter runs, folded into a few hundred numbers. Needs numpy alone; deterministic."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from app.nlp.lookalikes import plain

Array = NDArray[np.float32]
Places = NDArray[np.int64]
_WORD = re.compile(r"\w+")
FEATURES = 20_000
LANDMARKS = 1_000
WIDTH = 512
BLOCK = 2_000
READ = 1_000
"""Characters of a text that are looked at."""


REMEMBERED = 5_000
"""Words whose letter runs are kept found, about 300 bytes each."""


@dataclass(frozen=True)
class Lexicon:
    """The words and letter runs of the training texts. ``table`` maps each of them into the folded space, in steps of ``steps``."""

    names: dict[str, int]
    weights: Array
    table: NDArray[np.int8]
    steps: Array
    _runs: dict[str, Places] = field(default_factory=dict, repr=False, compare=False)

    @property
    def width(self) -> int:
        """How many numbers a text becomes."""
        return int(self.table.shape[1])

    def vectors(self, texts: Sequence[str]) -> Array:
        """One vector a text: dot products are similarities of wording, at most 1; unknown words count for nothing."""
        found = np.zeros((len(texts), self.width), np.float32)
        for row, text in zip(found, texts, strict=True):
            places, values = self._weighted(text)
            if len(places):
                row[:] = (values * self.steps[places]) @ self.table[places].astype(np.float32)
        return found

    def known(self, text: str) -> float:
        """The share of a text's words that the training texts hold; 0 for no words."""
        words = _words(text)
        return sum(f"={word}" in self.names for word in words) / max(1, len(words))

    def _weighted(self, text: str) -> tuple[Places, Array]:
        """The known features of a text; words and letter runs weigh the same in all."""
        words = _words(text)
        spoken = [self.names[name] for name in _spoken(words) if name in self.names]
        runs = [self._known(word) for word in words]
        parts = [_valued(np.array(spoken, np.int64), self.weights)]
        parts.append(_valued(np.concatenate(runs) if runs else np.zeros(0, np.int64), self.weights))
        return np.concatenate([places for places, _ in parts]), np.concatenate([values for _, values in parts])

    def _known(self, word: str) -> Places:
        """The known letter runs of a word."""
        found = self._runs.get(word)
        if found is None:
            found = np.array([self.names[run] for run in _letter_runs(word) if run in self.names], np.int64)
            if len(self._runs) >= REMEMBERED:
                self._runs.clear()
            self._runs[word] = found
        return found


def learn(texts: Sequence[str]) -> Lexicon:
    """The lexicon of these texts: the most frequent features, and the space that evenly spread landmark texts span (Nyström)."""
    frequency: Counter[str] = Counter()
    for text in texts:
        words = _words(text)
        frequency.update({*_spoken(words), *(run for word in words for run in _letter_runs(word))})
    least = 1 if len(texts) < 2_000 else 2
    chosen = sorted((name for name, n in frequency.items() if n >= least), key=lambda name: (-frequency[name], name))[
        :FEATURES
    ]
    names = {name: place for place, name in enumerate(chosen)}
    weights = np.array([math.log((1 + len(texts)) / (1 + frequency[name])) + 1 for name in chosen], np.float32)
    landmarks = texts[:: max(1, math.ceil(len(texts) / LANDMARKS))]
    bare = Lexicon(names, weights, np.zeros((len(names), 0), np.int8), np.ones(len(names), np.float32))
    table, steps = _folding([bare._weighted(text) for text in landmarks], len(names))
    return replace(bare, table=table, steps=steps)


def _folding(known: Sequence[tuple[Places, Array]], count: int) -> tuple[NDArray[np.int8], Array]:
    """``table`` and ``steps`` of a lexicon whose landmarks have these features."""
    products = np.zeros((len(known), len(known)), np.float64)
    for start in range(0, count, BLOCK):
        part = _dense(known, start)
        products += part @ part.T
    sizes, directions = np.linalg.eigh(products)
    kept = [place for place in range(len(sizes) - 1, -1, -1) if sizes[place] > 1e-6][:WIDTH]
    folding = directions[:, kept] / np.sqrt(sizes[kept])
    # An eigenvector's sign is arbitrary: fixed here, so that the same texts give the same model everywhere.
    folding *= np.where(folding[np.abs(folding).argmax(axis=0), np.arange(len(kept))] < 0, -1.0, 1.0) if kept else 1.0
    table, steps = np.zeros((count, len(kept)), np.int8), np.ones(count, np.float32)
    for start in range(0, count if kept else 0, BLOCK):
        part = (_dense(known, start).T @ folding.astype(np.float32))[: count - start]
        step = np.maximum(np.abs(part).max(axis=1), 1e-9) / 127
        table[start : start + BLOCK], steps[start : start + BLOCK] = np.rint(part / step[:, None]), step
    return table, steps


def _dense(known: Sequence[tuple[Places, Array]], start: int) -> Array:
    """The columns from ``start`` on, ``BLOCK`` of them: all at once would take 80 MB."""
    part = np.zeros((len(known), BLOCK), np.float32)
    for row, (places, values) in zip(part, known, strict=True):
        inside = (places >= start) & (places < start + BLOCK)
        row[places[inside] - start] = values[inside]
    return part


def _valued(places: Places, weights: Array) -> tuple[Places, Array]:
    """Each place once; what is repeated counts more, but not as often as it is said."""
    ordered = np.sort(places)
    # What numpy's own ``unique`` does, at a third of its price for so few.
    first = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)])
    found, counts = ordered[first], np.diff(np.append(first, len(ordered)))
    values = (1 + np.log(counts, dtype=np.float32)) * weights[found]
    return found, np.asarray(values / (np.linalg.norm(values) * math.sqrt(2) or 1), np.float32)


def _words(text: str) -> list[str]:
    return _WORD.findall(plain(text[:READ]).lower())


def _spoken(words: Sequence[str]) -> list[str]:
    """Words and pairs of words, marked so that no letter run is taken for one."""
    return [*(f"={word}" for word in words), *(f"={left} {right}" for left, right in pairwise(words))]


def _letter_runs(word: str) -> list[str]:
    """Runs of two to five letters inside the padded word."""
    padded = f" {word[:40]} "
    sizes = range(2, min(5, len(padded)) + 1)
    return [f"~{padded[start : start + size]}" for size in sizes for start in range(len(padded) - size + 1)]
