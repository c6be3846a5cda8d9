"""Models: what they learn from nothing, little and much, and that bad label sets never make them sure."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from app.engine.configuration import Category
from app.nlp.encoder import Encoder, Vectors
from app.nlp.engine import Engine
from app.nlp.learning import fit
from app.nlp.linear import fit_centres
from app.nlp.model import Model, encoded
from app.nlp.rows import Example
from app.nlp.store import Damaged, ModelStore
from tests.nlp.conftest import SHOP, shop_examples

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
UNSEEN = (
    ("the parcel should have been here yesterday", "order-status"),
    ("these trousers do not fit, take them back", "returns"),
    ("my visa payment was refused", "payment"),
    ("I can't sign in any more", "account"),
)


class Counting:
    """An encoder that remembers what it was asked to encode."""

    def __init__(self, inner: Encoder) -> None:
        self.inner, self.version, self.width = inner, inner.version, inner.width
        self.asked: list[str] = []

    def encode(self, texts: list[str]) -> Vectors:  # type: ignore[override]
        self.asked += texts
        return self.inner.encode(texts)


def best(model: Model, encoder: Encoder | None, text: str) -> str:
    judged = model.classify_text(text, encoded(encoder, [text])[0])
    return "" if judged.out_of_scope else judged.opinions[0].category


def test_names_and_keywords_alone_are_enough_to_guess_but_never_to_act(encoder: Encoder) -> None:
    model = fit(SHOP, [], encoder)
    assert [best(model, encoder, text) for text, _ in UNSEEN[1:]] == [label for _, label in UNSEEN[1:]]
    judged = [model.classify_text(text, encoded(encoder, [text])[0]) for text, _ in UNSEEN]
    assert not any(opinion.automatic for judgement in judged for opinion in judgement.opinions)


def test_examples_make_it_right_sure_and_able_to_say_why(encoder: Encoder) -> None:
    model = fit(SHOP, shop_examples(), encoder)
    assert [best(model, encoder, text) for text, _ in UNSEEN] == [label for _, label in UNSEEN]
    judged = model.classify_text("where is my parcel", encoded(encoder, ["where is my parcel"])[0])
    first = judged.opinions[0]
    assert first.automatic
    assert (first.category, first.keywords) == ("order-status", ("where is",))
    assert model.texts[first.nearest] == "where is my parcel"
    assert judged.margin > 0.5


def test_what_is_unlike_everything_is_out_of_scope(encoder: Encoder) -> None:
    model = fit(SHOP, shop_examples(), encoder)
    strange = (
        "what is the capital of France",
        "the mitochondria is the powerhouse of the cell",
        "sing me a song about whales",
    )
    assert [best(model, encoder, text) for text in strange] == ["", "", ""]


def test_examples_of_nothing_teach_what_to_leave_alone(encoder: Encoder) -> None:
    others = [
        Example(f"{start}do you have a job for me {place}", ())
        for start in ("", "hi, ", "hello ")
        for place in ("in Berlin", "as a cook", "please", "now")
    ]
    model = fit(SHOP, [*shop_examples(), *others], encoder)
    assert best(model, encoder, "do you have a job for me in Paris") == ""
    assert best(model, encoder, "how do I return a jacket") == "returns"


def test_the_lexical_tier_classifies_without_any_encoder() -> None:
    model = fit(SHOP, shop_examples(), None)
    assert best(model, None, "my parcel has not arrived") == "order-status"
    assert best(model, None, "I forgot the password") == "account"


def test_several_labels_are_all_named(encoder: Encoder) -> None:
    pairs = [(one, two) for one in shop_examples(("",)) for two in shop_examples(("",)) if one.labels < two.labels]
    both = [Example(f"{one.text} and {two.text}", one.labels + two.labels) for one, two in pairs[::3]]
    model = fit(SHOP, [*both, *shop_examples()], encoder)
    text = "my card was declined and I forgot my password"
    judged = model.classify_text(text, encoded(encoder, [text])[0])
    assert model.several
    assert {opinion.category for opinion in judged.opinions} == {"payment", "account"}


def test_two_sentences_with_two_needs_give_both(encoder: Encoder) -> None:
    engine = Engine(fit(SHOP, shop_examples(), encoder), encoder)
    reading = engine.read("I forgot my password. Also where is my parcel?", NOW)
    named = {opinion.category for opinion in (*reading.judgement.opinions[:1], *reading.also)}
    assert named == {"account", "order-status"}


def test_the_same_input_gives_the_same_model_in_any_order(encoder: Encoder) -> None:
    examples = shop_examples()
    one, two = fit(SHOP, examples, encoder), fit(SHOP, examples[::-1], encoder)
    assert one.version == two.version
    assert np.array_equal(one.head.weights, two.head.weights)
    assert fit(SHOP, examples[1:], encoder).version != one.version


def test_a_refit_encodes_only_what_is_new(encoder: Encoder) -> None:
    counting = Counting(encoder)
    before = fit(SHOP, shop_examples(), counting)
    counting.asked.clear()
    more = [*shop_examples(), Example("a new text of today", ("account",))]
    again = Engine.fit(SHOP, more, counting, before=before)
    assert counting.asked == ["a new text of today"]
    anew = fit(SHOP, more, encoder)
    assert again.version == anew.version
    assert np.array_equal(again.head.weights, anew.head.weights)
    assert np.array_equal(again.neighbours.vectors, anew.neighbours.vectors)


@pytest.mark.parametrize(
    ("categories", "examples"),
    [
        ((), []),
        (SHOP[:1], []),
        (SHOP[:1], [Example(f"text number {n}", ("order-status",)) for n in range(40)]),
        ((SHOP[0], replace(SHOP[0], keywords=())), []),
        (SHOP, [Example("same text", (label,)) for label in ("returns", "payment", "account")] * 20),
        (tuple(Category(f"kind-{number}") for number in range(500)), []),
        (SHOP, [Example("", ("returns",)), Example("😀", ("returns",)), Example("x" * 9_000, ("account",))]),
    ],
)  # fmt: skip
def test_odd_label_sets_never_make_it_sure(
    categories: tuple[Category, ...], examples: list[Example], encoder: Encoder
) -> None:
    engine = Engine(fit(categories, examples, encoder), encoder)
    for text in ("same text", "where is it?", "", "😀", "zzzz qqqq", "a" * 100_000):
        judged = engine.read(text, NOW).judgement
        assert (
            all(0 <= opinion.p <= 1 and not opinion.automatic for opinion in judged.opinions) or categories == SHOP[:1]
        )


def test_a_saved_model_says_the_same(encoder: Encoder, tmp_path: Path) -> None:
    model = fit(SHOP, shop_examples(), encoder)
    store = ModelStore(tmp_path)
    store.save(model, SHOP)
    loaded = store.load(model.version)
    assert loaded is not None
    for text, _ in UNSEEN:
        meaning = encoded(encoder, [text])[0]
        old, new = model.classify_text(text, meaning), loaded.classify_text(text, meaning)
        assert [(o.category, o.automatic, o.keywords) for o in old.opinions] == [
            (o.category, o.automatic, o.keywords) for o in new.opinions
        ]
        assert old.opinions[0].p == pytest.approx(new.opinions[0].p, abs=5e-3)


def test_a_damaged_model_is_refused_and_a_missing_one_is_none(encoder: Encoder, tmp_path: Path) -> None:
    model = fit(SHOP, [], encoder)
    store = ModelStore(tmp_path)
    assert store.load(model.version) is None
    store.save(model, SHOP)
    numbers = tmp_path / f"{model.version}.npz"
    numbers.write_bytes(numbers.read_bytes()[:-10])
    with pytest.raises(Damaged):
        store.load(model.version)


def test_centres_heed_how_classes_scatter() -> None:
    random = np.random.default_rng(3)
    classes = np.repeat([0, 1], 200)
    # Both scatter widely along the first axis, which tells nothing; the second tells them apart.
    points = random.normal(size=(400, 2)) * (8.0, 0.3) + np.where(classes[:, None] == 0, (2.0, 1.0), (-2.0, -1.0))
    found = fit_centres(points.astype(np.float32), classes, 2, shrink=0.0).logits(points.astype(np.float32))
    nearest = np.stack([((points - points[classes == n].mean(axis=0)) ** 2).sum(axis=1) for n in (0, 1)], axis=1)
    assert (found.argmax(axis=1) == classes).mean() > 0.99
    assert (nearest.argmin(axis=1) == classes).mean() < 0.8
