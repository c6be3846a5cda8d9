from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient

from app.db import access, ids
from app.db.access import SCOPES
from app.web import create_app
from tests.flows.played import VENDORS
from tests.flows.stage import QUESTION, Stage


@pytest.fixture
def token(receiver):
    """Gives out tokens of the receiver's account, as the command line does."""

    def give(*scopes: str, ends_at: datetime | None = None) -> str:
        with receiver.services.database.session() as session:
            return access.issue(session, receiver.account, scopes, at=datetime.now(UTC), ends_at=ends_at)[1]

    return give


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


class House:
    """An account at work: a played helpdesk with a ticket that was decided, and a token for everything."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.account = stage.account
        self.connection_id, self.vendor = stage.connect("desk")
        self.client: FlaskClient = create_app(stage.services.settings, stage.services).test_client()
        self.token = self.issue(*SCOPES)

    def issue(self, *scopes: str) -> str:
        with self.stage.database.session() as session:
            return access.issue(session, self.account.id, scopes, at=self.stage.time)[1]

    def asks(self, text: str = QUESTION) -> str:
        """A customer writes, and it is worked on. Our own id of the ticket."""
        ref = self.vendor.customer_writes(text)
        self.work()
        return ids.ticket(self.connection_id, ref)

    def work(self) -> None:
        self.stage.deliver(self.connection_id, self.vendor)
        self.stage.work()

    def call(self, method: str, path: str, *, token: str = "", **more):
        headers = bearer(token or self.token) | more.pop("headers", {})
        return self.client.open(f"/api/v1{path}", method=method, headers=headers, **more)

    def read(self, path: str, **query: str):
        answer = self.call("GET", path, query_string=query)
        assert answer.status_code == 200, answer.text
        return answer.json


@pytest.fixture
def stage() -> Iterator[Stage]:
    """A play of its own; the queue's names that only the web rings are heard, too."""
    stage = Stage()
    stage.bells.signals = lambda account_id: stage.bells.asked.append(("signals", account_id))
    stage.bells.ring = lambda *some: [stage.bells.rung.setdefault(one) for one in some]
    yield stage
    stage.database.dispose()
    VENDORS.clear()


@pytest.fixture
def house(stage: Stage) -> House:
    return House(stage)


@pytest.fixture
def neighbour(house: House) -> House:
    """Another account on the same installation, with a ticket of its own."""
    house.stage.open_account()
    return House(house.stage)
