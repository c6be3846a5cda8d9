"""What held-out examples teach: how the voices are weighed, what a probability is worth, from where on a promise holds."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.nlp.calibration import NEVER, Z_FEW, Z, calibration_error, lower_bound, surprise, temperature, threshold
from app.nlp.linear import minimum, sigmoid, softmax
from app.nlp.model import Calibration, log_odds, trust
from app.nlp.rows import Rows
from app.nlp.scoring import Voices, Weights

Array = NDArray[np.float32]
Truth = NDArray[np.int64]
OUTSIDE = 0.03
"""The share of held-out examples that may fall under each out-of-scope floor."""
MOST_LIKE = 0.55
"""The likeness from which on a text is never out of scope for being unlike, however alike the examples are to each other."""
OWN_ROWS = 60
"""Held-out examples of a class from which on it gets a threshold of its own."""
DESCRIBED_ONLY = Weights(near=0.0, described=16.0, keywords=1.6)
"""Without examples: descriptions and keywords, in a proportion set by hand."""
LEAST_LIKE = 0.2
"""Without held-out examples, a text less like every description than this, and without a keyword, is out of scope. Set by hand."""
UNTESTED_HEAT = 1.3
ENOUGH_TO_DOUBT = 20
"""Held-out examples of a class above the common threshold from which on their share counts against it."""
LEAST_SURE = 0.6
"""No answer less sure than this is automatic, however often such were right: examples that are all alike make everything look right."""
FEW = 4
"""Examples a class under which the configuration's own words still help."""
MANY = 2_000


@dataclass(frozen=True)
class Held:
    """All voices on examples that the speaking model had not seen, and what people had said."""

    voices: Voices
    targets: Array


def calibrate(held: Held, material: Rows, target: float) -> tuple[Calibration, Weights, dict[str, float]]:
    """Weights, calibration and held-out figures."""
    if material.several:
        return _calibrate_several(held, material, target)
    truth = held.targets.argmax(axis=1)
    weights = _weights(held, truth, few=len(truth) < FEW * len(material.names))
    heat = temperature(held.voices.total(weights), truth)
    logits = np.asarray(held.voices.total(weights) / heat, np.float32)
    nearest, best, said = held.voices.nearest, logits.max(axis=1), logits.argmax(axis=1)
    right = said == truth
    floors = (float(np.quantile(best, OUTSIDE)), min(MOST_LIKE, float(np.quantile(nearest, OUTSIDE))))
    level = _logistic(log_odds(softmax(logits).max(axis=1)), right)
    never = np.full(len(material.names), NEVER, np.float32)
    sure = trust(logits, nearest, Calibration(heat, level, floors, never))
    inside = (best >= floors[0]) & (nearest >= floors[1])
    thresholds = _thresholds(np.where(inside, sure, 0).astype(np.float32), said, right, len(material.names), target)
    report = {
        "examples": float(len(truth)),
        "accuracy": float(right.mean()),
        "calibration_error": calibration_error(sure, right),
        "coverage": float((inside & (sure >= thresholds[said])).mean()),
    }
    return Calibration(heat, level, floors, thresholds), weights, report


def untested(material: Rows) -> tuple[Calibration, Weights, dict[str, float]]:
    """Without held-out examples nothing is automatic, and probabilities are set by hand."""
    never = np.full(len(material.names), NEVER, np.float32)
    weights = DESCRIBED_ONLY if not material.real else Weights(near=3.0, described=8.0, keywords=0.8)
    level = (-2.2, 0.8) if material.several else (0.0, 1.0)
    lowest = -1e9 if material.real or material.several else DESCRIBED_ONLY.described * LEAST_LIKE / UNTESTED_HEAT
    return Calibration(UNTESTED_HEAT, level, (lowest, 0.0), never), weights, {"examples": float(material.real)}


def _weights(held: Held, truth: Truth, *, few: bool) -> Weights:
    """The weights that suit held-out examples best, each voice in turn. Descriptions matter only while examples are few."""
    described = (0.0, 2.0, 4.0, 8.0) if few else (0.0,)
    chosen = {"near": 0.0, "described": 0.0, "keywords": 0.0}
    for name, options in (("described", described), ("near", (0.0, 3.0, 6.0, 10.0)), ("keywords", (0.0, 0.2, 0.5))):
        scored = [
            (_merit(held.voices.total(Weights(**{**chosen, name: option})), truth), -option) for option in options
        ]
        chosen[name] = -max(scored)[1]
    return Weights(**chosen)


