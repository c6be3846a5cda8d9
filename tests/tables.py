"""Every table of a database, at once: made by the migrations one time in a process, and copied after that."""

import sqlite3
from functools import cache
from typing import cast

from app.db.database import Database
from app.db.keyring import Keyring
from app.db.migrations import upgrade
from app.db.sealing import OPENERS
from app.masters import LocalMaster


def laid(database: Database) -> Database:
    """The same database, which was empty, with its tables and a keyring. A server's are made by the migrations each time."""
    if database.engine.dialect not in OPENERS:
        Keyring(Database("sqlite://"), LocalMaster((bytes(32),))).serve(database.engine)
    if database.engine.dialect.name != "sqlite":
        upgrade(database)
        return database
    taken = database.engine.raw_connection()
    try:
        _template().backup(cast(sqlite3.Connection, taken.driver_connection))
    finally:
        taken.close()
    return database


@cache
def _template() -> sqlite3.Connection:
    made, kept = Database("sqlite://"), sqlite3.connect(":memory:", check_same_thread=False)
    upgrade(made)
    taken = made.engine.raw_connection()
    cast(sqlite3.Connection, taken.driver_connection).backup(kept)
    taken.close()
    made.dispose()
    return kept
