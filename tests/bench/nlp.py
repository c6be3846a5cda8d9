"""What the language engine reaches on public sets, against TF-IDF with a linear SVM in the same run. Run by hand:

``python -m tests.bench.nlp [banking5 banking10 bankingfull clinc5 clinc10 clincfull oos zero hotels languages pii mood speed]``

Needs the research data beside the repository; the baseline needs ``pip install -e '.[bench]'`` and is left out without it. Evaluated on
validation parts only: what is left of BANKING77's training file, CLINC150's validation part, folds of NLU++. Sentence vectors are
remembered between runs (not where time is measured).
"""
# ruff: noqa: PLC0415 - the baseline is optional

import math
import re
import statistics
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import numpy as np

from app.engine.configuration import Category
from app.nlp.calibration import calibration_error
from app.nlp.clean import clean, for_meaning
from app.nlp.encoder import Encoder
from app.nlp.engine import Engine
from app.nlp.language import language
from app.nlp.learning import fit
from app.nlp.model import Model
from app.nlp.personal import find
from app.nlp.rows import Example
from app.nlp.tier import tier
from tests.bench.sets import Remembered, Split, banking, clinc, data_hash, labelled, near_outside, words
from tests.nlp.moods import report_moods

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
_WORD = re.compile(r"[^\W\d_]+")


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


def svm(*, several: bool = False) -> Any:
    """TF-IDF (words and letters) with a linear SVM, untrained, or None without scikit-learn."""
    try:
        from sklearn.feature_extraction.text import TfidfVectorizer
        from sklearn.multiclass import OneVsRestClassifier
        from sklearn.pipeline import make_pipeline, make_union
        from sklearn.svm import LinearSVC
    except ImportError:
        return None
    spoken = TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True)
    return make_pipeline(make_union(spoken, letters), OneVsRestClassifier(LinearSVC()) if several else LinearSVC())


def baseline(split: Split) -> float | None:
    """The baseline's accuracy, or None without scikit-learn or without examples."""
    machine = svm()
    if machine is None or not split.train:
        return None
    machine.fit([text for text, _ in split.train], [label for _, label in split.train])
    return float(machine.score([text for text, _ in split.test], [label for _, label in split.test]))


def hotels(encoder: Encoder) -> None:
    """NLU++ hotels, several labels a text: each fold judged by a model of the others."""
    rows = words("nlupp/hotels.json")
    names = sorted({label for row in rows for label in row["intents"]})
    ours, theirs = Shares(), Shares()
    for fold in sorted({row["fold"] for row in rows}):
        train, test = [r for r in rows if r["fold"] != fold], [r for r in rows if r["fold"] == fold]
        model = fit([Category(n) for n in names], [Example(r["text"], tuple(r["intents"])) for r in train], encoder)
        for row in test:
            text = for_meaning(clean(row["text"]).text)
            found = {opinion.category for opinion in model.classify_text(text, encoder.encode([text])[0]).opinions}
            ours.add(found, row["intents"])
        for row, found in zip(test, several_baseline(train, test), strict=False):
            theirs.add(found, row["intents"])
    show("hotels", {"micro-F1": ours.f1, "svm": theirs.f1, "precision": ours.both / max(1, ours.said)})


class Shares:
    """How many labels were said, true, and both."""

    both = said = true = 0

    def add(self, found: set[str], truth: Iterable[str]) -> None:
        """Count one text."""
        self.both += len(found & set(truth))
        self.said += len(found)
        self.true += len(set(truth))

    @property
    def f1(self) -> float | None:
        """Micro-averaged; None where nothing was counted."""
        return 2 * self.both / (self.said + self.true) if self.true else None


def several_baseline(train: list[dict[str, Any]], test: list[dict[str, Any]]) -> list[set[str]]:
    """The baseline with one machine a label, or nothing without scikit-learn."""
    machine = svm(several=True)
    if machine is None:
        return []
    from sklearn.preprocessing import MultiLabelBinarizer

    labels = MultiLabelBinarizer()
    machine.fit([row["text"] for row in train], labels.fit_transform([row["intents"] for row in train]))
    return [set(found) for found in labels.inverse_transform(machine.predict([row["text"] for row in test]))]


def zero(encoder: Encoder) -> None:
    """No examples: names alone, and the eight words and pairs most typical of each category in texts that are not measured, which
    stand for a list that a person would write."""
    for name, split in (("banking", banking("full")), ("clinc", clinc("full"))):
        bare = Split([], split.test, split.names)
        intents(f"{name} names", bare, encoder)
        intents(f"{name} keywords", bare, encoder, typical(split))


