"""Migrations, run from code: no file beside this folder is needed. What they do is in ``versions``."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from app.db.database import Database
from app.db.models import Base

LOCK = 7_403_110
"""Names our advisory lock on PostgreSQL; any number that nobody else uses."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the tables to that revision, in one transaction. Processes that start together wait for each other.

    Raises DatabaseDown.
    """
    with database.session() as session:
        connection = session.connection()
        if connection.dialect.name == "postgresql":
            connection.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def head() -> str:
    """The newest revision that this code brings. Raises alembic's error when there are two."""
    found = _scripts().get_current_head()
    if found is None:
        raise RuntimeError("the migrations are missing from this installation")
    return found


def revisions() -> tuple[str, ...]:
    """Every revision that this code knows, oldest first."""
    return tuple(one.revision for one in _scripts().walk_revisions())[::-1]


def pending(database: Database) -> bool:
    """True when ``upgrade`` has something to do. Raises DatabaseDown.

    Tables of a later release are not: whoever upgrades them lets the processes of this one go on beside the new ones.
    """
    with database.reading() as session:
        current = _current(session.connection())
    return current != head() and (current is None or current in revisions())


def differences(database: Database) -> list[object]:
    """What the models have and the tables lack, or the other way round; empty when all is well."""
    with database.engine.connect() as connection:
        options = {"include_object": _ours, "compare_type": True}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))


def _ours(_thing: object, name: str | None, kind: str, reflected: bool, compared: object) -> bool:
    """Tables that the database keeps for its own full-text search are nobody's model."""
    return not (kind == "table" and reflected and compared is None and "_fts" in (name or ""))


def _current(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _scripts() -> ScriptDirectory:
    """Read once a process: every look at our health asks for the newest."""
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config
