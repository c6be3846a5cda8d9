"""The public sets that measurements of the language engine read, split into what is learnt from and what is measured, and a
memory of sentence vectors between runs. No part of the project: they lie beside the repository."""

import csv
import hashlib
import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from app.nlp.encoder import Encoder, Vectors

DATA = Path(__file__).parents[2].parent / "shared" / "data"
FOLDERS = ("banking77", "clinc150", "banking77_oos", "fewshot_splits", "nlupp", "pii", "langid")
Pairs = list[tuple[str, str]]


@dataclass(frozen=True)
class Split:
    """Where to learn and where to measure, with texts outside all categories where the set has them."""

    train: Pairs
    test: Pairs
    names: tuple[str, ...]
    outside: tuple[str, ...] = ()


class Remembered:
    """An encoder that keeps its vectors in a file of the system's temporary folder: the second run of a measurement takes minutes."""

    def __init__(self, inner: Encoder) -> None:
        self.version, self.width, self._inner = inner.version, inner.width, inner
        self._file = Path(tempfile.gettempdir()) / f"deskhand-bench-{inner.version}.npz"
        self._places: dict[str, int] = {}
        self._vectors = np.zeros((0, inner.width), np.float32)
        if self._file.exists():
            with np.load(self._file, allow_pickle=False) as kept:
                self._places = {text: place for place, text in enumerate(json.loads(str(kept["texts"])))}
                self._vectors = kept["vectors"]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As the real one."""
        missing = [text for text in dict.fromkeys(texts) if text not in self._places]
        if missing:
            self._vectors = np.vstack([self._vectors, self._inner.encode(missing)])
            self._places |= {text: len(self._places) + place for place, text in enumerate(missing)}
        return self._vectors[[self._places[text] for text in texts]]

    def read(self, text: str, parts: Sequence[str]) -> Vectors:
        """As the real one."""
        return self._inner.read(text, parts)

    def keep(self) -> None:
        """Write what is known, for the next run."""
        part = self._file.with_suffix(f".{os.getpid()}.npz")
        np.savez(part, texts=json.dumps(list(self._places)), vectors=self._vectors)
        part.replace(self._file)


def labelled(path: str, column: str = "label") -> Pairs:
    """The rows of a CSV file."""
    with (DATA / path).open(encoding="utf-8") as file:
        return [(row["text"], row[column]) for row in csv.DictReader(file)]


def texts(path: str) -> tuple[str, ...]:
    """The texts of a CSV file."""
    with (DATA / path).open(encoding="utf-8") as file:
        return tuple(row["text"] for row in csv.DictReader(file))


def words(path: str) -> Any:
    """A JSON file."""
    return json.loads((DATA / path).read_text("utf-8"))


def folded(text: str) -> str:
    """A text as it is compared with others."""
    return " ".join(text.lower().split())


def banking(shots: str) -> Split:
    """BANKING77: the literature's few-shot parts against what is left of its training file, or all of it but 2,000."""
    everything = labelled("banking77/train.csv", "category")
    names = tuple(sorted({label for _, label in everything}))
    shuffled = [everything[place] for place in np.random.RandomState(0).permutation(len(everything))]
    if shots == "full":
        return Split(shuffled[2_000:], shuffled[:2_000], names)
    lower = {name.lower(): name for name in names}
    train = [(text, lower[label.lower()]) for text, label in labelled(f"fewshot_splits/banking77_train_{shots}.csv")]
    seen = {folded(text) for text, _ in train}
    return Split(train, [pair for pair in shuffled if folded(pair[0]) not in seen][:3_000], names)


def clinc(shots: str) -> Split:
    """CLINC150: few-shot parts or all of its training part, against its validation part; outside is all that it has of that."""
    parts = words("clinc150/train_val.json")
    train = [(text, label) for text, label in parts["train"]]
    names = tuple(sorted({label for _, label in train}))
    if shots != "full":
        train = labelled(f"fewshot_splits/clinc150_train_{shots}.csv")
    seen = {folded(text) for text, _ in train} if shots != "full" else set()
    test = [(text, label) for text, label in parts["val"] if folded(text) not in seen]
    return Split(train, test, names, tuple(text for text, _ in parts["oos_val"] + parts["oos_train"]))


def near_outside() -> Split:
    """BANKING77 without some of its categories: the texts of those are outside, and hard to tell."""
    train, test = labelled("banking77_oos/train.csv"), labelled("banking77_oos/valid.csv")
    return Split(train, test, tuple(sorted({label for _, label in train})), texts("banking77_oos/id-oos_valid.csv"))


def data_hash() -> str:
    """What all these files are, in sixteen digits."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in FOLDERS for path in (DATA / folder).glob("*") if path.is_file()):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
