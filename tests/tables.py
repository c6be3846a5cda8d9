"""Every table of a database, at once: made by the migrations one time in a process, and copied after that."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import cast

from sqlalchemy import Engine, event

from app.db import passages
from app.db.database import Database
from app.db.keyring import Keyring
from app.db.migrations import upgrade
from app.db.sealing import OPENERS
from app.masters import LocalMaster

_IDLE: dict[str, list[tuple[Engine, int]]] = {}
"""Engines whose database is gone, and how many listeners they began with; by what their databases are for."""


class Again(Database):
    """A database in memory, empty like any other, on an engine that served one before: one for the same ``purpose``.

    Statements are compiled once for each engine, and that takes a quarter of a test's time where each makes its own.
    Nothing but what was compiled goes from one to the next: not a row, not a key, not a listener.
    """

    def __init__(self, clock: Callable[[], datetime] | None = None, purpose: str = "data") -> None:
        super().__init__("sqlite://", clock=clock)
        self._began_with = _listeners(self._engine)
        self._idle = _IDLE.setdefault(purpose, [])
        if self._idle:
            self._engine, self._began_with = self._idle.pop()

    def dispose(self) -> None:
        """Close the connection, and with it the database; the engine is the next one's, unless somebody still listens to it."""
        super().dispose()
        used, self._engine = self._engine, Database("sqlite://").engine
        ring = OPENERS.pop(used.dialect, None)
        if isinstance(ring, Keyring) and isinstance(ring.database, Again):
            ring.database.dispose()
        passages._PREPARED.discard(used)
        if _listeners(used) == self._began_with:
            self._idle.append((used, self._began_with))


def _listeners(engine: Engine) -> int:
    places = (engine.dispatch, engine.pool.dispatch, engine.dialect.dispatch)
    return sum(len(list(getattr(one, name))) for one in places for name in one._event_names)


def laid(database: Database, *keys: bytes) -> Database:
    """The same database, which was empty, with its tables and a keyring. A server's are made by the migrations each time.

    A server's keys are kept there too, as an installation's are: what is in memory has one connection, which no two
    threads may use. They are closed with it.
    ``keys``: the master keys, where it matters which.
    """
    at_server = database.engine.dialect.name != "sqlite"
    if database.engine.dialect not in OPENERS:
        store = Database(database.url) if at_server else _copied(Again(purpose="keys"), _with_keys)
        if at_server:
            event.listen(database.engine, "engine_disposed", lambda _: store.dispose())
        Keyring(store, LocalMaster(keys or (bytes(32),))).serve(database.engine)
    if at_server:
        upgrade(database)
        return database
    return _copied(database, upgrade)


def _with_keys(database: Database) -> None:
    Keyring(database, LocalMaster((bytes(32),))).prepare()


def _copied(database: Database, make: Callable[[Database], None]) -> Database:
    taken = database.engine.raw_connection()
    try:
        _template(make).backup(cast(sqlite3.Connection, taken.driver_connection))
    finally:
        taken.close()
    return database


@cache
def _template(make: Callable[[Database], None]) -> sqlite3.Connection:
    """A database in memory as ``make`` makes it, made once in a process."""
    made, kept = Database("sqlite://"), sqlite3.connect(":memory:", check_same_thread=False)
    make(made)
    taken = made.engine.raw_connection()
    cast(sqlite3.Connection, taken.driver_connection).backup(kept)
    taken.close()
    made.dispose()
    return kept
