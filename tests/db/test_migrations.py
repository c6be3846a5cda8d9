"""The migrations make what the models say, on both databases, and have one head."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from app.db import migrations
from app.db.database import Database
from app.errors import DatabaseDown
from tests.server import schema


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    served = request.param == "postgresql"
    database = Database(schema("migrations_test") if served else f"sqlite:///{tmp_path / 'deskhand.db'}")
    yield database
    database.dispose()


def test_migrations_and_models_agree(empty: Database) -> None:
    assert migrations.pending(empty)
    migrations.upgrade(empty)
    assert not migrations.pending(empty)
    assert migrations.differences(empty) == []


def test_a_difference_would_be_seen(empty: Database) -> None:
    migrations.upgrade(empty)
    with empty.session() as session:
        session.execute(text("drop table outcome"))
    assert migrations.differences(empty) != []


def test_a_second_upgrade_changes_nothing(empty: Database) -> None:
    migrations.upgrade(empty)
    migrations.upgrade(empty)
    assert not migrations.pending(empty)


def test_there_is_one_head() -> None:
    assert migrations.head()


@pytest.mark.parametrize("act", [migrations.pending, migrations.upgrade])
def test_a_database_that_is_away_is_said_in_our_words(act: Callable[[Database], object]) -> None:
    away = Database("postgresql://nobody:hunter2@127.0.0.1:1/none")
    with pytest.raises(DatabaseDown) as caught:
        act(away)
    assert "hunter2" not in str(caught.value)
