"""Every table of a database, at once: made by the migrations one time in a process, and copied after that."""

import sqlite3
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, cast
from weakref import WeakKeyDictionary

from sqlalchemy import Dialect, Engine, event

from app.db import passages
from app.db.database import Database
from app.db.keyring import Keyring
from app.db.migrations import upgrade
from app.db.sealing import OPENERS
from app.db.unlocking import beside, master
from app.masters import LocalMaster
from app.settings import Settings

_IDLE: dict[str, list[tuple[Engine, int]]] = {}
"""Engines whose database is gone, and how many listeners they began with; by what their databases are for."""


_FILES: WeakKeyDictionary[Dialect, str] = WeakKeyDictionary()
"""Where an engine that served one file opens the next."""


class Again(Database):
    """A database like any other, in memory or in its file, on an engine that served one before: one for the same ``purpose``.

    Statements are compiled once for each engine, and that takes a quarter of a test's time where each makes its own.
    Nothing but what was compiled goes from one to the next: not a row, not a key, not a listener.
    """

    def __init__(
        self, clock: Callable[[], datetime] | None = None, purpose: str = "data", url: str = "sqlite://"
    ) -> None:
        super().__init__(url, clock=clock)
        event.listen(self._engine, "do_connect", _redirected, insert=True)
        self._began_with = _listeners(self._engine)
        self._spare: Engine | None = None
        self._idle = _IDLE.setdefault(purpose, [])
        if self._idle:
            self._spare = self._engine
            self._engine, self._began_with = self._idle.pop()
            _FILES[self._engine.dialect] = str(self._spare.url.database or ":memory:")

    def dispose(self) -> None:
        """Close the connections; the engine is the next one's, unless somebody still listens to it."""
        super().dispose()
        used, self._engine = self._engine, self._spare or Database(self.url).engine
        idle, self._idle = self._idle, []
        ring = OPENERS.pop(used.dialect, None)
        if isinstance(ring, Keyring) and isinstance(ring.database, Again):
            ring.database.dispose()
        passages._PREPARED.discard(used)
        if _listeners(used) == self._began_with:
            idle.append((used, self._began_with))


def _redirected(dialect: Dialect, _record: object, arguments: list[Any], _options: dict[str, Any]) -> None:
    arguments[0] = _FILES.get(dialect, arguments[0])


def reopened(settings: Settings) -> Database:
    """The data of those settings, and their keys: where both are in files, on engines that served others before."""
    if settings.keys_url or not settings.database_url.startswith("sqlite:///"):
        return Database(settings.database_url)
    database = Again(purpose="data in a file", url=settings.database_url)
    keys = Again(purpose="keys in a file", url=beside(database.url))
    Keyring(keys, master(settings)).serve(database.engine)
    return database


def _listeners(engine: Engine) -> int:
    places = (engine.dispatch, engine.pool.dispatch, engine.dialect.dispatch)
    return sum(len(list(getattr(one, name))) for one in places for name in one._event_names)


def laid(database: Database, *keys: bytes) -> Database:
    """The same database, which was empty, with its tables and a keyring. A server's are made by the migrations each time.

    ``keys``: the master keys, where it matters which.
    """
    if database.engine.dialect not in OPENERS:
        store = _copied(Again(purpose="keys"), _with_keys)
        Keyring(store, LocalMaster(keys or (bytes(32),))).serve(database.engine)
    if database.engine.dialect.name != "sqlite":
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
