"""Models that follow each other: only better ones, never half of one, and back again on demand. Wording alone, which is quick."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app.db import accounts, examples
from app.db import lessons as lesson_rows
from app.db.database import Database
from app.db.examples import KEPT, ROLLED_BACK, TRAINED, Generation
from app.engine.configuration import Category
from app.engine.lessons import Learned, Lesson
from app.engine.training import Taught, name
from app.nlp import generations
from app.nlp.encoder import Encoder
from app.nlp.engine import Engine
from app.nlp.generations import NothingToUndo, Order, retrain, roll_back
from app.nlp.learning import version
from app.nlp.model import Model
from app.nlp.retraining import School, challenge, examined
from app.nlp.rows import Example
from app.nlp.store import ModelStore
from tests.builders import NOON
from tests.nlp.conftest import SHOP, shop_examples
from tests.tables import laid

THINGS = {
    "billing": "dunning statement ledger remittance",
    "shipping": "pallet courier freight waybill",
    "access": "badge keycard turnstile lobby",
}
CATEGORIES = tuple(Category(name) for name in THINGS)
GIVEN = tuple(Example(f"{thing.split()[0]} {n}", (label,)) for label, thing in THINGS.items() for n in ("today", "now"))
SHAPES = ("my {} is wrong since {}", "the {} from {} again", "about {} of {}")
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "june", "july", "august", "winter", "spring")


def lessons(people: Sequence[str] = ("ada", "bob", "cyd", "dan"), *, wrong: Sequence[str] = ()) -> list[Taught]:
    """Each text once, taught by the people in turn; those in ``wrong`` name the next category."""
    labels, made = list(THINGS), []
    texts = [
        (label, shape.format(t, day))
        for label in labels
        for t in THINGS[label].split()
        for shape in SHAPES
        for day in DAYS[:4]
    ]
    for n, (label, text) in enumerate(texts):
        by = people[n % len(people)]
        said = labels[(labels.index(label) + 1) % 3] if by in wrong else label
        made.append(Taught(name("shop", text, said, by), text, said, by, NOON + timedelta(minutes=n)))
    return made


UNSEEN = [
    Taught(str(n), f"my {thing} of {day} again", label, "judge", NOON)
    for label in THINGS
    for n, (thing, day) in enumerate(zip(THINGS[label].split() * 3, DAYS, strict=False))
]


class Desk:
    """An account with a database, a folder of models, and the model in force."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON
        self.database = Database("sqlite://", clock=lambda: self.now)
        laid(self.database)
        self.store = ModelStore(folder)
        with self.database.session() as session:
            self.account = accounts.add(session, "shop", NOON).id

    def teach(self, taught: Sequence[Taught]) -> None:
        with self.database.session() as session:
            examples.add(session, self.account, taught)

    def train(self, least: int = 100, by: str = "ada") -> Generation | None:
        self.now += timedelta(days=7)
        return retrain(self.database, Order(self.account, by, least), self.school(), self.store)

    def school(self) -> School:
        return School(CATEGORIES, GIVEN, None, self.model(), b"k", 0.2)

    def model(self) -> Model:
        with self.database.reading() as session:
            generation = examples.in_force(session, self.account)
            learnt = examples.every(session, self.account, generation.examples) if generation else []
        given = [*GIVEN, *(Example(one.text, (one.label,)) for one in learnt)]
        return self.store.load(version(CATEGORIES, given, None)) or self.fitted(given)

    def fitted(self, given: Sequence[Example]) -> Model:
        model = Engine.fit(CATEGORIES, given, None)
        self.store.save(model, CATEGORIES)
        return model

    def right(self) -> int:
        model = self.model()
        return sum(exam.label == exam.new for exam in examined(UNSEEN, model, model, None))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "models")
    yield made
    made.database.dispose()


def test_enough_good_lessons_make_a_better_model_and_a_step_back_undoes_it(desk: Desk) -> None:
    before = desk.right()
    desk.teach(lessons()[:99])
    assert desk.train() is None
    desk.teach(lessons())
    trained = desk.train()
    assert trained is not None
    assert (trained.kind, trained.number) == (TRAINED, 1), trained.report
    assert desk.right() > before
    assert desk.model().version == trained.model
    assert desk.store.load(trained.model) is not None
    held = trained.report["held"]
    assert 0.1 < held["held"] / (held["held"] + trained.report["learnt"]) < 0.3
    assert desk.train() is None, "nothing new was taught since"
    back = roll_back(desk.database, desk.account, "bob")
    assert (back.kind, back.report, desk.right()) == (ROLLED_BACK, {"of": 0, "instead": 1}, before)
    with pytest.raises(NothingToUndo):
        roll_back(desk.database, desk.account, "bob")


