"""An account's matrix in a process: read anew when its articles are others, and asked for at the same cost however many they are."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from app.db import articles
from app.db.database import Database
from app.kb.matrix import COUNTED, Matrices, Matrix
from tests.builders import NOON, an_article
from tests.kb.steps import steps

DAY = timedelta(days=1)
ENCODER = "e1", 8


class Shelf:
    """Pages of one account, each an origin of its own, as a process sees them by its clock."""

    def __init__(self, database: Database) -> None:
        self.database, self.now = database, 0.0
        self.matrices = Matrices(lambda: self.now)

    def keep(self, pages: Iterable[str]) -> None:
        with self.database.session() as session:
            for page in pages:
                articles.upsert(session, "shop", page, [an_article(page, id=page, title=page)], NOON)

    def end(self, page: str, days: int) -> None:
        with self.database.session() as session:
            articles.prune(session, "shop", page, (), NOON + days * DAY)

    def seen(self) -> Matrix:
        with self.database.reading() as session:
            return self.matrices.current(session, "shop", *ENCODER)


@pytest.fixture
def shelf(database: Database) -> Shelf:
    kept = Shelf(database)
    kept.keep(["one", "two", "three"])
    return kept


def test_what_is_added_or_ended_shows_at_once(shelf: Shelf) -> None:
    assert len(shelf.seen().passages) == 3
    shelf.keep(["four"])
    assert len(shelf.seen().passages) == 4
    shelf.end("one", 1)
    assert len(shelf.seen().passages) == 3


def test_what_another_transaction_ended_late_shows_within_a_minute(shelf: Shelf) -> None:
    shelf.end("one", 2)
    shelf.seen()
    shelf.end("two", 1)
    shelf.now = COUNTED
    assert len(shelf.seen().passages) == 1


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_turn_asks_the_same_however_many_pages_there_are(shelf: Shelf) -> None:
    few = steps(shelf.database, lambda session: articles.mark(session, "shop"))
    shelf.keep(f"page {n}" for n in range(60))
    shelf.end("page 1", 1)
    assert steps(shelf.database, lambda session: articles.mark(session, "shop")) <= few + 10
    assert steps(shelf.database, lambda session: articles.count(session, "shop")) > few + 10, "counting does not"
