"""The language engine of one account: everything it can say of a text, from one encoder pass."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from app.engine.configuration import Category
from app.nlp.clean import Cleaned, clean, for_meaning
from app.nlp.encoder import Encoder, Vectors
from app.nlp.entities import entities
from app.nlp.flags import flags
from app.nlp.language import language
from app.nlp.learning import fit
from app.nlp.model import Judgement, Model, Opinion, encoded
from app.nlp.mood import churn_risk, emotion, sentiment, urgency
from app.nlp.mood.sentiment import Prototypes, feeling_of
from app.nlp.mood.urgency import Signal
from app.nlp.personal import Found, find
from app.nlp.rows import Example
from app.nlp.segments import segments

LEAST_MEANING = 2
"""Letters under which a text says nothing."""
NOTHING = Judgement((), True, 0.0)


@dataclass(frozen=True)
class Mood:
    """How the writer feels and what may follow."""

    sentiment: float
    emotion: str
    urgency: Signal
    churn: Signal


@dataclass(frozen=True)
class Reading:
    """All that is said of one text. ``judgement`` is empty for rubbish."""

    cleaned: Cleaned
    judgement: Judgement
    also: tuple[Opinion, ...]
    """Further needs in other sentences of the text, each sure enough to be automatic by itself."""
    mood: Mood
    language: str
    entities: Mapping[str, tuple[str, ...]]
    flags: frozenset[str]
    personal: tuple[Found, ...]
    """What is personal in the text as it was given."""


class Engine:
    """Reads texts for one model. Build once a process and share: nothing in it changes but the encoder's cache."""

    def __init__(self, model: Model, encoder: Encoder | None, products: Sequence[str] = ()) -> None:
        self.model = model
        self._encoder = encoder
        self._products = tuple(products)
        # Prototypes are English; wording alone judges the mood where there is no encoder.
        self._prototypes = Prototypes(encoder) if encoder else None

    @classmethod
    def fit(
        cls,
        categories: Sequence[Category],
        examples: Iterable[Example],
        encoder: Encoder | None,
        *,
        target: float = 0.95,
        before: Model | None = None,
    ) -> Model:
        """Trains a model. With ``before``, a text that it knows is not encoded again (its vector comes from there)."""
        return fit(categories, examples, encoder, target=target, known=vectors(before, encoder))

    def read(
        self, text: str, now: datetime, *, subject: str = "", messages: int = 1, last_language: str = ""
    ) -> Reading:
        """The reading of one text at the moment ``now``. Never raises on any text."""
        cleaned = clean(text)
        title = clean(subject).text if subject else ""
        whole = for_meaning(
            f"{title}. {cleaned.text}" if title and title.lower() not in cleaned.text.lower() else cleaned.text
        )
        judgement, also, meaning = self._judge(whole, readable=cleaned.readable or bool(title))
        spoken = language(cleaned.text or title, last_language)
        mood = self._mood(cleaned.text or title, meaning if spoken in ("", "en") else None, messages)
        above = f"{title}\n" if title else ""
        personal = find(above + text)
        named = entities(above + text, now, self._products, personal)
        mine = tuple(
            replace(f, start=f.start - len(above), end=f.end - len(above)) for f in personal if f.start >= len(above)
        )
        return Reading(cleaned, judgement, also, mood, spoken, named, flags(cleaned.text, title), mine)

    def _judge(self, text: str, *, readable: bool) -> tuple[Judgement, tuple[Opinion, ...], Vectors | None]:
        if not readable or sum(map(str.isalpha, text)) < LEAST_MEANING:
            return NOTHING, (), None
        parts = [] if self.model.several else list(segments(text))
        meanings = self._encoder.read(text, parts) if self._encoder else encoded(None, [text, *parts])
        judgement = self.model.classify_text(text, meanings[0])
        named = {judgement.opinions[0].category} if judgement.opinions else set()
        also: dict[str, Opinion] = {}
        for opinion in self.model.needs(parts, meanings[1:]):
            if opinion.category not in named:
                also.setdefault(opinion.category, opinion)
        return judgement, tuple(also.values()), meanings[0]

    def _mood(self, text: str, meaning: Vectors | None, messages: int) -> Mood:
        if meaning is not None and self._prototypes is not None:
            feeling, name = feeling_of(self._prototypes.moods(text, meaning))
        else:
            feeling = sentiment(text)
            name = emotion(text, feeling)
        return Mood(feeling, name, urgency(text, feeling), churn_risk(text, feeling, messages))


def vectors(model: Model | None, encoder: Encoder | None) -> dict[str, Vectors]:
    """The sentence vectors that a model holds of its examples, by text; none of them when it was made without an encoder."""
    if model is None or encoder is None or model.neighbours.vectors.shape[1] <= encoder.width:
        return {}
    near = model.neighbours
    return {model.texts[row]: near.vectors[place, : encoder.width] for place, row in enumerate(near.rows.tolist())}
