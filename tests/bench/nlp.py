"""What the language engine reaches on public sets, against TF-IDF with a linear SVM in the same run. Run by hand:

``python -m tests.bench.nlp [banking5 banking10 bankingfull clinc5 clinc10 clincfull hotels zero oos speed pii]``

Needs the research data beside the repository; the baseline needs ``pip install -e '.[bench]'`` and is left out without it. Evaluated on
validation parts only: what is left of BANKING77's training file, CLINC150's validation part, folds of NLU++.
"""
# ruff: noqa: PLC0415 - the baseline is optional

import csv
import hashlib
import json
import resource
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from app.engine.configuration import Category
from app.nlp.calibration import calibration_error
from app.nlp.clean import clean, for_meaning
from app.nlp.encoder import Encoder
from app.nlp.engine import Engine
from app.nlp.learning import fit
from app.nlp.model import Model
from app.nlp.personal import find
from app.nlp.rows import Example
from app.nlp.tier import tier

DATA = Path(__file__).parents[2].parent / "shared" / "data"
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Split:
    """Where to learn and where to measure, with texts outside all categories where the set has them."""

    train: Pairs
    test: Pairs
    names: tuple[str, ...]
    outside: tuple[str, ...] = ()


def labelled(path: str, column: str = "label") -> Pairs:
    with (DATA / path).open(encoding="utf-8") as file:
        return [(row["text"], row[column]) for row in csv.DictReader(file)]


def plain(text: str) -> str:
    return " ".join(text.lower().split())


def banking(shots: str) -> Split:
    everything = labelled("banking77/train.csv", "category")
    names = tuple(sorted({label for _, label in everything}))
    shuffled = [everything[place] for place in np.random.RandomState(0).permutation(len(everything))]
    if shots == "full":
        return Split(shuffled[2_000:], shuffled[:2_000], names)
    lower = {name.lower(): name for name in names}
    train = [(text, lower[label.lower()]) for text, label in labelled(f"fewshot_splits/banking77_train_{shots}.csv")]
    seen = {plain(text) for text, _ in train}
    return Split(train, [pair for pair in shuffled if plain(pair[0]) not in seen][:3_000], names)


def clinc(shots: str) -> Split:
    parts = json.loads((DATA / "clinc150/train_val.json").read_text("utf-8"))
    train = (
        [tuple(pair) for pair in parts["train"]]
        if shots == "full"
        else labelled(f"fewshot_splits/clinc150_train_{shots}.csv")
    )
    seen = {plain(text) for text, _ in train} if shots != "full" else set()
    test = [(text, label) for text, label in parts["val"] if plain(text) not in seen]
    outside = tuple(text for text, _ in parts["oos_val"] + parts["oos_train"])
    return Split(train, test, tuple(sorted({label for _, label in parts["train"]})), outside)


def near_outside() -> Split:
    train, test = labelled("banking77_oos/train.csv"), labelled("banking77_oos/valid.csv")
    with (DATA / "banking77_oos/id-oos_valid.csv").open(encoding="utf-8") as file:
        outside = tuple(row["text"] for row in csv.DictReader(file))
    return Split(train, test, tuple(sorted({label for _, label in train})), outside)


def auroc(inside: np.ndarray, outside: np.ndarray) -> float:
    """The chance that a text inside scores higher than one outside."""
    greater = (inside[:, None] > outside[None, :]).mean() + 0.5 * (inside[:, None] == outside[None, :]).mean()
    return float(greater)


