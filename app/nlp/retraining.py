"""A new model beside the one in force: trained on what is believed, examined on what neither has seen. Puts nothing in force."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from app.engine.configuration import Category
from app.engine.evidence import coin
from app.engine.training import Exam, Taught, Verdict, plain, screened, verdict
from app.nlp.clean import clean, for_meaning
from app.nlp.encoder import Encoder
from app.nlp.engine import Engine
from app.nlp.model import Judgement, Model, encoded
from app.nlp.rows import OTHER, Example

SURE = 0.9
"""From this probability, or where it would act by itself, the model in force is held against what somebody says."""


@dataclass(frozen=True)
class School:
    """What a training needs besides what was taught. ``given`` are the examples of the account's own file; ``key`` draws lots."""

    categories: Sequence[Category]
    given: Sequence[Example]
    encoder: Encoder | None
    current: Model
    key: bytes
    split: float

    def held(self, one: Taught) -> bool:
        """Whether it is held back for ever: by its words, so that the same text never is in both parts."""
        return coin(self.key, "held back", plain(one.text)) < self.split


@dataclass(frozen=True)
class Challenge:
    """The outcome. ``learnt`` are the ids that the new model was trained on beyond the account's file."""

    model: Model
    verdict: Verdict
    learnt: tuple[str, ...]
    aside: dict[str, int]


def challenge(school: School, taught: Iterable[Taught], team: int = 0) -> Challenge:
    """Train on what is believed and not held back, and examine both models on the rest. ``team``: see ``screened``."""
    every = list(taught)
    expected = sure(school.current, school.encoder, [one.text for one in every])
    screening = screened(every, {category.name for category in school.categories}, expected, team)
    learnt = [one for one in screening.kept if not school.held(one)]
    model = Engine.fit(school.categories, [*school.given, *examples(learnt)], school.encoder, before=school.current)
    known = {*school.current.texts, *model.texts}
    held = [one for one in screening.kept if school.held(one) and ready(one.text) not in known]
    exams = examined(held, school.current, model, school.encoder)
    return Challenge(model, verdict(exams), tuple(one.id for one in learnt), dict(screening.reasons))


def examples(taught: Iterable[Taught]) -> list[Example]:
    """As a model learns them."""
    return [Example(one.text, (one.label,) if one.label else ()) for one in taught]


def examined(held: Sequence[Taught], old: Model, new: Model, encoder: Encoder | None) -> list[Exam]:
    """What both say of each, and whether they would act on it."""
    texts = [ready(one.text) for one in held]
    answers = [[_answer(model.classify_text(t, v)) for t, v in _vectors(texts, encoder)] for model in (old, new)]
    return [
        Exam(one.label, before, after, old_sure, new_sure)
        for one, (before, old_sure), (after, new_sure) in zip(held, *answers, strict=True)
    ]


def acted(model: Model, encoder: Encoder | None, taught: Sequence[Taught]) -> dict[str, str]:
    """Example -> the category that the model would act on by itself, or nothing."""
    texts = [ready(one.text) for one in taught]
    answers = (_answer(model.classify_text(text, vector)) for text, vector in _vectors(texts, encoder))
    return {one.id: said if acts else "" for one, (said, acts) in zip(taught, answers, strict=True)}


def sure(model: Model, encoder: Encoder | None, texts: Sequence[str]) -> Callable[[str], str]:
    """What a model is sure that a text is; nothing where it is not."""
    cleaned = {text: ready(text) for text in texts}
    said: dict[str, str] = {}
    for text, (one, vector) in zip(cleaned, _vectors(list(cleaned.values()), encoder), strict=True):
        judged = model.classify_text(one, vector)
        best = judged.opinions[0] if judged.opinions and not judged.out_of_scope else None
        said[text] = best.category if best and (best.automatic or best.p >= SURE) else ""
    return lambda text: said.get(text, "")


def ready(text: str) -> str:
    """A text as the encoder sees it."""
    return for_meaning(clean(text).text)


def _vectors(texts: list[str], encoder: Encoder | None) -> Iterator[tuple[str, NDArray[np.float32]]]:
    return iter(zip(texts, encoded(encoder, texts), strict=True) if texts else ())


def _answer(judged: Judgement) -> tuple[str, bool]:
    if judged.out_of_scope or not judged.opinions or judged.opinions[0].category == OTHER:
        return "", False
    return judged.opinions[0].category, judged.opinions[0].automatic