def typical(split: Split, count: int = 8) -> dict[str, tuple[str, ...]]:
    """What a category's texts say often and others hardly ever."""
    own = {name: Counter[str]() for name in split.names}
    for text, label in split.train:
        said = _WORD.findall(text.lower())
        own[label].update({*(word for word in said if len(word) > 2), *map(" ".join, pairwise(said))})
    everywhere = sum(own.values(), Counter[str]())

    def worth(words: Counter[str], word: str) -> float:
        return words[word] * math.log(words[word] * len(own) / everywhere[word])

    return {
        name: tuple(sorted(words, key=lambda word, w=words: (-worth(w, word), word))[:count])  # type: ignore[misc]
        for name, words in own.items()
    }


def speed(encoder: Encoder) -> None:
    """Processor milliseconds of everything said about one text, never seen before, on one thread. The quickest tenth is what an
    idle machine takes: on a busy one the two threads of a core share its arithmetic."""
    split = banking("10")
    taught = [Example(text, (label,)) for text, label in split.train]
    engine = Engine(fit([Category(name) for name in split.names], taught, encoder), encoder)
    asked = [text for text, _ in split.test]
    engine.read(asked[-1], NOW)
    short = asked[:400]
    long = [" ".join(" ".join(asked[400 + 9 * n : 409 + 9 * n]).split()[:100]) for n in range(120)]
    for name, texts in (("speed short", short), ("speed 100 words", long)):
        taken = [spent(lambda text=text: engine.read(text, NOW)) for text in texts]  # type: ignore[misc]
        alone = [spent(lambda text=text: encoder.encode([f"{text} "])) for text in texts]  # type: ignore[misc]
        figures = {"p50 ms": statistics.median(taken), "p99 ms": float(np.quantile(taken, 0.99))}
        figures |= {
            "quickest tenth ms": float(np.quantile(taken, 0.1)),
            "encoder alone p50 ms": statistics.median(alone),
        }
        show(name, figures)


def spent(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)


def languages() -> None:
    """Short texts in sixty languages: how often the language is right where one is named, and how often one is named."""
    rows = labelled("langid/tweets.csv", "lang")
    told = [(language(text), label) for text, label in rows]
    named = [(found, label) for found, label in told if found]
    known = {found for found, _ in named}
    ours = [(found, label) for found, label in told if label in known]
    right = sum(found == label for found, label in ours)
    show(
        "languages",
        {
            "texts": len(ours),
            "right": right / len(ours),
            "wrong": sum(f not in ("", label) for f, label in ours) / len(ours),
        },
    )


def personal() -> None:
    """Made-up personal data and hard negatives."""
    cases = words("pii/pii.json")
    spans = [(case["text"], span) for case in cases["positives"] for span in case["spans"]]
    hit = sum(
        any((f.type, f.start, f.end) == (s["type"], s["start"], s["end"]) for f in find(text)) for text, s in spans
    )
    alarms = sum(bool(find(text)) for text in cases["negatives"])
    show("pii", {"recall": hit / len(spans), "false alarms": alarms / len(cases["negatives"])})


def show(name: str, row: dict[str, Any]) -> None:
    cells = [f"{key} {value:.4g}" if value is not None else f"{key} -" for key, value in row.items()]
    print(f"{name:18} | {' | '.join(cells)}", flush=True)


def main(wanted: Sequence[str]) -> None:
    """Measure these sets, or all of them."""
    found = tier()
    assert found.encoder is not None, found.why
    real = found.encoder
    encoder = Remembered(real)
    sets: dict[str, Callable[[], None]] = {
        **{f"banking{n}": lambda n=n: intents(f"banking{n}", banking(n), encoder) for n in ("5", "10", "full")},  # type: ignore[misc]
        **{f"clinc{n}": lambda n=n: intents(f"clinc{n}", clinc(n), encoder) for n in ("5", "10", "full")},  # type: ignore[misc]
        "oos": lambda: intents("oos in domain", near_outside(), encoder),
        "zero": lambda: zero(encoder),
        "hotels": lambda: hotels(encoder),
        "languages": languages,
        "pii": personal,
        "mood": lambda: report_moods(real, show),
        "speed": lambda: speed(real),
    }
    print(f"python -m tests.bench.nlp {' '.join(wanted)}  # data {data_hash()}, {found.why}", flush=True)
    for name in wanted or list(sets):
        sets[name]()
        encoder.keep()


if __name__ == "__main__":
    main(sys.argv[1:])
