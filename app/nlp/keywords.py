"""Which keywords of which category a text holds: whole words, longest phrase first, endings of number and tense aside."""

import re
from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from app.engine.configuration import Category

_WORD = re.compile(r"[^\W_]+")
LONGEST = 5


class Keywords:
    """The keyword lists of a configuration."""

    def __init__(self, categories: Sequence[Category]) -> None:
        self._phrases: dict[tuple[str, ...], list[str]] = defaultdict(list)
        for category in categories:
            for keyword in dict.fromkeys(category.keywords):
                stems = tuple(_stems(keyword))
                if stems and category.name not in self._phrases[stems]:
                    self._phrases[stems].append(category.name)
        self._longest = min(LONGEST, max(map(len, self._phrases), default=0))

    def hits(self, text: str) -> dict[str, tuple[str, ...]]:
        """The phrases found, by category. A phrase inside a longer one that was found does not count."""
        if not self._phrases:
            return {}
        stems, found, place = _stems(text[:8000]), defaultdict(list), 0
        while place < len(stems):
            size = next(
                (
                    n
                    for n in range(self._longest, 0, -1)
                    if tuple(stems[place : place + n]) in self._phrases and place + n <= len(stems)
                ),
                0,
            )
            for name in self._phrases.get(tuple(stems[place : place + size]), ()) if size else ():
                found[name].append(" ".join(stems[place : place + size]))
            place += size or 1
        return {name: tuple(dict.fromkeys(phrases)) for name, phrases in found.items()}

    def scores(self, texts: Sequence[str], names: Sequence[str]) -> NDArray[np.float32]:
        """A row a text: 1 for each hit of a category's own phrase, half as much again for each further word, shared phrases divided."""
        place = {name: number for number, name in enumerate(names)}
        table = np.zeros((len(texts), len(names)), np.float32)
        if not self._phrases:
            return table
        for row, text in zip(table, texts, strict=True):
            for name, phrases in self.hits(text).items():
                row[place[name]] += sum(self._weight(phrase) for phrase in phrases)
        return np.minimum(table, 3.0)

    def _weight(self, phrase: str) -> float:
        words = tuple(phrase.split())
        return (1 + 0.5 * (len(words) - 1)) / len(self._phrases[words])


def _stems(text: str) -> list[str]:
    return [_stem(word) for word in _WORD.findall(text.lower())]


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    if word.endswith("ies") and len(word) > 5:
        return f"{word[:-3]}y"
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 4 and not word.endswith("ss"):
            return word[: -len(ending)]
    return word
