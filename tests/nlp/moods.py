"""Judged support messages, and how far what is said about mood is from the judgement. One half is to tune by, the other to report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.nlp.encoder import Encoder
from app.nlp.engine import Engine, Mood
from app.nlp.learning import fit
from app.nlp.mood.errors import report

NAMES = {"a": "angry", "f": "frustrated", "n": "neutral", "s": "satisfied"}
FEELING = {"angry": -0.9, "frustrated": -0.5, "neutral": 0.0, "satisfied": 0.8}
"""The sentiment that a judged emotion stands for."""
URGENCY = (0.0, 0.2, 0.9)
"""Whenever, as usual, now."""
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Judged:
    """One message and what a person says of it. ``urgency`` and ``leaves`` are from 0 to 1."""

    text: str
    emotion: str
    urgency: float
    leaves: float


def judged(*, tuned: bool) -> list[Judged]:
    """The half to tune by, or the one to report."""
    lines = (Path(__file__).parent / "moods.txt").read_text("utf-8").splitlines()
    rows = [line.split("|", 3) for line in lines if line and not line.startswith("#")]
    return [
        Judged(text, NAMES[emotion], URGENCY[int(urgency)], float(leaves))
        for number, (emotion, urgency, leaves, text) in enumerate(rows)
        if (number % 2 == 0) is tuned
    ]


def moods(cases: Sequence[Judged], encoder: Encoder | None) -> list[Mood]:
    """What the engine says of them."""
    engine = Engine(fit((), [], encoder), encoder)
    return [engine.read(case.text, NOW).mood for case in cases]


def errors(cases: Sequence[Judged], said: Sequence[Mood]) -> dict[str, dict[str, float]]:
    """Every figure there is, by what it is about. ``ranking`` is how often of two cases the right one was put first."""
    right = [mood.emotion == case.emotion for case, mood in zip(cases, said, strict=True)]
    recalls = {
        name: sum(r for r, case in zip(right, cases, strict=True) if case.emotion == name)
        / sum(case.emotion == name for case in cases)
        for name in FEELING
    }
    pairs = {
        "sentiment": ([mood.sentiment for mood in said], [FEELING[case.emotion] for case in cases]),
        "urgency": ([mood.urgency.value for mood in said], [case.urgency for case in cases]),
        "churn": ([mood.churn.value for mood in said], [case.leaves for case in cases]),
    }
    table = {name: report(*pair) for name, pair in pairs.items()}
    found = {name: {"bias": r.bias, "absolute": r.absolute, "ranking": r.ranking} for name, r in table.items()}
    return {"emotion": {"accuracy": sum(right) / len(right), **recalls}, **found}


def report_moods(encoder: Encoder | None, show: Callable[[str, dict[str, Any]], None]) -> None:
    """Each error on the half that nothing was tuned by, with the number of cases."""
    cases = judged(tuned=False)
    for name, row in errors(cases, moods(cases, encoder)).items():
        show(name, {"n": float(len(cases)), **row})
