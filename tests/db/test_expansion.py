"""Each migration only adds, so that the release before works on the new tables: old and new processes run side by side.

What takes something away (a contraction) waits for a release whose code, and that of the release before, uses it no more. It then says
so by naming what it takes in ``CONTRACTS``, and is not looked at for that.
"""

from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from sqlalchemy import inspect, text

from app.db import migrations
from app.db.database import Database

VERSIONS = sorted(
    file.stem for file in (Path(migrations.__file__).parent / "versions").glob("v*.py") if file.stem[1:5].isdigit()
)


class Column(NamedTuple):
    kind: str
    nullable: bool
    default: bool


Schema = dict[str, dict[str, Column]]


def schema(database: Database) -> tuple[Schema, dict[str, set[tuple[str, ...]]]]:
    """Every table's columns, and what has to be unique in it."""
    look = inspect(database.engine)
    tables = [name for name in look.get_table_names() if "_fts" not in name and name != "alembic_version"]
    columns = {
        table: {
            one["name"]: Column(str(one["type"]), bool(one["nullable"]), one["default"] is not None)
            for one in look.get_columns(table)
        }
        for table in tables
    }
    alone = {
        table: {tuple(one["column_names"]) for one in look.get_unique_constraints(table)}
        | {tuple(str(name) for name in one["column_names"]) for one in look.get_indexes(table) if one["unique"]}
        for table in tables
    }
    return columns, alone


def breaks(before: Any, after: Any, allowed: frozenset[str] = frozenset()) -> list[str]:
    """What the code of the release before would stumble over."""
    (old, old_alone), (new, new_alone) = before, after
    found = [f"{table} is gone" for table in old if table not in new]
    for table in old.keys() & new.keys():
        found += [f"{table}.{name} is gone" for name in old[table] if name not in new[table]]
        for name, column in new[table].items():
            was = old[table].get(name)
            if was is None and not column.nullable and not column.default:
                found.append(f"{table}.{name} has to be given")
            if was and was.nullable and not column.nullable:
                found.append(f"{table}.{name} may no longer be empty")
            if was and was.kind != column.kind:
                found.append(f"{table}.{name} has another type")
        stricter = [names for names in new_alone[table] - old_alone[table] if set(names) <= old[table].keys()]
        found += [f"{table} is unique by {', '.join(names)}" for names in stricter]
    return [one for one in found if one.split()[0] not in allowed]


RELEASED = "v0003"
"""What came before was never released, so nobody ran the code before it beside it."""


@pytest.fixture(scope="module")
def steps() -> dict[str, tuple[Any, Any]]:
    """The tables before and after each migration."""
    database = Database("sqlite://")
    made, before = {}, schema(database)
    for name in VERSIONS:
        migrations.upgrade(database, name[1:5])
        after = schema(database)
        made[name] = (before, after)
        before = after
    assert not migrations.pending(database)
    database.dispose()
    return made


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in VERSIONS if name >= RELEASED])
def test_the_release_before_works_on_the_new_tables(steps: dict[str, tuple[Any, Any]], name: str) -> None:
    module = import_module(f"app.db.migrations.versions.{name}")
    assert breaks(*steps[name], frozenset(getattr(module, "CONTRACTS", ()))) == []


def test_whatever_would_break_it_is_seen() -> None:
    free, needed = Column("TEXT", nullable=True, default=False), Column("TEXT", nullable=False, default=False)
    before = ({"a": {"x": free, "y": free}, "b": {"x": free}}, {"a": set(), "b": set()})
    after = ({"a": {"y": needed, "z": needed, "w": free}}, {"a": {("y",), ("w",)}})
    assert sorted(breaks(before, after)) == [
        "a is unique by y",
        "a.x is gone",
        "a.y may no longer be empty",
        "a.z has to be given",
        "b is gone",
    ]
    assert breaks(before, before) == []
    assert "a.x is gone" not in breaks(before, after, frozenset({"a.x"}))
    assert breaks(({"a": {"x": free}}, {"a": set()}), ({"a": {"x": free._replace(kind="INTEGER")}}, {"a": set()})) == [
        "a.x has another type"
    ]


def test_processes_of_the_release_before_go_on_beside_a_newer_database(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deskhand.db'}")
    migrations.upgrade(database)
    with database.session() as session:
        session.execute(text("update alembic_version set version_num = '9999'"))
    assert not migrations.pending(database)
    with database.session() as session:
        session.execute(text("update alembic_version set version_num = '0001'"))
    assert migrations.pending(database)
    database.dispose()
