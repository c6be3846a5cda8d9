"""Solved cases in memory: what is new shows at once, what is old within a minute, and among many the nearest are found."""

from collections.abc import Iterable
from datetime import timedelta
from types import SimpleNamespace

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import delete

from app.db import solved
from app.db.database import Database
from app.db.models.solved import SolvedRow
from app.kb import signs
from app.kb.past import COUNTED, FRESH, Cases, Known, Past
from app.kb.signs import Signs
from tests.builders import NOON
from tests.kb.steps import steps

WIDTH = 64
ENCODER = SimpleNamespace(version="e1", width=WIDTH)
MEANINGS = np.eye(WIDTH, dtype=np.float32)


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


def test_of_many_that_mean_the_same_no_more_are_compared() -> None:
    assert len(Signs(np.zeros((signs.LEAST, WIDTH), np.float32)).nearest(MEANINGS[0])) == signs.KEPT


class Shelf:
    """Cases of one account in a database, as a process sees them by its clock."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, 0.0
        self.past = Past(lambda: self.now)

    def solve(self, cases: Iterable[tuple[int, NDArray[np.float32]]]) -> None:
        """Each of another second than the one before, by number."""
        with self.database.session() as session:
            for number, meaning in cases:
                named = {"account_id": "shop", "origin": "desk", "external_id": str(number), "category": ""}
                said = {"question": "", "resolution": "", "digest": "", "encoder": "e1"}
                at = NOON + timedelta(seconds=number)
                numbers = meaning.astype("<f2").tobytes()
                session.add(SolvedRow(id=number, **named, **said, solved_at=at, numbers=numbers))

    def forget(self, number: int) -> None:
        with self.database.session() as session:
            session.execute(delete(SolvedRow).where(SolvedRow.id == number))

    def known(self) -> Known:
        with self.database.reading() as session:
            return self.past.current(session, "shop", ENCODER)


@pytest.fixture
def shelf(database: Database) -> Shelf:
    kept = Shelf(database)
    kept.solve((n, MEANINGS[n]) for n in (1, 2, 3))
    return kept


def test_a_newly_solved_case_shows_at_once_and_the_others_are_not_read_again(shelf: Shelf) -> None:
    before = shelf.known()
    assert before.whole.numbers == [3, 2, 1]
    shelf.solve([(4, MEANINGS[4])])
    after = shelf.known()
    assert after.alike(MEANINGS[4], 0.9) == {4: 1.0}
    assert after.alike(MEANINGS[1], 0.9) == {1: 1.0}
    assert after.whole is before.whole
    shelf.now = COUNTED
    assert shelf.known().whole is before.whole, "counted: nobody else came"
    assert shelf.known() is shelf.known()


def test_a_case_that_was_solved_again_is_asked_by_its_latest_question(shelf: Shelf) -> None:
    shelf.known()
    with shelf.database.session() as session:
        row = session.get(SolvedRow, 1)
        assert row is not None
        row.solved_at, row.numbers = (
            NOON + timedelta(seconds=9),
            (MEANINGS[1] * 0.8 + MEANINGS[9] * 0.6).astype("<f2").tobytes(),
        )
    assert shelf.known().alike(MEANINGS[1], 0.5) == {1: pytest.approx(0.8, abs=1e-3)}


@pytest.mark.parametrize("number", [1, 3])
def test_one_that_went_is_gone_within_a_minute(shelf: Shelf, number: int) -> None:
    shelf.known()
    shelf.forget(number)
    shelf.now = COUNTED
    assert shelf.known().alike(MEANINGS[number], 0.9) == {}


def test_an_old_one_that_came_shows_within_a_minute(shelf: Shelf) -> None:
    shelf.forget(1)
    shelf.known()
    shelf.solve([(1, MEANINGS[1])])
    shelf.now = COUNTED
    assert shelf.known().alike(MEANINGS[1], 0.9) == {1: 1.0}


def test_when_many_were_solved_since_all_are_read_again(shelf: Shelf) -> None:
    before = shelf.known()
    shelf.solve((n, MEANINGS[n % WIDTH]) for n in range(4, FRESH + 5))
    after = shelf.known()
    assert after.whole is not before.whole
    assert len(after.whole.numbers) == FRESH + 4
    assert after.fresh.numbers == []


def test_only_the_latest_are_compared_and_counted(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solved, "NEWEST", 2)
    assert shelf.known().whole.numbers == [3, 2]
    shelf.solve([(4, MEANINGS[4])])
    shelf.forget(1)
    shelf.now = COUNTED
    after = shelf.known()
    assert after.whole.numbers == [3, 2], "one that is compared no more is not missed"
    assert (after.fresh.numbers, after.count) == ([4], 3)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_turn_asks_the_same_however_many_were_solved(shelf: Shelf) -> None:
    def turn() -> int:
        shelf.known()
        return steps(shelf.database, lambda session: shelf.past.current(session, "shop", ENCODER))

    few = turn()
    shelf.solve((n, MEANINGS[n % WIDTH]) for n in range(4, 400))
    assert turn() == few > 0


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_newly_solved_case_is_read_for_the_same_however_many_there_were(shelf: Shelf) -> None:
    def news(number: int) -> int:
        shelf.past = Past(lambda: shelf.now)
        shelf.known()
        shelf.solve([(number, MEANINGS[0])])
        return steps(shelf.database, lambda session: shelf.past.current(session, "shop", ENCODER))

    few = news(4)
    shelf.solve((n, MEANINGS[n % WIDTH]) for n in range(5, 400))
    assert news(400) == few > 0