def scored(model: Model, encoder: Encoder, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Probabilities, best logits and out-of-scope decisions, through the same code as a ticket."""
    ready = [for_meaning(clean(text).text) for text in texts]
    voices = model.voices(ready, encoder.encode(ready), model.lexicon.vectors(ready))
    return model.probabilities(voices)[0], voices.total(model.weights).max(axis=1), model.is_out_of_scope(voices)


def intents(name: str, split: Split, encoder: Encoder, keywords: dict[str, tuple[str, ...]] | None = None) -> None:
    started = time.process_time()
    categories = [Category(label, (keywords or {}).get(label, ())) for label in split.names]
    model = fit(categories, [Example(text, (label,)) for text, label in split.train], encoder)
    seconds = time.process_time() - started
    p, best, strange = scored(model, encoder, [text for text, _ in split.test])
    said = p.argmax(axis=1)
    truth = np.array([model.names.index(label) for _, label in split.test])
    right, sure = said == truth, p.max(axis=1)
    automatic = ~strange & (sure >= model.calibration.thresholds[said])
    row: dict[str, Any] = {
        "accuracy": right.mean(),
        "svm": baseline(split),
        "calibration error": calibration_error(sure, right),
        "automatic": automatic.mean(),
        "precision": right[automatic].mean() if automatic.any() else None,
        "fit s": seconds,
    }
    if split.outside:
        p_out, best_out, strange_out = scored(model, encoder, split.outside)
        said_out = p_out.argmax(axis=1)
        row |= {
            "auroc p": auroc(sure, p_out.max(axis=1)),
            "auroc logit": auroc(best, best_out),
            "kept": 1 - strange.mean(),
            "outside rejected": strange_out.mean(),
            "outside automatic": (~strange_out & (p_out.max(axis=1) >= model.calibration.thresholds[said_out])).mean(),
        }
    show(name, row)


def baseline(split: Split) -> float | None:
    """Accuracy of TF-IDF (words and letters) with a linear SVM, or None without scikit-learn or without examples."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.pipeline import make_pipeline, make_union
        from sklearn.svm import LinearSVC
    except ImportError:
        return None
    if not split.train:
        return None
    words = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    machine = make_pipeline(make_union(words, letters), LinearSVC())
    machine.fit([text for text, _ in split.train], [label for _, label in split.train])
    return float(machine.score([text for text, _ in split.test], [label for _, label in split.test]))


def hotels(encoder: Encoder, folds: int = 20) -> None:
    """NLU++ hotels, each fold judged by a model of the others."""
    rows = json.loads((DATA / "nlupp/hotels.json").read_text("utf-8"))
    names = sorted({label for row in rows for label in row["intents"]})
    both = said = true = 0
    for fold in sorted({row["fold"] for row in rows})[:folds]:
        model = fit(
            [Category(name) for name in names],
            [Example(r["text"], tuple(r["intents"])) for r in rows if r["fold"] != fold],
            encoder,
        )
        for row in (row for row in rows if row["fold"] == fold):
            text = for_meaning(clean(row["text"]).text)
            found = {opinion.category for opinion in model.classify_text(text, encoder.encode([text])[0]).opinions}
            both, said, true = both + len(found & set(row["intents"])), said + len(found), true + len(row["intents"])
    show("hotels", {"micro-F1": 2 * both / (said + true)})


def zero(encoder: Encoder) -> None:
    """No examples: names alone, and the four words most typical of each category, taken from texts that are not measured."""
    for name, split in (("banking", banking("10")), ("clinc", clinc("10"))):
        bare = Split([], split.test, split.names)
        intents(f"{name} names", bare, encoder)
        intents(f"{name} keywords", bare, encoder, typical(split))


def typical(split: Split, count: int = 4) -> dict[str, tuple[str, ...]]:
    """The words of a category's own examples that others have least."""
    own: dict[str, dict[str, int]] = {name: {} for name in split.names}
    for text, label in split.train:
        for word in set(plain(text).replace("?", "").replace(".", "").split()):
            if len(word) > 2 and label in own:
                own[label][word] = own[label].get(word, 0) + 1
    spread: dict[str, int] = {}
    for words in own.values():
        for word in words:
            spread[word] = spread.get(word, 0) + 1
    ranked = {
        name: sorted(words, key=lambda word, w=words: (-w[word] / spread[word], word)) for name, words in own.items()
    }  # type: ignore[misc]
    return {name: tuple(words[:count]) for name, words in ranked.items()}


def speed(encoder: Encoder) -> None:
    """Processor milliseconds of everything said about one text, never seen before, on one thread."""
    split = banking("10")
    model = fit(
        [Category(name) for name in split.names], [Example(text, (label,)) for text, label in split.train], encoder
    )
    engine = Engine(model, encoder)
    texts = [text for text, _ in split.test]
    engine.read(texts[-1], NOW)
    short = [spent(lambda text=text: engine.read(text, NOW)) for text in texts[:200]]  # type: ignore[misc]
    long = [" ".join(" ".join(texts[300 + 9 * n : 309 + 9 * n]).split()[:100]) for n in range(60)]
    hundred = [spent(lambda text=text: engine.read(text, NOW)) for text in long]  # type: ignore[misc]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    show(
        "speed",
        {"short p50 ms": statistics.median(short), "100 words p50 ms": statistics.median(hundred), "peak MB": memory},
    )


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def personal() -> None:
    cases = json.loads((DATA / "pii/pii.json").read_text("utf-8"))
    spans = [(case["text"], span) for case in cases["positives"] for span in case["spans"]]
    hit = sum(
        any((f.type, f.start, f.end) == (s["type"], s["start"], s["end"]) for f in find(text)) for text, s in spans
    )
    alarms = sum(bool(find(text)) for text in cases["negatives"])
    show("pii", {"recall": hit / len(spans), "false alarms": alarms / len(cases["negatives"])})


def show(name: str, row: dict[str, Any]) -> None:
    cells = [f"{key} {value:.4g}" if value is not None else f"{key} -" for key, value in row.items()]
    print(f"{name:18} | {' | '.join(cells)}", flush=True)


def data_hash() -> str:
    digest = hashlib.sha256()
    for path in sorted(DATA.rglob("*")):
        if path.is_file() and path.parent.name in (
            "banking77",
            "clinc150",
            "banking77_oos",
            "fewshot_splits",
            "nlupp",
            "pii",
        ):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def main(wanted: Sequence[str]) -> None:
    found = tier()
    assert found.encoder is not None, found.why
    encoder = found.encoder
    sets: dict[str, Callable[[], None]] = {
        "pii": personal,
        "speed": lambda: speed(encoder),
        "zero": lambda: zero(encoder),
        "oos": lambda: intents("oos in domain", near_outside(), encoder),
        "hotels": lambda: hotels(encoder),
        **{f"banking{n}": lambda n=n: intents(f"banking{n}", banking(n), encoder) for n in ("5", "10", "full")},  # type: ignore[misc]
        **{f"clinc{n}": lambda n=n: intents(f"clinc{n}", clinc(n), encoder) for n in ("5", "10", "full")},  # type: ignore[misc]
    }
    print(f"python -m tests.bench.nlp {' '.join(wanted)}  # data {data_hash()}, {found.why}")
    for name in wanted or list(sets):
        sets[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
