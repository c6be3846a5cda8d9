"""Sentiment from -1 to 1 by words and, where sentence vectors are at hand, by nearness to sentences of known mood; and the emotion."""

import math
import re

import numpy as np
from numpy.typing import NDArray

from app.nlp.encoder import Encoder
from app.nlp.linear import softmax
from app.nlp.mood.sentences import SENTENCES
from app.nlp.mood.words import BOOSTERS, EMOJI, NEGATIONS, SMILES, valence

Array = NDArray[np.float32]
_TOKEN = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?|[:;>][-']?[()/dD]|>:\(|!+|.", re.DOTALL)
READ = 4_000
REACH = 3
"""Words that a negation turns."""
ANGRY, FRUSTRATED, SATISFIED = -0.6, -0.2, 0.3
EMOTIONS = tuple(SENTENCES)
FEELINGS = np.array([-0.9, -0.5, 0.0, 0.8], np.float32)
"""The sentiment that each emotion stands for."""
CONSTANT = np.array([-0.95, 0.0, 2.3, -1.35], np.float32)
WEIGHTS = np.array(
    [
        [3.1, -0.6, -2.7, 0.2],
        [-0.1, 2.1, -1.4, -0.6],
        [-0.8, -0.3, 2.9, -1.8],
        [-1.3, -0.6, -1.6, 3.5],
        [-1.1, -1.85, 0.3, 2.65],
        [0.9, -0.4, -0.4, -0.1],
        [1.8, -1.5, -0.3, 0.0],
        [2.6, -1.4, -1.1, -0.1],
    ],
    np.float32,
)
"""What each clue says for each emotion: nearness to the four sorts of sentences, the words' feeling, shouting, a curse, exclamation
marks. Fitted on the tuning half of ``tests/nlp/moods.txt``; that for shouting, of which it has too little, by hand."""


class Prototypes:
    """Sentences of known mood as vectors. Made once a process."""

    def __init__(self, encoder: Encoder) -> None:
        self._known = [encoder.encode(sentences) for sentences in SENTENCES.values()]

    def moods(self, text: str, meaning: Array) -> Array:
        """The chance of each of ``EMOTIONS``, from an English text and its vector."""
        near = [3 * float(np.sort(known @ meaning)[-3:].mean()) for known in self._known]
        marks = min(2, text[:READ].count("!")) / 2
        shouted = is_shouted(text)
        clues = [*near, 2 * by_words(text, shouted=shouted), float(shouted), float(_worst(text) <= -3), marks]
        return np.asarray(softmax(np.array([clues], np.float32) @ WEIGHTS + CONSTANT)[0], np.float32)


def feeling_of(moods: Array) -> tuple[float, str]:
    """The sentiment that these chances of emotions amount to, and the likeliest emotion."""
    return round(float(moods @ FEELINGS), 3), EMOTIONS[int(moods.argmax())]


def sentiment(text: str) -> float:
    """-1 (furious) to 1 (delighted), by words alone: where there is no meaning, and in other languages than English."""
    return round(by_words(text, shouted=is_shouted(text)), 3)


def emotion(text: str, feeling: float) -> str:
    """``angry``, ``frustrated``, ``neutral`` or ``satisfied``, by words alone. Shouting and cursing turn frustration into anger."""
    if feeling <= ANGRY or (feeling <= FRUSTRATED and (is_shouted(text) or _worst(text) <= -3)):
        return "angry"
    if feeling <= FRUSTRATED:
        return "frustrated"
    return "satisfied" if feeling >= SATISFIED else "neutral"


def by_words(text: str, *, shouted: bool) -> float:
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
    total *= 1.0 + (0.15 if shouted else 0.0) + min(0.3, 0.1 * text[:READ].count("!"))
    return total / math.sqrt(total * total + 40)


def _carried(word: str, negated: int) -> tuple[int, float]:
    """How far a negation still reaches, and how strongly the next word counts."""
    if word in NEGATIONS:
        return REACH, 1.0
    if word in ".!?;":
        return 0, 1.0
    return negated - word.isalpha(), 1.4 if word in BOOSTERS else 1.0


def is_shouted(text: str) -> bool:
    """Whether it is mostly in capitals."""
    letters = "".join(filter(str.isalpha, text[:READ]))
    return len(letters) >= 12 and sum(map(str.isupper, letters)) > 0.7 * len(letters)


def _worst(text: str) -> float:
    return min(map(valence, set(_TOKEN.findall(text[:READ].lower()))), default=0.0)
