"""Time is bounded by the size of the input: four times the text may cost about four times, never sixteen.

Ratios on one machine in one breath, not seconds, so a slow machine passes and a quadratic pattern fails.
"""
# ruff: noqa: E501, RUF001 - a table of nasty pieces

import time
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from app.nlp.clean import clean
from app.nlp.dates import dates
from app.nlp.entities import entities
from app.nlp.flags import flags
from app.nlp.markup import text_of
from app.nlp.mood import churn_risk, sentiment, urgency
from app.nlp.personal import find

NOW = datetime(2026, 3, 4, tzinfo=UTC)
SMALL, FACTOR = 1_500, 4
SLACK = 0.05
"""Seconds of processor time under which a difference means nothing."""

READERS: dict[str, Callable[[str], object]] = {
    "find": find,
    "clean": clean,
    "markup": text_of,
    "dates": lambda text: dates(text, NOW),
    "entities": lambda text: entities(text, NOW),
    "flags": flags,
    "mood": lambda text: (sentiment(text), urgency(text), churn_risk(text, 0.0)),
}
NASTY = (
    "1 ", "1", "a@", "@", "a.", "+1 ", "card 4111 ", "code ", "password is ", "GB29 ", "AA11", "cvv ", "-", "(", "eyJ", "12-", "x@y.", "at dot ", "ssn 123 ",
    "passport A1 ", "sk-", "\n", " ", "On a ", "> ", "code de ", "phone 0 ", "(at)", "From: x\n", "-- \n", "Best,\n", "<a", "<!--", "<p a=\"", "é", "２ ", "by ",
    "error ", "$1,", "order #", "File \"", "http://", "someone ", "not ", "within 3 ",
)  # fmt: skip


def cost(reader: Callable[[str], object], text: str) -> float:
    """Processor seconds, the best of two."""
    spent = []
    for _ in range(2):
        start = time.process_time()
        reader(text)
        spent.append(time.process_time() - start)
    return min(spent)


@pytest.mark.parametrize("name", READERS)
def test_no_pattern_is_worse_than_linear(name: str) -> None:
    reader = READERS[name]
    for unit in NASTY:
        small = (unit * SMALL)[:SMALL]
        large = (unit * SMALL * FACTOR)[: SMALL * FACTOR]
        assert cost(reader, large) <= 2 * FACTOR * cost(reader, small) + SLACK, unit
