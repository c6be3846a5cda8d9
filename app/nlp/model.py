"""A trained model of one account's categories: what it says of a text, how sure it is, and why. Immutable; safe to share."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from app.nlp.encoder import Encoder
from app.nlp.keywords import Keywords
from app.nlp.lexical import Lexicon
from app.nlp.linear import Linear, sigmoid, softmax
from app.nlp.rows import OTHER
from app.nlp.scoring import Neighbours, Voices, Weights, comparable, features

Array = NDArray[np.float32]
SUREST = 0.999
"""No probability is higher: nobody has held out enough to know."""
KNOWN = 0.6
"""The share of a text's words that must be known where only wording is compared."""
MOST = 5
"""How many categories an answer names at most, where a text has one."""


@dataclass(frozen=True)
class Opinion:
    """One category for one text, and what speaks for it. ``nearest`` is a training row, -1 for none."""

    category: str
    p: float
    automatic: bool
    """Whether categories at this probability were right as often as the target asks, on examples held out."""
    keywords: tuple[str, ...] = ()
    nearest: int = -1
    likeness: float = 0.0


@dataclass(frozen=True)
class Judgement:
    """What a model says of one text. ``opinions`` are best first; a text outside all categories keeps them as guesses only."""

    opinions: tuple[Opinion, ...]
    out_of_scope: bool
    margin: float
    """How far the best category's probability is above the second's."""


@dataclass(frozen=True)
class Calibration:
    """What held-out examples taught about trust. Probabilities below are of the best class being right."""

    heat: float
    """The divisor of logits."""
    level: tuple[float, float]
    """Constant and slope from log-odds to the probability of being right."""
    floors: tuple[float, float]
    """Best logit and likeness under which a text is out of scope."""
    thresholds: Array
    """For each class the probability from which it may be automatic; above 1 for never."""


