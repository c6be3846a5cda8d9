from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest

from app.db import accounts
from app.db.database import Database
from app.db.models.ticket import TicketRow
from app.settings import Settings
from tests.server import schema
from tests.tables import laid
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.signing import SignsIn, browsers
from tests.web.pages.town import town
from tests.web.vendors import VENDORS

__all__ = ["town"]


@pytest.fixture
def signed_in(receiver: Receiver) -> SignsIn:
    """``signed_in(level, account=..., framed_by=...)``: a browser with a session of that level."""
    return browsers(receiver)


@dataclass(frozen=True)
class Foreign:
    """What belongs to another account, by the names that addresses use."""

    account: str
    connection: str
    ticket: str


@pytest.fixture
def foreign(receiver: Receiver) -> Foreign:
    connection, at = receiver.connect(VENDORS[0]), datetime.now(UTC)
    with receiver.services.database.session() as session:
        other = accounts.add(session, "other", at)
        session.connection().exec_driver_sql(f"update connection set account_id='{other.id}' where id='{connection}'")
        session.add(TicketRow(id="t-other", connection_id=connection, ref="99", fence=0, attempts=0, created_at=at))
    return Foreign(other.id, connection, "t-other")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def anywhere(request: pytest.FixtureRequest, prepared: Settings) -> Iterator[Receiver]:
    """The web on either database; on a server, in a schema of its own."""
    settings = prepared
    if request.param == "postgresql":
        settings = replace(prepared, database_url=schema("pages_test"))
        laid(Database(settings.database_url)).dispose()
    opened = open_receiver(settings)
    yield opened
    opened.services.dispose()
