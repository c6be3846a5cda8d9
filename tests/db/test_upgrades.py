"""From every version that there ever was, with rows in every table: the tables become today's, and today's code reads the rows."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from app.db import accounts, connections, effects, inbox, migrations
from app.db.codec import encode
from app.db.database import Database
from app.db.models import Base
from connectors.types import Note
from tests.filled import fill
from tests.server import schema

REVISIONS = migrations.revisions()
CONFIGURATION = "service: shop\nclassification: {categories: [{name: order-status, keywords: [parcel]}]}\n"
ROWS = 2
READ_ANEW = {("0001", "article")}
"""Copies of what hosts hold, in a shape that was given up: they are fetched again."""
QUICK = (REVISIONS[0], REVISIONS[len(REVISIONS) // 2])
"""Those that every run tries, and that both databases do; the others take their time."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    served = request.param == "postgresql"
    database = Database(schema("upgrades_test") if served else f"sqlite:///{tmp_path / 'deskhand.db'}")
    yield database
    database.dispose()


def specimen() -> dict[str, dict[str, Any]]:
    """What has to mean something to the code that reads it."""
    return {
        "configuration": {"text": CONFIGURATION},
        "effect": {"state": "pending", "changes": encode((Note("checked"),)), "receipt": None},
        "event": {"state": "waiting"},
        "connection": {"vendor": "zendesk", "state": "active"},
    }


@pytest.mark.parametrize(
    ("empty", "revision"),
    [
        *(pytest.param("sqlite", one, marks=() if one in QUICK else pytest.mark.slow) for one in REVISIONS),
        *(pytest.param("postgresql", one, marks=pytest.mark.servers) for one in QUICK),
    ],
    indirect=["empty"],
)
def test_rows_of_every_version_are_read_by_this_one(empty: Database, revision: str) -> None:
    migrations.upgrade(empty, revision)
    with empty.session() as session:
        before = {table.name for table in fill(session.connection(), ROWS, specimen())}
    migrations.upgrade(empty)
    assert migrations.differences(empty) == []
    with empty.reading() as session:
        tables = {mapper.local_table.name: mapper.class_ for mapper in Base.registry.mappers}
        kept = {name: session.scalar(select(func.count()).select_from(tables[name])) for name in before & set(tables)}
        lost = {name: number for name, number in kept.items() if number != ROWS and (revision, name) not in READ_ANEW}
        assert lost == {}, "no row was lost or doubled"
        assert before <= set(tables), "no table was dropped in silence"
        for name in sorted(before):
            assert len(session.scalars(select(tables[name])).all()) == kept[name], name
        [first, _] = accounts.every(session)
        assert accounts.configuration(session, first.id).text == CONFIGURATION
        assert [one.vendor for one in connections.every(session)] == ["zendesk"] * ROWS
        [planned] = effects.unfinished(session, "0-id-é")
        assert planned.plan.changes == (Note("checked"),)
        assert inbox.backlog(session) >= 0


def test_every_version_is_tried() -> None:
    folder = Path(migrations.__file__).parent / "versions"
    assert len(REVISIONS) == len(list(folder.glob("v[0-9]*.py"))) >= 20
    assert REVISIONS[-1] == migrations.head()


def test_a_row_that_an_upgrade_loses_would_be_seen(empty: Database) -> None:
    migrations.upgrade(empty, REVISIONS[0])
    with empty.session() as session:
        fill(session.connection(), ROWS, specimen())
        session.execute(text("delete from problem where id = '0-id-é'"))
    migrations.upgrade(empty)
    with empty.reading() as session:
        assert session.scalar(text("select count(*) from problem")) == ROWS - 1
