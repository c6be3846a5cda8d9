"""Trained models as two files each: numbers (npz) and words (json). Read and written whole; a damaged model is refused."""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from app.engine.configuration import Category
from app.nlp.keywords import Keywords
from app.nlp.lexical import Lexicon
from app.nlp.linear import Linear
from app.nlp.model import Calibration, Model
from app.nlp.scoring import Neighbours, Weights


class Damaged(Exception):
    """The files do not belong together or are not whole; train again."""


class ModelStore:
    """A folder of models, named by their version."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def save(self, model: Model, categories: Sequence[Category]) -> None:
        """Keeps a model; saving it again changes nothing. The words are written last: a model is there when they are."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        numbers = self._folder / f"{model.version}.npz"
        with tempfile.NamedTemporaryFile(dir=self._folder, suffix=".part", delete=False) as file:
            np.savez(file, **_arrays(model))
        Path(file.name).replace(numbers)
        words = _words(model, categories) | {"numbers": _digest(numbers)}
        part = Path(file.name).with_suffix(".words")
        part.write_text(json.dumps(words, ensure_ascii=False), "utf-8")
        part.replace(self._folder / f"{model.version}.json")

    def load(self, version: str) -> Model | None:
        """The model of that version, or None when it was never saved. Raises ``Damaged``."""
        path = self._folder / f"{version}.json"
        if not path.exists():
            return None
        try:
            words = json.loads(path.read_text("utf-8"))
            numbers = path.with_suffix(".npz")
            if words["version"] != version or words["numbers"] != _digest(numbers):
                raise Damaged(f"model {version} is not whole")
            with np.load(numbers, allow_pickle=False) as arrays:
                return _model(words, dict(arrays))
        except (OSError, ValueError, KeyError) as error:
            raise Damaged(f"model {version} cannot be read") from error


def _arrays(model: Model) -> dict[str, Any]:
    return {
        "lexicon_weights": model.lexicon.weights,
        "lexicon_table": model.lexicon.table,
        "lexicon_steps": model.lexicon.steps,
        "head_weights": model.head.weights,
        "head_bias": model.head.bias,
        "described_weights": model.described.weights,
        "described_bias": model.described.bias,
        "near_vectors": model.neighbours.vectors.astype(np.float16),
        "near_starts": model.neighbours.starts,
        "near_rows": model.neighbours.rows,
        "thresholds": model.calibration.thresholds,
    }


def _words(model: Model, categories: Sequence[Category]) -> dict[str, Any]:
    return {
        "version": model.version,
        "names": model.names,
        "several": model.several,
        "lexicon": sorted(model.lexicon.names, key=lambda name: model.lexicon.names[name]),
        "weights": asdict(model.weights),
        "calibration": [model.calibration.heat, model.calibration.level, model.calibration.floors],
        "keywords": [[category.name, list(category.keywords)] for category in categories],
        "texts": model.texts,
        "report": model.report,
    }


def _model(words: dict[str, Any], arrays: dict[str, Any]) -> Model:
    heat, level, floors = words["calibration"]
    return Model(
        version=words["version"],
        names=tuple(words["names"]),
        several=words["several"],
        lexicon=Lexicon(
            {n: i for i, n in enumerate(words["lexicon"])},
            arrays["lexicon_weights"],
            arrays["lexicon_table"],
            arrays["lexicon_steps"],
        ),
        head=Linear(arrays["head_weights"], arrays["head_bias"]),
        described=Linear(arrays["described_weights"], arrays["described_bias"]),
        neighbours=Neighbours(arrays["near_vectors"].astype(np.float32), arrays["near_starts"], arrays["near_rows"]),
        weights=Weights(**words["weights"]),
        calibration=Calibration(heat, tuple(level), tuple(floors), arrays["thresholds"]),
        keywords=Keywords([Category(name, tuple(keywords)) for name, keywords in words["keywords"]]),
        texts=tuple(words["texts"]),
        report=words["report"],
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