def test_nobody_of_a_team_gets_a_model_replaced_alone(desk: Desk) -> None:
    with desk.database.session() as session:
        for person in ("ada", "bob", "eve"):
            judged = Learned(person, "t", desk.account, "billing", "reply", "x", Lesson.KEPT, person, NOON)
            assert lesson_rows.save(session, judged)
    before = desk.right()
    desk.teach(lessons(("eve",), wrong=("eve",)))
    kept = desk.train()
    assert kept is not None
    assert (kept.kind, desk.right()) == (KEPT, before), kept.report
    assert kept.report["aside"]["too many by one person"] > 0
    assert "held back" in kept.report["why"]


def test_what_was_held_back_is_never_learnt(desk: Desk) -> None:
    desk.teach(lessons())
    trained = desk.train()
    assert trained is not None
    school = desk.school()
    held = {one.id for one in lessons() if school.held(one)}
    assert held
    assert not held & set(trained.examples)


@pytest.mark.slow
def test_one_persons_poison_is_found_by_what_is_well_known(encoder: Encoder) -> None:
    known = shop_examples()
    school = School(SHOP, known, encoder, Engine.fit(SHOP, known, encoder), b"k", 0.2)
    fresh = [one for one in shop_examples(("Dear team, ", "One thing: ")) if one.labels != ("payment",)]
    honest = [by_whom(("ada", "bob", "cyd")[n % 3], one.text, one.labels[0]) for n, one in enumerate(fresh)]
    poison = [
        by_whom("eve", one.text, "payment") for one in shop_examples(("Sorry but ",)) if one.labels != ("payment",)
    ]
    found = challenge(school, [*honest, *poison])
    assert found.aside == {"unlike all others": len(poison)}
    assert not {one.id for one in poison} & set(found.learnt)


def by_whom(by: str, text: str, label: str) -> Taught:
    return Taught(name("shop", text, label, by), text, label, by, NOON)


@pytest.mark.slow
def test_when_everybody_is_wrong_nothing_is_replaced_by_what_is_worse_on_what_was_held(desk: Desk) -> None:
    desk.teach(lessons())
    assert desk.train() is not None
    kept, before = desk.model().version, desk.right()
    half = [
        replace(one, id=f"{one.id[:-1]}x", text=f"{one.text} again", label=list(THINGS)[n % 3])
        for n, one in enumerate(lessons())
    ]
    desk.teach(half)
    ended = desk.train()
    assert ended is not None
    assert (ended.kind, desk.model().version, desk.right()) == (KEPT, kept, before), ended.report


def in_one(every: Sequence[Taught]) -> list[Taught]:
    return [replace(one, label="billing") for one in every]


def but_one(every: Sequence[Taught]) -> list[Taught]:
    """No more than one example of a class that nobody gave examples of."""
    others = [one for one in every if one.label != "access"]
    return [*others, next(one for one in every if one.label == "access")]


def contradicting(every: Sequence[Taught]) -> list[Taught]:
    """Each text twice, by two people, under two names."""
    labels = list(THINGS)
    return [by_whom("ada" if n % 2 else "bob", every[n // 2].text, labels[n % 2]) for n in range(2 * len(every))]


@pytest.mark.parametrize(
    "odd",
    [in_one, pytest.param(but_one, marks=pytest.mark.slow), contradicting],
    ids=["one class", "one example", "contradicting"],
)
def test_lopsided_lessons_never_make_the_model_worse(
    desk: Desk, odd: Callable[[Sequence[Taught]], list[Taught]]
) -> None:
    before, kept = desk.right(), desk.model().version
    desk.teach(odd(lessons()))
    ended = desk.train()
    assert desk.right() >= before
    if ended is None or ended.kind != TRAINED:
        assert desk.model().version == kept


class Killed(BaseException):
    """As a process that is gone: nothing catches it."""


@pytest.mark.parametrize("where", ["challenge", pytest.param("save", marks=pytest.mark.slow), "keep"])
def test_a_training_that_is_killed_half_way_changes_nothing(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    def die(*_: object, **__: object) -> None:
        raise Killed

    desk.teach(lessons())
    version = desk.model().version
    target = {"challenge": (generations, "challenge"), "save": (ModelStore, "save"), "keep": (examples, "keep")}[where]
    with monkeypatch.context() as patched:
        patched.setattr(*target, die)
        with pytest.raises(Killed):
            desk.train()
    assert desk.model().version == version
    with desk.database.reading() as session:
        assert examples.generations(session, desk.account) == []
    again = desk.train()
    assert again is not None
    assert again.kind == TRAINED
