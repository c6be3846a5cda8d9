"""Trains a model from categories and examples, and measures on held-out examples how far it may be trusted. Deterministic."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.configuration import Category
from app.nlp.calibrating import Held, calibrate, untested
from app.nlp.encoder import Encoder
from app.nlp.keywords import Keywords
from app.nlp.lexical import learn
from app.nlp.linear import Linear, fit_centres, fit_sigmoid, fit_softmax
from app.nlp.model import Model
from app.nlp.rows import Example, Rows, rows
from app.nlp.scoring import Neighbours, Voices, comparable, features, neighbours, of_descriptions

Array = NDArray[np.float32]
Ints = NDArray[np.int64]
ALGORITHM = "6"
"""Changes when the same input would give another model."""
TWINS = 1.15
"""Likeness (at most 1.3) from which on two examples count as one text."""
CENTRES = 0.3
"""How much the discriminants count beside the trained head."""
FEWEST = 20
"""Real examples under which nothing can be held out."""


@dataclass(frozen=True)
class Space:
    """The training rows as vectors, in both of their forms."""

    seen: Array
    compared: Array
    classes: Ints
    """Each row's first class; -1 for none."""
    width: int
    """How many of the first columns of ``seen`` are the sentence vector."""


def fit(
    categories: Sequence[Category],
    examples: Iterable[Example],
    encoder: Encoder | None,
    *,
    target: float = 0.95,
    known: Mapping[str, Array] | None = None,
) -> Model:
    """The model of these categories. ``known`` are vectors of texts encoded before, so that a refit encodes only what is new."""
    material = rows(categories, examples)
    lexicon = learn(material.texts)
    meaning, wording = _encoded(encoder, material.texts, known or {}), lexicon.vectors(material.texts)
    space = Space(features(meaning, wording), comparable(meaning, wording), _classes(material), meaning.shape[1])
    words = Keywords(categories)
    described = _described(space, material, meaning.shape[1])
    everything = np.arange(len(material.texts))
    head, near = _head(space, material, everything), _neighbours(space, material, everything)
    held = _held(space, material, described, words.scores(material.texts[: material.real], material.names))
    calibration, weights, report = calibrate(held, material, target) if held else untested(material)
    return Model(
        _version(material, categories, encoder, target),
        material.names,
        material.several,
        lexicon,
        head,
        described,
        near,
        weights,
        calibration,
        words,
        material.texts,
        report,
    )


def version(
    categories: Sequence[Category], examples: Iterable[Example], encoder: Encoder | None, *, target: float = 0.95
) -> str:
    """The version that ``fit`` would give its model, without the work."""
    return _version(rows(categories, examples), categories, encoder, target)


def _encoded(encoder: Encoder | None, texts: Sequence[str], known: Mapping[str, Array]) -> Array:
    if encoder is None:
        return np.zeros((len(texts), 0), np.float32)
    missing = [text for text in dict.fromkeys(texts) if text not in known]
    fresh = dict(zip(missing, encoder.encode(missing), strict=True))
    found = [fresh[text] if text in fresh else known[text] for text in texts]
    # As exact as the store keeps them: a refit that takes vectors from there makes the same model as one from nothing.
    return np.stack(found).astype(np.float16).astype(np.float32) if found else np.zeros((0, encoder.width), np.float32)


def _classes(material: Rows) -> Ints:
    if not len(material.names):
        return np.zeros(len(material.texts), np.int64)
    return np.where(material.targets.any(axis=1), material.targets.argmax(axis=1), -1).astype(np.int64)


def _head(space: Space, material: Rows, used: Ints) -> Linear:
    """The trained head; without real examples it is silent, and the descriptions speak alone."""
    count = len(material.names)
    if count < 2 or not (used < material.real).any():
        return Linear(np.zeros((space.seen.shape[1], count), np.float32), np.zeros(count, np.float32))
    targets = material.targets[used]
    once = np.ones(len(used), np.float32)
    if material.several:
        return fit_sigmoid(space.seen[used], targets, once, strength=30.0)
    shares = targets / np.maximum(targets.sum(axis=1, keepdims=True), 1)
    strength = 30.0 if len(used) < 30 * count else 10.0
    head = fit_softmax(space.seen[used], shares, once, strength=strength, steps=150)
    return _with_centres(head, space, used[used < material.real], count)


def _with_centres(head: Linear, space: Space, used: Ints, count: int) -> Linear:
    """The head with a share of linear discriminants of the meaning: what is far from every centre scores low on all classes."""
    if not space.width or len(used) < 2 * count:
        return head
    meaning = space.seen[used][:, : space.width]
    centres = fit_centres(meaning, space.classes[used], count)
    spread = float(centres.logits(meaning).std())
    share = np.float32(CENTRES * float(head.logits(space.seen[used]).std()) / spread if spread else 0)
    weights = head.weights.copy()
    weights[: space.width] += share * centres.weights
    return Linear(weights, head.bias + share * centres.bias)


def _neighbours(space: Space, material: Rows, used: Ints) -> Neighbours:
    """Real examples and the fullest description of each category."""
    placed = used[space.classes[used] >= 0]
    found = neighbours(space.compared[placed], space.classes[placed], len(material.names))
    return Neighbours(found.vectors, found.starts, placed[found.rows])


def _described(space: Space, material: Rows, width: int) -> Linear:
    """By meaning where there is one: the wording of a few descriptions misleads (measured: 3 to 5 points)."""
    told = space.compared[material.real :].copy()
    if width:
        told[:, width:] = 0
    return of_descriptions(told, space.classes[material.real :], len(material.names))


def _held(space: Space, material: Rows, described: Linear, keywords: Array) -> Held | None:
    """What models that had not seen them say of all real examples, or None when there are too few."""
    real, count = material.real, len(material.names)
    if real < FEWEST or count < 2:
        return None
    head, near = np.zeros((real, count), np.float32), np.zeros((real, count), np.float32)
    descriptions = described.logits(space.compared[:real])
    folds = 10 if 8 * count <= real < 2_000 else 5
    turn = _turns(space.compared[:real], space.classes[:real])
    for fold in range(folds):
        out = turn % folds == fold
        used = np.flatnonzero(np.append(~out, np.ones(material.pseudo, bool)))
        head[out] = _head(space, material, used).logits(space.seen[:real][out])
        near[out] = _neighbours(space, material, used).similarities(
            space.compared[:real][out], head[out] + descriptions[out]
        )
    return Held(Voices(head, near, descriptions, keywords), material.targets[:real])


def _version(material: Rows, categories: Sequence[Category], encoder: Encoder | None, target: float) -> str:
    given = [
        ALGORITHM,
        encoder.version if encoder else "lexical",
        target,
        material.names,
        material.texts,
        material.targets.tolist(),
        [c.keywords for c in categories],
    ]
    return hashlib.sha256(json.dumps(given, ensure_ascii=True).encode()).hexdigest()[:16]


def _turns(compared: Array, classes: Ints) -> Ints:
    """A number for each row, counted within its class: folds made by it take as much from every class, so that none is at a
    disadvantage. Near-duplicates share their number: a text is never tested against its own twin."""
    found = np.zeros(len(classes), np.int64)
    for number in np.unique(classes):
        mine = np.flatnonzero(classes == number)
        alike = compared[mine] @ compared[mine].T >= TWINS
        turns = np.arange(len(mine))
        for place in range(len(mine)):
            turns[place] = turns[int(alike[place, : place + 1].argmax())]
        # Numbered anew without gaps, or folds would differ in size.
        found[mine] = np.unique(turns, return_inverse=True)[1]
    return found