def _merit(logits: Array, truth: Truth) -> float:
    """Accuracy where it can be told apart, likelihood where examples are too few for that."""
    if len(truth) >= MANY:
        return float((logits.argmax(axis=1) == truth).mean())
    return -surprise(logits / temperature(logits, truth), truth)


def _logistic(odds: Array, right: NDArray[np.bool_]) -> tuple[float, float]:
    """The likeliest level and slope of log-odds of being right, pulled a little towards taking them as they are."""
    start, truth = np.array([0.0, 1.0], np.float32), right.astype(np.float32)

    def loss(values: Array) -> tuple[float, Array]:
        scores = values[0] + values[1] * odds
        slope = sigmoid(scores) - truth
        value = float((np.logaddexp(0, scores) - truth * scores).sum() + ((values - start) ** 2).sum() / 2)
        return value, np.array([slope.sum(), (slope * odds).sum()], np.float32) + values - start

    values = minimum(loss, start, steps=100, tolerance=1e-7)
    return float(values[0]), max(0.05, float(values[1]))


def _thresholds(sure: Array, said: Truth, right: NDArray[np.bool_], count: int, target: float) -> Array:
    """For each class the lowest probability from which the target holds: by its own lower bound where that proves more than the
    bound of all classes together; where its own examples speak against the common one, from where they no longer do."""
    common = threshold(sure, right, target, Z_FEW if len(sure) < MANY else Z)
    found = np.full(count, common, np.float32)
    for number in range(count):
        mine = said == number
        own = threshold(sure[mine], right[mine], target)
        above = mine & (sure >= common)
        wrong = int((~right[above]).sum())
        if above.sum() >= ENOUGH_TO_DOUBT and 1 - lower_bound(wrong, int(above.sum())) < target:
            found[number] = own if own <= 1 else _where_good(sure[mine], right[mine], target)
        elif mine.sum() >= OWN_ROWS:
            found[number] = min(own, common)
    return np.maximum(found, LEAST_SURE).astype(np.float32)


def _where_good(sure: Array, right: NDArray[np.bool_], target: float) -> float:
    """The lowest probability from which the observed share is at least ``target``, or ``NEVER``."""
    order = np.argsort(-sure, kind="stable")
    shares = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    good = np.flatnonzero(shares >= target)
    return float(sure[order][good[-1]]) if len(good) >= ENOUGH_TO_DOUBT else NEVER


def _calibrate_several(held: Held, material: Rows, target: float) -> tuple[Calibration, Weights, dict[str, float]]:
    """One cut for all classes at the best micro-F1; probabilities are moved so that the cut lies at one half."""
    logits, truth = held.voices.head, held.targets > 0
    cuts = np.quantile(logits[logits > np.quantile(logits, 0.5)], np.linspace(0, 0.999, 200))
    cut, score = max(((float(cut), _micro_f1(logits >= cut, truth)) for cut in cuts), key=lambda pair: pair[1])
    heats = [0.25, 0.35, 0.5, 0.7, 1.0, 1.4, 2.0]
    heat = min(heats, key=lambda heat: float(np.logaddexp(0, np.where(truth, -1, 1) * (logits - cut) / heat).mean()))
    level = (-cut / heat, 1.0)
    p = sigmoid(np.asarray(logits / heat + level[0], np.float32))
    said = np.broadcast_to(np.arange(p.shape[1]), p.shape).ravel()
    thresholds = np.maximum(_thresholds(p.ravel(), said, truth.ravel(), p.shape[1], target), 0.5).astype(np.float32)
    report = {"examples": float(len(truth)), "micro_f1": score, "coverage": float((p >= thresholds).any(axis=1).mean())}
    return Calibration(heat, level, (-1e9, 0.0), thresholds), Weights(), report


def _micro_f1(said: NDArray[np.bool_], truth: NDArray[np.bool_]) -> float:
    return 2 * float((said & truth).sum()) / max(1.0, float(said.sum() + truth.sum()))