@dataclass(frozen=True)
class Model:
    """Everything that is needed to judge a text but the encoder. ``version`` is the digest of all that went in."""

    version: str
    names: tuple[str, ...]
    several: bool
    lexicon: Lexicon
    head: Linear
    described: Linear
    neighbours: Neighbours
    weights: Weights
    calibration: Calibration
    keywords: Keywords
    texts: tuple[str, ...] = field(repr=False)
    report: dict[str, float] = field(default_factory=dict)
    """Held-out figures: ``examples``, ``accuracy``, ``calibration_error``, ``coverage``."""

    def classify_text(self, text: str, meaning: Array) -> Judgement:
        """The judgement on one cleaned text with its sentence vector (of width 0 in the lexical tier)."""
        if not self.names:
            return Judgement((), True, 0.0)
        wording = self.lexicon.vectors([text])
        voices = self.voices([text], meaning[None, :], wording)
        logits = voices.total(self.weights) / self.calibration.heat
        p, sure = self.probabilities(voices)
        out_of_scope = bool(self._is_strange([text], meaning[None, :], voices)[0])
        order = np.argsort(-logits[0], kind="stable")
        if self.several:
            chosen = [number for number in order if p[0, number] >= 0.5]
            out_of_scope = not chosen
        else:
            chosen = [
                number
                for number in order[: MOST + 1]
                if self.names[number] != OTHER and (p[0, number] >= 0.02 or number == order[0])
            ]
            out_of_scope = out_of_scope or self.names[order[0]] == OTHER
        compared, hits = comparable(meaning[None, :], wording)[0], self.keywords.hits(text)
        opinions = tuple(
            self._opinion(int(number), p[0], hits, compared, out_of_scope=out_of_scope) for number in chosen[:MOST]
        )
        top = np.sort(p[0])[::-1]
        return Judgement(opinions, out_of_scope, float(top[0] - top[1]) if len(top) > 1 else float(sure[0]))

    def needs(self, texts: list[str], meaning: Array) -> list[Opinion]:
        """What each of these parts of a text asks for by itself, where that is sure enough to be automatic; no other part counts."""
        if not texts or not self.names or self.several:
            return []
        voices = self.voices(texts, meaning, self.lexicon.vectors(texts))
        p, sure = self.probabilities(voices)
        said = p.argmax(axis=1)
        clear = (sure >= self.calibration.thresholds[said]) & ~self._is_strange(texts, meaning, voices)
        return [
            Opinion(self.names[number], round(float(one), 4), automatic=True)
            for number, one, good in zip(said, sure, clear, strict=True)
            if good and self.names[number] != OTHER
        ]

    def voices(self, texts: list[str], meaning: Array, wording: Array) -> Voices:
        """All voices on these texts."""
        seen = features(meaning, wording)
        head, described = self.head.logits(seen), self.described.logits(comparable(meaning, wording))
        near = self.neighbours.similarities(comparable(meaning, wording), head + described)
        return Voices(head, near, described, self.keywords.scores(texts, self.names))

    def probabilities(self, voices: Voices) -> tuple[Array, Array]:
        """Each class's calibrated probability, and that of the best class."""
        logits = np.asarray(voices.total(self.weights) / self.calibration.heat, np.float32)
        if self.several:
            p = sigmoid(np.asarray(logits * self.calibration.level[1] + self.calibration.level[0], np.float32))
            return p, np.asarray(p.max(axis=1), np.float32)
        return trusted(softmax(logits), trust(logits, voices.nearest, self.calibration))

    def is_out_of_scope(self, voices: Voices) -> NDArray[np.bool_]:
        """Whether a text is less like anything known than nearly all held-out examples were."""
        best = voices.total(self.weights).max(axis=1) / self.calibration.heat
        lowest, unlike = self.calibration.floors
        return np.asarray((best < lowest) | (voices.nearest < unlike))

    def _is_strange(self, texts: list[str], meaning: Array, voices: Voices) -> NDArray[np.bool_]:
        """Out of scope, or where only wording is compared, mostly made of words that nobody used before: they count for nothing."""
        strange = self.is_out_of_scope(voices)
        if meaning.shape[1]:
            return strange
        unknown = [self.lexicon.known(text) < KNOWN for text in texts]
        return np.asarray(strange | np.array(unknown, np.bool_), np.bool_)

    def _opinion(
        self, number: int, p: Array, hits: Mapping[str, tuple[str, ...]], compared: Array, *, out_of_scope: bool
    ) -> Opinion:
        name = self.names[number]
        row, likeness = self.neighbours.closest(compared, number)
        automatic = not out_of_scope and bool(p[number] >= self.calibration.thresholds[number])
        return Opinion(name, round(float(p[number]), 4), automatic, hits.get(name, ()), row, round(likeness, 4))


def log_odds(p: Array) -> Array:
    """The natural logarithm of the odds, kept finite."""
    bounded = np.clip(p.astype(np.float64), 1e-6, 1 - 1e-6)
    return np.asarray(np.log(bounded / (1 - bounded)), np.float32)


def trust(logits: Array, nearest: Array, calibration: Calibration) -> Array:
    """The probability that each row's best class is right; it falls off steeply under the out-of-scope floors."""
    constant, slope = calibration.level
    sure = sigmoid(np.asarray(constant + slope * log_odds(softmax(logits).max(axis=1)), np.float32))
    lowest, unlike = calibration.floors
    below = np.minimum(0, logits.max(axis=1) - lowest) / 2 + np.minimum(0, nearest - unlike) * 4
    return np.asarray(np.minimum(sure, SUREST) * np.exp(np.maximum(below, -20)), np.float32)


def trusted(p: Array, sure: Array) -> tuple[Array, Array]:
    """The same order of classes, with the best at ``sure`` and the rest sharing what remains."""
    best = p.max(axis=1, keepdims=True)
    rest = np.where(best < 1, (1 - sure[:, None]) / np.maximum(1 - best, 1e-9), 0)
    shared = np.minimum(p * rest, sure[:, None])
    at_best = np.arange(p.shape[1])[None, :] == p.argmax(axis=1)[:, None]
    return np.asarray(np.where(at_best, sure[:, None], shared), np.float32), sure


def encoded(encoder: Encoder | None, texts: list[str]) -> Array:
    """Sentence vectors, or vectors of width 0 where there is no encoder."""
    return encoder.encode(texts) if encoder else np.zeros((len(texts), 0), np.float32)
