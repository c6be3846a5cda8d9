"""Somebody who is signed in: a client with their cookie, and the proof with every form."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from flask.testing import FlaskClient

from app.db import visits
from app.db.visits import Visit
from app.web.pages.session import proof
from connectors.types import Level
from tests.web.conftest import Receiver


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
