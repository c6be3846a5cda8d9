"""What a pile of questions is about when nobody has named anything yet: groups of like meanings, named by their telling words."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from app.engine.words import STOP_WORDS, stem, words
from app.nlp.encoder import Vectors

ALIKE = 0.55
"""The cosine from which a question belongs to a group's middle."""
SAMPLE = 4_000
"""Questions from which the groups are formed; every further one joins the nearest."""
LEAST = 3
"""Questions that make a group."""
ROUNDS = 4
NAMED_BY = 3


def groups(vectors: Vectors, most: int) -> list[int]:
    """For each unit vector the number of its group, largest group 0, or -1 for what stands alone. At most ``most`` groups.

    Middles are taken where most questions lie close together, then moved to the mean of what joined them.
    """
    if not len(vectors):
        return []
    step = max(1, len(vectors) // SAMPLE)
    middles = _middles(vectors[::step][:SAMPLE], most)
    for _ in range(ROUNDS):
        owner = _joined(vectors, middles)
        kept = [vectors[owner == n].mean(axis=0) for n in range(len(middles)) if (owner == n).sum() >= LEAST]
        if not kept:
            return [-1] * len(vectors)
        middles = np.stack(kept)
        middles /= np.linalg.norm(middles, axis=1, keepdims=True) + 1e-9
    owner = _joined(vectors, middles)
    order = [n for n, _ in Counter(int(n) for n in owner if n >= 0).most_common()]
    place = {n: rank for rank, n in enumerate(order)}
    return [place.get(int(n), -1) for n in owner]


def crowds(vectors: Sequence[Sequence[float]], most: int = 60) -> list[int]:
    """The same for vectors as they are kept."""
    return groups(np.asarray(vectors, np.float32), most) if vectors else []


def names(texts: Sequence[str], owners: Sequence[int]) -> Mapping[int, tuple[str, ...]]:
    """For each group the words that set it apart, best first: said in many of its questions and in few of the others."""
    said = [set(_telling(text)) for text in texts]
    everywhere = Counter(word for one in said for word in one)
    inside: dict[int, Counter[str]] = {}
    for one, owner in zip(said, owners, strict=True):
        inside.setdefault(owner, Counter()).update(one)
    sizes = Counter(owners)
    return {
        owner: tuple(
            word
            for word, _ in sorted(
                counts.items(), key=lambda item: (-(item[1] ** 2) / (sizes[owner] * everywhere[item[0]]), item[0])
            )[:NAMED_BY]
        )
        for owner, counts in inside.items()
        if owner >= 0
    }


def nearest(vectors: Vectors, owners: Sequence[int]) -> Mapping[int, tuple[int, float]]:
    """For each group the other one that lies closest, and the cosine between their middles."""
    known = sorted({owner for owner in owners if owner >= 0})
    if len(known) < 2:
        return {}
    owner = np.asarray(owners)
    middles = np.stack([vectors[owner == n].mean(axis=0) for n in known])
    middles /= np.linalg.norm(middles, axis=1, keepdims=True) + 1e-9
    cosines = middles @ middles.T
    np.fill_diagonal(cosines, -1.0)
    return {n: (known[int(row.argmax())], float(row.max())) for n, row in zip(known, cosines, strict=True)}


def _middles(sample: Vectors, most: int) -> Vectors:
    cosines = sample @ sample.T >= ALIKE
    free = np.ones(len(sample), bool)
    found: list[Vectors] = []
    while free.any() and len(found) < most:
        crowd = cosines[:, free].sum(axis=1) * free
        best = int(crowd.argmax())
        if crowd[best] < LEAST and found:
            break
        found.append(sample[best])
        free &= ~cosines[best]
        free[best] = False
    return np.stack(found)


def _joined(vectors: Vectors, middles: Vectors) -> Vectors:
    """The nearest middle of each, or -1 where none is near enough; in portions, so that memory stays flat."""
    owners = []
    for start in range(0, len(vectors), SAMPLE):
        cosines = vectors[start : start + SAMPLE] @ middles.T
        best = cosines.argmax(axis=1)
        owners.append(np.where(cosines.max(axis=1) >= ALIKE, best, -1))
    return np.concatenate(owners)


def _telling(text: str) -> list[str]:
    """The words of a text that could name something, as they were written; one form for each stem."""
    forms: dict[str, str] = {}
    for word in words(text):
        if word not in STOP_WORDS and len(word) > 2 and not any(c.isdigit() for c in word):
            forms.setdefault(stem(word), word)
    return list(forms.values())
