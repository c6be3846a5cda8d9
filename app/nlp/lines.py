"""What ``deskhand classify`` prints: texts and examples read from JSON lines or CSV, one answer a line, in order. Nothing is stored."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Any

from app.engine.configuration import Category, load
from app.engine.configuration.settled import CONFIDENCE
from app.nlp.classifier import products
from app.nlp.engine import Engine, Reading
from app.nlp.model import Opinion
from app.nlp.rows import Example
from app.nlp.tier import Tier

OUTSIDE = frozenset({"", "oos", "out_of_scope", "out-of-scope", "none"})
"""Labels in example files that mean: none of the categories."""


class BadLine(ValueError):
    """A line that cannot be read; the message names its number and what would be right."""


def classify_lines(
    config: str,
    taught: Iterable[Example],
    lines: Iterable[str],
    *,
    tier: Tier,
    now: datetime,
    name: str = "configuration",
) -> Iterator[dict[str, Any]]:
    """One answer for each text, in order, by the configuration in ``config`` (YAML or JSON) and labelled examples.

    Reads every line and trains before the first answer. Raises ConfigurationError, and ``BadLine`` for the first line that
    cannot be read.
    """
    configuration = load(config, name=name)
    texts = [_text(number, row) for number, row in records(lines)]
    model = Engine.fit(configuration.categories, taught, tier.encoder)
    engine = Engine(model, tier.encoder, products(configuration.settings))
    known = {category.name: category for category in configuration.categories}
    for text in texts:
        yield answer(engine.read(text, now), known)


def answer(reading: Reading, known: Mapping[str, Category]) -> dict[str, Any]:
    """A reading in the shape of the line format. Guesses outside all categories are listed and marked, never automatic."""
    judgement = reading.judgement
    opinions = {opinion.category: opinion for opinion in (*judgement.opinions, *reading.also)}
    best = judgement.opinions[0] if judgement.opinions else None
    return {
        "labels": [{"name": opinion.category, "p": opinion.p} for opinion in opinions.values()],
        "automatic": best is not None and not judgement.out_of_scope and _is_automatic(best, known.get(best.category)),
        "out_of_scope": judgement.out_of_scope,
        "sentiment": reading.mood.sentiment,
        "language": reading.language,
        "entities": [{"type": kind, "value": value} for kind, values in reading.entities.items() for value in values],
        "personal_data": [
            {"type": found.type.value, "start": found.start, "end": found.end} for found in reading.personal
        ],
        "emotion": reading.mood.emotion,
        "urgency": reading.mood.urgency.value,
        "churn_risk": reading.mood.churn.value,
        "flags": sorted(reading.flags),
        "why": _why(best, judgement.margin),
    }


def examples(lines: Iterable[str]) -> list[Example]:
    """Labelled examples: JSON lines with ``text`` and ``labels``, or CSV with ``text,category``."""
    return [Example(_text(number, row), _labels(row)) for number, row in records(lines)]


def records(lines: Iterable[str]) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """JSON objects, one a line, or the rows of a CSV file with a header, each with its line's number: as the first line shows."""
    rest = enumerate(lines, 1)
    start, first = next(((n, line) for n, line in rest if line.strip("\ufeff \t\r\n")), (0, ""))
    if not first:
        return
    whole = chain([first.lstrip("\ufeff")], (line for _, line in rest))
    yield from _json(whole, start) if first.lstrip("\ufeff \t").startswith("{") else _csv(whole, start)


def _json(lines: Iterable[str], start: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for number, line in enumerate(lines, start):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except ValueError as error:
            raise BadLine(f'line {number} is no JSON: give one object a line, {{"text": "..."}}') from error
        if not isinstance(row, dict):
            raise BadLine(f'line {number} is no object: give {{"text": "..."}}')
        yield number, row


def _csv(lines: Iterable[str], start: int) -> Iterator[tuple[int, Mapping[str, Any]]]:
    reader = csv.DictReader(
        io.StringIO("".join(line if line.endswith("\n") else f"{line}\n" for line in lines), newline="")
    )
    if "text" not in (reader.fieldnames or ()):
        raise BadLine(f"line {start} is no header with a column named text, as a CSV file needs")
    try:
        for row in reader:
            yield reader.line_num + start - 1, row
    except csv.Error as error:
        raise BadLine(f"line {reader.line_num + start - 1} is no CSV: {error}") from error


def _text(number: int, row: Mapping[str, Any]) -> str:
    text = row.get("text")
    if not isinstance(text, str):
        raise BadLine(f"line {number} has no text: give it as a string named text")
    return text


def _labels(row: Mapping[str, Any]) -> tuple[str, ...]:
    given = row.get("labels", row.get("category", row.get("label", "")))
    names: Sequence[Any] = given if isinstance(given, list) else [given]
    return tuple(str(name) for name in names if name is not None and str(name).strip().lower() not in OUTSIDE)


def _is_automatic(best: Opinion, category: Category | None) -> bool:
    """Sure enough by held-out examples, and by the configuration where it asks for more than the default."""
    if category is None:
        return best.automatic
    asked = category.confidence if category.confidence != CONFIDENCE else 0.0
    return best.automatic and best.p >= asked and not category.requires_human


def _why(best: Opinion | None, margin: float) -> dict[str, Any]:
    if best is None:
        return {}
    return {"keywords": list(best.keywords), "likeness": best.likeness, "margin": round(margin, 4)}
