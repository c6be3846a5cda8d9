"""An empty database with two accounts, and the encoder of this installation, loaded once."""

from collections.abc import Iterator

import pytest

from app.db.database import Database
from app.db.models.account import AccountRow
from app.kb.embedding import Encoder
from app.nlp.tier import tier
from tests.builders import NOON
from tests.server import schema
from tests.tables import laid


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    database = laid(Database(schema("kb_test") if request.param == "postgresql" else "sqlite://"))
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
