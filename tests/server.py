"""A schema of its own on the PostgreSQL server that the tests are given."""

import os

import pytest
from sqlalchemy import text

from app.db.database import Database


def schema(name: str) -> str:
    """The address of an empty schema of that name; skips where there is no server."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        pytest.skip("TEST_DATABASE_URL names no server")
    admin = Database(url)
    with admin.session() as session:
        session.execute(text(f"drop schema if exists {name} cascade"))
        session.execute(text(f"create schema {name}"))
    admin.dispose()
    return f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{name}"


def everything(database: Database) -> bytes:
    """What stands in every table of the data, as a dump would show it; the keys left out, as a backup leaves them out."""
    found = []
    with database.reading() as session:
        tables = session.execute(text("select tablename from pg_tables where schemaname = current_schema()")).scalars()
        for table in [one for one in tables if not one.startswith("keyring_")]:
            found += session.execute(text(f'select t::text from "{table}" t')).scalars().all()
    return "\n".join(found).encode()
