import io
import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from app import logs
from app.db import accounts, connections, problems
from app.db.connections import Installed
from app.db.problems import Problem
from app.services import Services
from app.settings import Settings
from app.web import create_app
from connectors.registry import HELPDESKS
from tests.web.vendors import VENDORS, Vendor


class Bells:
    """Stands in for Redis: remembers which tickets were rung."""

    def erase(self, ticket_ids) -> int:
        return 0

    def __init__(self) -> None:
        self.rung: list[str] = []

    def ring(self, *ticket_ids: str) -> None:
        self.rung += ticket_ids

    def check(self) -> None:
        """Always there."""


@dataclass
class Receiver:
    """The web on a fresh database, one connection for each vendor, and what was logged."""

    client: FlaskClient
    services: Services
    bells: Bells
    log: io.StringIO

    def connect(self, vendor: Vendor, **changed: str) -> str:
        """Another connection of the same account; gives its id back."""
        connection_id = connections.new_id()
        installed = Installed(
            connection_id,
            self.account,
            vendor.name,
            "https://acme.zendesk.com" if vendor.name == "zendesk" else "",
            vendor.settings,
            self.services.vault.seal({**vendor.secrets, **changed}, place=connection_id),
        )
        with self.services.database.session() as session:
            connections.add(session, installed, datetime.now(UTC))
        return connection_id

    @property
    def account(self) -> str:
        with self.services.database.reading() as session:
            return accounts.every(session)[0].id

    def post(self, vendor: Vendor, connection_id: str, body: bytes, headers: dict[str, str] | None = None):
        """Knock as the vendor does."""
        given = vendor.signed(body) if headers is None else headers
        return self.client.post(f"/webhooks/{vendor.name}/{connection_id}", data=body, headers=given)

    def saved(self) -> list[tuple[str, str]]:
        """(connection, delivery) of every event in the inbox, in order."""
        with self.services.database.reading() as session:
            rows = session.execute(text("select connection_id, delivery from event order by id"))
            return [(row[0], row[1]) for row in rows]

    def problems(self) -> list[Problem]:
        with self.services.database.reading() as session:
            return problems.newest(session)


def open_receiver(settings: Settings, helpdesks=HELPDESKS) -> Receiver:
    bells = Bells()
    services = Services(settings, work=bells, helpdesks=helpdesks)
    with services.database.session() as session:
        accounts.add(session, "acme", datetime.now(UTC))
    app = create_app(settings, services)
    stream = io.StringIO()
    logs.set_up("INFO", stream)
    return Receiver(app.test_client(), services, bells, stream)


@pytest.fixture
def receiver(prepared) -> Iterator[Receiver]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    opened = open_receiver(prepared)
    yield opened
    opened.services.dispose()
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(params=VENDORS, ids=lambda vendor: vendor.name)
def vendor(request) -> Vendor:
    return request.param
