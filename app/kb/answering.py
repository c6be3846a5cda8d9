"""Whether a passage answers a question, or only speaks of the same thing: "adjacent but not answering" is what harms.

A logistic judgement on seven plain observations, fitted on the tuning half of ``tests/kb/questions.csv`` by ``tests/bench/kb.py``.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from app.db.passages import Found
from app.engine.words import STOP_WORDS, stem, words

UNSURE = 0.49
"""The most that a passage is worth which was compared by words alone."""
FEWEST = 0.4
"""The share of the asked words below which words alone say nothing."""

_TURNS = frozenset(
    {"without", "instead", "another", "other", "different", "two", "both", "only", "twice", "late", "already", "half"}
)
"""Words that turn a question into one that a page on the same subject does not answer."""
_EMPTY = frozenset(
    stem(word)
    for word in [
        "need",
        "want",
        "take",
        "make",
        "go",
        "come",
        "know",
        "tell",
        "find",
        "give",
        "put",
        "use",
        "keep",
        "something",
        "anything",
        "thing",
        "long",
        "much",
        "many",
        "way",
        "happen",
        "look",
        "let",
        "try",
        "work",
        "able",
        "possible",
        "sure",
        "question",
        "help",
        "mean",
        "still",
        "also",
        "normal",
        "now",
        "ok",
        "ask",
        "see",
    ]
)
_OPEN = re.compile(
    r"\bhow (?:long|fast|soon|much|many|high|tall|do|can|to|does|should|is|are)\b|\bwhen\b|\bwhere\b|"
    r"\b(?:until|at|after|before) (?:what|when)\b|\bwhat (?:do|does|is|are|should|can|now)\b|\bpay if\b|\bhighest\b",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\bhow (?:long|fast|soon|much|many|high|tall|old|far|big|heavy|often)\b|\bwhat temperature\b|\b(?:cost|fee|price)s?\b.*\?",
    re.I,
)
_QUANTIFIED = re.compile(
    r"\d|\b(?:free|none|no|one|two|three|once|twice|half|each|every|always|never|until|immediately)\b", re.I
)
_OURS = re.compile(r"\b(?:did|have|had|are|were) you\b(?! (?:able|sure|open))|\b(?:was|were|am) i\b", re.I)
"""What we did or did not do in one customer's case stands on no page."""
_NAMING = re.compile(r"\b(?:which|what|who|whose|why)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Signs:
    """What speaks for and against. Cosines are of the question with the passage, its heading and its nearest sentence."""

    whole: float
    heading: float
    sentence: float
    covered: float
    """The share of the question's words, weighed by how rare they are, that the passage holds."""
    turns: float
    """How many words that turn a question have nothing to answer them."""
    closed: float
    """1 when it is asked whether something is so: a page that does not name the case does not say."""
    naming: float
    """1 when a name or a reason is asked for."""


@dataclass(frozen=True)
class Weights:
    """What each sign weighs, and where the line is drawn: at a score of ``ANSWERS``."""

    signs: tuple[float, ...]
    bias: float


FITTED = Weights((5.23, -5.35, 14.88, 3.8, -0.7, -0.82, -0.55), -12.71)


def score(signs: Signs, weights: Weights = FITTED) -> float:
    """0 to 1; ``ANSWERS`` and above mean that the passage may be quoted to a customer as an answer."""
    sum_ = weights.bias + sum(w * sign for w, sign in zip(weights.signs, astuple(signs), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, sum_))))


def beyond(question: str, nearest: Sequence[str]) -> bool:
    """Whether the question asks for what such sentences cannot tell: a quantity that is not there, or what we did in one case."""
    if _OURS.search(question):
        return True
    return bool(_QUANTITY.search(question)) and not any(_QUANTIFIED.search(sentence) for sentence in nearest)


def asked_words(question: str) -> list[str]:
    """The words of a question that a passage would have to speak of, each once."""
    kept = (w for w in words(question) if w in _TURNS or (w not in STOP_WORDS and len(w) > 1 and stem(w) not in _EMPTY))
    return list(dict.fromkeys(kept))


def by_words(asked: list[str], found: Found, frequencies: Mapping[str, int], passages: int) -> float:
    """The score where nothing is known but words: never enough for an answer; 0 where too few of the words are there."""
    hits = sum(stem(word) in found.words for word in asked)
    share = coverage(asked, found, frequencies, passages)
    return min(share, UNSURE) if share >= FEWEST and hits >= min(2, len(asked) - 1) else 0.0


def coverage(asked: list[str], found: Found, frequencies: Mapping[str, int], passages: int) -> float:
    """The share of the asked words that the passage holds, rare ones counting more."""
    weights = {word: math.log((passages + 2) / (frequencies.get(stem(word), 0) + 0.5)) for word in asked}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if stem(word) in found.words) / total if total > 0 else 0.0


def signs(question: str, cosines: Mapping[int, float], covered: float, found: Found, asked: list[str]) -> Signs:
    """The observations on one passage; ``cosines`` by part, as ``db.vectors`` numbers them."""
    whole = cosines.get(0, 0.0)
    is_open, naming = bool(_OPEN.search(question)), bool(_NAMING.search(question))
    return Signs(
        whole=whole,
        heading=cosines.get(1, 0.0),
        sentence=max((c for part, c in cosines.items() if part > 1), default=whole),
        covered=covered,
        turns=float(sum(word in _TURNS and stem(word) not in found.words for word in asked)),
        closed=float(not is_open and not naming),
        naming=float(naming and not is_open),
    )
