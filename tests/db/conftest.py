"""An empty database for each test, with the tables made by the migrations, and one account with a connection."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from app.db import accounts, connections
from app.db.connections import Installed
from app.db.database import Database
from tests.builders import NOON
from tests.tables import Again, laid


class Hands:
    """The clock of a test's database: it moves when the test says so."""

    def __init__(self) -> None:
        self.at = NOON

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def database(clock: Hands) -> Iterator[Database]:
    database = Again(clock)
    laid(database)
    yield database
    database.dispose()


@pytest.fixture
def connection(database: Database) -> Installed:
    with database.session() as session:
        account = accounts.add(session, "shop", NOON)
        return connections.add(session, Installed("c1", account.id, "desk", "https://desk.example", {}, "sealed"), NOON)
