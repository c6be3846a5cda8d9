"""An empty database with two accounts, and the encoder of this installation, loaded once."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine, text

from app.db.database import Database, driven
from app.db.models.account import AccountRow
from app.kb.embedding import Encoder
from app.nlp.tier import tier
from tests.builders import NOON
from tests.tables import laid


@contextmanager
def fresh(kind: str) -> Iterator[Database]:
    """An empty database: in memory, or a schema of its own at the server that the environment names."""
    url = os.environ.get("TEST_DATABASE_URL", "")
    if kind == "sqlite":
        yield Database("sqlite://")
        return
    if not url:
        pytest.skip("TEST_DATABASE_URL names no server")
    schema = f"kb_{os.getpid()}"
    admin = create_engine(driven(url), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f"create schema {schema}"))
        yield Database(f"{url}?options=-csearch_path={schema}")
        connection.execute(text(f"drop schema {schema} cascade"))
    admin.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with fresh(request.param) as database:
        laid(database)
        with database.session() as session:
            for account in ("shop", "bank"):
                session.add(AccountRow(id=account, name=account, created_at=NOON))
        yield database
        database.dispose()


@pytest.fixture(scope="session")
def encoder() -> Encoder:
    """Sentence vectors, from the verified model file."""
    found = tier().encoder
    assert found is not None, tier().why
    return found
