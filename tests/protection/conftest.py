"""An account with a connection, a keyring that a test can look into, and a ticket."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import accounts, connections, inbox, tickets
from app.db.connections import Installed
from app.db.database import Database
from app.db.keyring import Keyring
from app.db.tickets import Lease
from app.db.unlocking import beside
from app.masters import LocalMaster
from connectors.types import Event, EventKind, Ref
from tests.builders import NOON
from tests.server import everything, schema
from tests.tables import laid

OLD, NEW = bytes(range(32)), bytes(range(1, 33))
LATER = NOON.replace(hour=20)


class Store:
    """The data and the keys, as files, so that a test can read what really stands there."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder = folder
        self.database = Database(url or f"sqlite:///{folder / 'deskhand.db'}", clock=lambda: NOON)
        self.keys = Database(beside(self.database.url))
        self.ring = self.unlocked(OLD)
        laid(self.database)

    def unlocked(self, *masters: bytes) -> Keyring:
        """The same store in another process, which has these master keys."""
        self.ring = Keyring(self.keys, LocalMaster(masters))
        self.ring.serve(self.database.engine)
        return self.ring

    def account(self, name: str) -> Installed:
        """An account with one connection."""
        with self.database.session() as session:
            account = accounts.add(session, name, NOON)
            installed = Installed(f"desk-{name}", account.id, "desk", "https://desk.example", {}, "sealed")
            return connections.add(session, installed, NOON)

    def ticket(self, connection: Installed, ref: str) -> Lease:
        """A ticket under its lease."""
        with self.database.session() as session:
            event = Event(f"d-{ref}", EventKind.MESSAGE, Ref(ref), NOON)
            (ticket_id,) = inbox.accept(session, connection.id, [event], NOON)
            lease = tickets.take(session, ticket_id, "test", NOON, LATER)
        assert lease
        return lease

    def raw(self) -> bytes:
        """Everything that stands in the data's files, or in the server's tables."""
        if not self.database.url.startswith("sqlite"):
            return everything(self.database)
        return b"".join(file.read_bytes() for file in sorted(self.folder.glob("deskhand.db*")))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path, schema("protection_store") if request.param == "postgresql" else "")
    yield made
    made.database.dispose()
    made.keys.dispose()
