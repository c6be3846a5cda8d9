"""The nearest of many vectors: few are compared, and the same are found."""

import numpy as np
import pytest
from numpy.typing import NDArray

from app.db.vectors import Current
from app.kb import signs
from app.kb.matrix import Matrix
from app.kb.signs import Signs

WIDTH = 128


def drawn(count: int) -> NDArray[np.float32]:
    """Unit vectors in clusters, as sentences are."""
    generator = np.random.default_rng(3)
    about = generator.standard_normal((count // 50 + 1, WIDTH))
    rows = about[np.arange(count) % len(about)] + generator.standard_normal((count, WIDTH))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def matrix(rows: NDArray[np.float32], owners: list[int] | None = None) -> Matrix:
    of = np.array(owners if owners is not None else range(1, len(rows) + 1), np.int64)
    numbers = np.unique(of)
    return Matrix((0, None, 0), "v", Current(numbers, numbers + 1000, ("en",) * len(numbers)), of, rows)


@pytest.fixture(scope="module")
def many() -> NDArray[np.float32]:
    return drawn(signs.LEAST + 5_000)


def test_the_nearest_of_many_are_found_by_their_signs(many: NDArray[np.float32]) -> None:
    kept, found = matrix(many), 0
    for question in many[::1000]:
        exact = np.argsort(-(many @ question))[:10] + 1
        told = kept.compared(question, 10)
        found += len(set(exact.tolist()) & told.keys())
        assert next(iter(told)) == exact[0], "itself"
        assert list(told.values()) == sorted(told.values(), reverse=True)
    assert found >= 0.97 * 10 * len(many[::1000])


def test_few_are_compared(many: NDArray[np.float32]) -> None:
    near = Signs(many).nearest(many[7])
    assert signs.KEPT <= len(near) < 3 * signs.KEPT
    assert 7 in near


def test_those_besides_have_their_exact_cosine_however_far_they_are(many: NDArray[np.float32]) -> None:
    far = int(np.argmin(many @ many[0]))
    told = matrix(many).compared(many[0], 5, {far + 1, 10**9})
    assert told[far + 1] == pytest.approx(float(many[far] @ many[0]), abs=1e-6)
    assert 10**9 not in told


def test_of_two_vectors_of_a_passage_the_better_counts() -> None:
    rows = drawn(6)
    kept = matrix(rows, [1, 1, 2, 3, 3, 2])
    wanted = {1: max(rows[0] @ rows[4], rows[1] @ rows[4]), 2: max(rows[2] @ rows[4], rows[5] @ rows[4]), 3: 1.0}
    assert kept.compared(rows[4], 3) == pytest.approx(wanted, abs=1e-6)
    assert kept.compared(rows[4], 1, [1, 2]) == pytest.approx(wanted, abs=1e-6)


def test_few_rows_or_odd_widths_are_compared_one_by_one() -> None:
    assert not Signs.serve(drawn(10))
    assert not Signs.serve(np.zeros((signs.LEAST, 100), np.float32))


def test_places_are_of_those_that_are_known() -> None:
    kept = matrix(drawn(3), [5, 7, 9])
    assert kept.places([9, 5, 6, 10, 1]) == {9: (1009, "en"), 5: (1005, "en")}
    nothing = Matrix((0, None, 0), "v", Current(*[np.zeros(0, np.int64)] * 2, ()), np.zeros(0, np.int64), drawn(0))
    assert nothing.places([1]) == {}
    assert nothing.compared(drawn(1)[0], 3, [1]) == {}
