"""The few statements that SQLAlchemy spells per database. No query lives here."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

_INSERTS: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert(session: Session, table: Any) -> Any:
    """An insert that knows ``on_conflict_do_nothing``."""
    return _INSERTS[session.get_bind().dialect.name](table)
