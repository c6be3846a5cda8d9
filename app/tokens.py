"""Tokens that end: one process at a time trades them for new ones, and saves those before anybody uses them."""

import logging
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta

from app.db import clocks, connections, ids
from app.db.database import Database
from app.vault import Vault
from connectors.base import Connection
from connectors.errors import AuthFailed, Unavailable

log = logging.getLogger(__name__)

HOLD = timedelta(seconds=30)
"""How long a trade may take before another process tries: longer than any single request."""
PATIENCE = 5.0
"""Seconds to wait for another process's trade."""
LOOK = 0.05


class Renewal:
    """Gives one connector new secrets when the vendor no longer takes the old ones. Safe between processes and threads.

    Whoever loses the race uses what the winner saved. The vendor kills the old tokens with the trade: should this
    process end between the answer and the commit, the next trade is refused, which pauses the connection for an
    admin to connect again. It is never guessed which tokens might still work.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        connection: Connection,
        trade: Callable[[Connection], Mapping[str, str]],
    ) -> None:
        self._database = database
        self._vault = vault
        self._connection = connection
        self._trade = trade
        self._office = f"renew:{connection.id}"[:40]

    def __call__(self) -> Mapping[str, str]:
        """The secrets to go on with, saved already.

        Raises AuthFailed when the account has to be connected again, Unavailable while nobody can tell.
        """
        owner, end = ids.fresh(), time.monotonic() + PATIENCE
        while not self._changed():
            if self._won(owner):
                try:
                    return self._traded()
                finally:
                    self._resign(owner)
            if time.monotonic() > end:
                raise Unavailable("another process renews the tokens")
            threading.Event().wait(LOOK)
        return self._connection.secrets

    def _changed(self) -> bool:
        """Whether somebody saved other secrets since ours were read; they are ours from now on."""
        with self._database.reading() as session:
            installed = connections.find(session, self._connection.id)
        if not installed.active:
            raise AuthFailed("the connection is paused: connect it again")
        secrets = self._vault.open(installed.sealed, place=installed.id)
        changed = secrets != self._connection.secrets
        self._connection = replace(self._connection, secrets=secrets)
        return changed

    def _won(self, owner: str) -> bool:
        with self._database.session() as session:
            now = self._database.now(session)
            return clocks.lead(session, self._office, owner, now, now + HOLD)

    def _traded(self) -> Mapping[str, str]:
        """New secrets, unless the one before us has just saved some."""
        if self._changed():
            return self._connection.secrets
        new = {**self._connection.secrets, **self._trade(self._connection)}
        sealed = self._vault.seal(new, place=self._connection.id)
        with self._database.session() as session:
            connections.reseal(session, self._connection.id, sealed)
        self._connection = replace(self._connection, secrets=new)
        log.info("tokens.renewed", extra={"connection": self._connection.id})
        return new

    def _resign(self, owner: str) -> None:
        with self._database.session() as session:
            clocks.resign(session, self._office, owner, self._database.now(session))
