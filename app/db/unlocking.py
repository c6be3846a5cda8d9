"""Where the keys are, and how they are opened: what the settings say, made into the keyring of a database."""

import secrets
from pathlib import Path

from app.db.database import Database
from app.db.keyring import Keyring
from app.db.sealing import OPENERS
from app.masters import LocalMaster, Master, TransitMaster
from app.settings import Settings

FILE = "keys.db"
"""The key store beside a SQLite database."""
LOST = "restore the key store from its newest backup, or have DESKHAND_KEYS_URL name where it is: what is sealed until then gets new keys"
"""What to do where the keys of the data are not there."""


def unlock(database: Database, settings: Settings) -> Keyring:
    """The keyring of that database, which reads and writes sealed columns from now on. One that it has is kept.

    Nothing is read before a key is needed.
    """
    known = OPENERS.get(database.engine.dialect)
    if isinstance(known, Keyring):
        return known
    ring = Keyring(Database(settings.keys_url or beside(database.url)), master(settings))
    ring.serve(database.engine)
    return ring


def beside(url: str) -> str:
    """Where the keys are when nobody says otherwise: a file of their own beside SQLite's, tables of their own on PostgreSQL."""
    if not url.startswith("sqlite"):
        return url
    file = url.partition("sqlite:///")[2]
    return f"sqlite:///{Path(file).with_name(FILE)}" if file and not file.startswith(":") else "sqlite://"


def master(settings: Settings) -> Master:
    """What wraps the accounts' keys."""
    if settings.key_service:
        return TransitMaster(settings.key_service, settings.key_service_token, settings.key_service_key)
    return LocalMaster(settings.keys)


def root(ring: Keyring, settings: Settings) -> bytes:
    """What signatures and keyed hashes are made with. It stays when the master key changes: people would be strangers otherwise."""
    return ring.own("root", lambda: settings.keys[0] if settings.keys else secrets.token_bytes(32))
