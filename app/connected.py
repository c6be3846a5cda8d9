"""An account's connections, as this process uses them: connectors and backends, built for each thread and anew when they were changed."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import Session

from app.db import connections
from app.db.connections import Installed
from app.db.database import Database
from app.errors import UnknownRecord
from app.tokens import Renewal
from app.vault import Vault
from connectors.base import Connection, Helpdesk, Renews
from connectors.errors import Unsupported
from connectors.operations import Backend, Operation
from connectors.types import OpenTicket

FRESH = 5.0
"""Seconds for which a connection is used without a look at the database."""


@dataclass(frozen=True)
class _Built:
    """A connector, what it was built from, and until when nobody has to look whether that changed."""

    installed: Installed
    connector: Helpdesk
    until: float


@dataclass(frozen=True)
class Offer:
    """A backend of an account's that does an operation. ``system`` is its vendor's name, ``connection`` its connection's id."""

    system: str
    connection: str
    backend: Backend
    operation: Operation


class Connected:
    """Connectors and backends by connection and by account. Safe between threads; no call is made before somebody asks."""

    def __init__(
        self,
        database: Database,
        vault: Callable[[], Vault],
        helpdesks: Mapping[str, type[Helpdesk]],
        backends: Mapping[str, type[Backend]],
    ) -> None:
        """``vault`` opens what is sealed, and is asked for when a connection is first built."""
        self._database = database
        self._vault = vault
        self.helpdesks = helpdesks
        self.backends = backends
        self._mine = threading.local()

    def connector(self, connection_id: str) -> Helpdesk:
        """This thread's connector for a connection, built anew when that was changed, which shows within seconds.

        Raises UnknownRecord for a connection that is not there and SealBroken when its secrets do not open.
        """
        return self._built(connection_id).connector

    def installed(self, connection_id: str) -> Installed:
        """The connection as it was seconds ago at most. Raises UnknownRecord."""
        return self._built(connection_id).installed

    def record_of(self, connection: Installed) -> Installed | None:
        """The account's helpdesk in which tickets of this connection are recorded; None when it keeps its own."""
        if self.opening([connection]):
            return None
        with self._database.reading() as session:
            return next(iter(self.opening(connections.of_account(session, connection.account_id))), None)

    def opening(self, every: Iterable[Installed]) -> list[Installed]:
        """Those of the connections at which tickets can be opened."""
        kinds = self.helpdesks
        return [one for one in every if one.vendor in kinds and OpenTicket in kinds[one.vendor].supports]

    def offers(self, account_id: str, session: Session | None = None) -> Mapping[str, list[Offer]]:
        """Operation -> every active backend of the account's that does it, oldest connection first. No call is made.

        ``session``: where the caller is reading already.
        """
        found: dict[str, list[Offer]] = {}
        with nullcontext(session) if session else self._database.reading() as reading:
            every = connections.of_account(reading, account_id)
        for installed in (one for one in every if one.vendor in self.backends and one.active):
            backend = self.system(installed)
            for name, operation in backend.operations.items():
                found.setdefault(name, []).append(Offer(installed.vendor, installed.id, backend, operation))
        return found

    def backend(self, account_id: str, operation: str, system: str = "", session: Session | None = None) -> Offer:
        """The backend that does an operation for the account: the one called ``system`` where there is such a one, else the only one.

        Raises Unsupported where none does it, and where several do and nobody said which.
        """
        offers = self.offers(account_id, session).get(operation, [])
        chosen = [one for one in offers if one.system == system] or offers
        if len(chosen) != 1:
            named = ", ".join(one.system for one in chosen) or "nothing that is connected"
            raise Unsupported(f"{operation}: {named} does it" + (", and it has to be one" if chosen else ""))
        return chosen[0]

    def backend_at(self, connection_id: str) -> tuple[Installed, Backend]:
        """The backend of that connection. Raises UnknownRecord, also where it is a helpdesk's."""
        with self._database.reading() as session:
            installed = connections.find(session, connection_id)
        if installed.vendor not in self.backends:
            raise UnknownRecord("there is no such connection of a backend")
        return installed, self.system(installed)

    def system(self, installed: Installed) -> Backend:
        """This thread's backend for this very record. Raises SealBroken, or a ConnectorError for settings that will not do."""
        cache: dict[str, tuple[Installed, Backend]] = self._mine.__dict__.setdefault("backends", {})
        known = cache.get(installed.id)
        if known and _same(known[0], installed):
            return known[1]
        cache[installed.id] = (installed, self.backends[installed.vendor](self._opened(installed)))
        return cache[installed.id][1]

    def _built(self, connection_id: str) -> _Built:
        cache: dict[str, _Built] = self._mine.__dict__.setdefault("built", {})
        known, now = cache.get(connection_id), time.monotonic()
        if known and now < known.until:
            return known
        with self._database.reading() as session:
            installed = connections.find(session, connection_id)
        connector = known.connector if known and _same(known.installed, installed) else self.built(installed)
        cache[connection_id] = _Built(installed, connector, now + FRESH)
        return cache[connection_id]

    def built(self, installed: Installed) -> Helpdesk:
        """A new connector for this very record, which renews its tokens. Raises SealBroken."""
        connection, kind = self._opened(installed), self.helpdesks[installed.vendor]
        if not issubclass(kind, Renews):
            return kind(connection)
        renewal = Renewal(self._database, self._vault(), connection, kind.renewed)
        return cast(Callable[..., Helpdesk], kind)(connection, renewal)

    def _opened(self, installed: Installed) -> Connection:
        secrets = self._vault().open(installed.sealed, place=installed.id)
        return Connection(installed.id, installed.base_url, installed.settings, secrets)


def _same(one: Installed, other: Installed) -> bool:
    return (one.sealed, one.base_url, one.settings) == (other.sealed, other.base_url, other.settings)
