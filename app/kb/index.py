"""Knowledge by meaning and by words over the passages in the database."""

import copy
import math
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from app.db import articles, connections, passages, vectors
from app.db.database import Database
from app.db.passages import Found
from app.engine.pieces import sentences
from app.engine.ports import ANSWERS, Before, Way
from app.engine.types import Passage
from app.engine.words import meaningful, stem
from app.kb.answering import UNSURE, asked_words, beyond, by_words, coverage, score, signs
from app.kb.embedding import Encoder
from app.kb.matrix import Matrices, Matrix, past
from app.kb.seen import Anew, Once
from app.kb.solved import similar

Vector = NDArray[np.float32]
WORDS_WEIGH = 0.25
"""What the best match of words adds to a cosine."""
SAME_LANGUAGE = 0.05
MOST_WORDS = 200
RAREST = 6
"""Words that are searched for where there are many passages: common ones cost time and say little."""
MANY = 5_000
COSTLY = 2_000
"""Places of words that are looked at then, besides those of the rarest word."""
COMMON = 10_000
"""Passages with a word from which it says too little to be searched for, where meanings are compared: each would be ranked."""
NEAR = 0.35
"""The cosine from which a passage is worth a person's look although nothing says that it answers."""
DEEPER = 4
"""Times as many pages are looked at where one origin comes first."""
LEAST = 0.01
"""The score that makes up for less than that."""
QUOTED = 1200
"""Characters up to which a whole section comes instead of the piece of it that was found."""
CANDIDATES = 100
"""Passages that are looked at closely, from each of the two searches."""
MOST_COUNTED = 50_000
"""Words whose number of passages is remembered."""
LONG = 1_000
"""Characters of a question that the encoder reads at once; a longer one is the mean of its sentences."""


@dataclass(frozen=True)
class Look:
    """A passage that was looked at, with what speaks for it: ``cosine`` of meanings, ``words`` against the best, 0 to 1."""

    passage: int
    cosine: float
    words: float
    locale: str

    def rank(self, locale: str) -> float:
        """What they are ordered by."""
        same = bool(locale and self.locale) and self.locale[:2].lower() == locale[:2].lower()
        return self.cosine + WORDS_WEIGH * self.words + (SAME_LANGUAGE if same else 0.0)


@dataclass(frozen=True)
class Hit:
    """A passage that may answer, and the cosine of its meaning with the question's; 0 where only words were compared."""

    found: Found
    cosine: float


