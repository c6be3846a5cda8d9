"""What was known when: versions, ends, and vectors that are made once, in any number of sittings."""

from dataclasses import replace
from datetime import datetime, timedelta

import numpy as np
import pytest

from app.db import articles, passages
from app.db.database import Database
from app.kb.embedding import Encoder, embed
from app.kb.index import HybridIndex
from app.kb.matrix import Matrices
from tests.builders import NOON, an_article

DAY = timedelta(days=1)
FIRST = an_article("Send it back within 14 days of delivery.", id="return", title="Return an item")
LATER = replace(FIRST, text="Send it back within 30 days of delivery.", updated_at=NOON + 10 * DAY)


class Counted:
    """An encoder that counts what it is asked to read."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder, self.read = encoder, 0
        self.version, self.width = encoder.version, encoder.width

    def encode(self, texts: list[str]) -> np.ndarray:
        self.read += len(texts)
        return self._encoder.encode(texts)


def keep(database: Database, *found: object, at: datetime = NOON) -> None:
    with database.session() as session:
        articles.upsert(session, "shop", "desk", found, at)  # type: ignore[arg-type]


def texts(database: Database, at: datetime | None = None, encoder: Encoder | None = None) -> list[str]:
    return [
        p.text for p in HybridIndex(database, "shop", encoder, at=at).search("send an item back, return it", limit=9)
    ]


def test_a_search_as_of_a_day_sees_that_days_version_and_none_from_the_future(
    database: Database, encoder: Encoder
) -> None:
    keep(database, FIRST)
    embed(database, "shop", encoder)
    keep(database, LATER, at=NOON + 11 * DAY)
    embed(database, "shop", encoder)
    for used in (None, encoder):
        assert texts(database, NOON - DAY, used) == []
        assert texts(database, NOON + 9 * DAY, used) == [FIRST.text]
        assert texts(database, NOON + 10 * DAY, used) == [LATER.text]
        assert texts(database, None, used) == [LATER.text]


def test_what_was_deleted_is_gone_today_and_not_from_the_past(database: Database) -> None:
    keep(database, FIRST)
    with database.session() as session:
        articles.prune(session, "shop", "desk", (), NOON + 5 * DAY)
    assert texts(database) == []
    assert texts(database, NOON + 4 * DAY) == [FIRST.text]
    assert texts(database, NOON + 5 * DAY) == []


def test_a_page_that_comes_back_does_not_fill_the_gap(database: Database) -> None:
    keep(database, FIRST)
    with database.session() as session:
        articles.prune(session, "shop", "desk", (), NOON + 5 * DAY)
    keep(database, FIRST, at=NOON + 8 * DAY)
    assert texts(database, NOON + 6 * DAY) == []
    assert texts(database, NOON + 8 * DAY) == [FIRST.text]


def test_a_change_without_a_later_date_begins_when_it_was_seen(database: Database) -> None:
    keep(database, FIRST)
    keep(database, replace(LATER, updated_at=NOON), at=NOON + 3 * DAY)
    assert texts(database, NOON + 2 * DAY) == [FIRST.text]
    assert texts(database, NOON + 3 * DAY) == [LATER.text]


def test_the_same_words_are_embedded_once(database: Database, encoder: Encoder) -> None:
    counted = Counted(encoder)
    keep(database, FIRST)
    assert embed(database, "shop", counted) == 1
    before = counted.read
    keep(database, replace(FIRST, restricted=True, updated_at=NOON + DAY))
    assert embed(database, "shop", counted) == 1
    assert counted.read == before
    assert embed(database, "shop", counted) == 0


def test_work_that_was_stopped_goes_on_where_it_was(database: Database, encoder: Encoder) -> None:
    keep(database, *(an_article(f"Text {n}.", id=str(n), title=f"Page {n}") for n in range(70)))

    class Stopped(Exception):
        pass

    def stop(_made: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        embed(database, "shop", encoder, progress=stop)
    assert embed(database, "shop", encoder) == 70 - 64


def test_a_matrix_is_brought_up_to_date_not_read_anew(database: Database, encoder: Encoder) -> None:
    matrices = Matrices()
    keep(database, FIRST)
    assert HybridIndex(database, "shop", encoder, matrices=matrices).search("return an item")[0].score <= 0.49
    embed(database, "shop", encoder)
    assert (
        HybridIndex(database, "shop", encoder, matrices=matrices).search("How long can I return an item?")[0].score
        > 0.5
    )
    keep(database, LATER)
    embed(database, "shop", encoder)
    index = HybridIndex(database, "shop", encoder, matrices=matrices)
    assert [p.text for p in index.search("return an item")] == [LATER.text]
    with database.reading() as session:
        assert matrices.current(session, "shop", encoder.version, encoder.width) is matrices.current(
            session, "shop", encoder.version, encoder.width
        )
        assert passages.count(session, "shop") == 1


def test_a_page_is_found_by_its_meaning_without_a_word_in_common(database: Database, encoder: Encoder) -> None:
    keep(database, FIRST, an_article("Choose Forgot password.", id="password", title="Reset your password"))
    embed(database, "shop", encoder)
    found = HybridIndex(database, "shop", encoder).search("cannot log in any more")
    assert found[0].source == "password"
    assert HybridIndex(database, "shop").search("cannot log in any more") == []


def test_accounts_with_vectors_do_not_see_each_other(database: Database, encoder: Encoder) -> None:
    keep(database, FIRST)
    embed(database, "shop", encoder)
    for used in (None, encoder):
        assert HybridIndex(database, "bank", used).search("return an item") == []
