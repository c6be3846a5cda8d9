"""Sentiment from -1 to 1 by words and, where sentence vectors are at hand, by nearness to sentences of known mood; and the emotion."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from app.nlp.encoder import Encoder
from app.nlp.mood.words import BOOSTERS, EMOJI, NEGATIONS, SMILES, valence

Array = NDArray[np.float32]
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|[:;>][-']?[()/dD]|>:\(|!+|.", re.DOTALL)
READ = 4_000
REACH = 3
"""Words that a negation turns."""
NEGATIVE = (
    "I am very angry about this terrible service",
    "This is unacceptable, I have been waiting for weeks and nobody answers",
    "I am really disappointed and frustrated, nothing works",
    "You charged me wrongly and I want my money back now",
    "Worst company ever, I will never buy from you again",
    "My item arrived broken and support ignores me",
)
POSITIVE = (
    "Thank you so much, this was very helpful",
    "Great service, I am really happy",
    "Perfect, everything works now, thanks for the quick help",
    "I love your product, keep up the good work",
    "Excellent support, problem solved",
)
ANGRY, FRUSTRATED, SATISFIED = -0.6, -0.2, 0.3


class Prototypes:
    """Sentences of known mood as vectors. Made once a process."""

    def __init__(self, encoder: Encoder) -> None:
        self._negative, self._positive = encoder.encode(NEGATIVE), encoder.encode(POSITIVE)

    def leaning(self, meaning: Array) -> float:
        """From -1 to 1: how much nearer a sentence vector is to one mood than to the other."""
        near = [float(np.sort(side @ meaning)[-2:].mean()) for side in (self._positive, self._negative)]
        return max(-1.0, min(1.0, 3 * (near[0] - near[1])))


def sentiment(text: str, leaning: float | None = None) -> float:
    """-1 (furious) to 1 (delighted); ``leaning`` is what ``Prototypes`` says, counted half."""
    words = by_words(text)
    return round(words if leaning is None else max(-1.0, min(1.0, 0.5 * words + 0.5 * leaning)), 3)


def emotion(text: str, feeling: float) -> str:
    """``angry``, ``frustrated``, ``neutral`` or ``satisfied``. Shouting and cursing turn frustration into anger."""
    if feeling <= ANGRY or (feeling <= FRUSTRATED and (_is_shouted(text) or _worst(text) <= -3)):
        return "angry"
    if feeling <= FRUSTRATED:
        return "frustrated"
    return "satisfied" if feeling >= SATISFIED else "neutral"


def by_words(text: str) -> float:
    """The sum of the words' feelings, negations and boosters heeded, squeezed into -1 to 1."""
    total, negated, boost = 0.0, 0, 1.0
    for token in _TOKEN.findall(text[:READ]):
        if token.isspace():
            continue
        word = token.lower().replace("\u2019", "'")
        value = EMOJI.get(token) or SMILES.get(word) or valence(word)
        if value:
            total += boost * (-0.6 * value if negated > 0 and word not in NEGATIONS else value)
        negated, boost = _carried(word, negated)
    total *= 1.0 + (0.15 if _is_shouted(text) else 0.0) + min(0.3, 0.1 * text[:READ].count("!"))
    return total / math.sqrt(total * total + 40)


def _carried(word: str, negated: int) -> tuple[int, float]:
    """How far a negation still reaches, and how strongly the next word counts."""
    if word in NEGATIONS:
        return REACH, 1.0
    if word in ".!?;":
        return 0, 1.0
    return negated - word.isalpha(), 1.4 if word in BOOSTERS else 1.0


def _is_shouted(text: str) -> bool:
    letters = [character for character in text[:READ] if character.isalpha()]
    return len(letters) >= 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)


def _worst(text: str) -> float:
    return min((valence(token.lower()) for token in _TOKEN.findall(text[:READ])), default=0.0)
