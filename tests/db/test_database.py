"""Sessions as units of work, times that stay aware, errors in our words, and a fork."""

import os
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session

from app.db import accounts
from app.db import database as databases
from app.db.database import Database, driven
from app.db.migrations import upgrade
from app.db.models.account import AccountRow
from app.errors import BadInput, DatabaseDown
from tests.builders import NOON
from tests.server import schema


def names(session: Session) -> list[str]:
    return [account.name for account in accounts.every(session)]


def test_a_session_keeps_everything_or_nothing(database: Database) -> None:
    with database.session() as session:
        accounts.add(session, "kept", NOON)
    with pytest.raises(RuntimeError), database.session() as session:
        accounts.add(session, "lost", NOON)
        raise RuntimeError
    with database.reading() as session:
        assert names(session) == ["kept"]


def test_what_is_written_while_reading_is_not_kept(database: Database) -> None:
    with database.reading() as session:
        accounts.add(session, "lost", NOON)
    with database.reading() as session:
        assert names(session) == []


def test_two_accounts_of_one_name_are_refused(database: Database) -> None:
    with pytest.raises(BadInput, match="choose another name"), database.session() as session:
        accounts.add(session, "shop", NOON)
        accounts.add(session, "shop", NOON)


def test_times_come_back_aware_and_in_utc(database: Database) -> None:
    summer = datetime(2026, 7, 1, 12, 0, 0, 123456, tzinfo=timezone(timedelta(hours=2)))
    with database.session() as session:
        account = accounts.add(session, "shop", summer)
    with database.reading() as session:
        row = session.get(AccountRow, account.id)
        assert row is not None
        assert row.created_at == summer
        assert row.created_at.tzinfo is UTC


def test_a_time_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="without a zone"), database.session() as session:
        accounts.add(session, "shop", datetime(2026, 7, 1, 12, 0))


def test_a_file_is_written_safely_and_writers_wait_for_each_other(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deskhand.db'}")
    upgrade(database)
    with database.reading() as session:
        assert session.scalar(text("pragma journal_mode")) == "wal"
        assert session.scalar(text("pragma synchronous")) == 2
        assert session.scalar(text("pragma foreign_keys")) == 1

    def write(name: str) -> None:
        for number in range(5):
            with database.session() as session:
                accounts.add(session, f"{name}-{number}", NOON)

    threads = [threading.Thread(target=write, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.reading() as session:
        assert len(names(session)) == 20
    database.dispose()


def test_a_database_that_cannot_be_reached_says_so_in_our_words(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.db'}")
    with pytest.raises(DatabaseDown, match="cannot be reached"), database.session() as session:
        names(session)


@pytest.mark.servers
def test_a_connection_that_fell_while_it_was_unused_is_replaced_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    database = Database(schema("fallen"))
    with database.session() as session:
        fallen = session.scalar(text("select pg_backend_pid()"))
    other = Database(database.url)
    with other.session() as session:
        assert session.scalar(text("select pg_terminate_backend(:pid, 10000)"), {"pid": fallen})
    other.dispose()
    monkeypatch.setattr(databases, "IDLE", 0.0)
    with database.session() as session:
        assert session.scalar(text("select pg_backend_pid()")) != fallen
    database.dispose()


def test_after_a_fork_both_sides_have_connections_of_their_own(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deskhand.db'}")
    upgrade(database)
    with database.session() as session:
        accounts.add(session, "parent", NOON)
    child = os.fork()
    if child == 0:
        with database.session() as session:
            accounts.add(session, "child", NOON)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    with database.reading() as session:
        assert names(session) == ["child", "parent"]
    database.dispose()


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql://u@h/d", "postgresql+psycopg://u@h/d"),
        ("postgresql+psycopg://u@h/d", "postgresql+psycopg://u@h/d"),
        ("sqlite:///x.db", "sqlite:///x.db"),
    ],
)
def test_plain_addresses_mean_the_driver_we_ship(given: str, used: str) -> None:
    assert driven(given) == used


def test_the_files_of_a_new_database_are_for_us_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        database = Database(f"sqlite:///{tmp_path / 'deskhand.db'}")
        with database.session() as session:
            session.execute(text("create table thing (id integer)"))
            modes = {file.name: file.stat().st_mode & 0o777 for file in tmp_path.iterdir()}
        database.dispose()
    finally:
        os.umask(before)
    assert "deskhand.db" in modes
    assert set(modes.values()) == {0o600}


def test_a_folder_that_is_not_there_is_a_database_that_is_down(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'nowhere' / 'deskhand.db'}")
    with pytest.raises(DatabaseDown), database.session() as session:
        session.execute(text("select 1"))
