"""What is learnt from: labelled examples, and what the configuration itself says about each category."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.configuration import Category
from app.nlp.clean import clean, for_meaning

Array = NDArray[np.float32]
OTHER = ""
"""The name of the class of what belongs to no category: learnt when there are examples without a label."""
SEVERAL = 0.02
"""The share of examples with more than one label from which on a set counts as multi-label."""


@dataclass(frozen=True)
class Example:
    """A text and the categories that a person gave it; none means: it belongs to no category."""

    text: str
    labels: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Texts as the encoder sees them, with a target row each. The last ``pseudo`` rows come from the configuration."""

    names: tuple[str, ...]
    texts: tuple[str, ...]
    targets: Array
    pseudo: int
    several: bool

    @property
    def real(self) -> int:
        """How many rows a person labelled."""
        return len(self.texts) - self.pseudo


def rows(categories: Sequence[Category], examples: Iterable[Example]) -> Rows:
    """The training rows in a fixed order. Labels that no category has become categories of their own name."""
    merged = _merged(examples)
    given = list(dict.fromkeys(category.name for category in categories))
    names = given + sorted({label for labels in merged.values() for label in labels} - set(given))
    described = [pair for category in categories for pair in _described(category)]
    described += [(readable(name), name) for name in names[len(given) :] if readable(name)]
    several = _has_several(merged)
    is_other_known = not several and any(not labels for labels in merged.values())
    names += [OTHER] if is_other_known else []
    place = {name: number for number, name in enumerate(names)}
    ordered = sorted(merged.items(), key=lambda pair: (sorted(place[label] for label in pair[1]), pair[0]))
    kept = [(text, labels) for text, labels in ordered if labels or several or is_other_known]
    targets = np.zeros((len(kept) + len(described), len(names)), np.float32)
    for row, (_, labels) in zip(targets, kept, strict=False):
        for label in labels or ([OTHER] if is_other_known else []):
            row[place[label]] = 1.0
    for row, (_, name) in zip(targets[len(kept) :], described, strict=True):
        row[place[name]] = 1.0
    texts = [text for text, _ in kept] + [text for text, _ in described]
    return Rows(tuple(names), tuple(texts), targets, len(described), several)


def readable(name: str) -> str:
    """A category's name as words: ``order-status`` becomes ``order status``."""
    return " ".join(name.replace("_", " ").replace("-", " ").replace("/", " ").split()).lower()


def _described(category: Category) -> list[tuple[str, str]]:
    """Pseudo-examples, fullest first: the name with its keywords and description, the name, each keyword, the description."""
    words, description = readable(category.name), " ".join(category.description.split())
    full = ". ".join(part for part in (words, ", ".join(category.keywords), description) if part)
    found = dict.fromkeys([full, words, *category.keywords, description])
    return [(text, category.name) for text in found if text]


def _merged(examples: Iterable[Example]) -> dict[str, frozenset[str]]:
    """Each distinct text once, with all labels that it was ever given: contradictions share it."""
    found: dict[str, frozenset[str]] = {}
    for example in examples:
        cleaned = clean(example.text)
        text = for_meaning(cleaned.text)
        if text:
            found[text] = found.get(text, frozenset()) | {label for label in example.labels if label}
    return found


def _has_several(merged: dict[str, frozenset[str]]) -> bool:
    return sum(len(labels) > 1 for labels in merged.values()) > SEVERAL * max(1, len(merged))
