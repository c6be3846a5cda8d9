from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from app.db import accounts, visits
from app.db.models.ticket import TicketRow
from app.db.visits import Visit
from app.web.pages.session import proof
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.vendors import VENDORS


@dataclass
class Browser:
    """A client that is signed in: sends its cookie, and the proof with every form."""

    client: FlaskClient
    key: str

    def get(self, path: str, **more: object):
        return self.client.get(path, **more)

    def post(self, path: str, data: dict[str, str] | None = None, **more: object):
        return self.client.post(path, data={"csrf": proof(self.key), **(data or {})}, **more)


SignsIn = Callable[..., Browser]


@pytest.fixture
def signed_in(receiver: Receiver) -> SignsIn:
    """``signed_in(level, account=..., framed_by=...)``: a browser with a session of that level."""
    return browsers(receiver)


def browsers(receiver: Receiver) -> SignsIn:
    """Signs in at that web."""

    def to(level: Level = Level.LEAD, account: str = "", framed_by: str = "", connection: str = "") -> Browser:
        who = Visit(account or receiver.account, "u1", level, "Ada", connection, framed_by)
        with receiver.services.database.session() as session:
            key = visits.begin(session, who, datetime.now(UTC))
        client = receiver.client.application.test_client()
        client.set_cookie("deskhand", key)
        return Browser(client, key)

    return to


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