class HybridIndex:
    """Implements ``ports.Knowledge`` and ``Remembers`` for one account. ``version`` is that of the moment it was made: make one per job.

    Without an encoder words alone are compared. With ``at``, the answer is the one that could have been given then.
    """

    def __init__(
        self,
        database: Database,
        account_id: str,
        encoder: Encoder | None = None,
        *,
        matrices: Matrices | None = None,
        at: datetime | None = None,
    ) -> None:
        self._database = database
        self._account_id = account_id
        self._encoder = encoder
        self._at = at
        self._way = Way()
        self._seen = Once() if at else Anew()
        self._counted: dict[str, int] = {}
        matrices = matrices or Matrices()
        self._past = matrices.past
        with database.reading() as session:
            self._matrix = self._meanings(session, matrices)
            version = self._matrix.version if self._matrix else articles.version(session, account_id, at)
        self.version = version

    def by(self, way: Way) -> "HybridIndex":
        """The same knowledge, looked up in that way."""
        steered = copy.copy(self)
        steered._way = way
        return steered

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> Sequence[Passage]:
        """At most ``limit`` passages of different pages, best first, none when nothing fits. Opens a look of its own.

        A score of ``ports.ANSWERS`` and above says that the passage answers; below, that a person may want to read it.
        """
        with self._database.reading() as session:
            vector = self._vector(query)
            origins = self._origins(session)
            best = self.hits(session, query, locale, limit * DEEPER if origins else limit, vector)
            found = list(zip(best, self._scores(session, query, vector, best), strict=True))
            answers = min(ANSWERS, max((value for _, value in found), default=0.0))
            found.sort(key=lambda pair: not (pair[0].found.origin in origins and pair[1] >= answers))
            kept = [(hit.found, value) for hit, value in found[:limit] if value >= LEAST or hit.cosine >= NEAR]
            whole = self._seen.whole(session, [one for one, _ in kept], QUOTED)
        return [_passage(one, value, said) for (one, value), said in zip(kept, whole, strict=True)]

    def _origins(self, session: Session) -> frozenset[str]:
        """What the way's origin names: connections of that vendor, folders and addresses that end so. None: all are alike."""
        name = self._way.origin.casefold()
        if not name:
            return frozenset()
        ours = connections.of_account(session, self._account_id)
        systems = {one.id for one in ours if name == one.vendor or name.startswith(f"{one.vendor}-")}
        every = articles.origins(session, self._account_id)
        return frozenset(
            one for one in every if one in systems or one.rstrip("/").rpartition("/")[2].casefold() == name
        )

    def before(self, question: str, *, limit: int = 3) -> Sequence[Before]:
        """The account's solved tickets that are most like a question, best first; none without an encoder, none of the past."""
        if self._encoder is None or self._at:
            return ()
        found = similar(self._database, self._account_id, question, self._encoder, limit=limit, past=self._past)
        return [Before(one.case.id, one.case.resolution, one.alike, one.case.solved_at) for one in found]

    def hits(
        self, session: Session, query: str, locale: str = "", limit: int = 5, vector: Vector | None = None
    ) -> list[Hit]:
        """The best passage of each of the ``limit`` best pages, best first. ``vector`` is the question's, if it is known."""
        words = self._by_words(session, query)
        vector = self._vector(query) if vector is None else vector
        near = (
            self._matrix.compared(vector, CANDIDATES, words.keys())
            if self._matrix and vector is not None and self._way.vectors
            else {}
        )
        best = max(words.values(), default=0.0) or 1.0
        places = self._places(session, words.keys() | near.keys())
        looked = [Look(n, near.get(n, 0.0), words.get(n, 0.0) / best, tongue) for n, (_, tongue) in places.items()]
        looked.sort(key=lambda look: (-look.rank(locale), look.passage))
        best_of: dict[int, Look] = {}
        for look in looked:
            best_of.setdefault(places[look.passage][0], look)
        chosen = list(best_of.values())[:limit]
        found = self._seen.found(session, [look.passage for look in chosen])
        return [Hit(found[look.passage], look.cosine) for look in chosen]

    def _places(self, session: Session, numbers: Set[int]) -> Mapping[int, tuple[int, str]]:
        """Version and locale of each; what the matrix does not know yet is looked up."""
        known = self._matrix.places(numbers) if self._matrix else {}
        return {**known, **passages.places(session, missing)} if (missing := numbers - known.keys()) else known

    def _vector(self, query: str) -> Vector | None:
        """What the question means: one that is too long to be read at once means what its sentences do together."""
        if self._encoder is None or self._matrix is None:
            return None
        parts = sentences(query) if len(query) > LONG else []
        if not parts:
            return np.asarray(self._encoder.encode([query])[0])
        # Not made a unit vector again: what is compared is the mean of the cosines, small where the sentences disagree.
        return np.asarray(self._encoder.encode(parts).mean(axis=0))

    def _by_words(self, session: Session, query: str) -> Mapping[int, float]:
        wanted = [word for word in meaningful(query) if not word.isdigit()][:MOST_WORDS]
        if self._passages(session) > MANY:
            counts = self._frequencies(session, wanted)
            most = COMMON if self._matrix and self._way.vectors else math.inf
            wanted = list(_rarest({word: counts[word] for word in wanted if 0 < counts[word] <= most}))
        return passages.by_words(session, self._account_id, wanted, CANDIDATES, self._at)

    def _meanings(self, session: Session, matrices: Matrices) -> Matrix | None:
        if self._encoder is None:
            return None
        given = (session, self._account_id, self._encoder.version, self._encoder.width)
        return past(*given, self._at) if self._at else matrices.current(*given)

    def _scores(self, session: Session, query: str, vector: Vector | None, hits: Sequence[Hit]) -> list[float]:
        asked = asked_words(query)
        frequencies = self._frequencies(session, [stem(word) for word in asked])
        known = (asked, frequencies, self._passages(session))
        if self._encoder is None or vector is None or not self._way.meaning:
            return [by_words(asked, hit.found, *known[1:]) for hit in hits]
        numbers = [hit.found.id for hit in hits]
        close = self._seen.close(session, self._encoder.version, numbers, self._encoder.width)
        cosines = [{part: float(row @ vector) for part, row in close.get(n, {}).items()} for n in numbers]
        return [self._score(query, hit.found, near, *known) for hit, near in zip(hits, cosines, strict=True)]

    def _score(
        self,
        query: str,
        found: Found,
        cosines: dict[int, float],
        asked: list[str],
        frequencies: Mapping[str, int],
        count: int,
    ) -> float:
        if not cosines:
            return by_words(asked, found, frequencies, count)
        value = score(signs(query, cosines, coverage(asked, found, frequencies, count), found, asked))
        nearest = sorted(
            enumerate(sentences(found.text), vectors.SENTENCES), key=lambda pair: -cosines.get(pair[0], -1.0)
        )
        return min(value, UNSURE) if beyond(query, [text for _, text in nearest[:2]]) else value

    def _frequencies(self, session: Session, words: Sequence[str]) -> Mapping[str, int]:
        """In about how many passages each stem stands; counted once for as long as the articles stay as they are."""
        known = self._matrix.counted if self._matrix else self._counted if self._at else {}
        if missing := set(words) - known.keys():
            if len(known) > MOST_COUNTED:
                known.clear()
                missing = set(words)
            known |= passages.frequencies(session, self._account_id, missing)
        return known

    def _passages(self, session: Session) -> int:
        return len(self._matrix.passages) if self._matrix else passages.count(session, self._account_id)


def _passage(found: Found, value: float, text: str) -> Passage:
    return Passage(
        source=found.source,
        title=found.title,
        url=found.url,
        text=text,
        score=round(value, 3),
        restricted=found.restricted,
        locale=found.locale,
        version=found.version,
    )


def _rarest(counts: Mapping[str, int]) -> Iterator[str]:
    """The words, rarest first, as far as looking them up is worth its time."""
    total = 0
    for n, word in enumerate(sorted(counts, key=lambda word: counts[word])):
        total += counts[word]
        if n and (n >= RAREST or total > COSTLY):
            return
        yield word
