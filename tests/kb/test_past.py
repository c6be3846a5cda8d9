"""Solved cases in memory: what is new shows at once, what is old within a minute, and among many the nearest are found."""

import numpy as np
import pytest

from app.kb.past import Cases


@pytest.mark.parametrize("many", [100, 25_000])
def test_what_is_alike_is_found_among_few_and_among_many(many: int) -> None:
    generator = np.random.default_rng(5)
    rows = generator.standard_normal((many, 384)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    asked = rows[many // 2] + 0.3 * rows[7]
    asked /= np.linalg.norm(asked)
    found = Cases(list(range(1, many + 1)), rows).alike(asked, 0.6)
    assert list(found) == [many // 2 + 1]
    assert found[many // 2 + 1] == pytest.approx(float(rows[many // 2] @ asked), abs=1e-5)


def test_without_cases_nothing_is_alike() -> None:
    assert Cases([], np.zeros((0, 384), np.float32)).alike(np.ones(384, np.float32), 0.6) == {}
