"""What a new model inherits: right answers to tickets that it answers alike, every mistake, and nothing for longer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from app.engine.carrying import carried
from app.engine.lessons import Learned, Lesson
from tests.builders import NOON, a_record

RECORD = a_record(category="billing", judged=60, errors=0, target=0.95)


def taught(right: int, wrong: int = 0) -> list[Learned]:
    kinds = [Lesson.KEPT] * right + [Lesson.WRONG] * wrong
    about = (RECORD.account, RECORD.category, RECORD.action, RECORD.digest)
    return [Learned(f"d{n}", f"t{n}", *about, kind, "ada", NOON) for n, kind in enumerate(kinds)]


def saying(**said: str) -> dict[str, str]:
    return {f"t{n}": "billing" for n in range(200)} | said


@pytest.mark.parametrize(
    ("lessons", "says", "attracted", "counts", "stands"),
    [
        (taught(60), saying(), 0, (60, 0), True),
        (taught(60), saying(t0="access", t1=""), 0, (58, 0), False),
        (taught(60), saying(), 1, (61, 1), False),
        (taught(60), {}, 0, (0, 0), False),
        (taught(59, 1), saying(), 0, (60, 1), False),
        (taught(100, 1), saying(t100="access"), 0, (101, 1), True),
        (taught(100, 1), saying(t100="access"), 3, (104, 4), False),
    ],
)
def test_what_is_left_is_what_the_new_model_answers_alike(lessons, says, attracted, counts, stands) -> None:
    found = carried(RECORD, lessons, says, attracted, "new", NOON + timedelta(days=1))
    assert (found.record.judged, found.record.errors) == counts
    assert found.stands is stands


def test_it_is_another_record_for_no_longer_and_signed_by_nobody() -> None:
    found = carried(RECORD, taught(60), saying(), 0, "new", NOON + timedelta(days=1)).record
    later = NOON + timedelta(days=1)
    assert found == replace(RECORD, digest="new", issued_at=later, signature="", people=1, largest=60)
    assert found.expires_at == RECORD.expires_at
