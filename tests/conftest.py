"""What every test may ask for. No test reaches past this machine; none needs a key."""

import gc
import os
import shutil
from collections.abc import Generator
from datetime import UTC, datetime
from pathlib import Path

import hypothesis
import pytest
from pytest_socket import socket_allow_hosts

from app.db import migrations
from app.db.database import Database
from app.settings import Settings

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
"""As our own processes have it, and before numpy is loaded: its threads wait for each other where the workers of a test run share cores."""
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("steady")
"""The same examples in each run, however slow the machine is; ``--hypothesis-profile default`` looks for new ones."""


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Thousands of tests come into being and stay to the end: no look for what may go is worth its time, now or later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.freeze()


def pytest_runtest_setup() -> None:
    """Only loopback addresses and Unix sockets; a name elsewhere fails at once. The plugin lifts it after each test."""
    socket_allow_hosts(["127.0.0.1", "localhost", "::1"], allow_unix_socket=True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings on a fresh data directory: SQLite, own broker, a key file."""
    return Settings.load({"DESKHAND_DATA_DIR": str(tmp_path / "data")})


@pytest.fixture(scope="session")
def _tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with every table and no row, made once."""
    file = tmp_path_factory.mktemp("tables") / "deskhand.db"
    database = Database(f"sqlite:///{file}")
    migrations.upgrade(database)
    database.dispose()
    return file


@pytest.fixture
def prepared(settings: Settings, _tables: Path) -> Settings:
    """The same settings, with the tables already there."""
    shutil.copy(_tables, settings.data_dir / "deskhand.db")
    return settings


@pytest.fixture
def now() -> datetime:
    """A moment that never moves: a Tuesday noon in UTC."""
    return datetime(2026, 3, 10, 12, 0, tzinfo=UTC)
