"""How much SQLite does for a question: a bound that holds on any machine."""

from collections.abc import Callable

from sqlalchemy.orm import Session

from app.db.database import Database


def steps(database: Database, ask: Callable[[Session], object]) -> int:
    """The instructions of SQLite's machine that a question took: as many as before, when no more rows are gone through."""
    taken = 0

    def step() -> int:
        nonlocal taken
        taken += 1
        return 0

    with database.reading() as session:
        raw = session.connection().connection.driver_connection
        assert raw is not None
        raw.set_progress_handler(step, 1)
        ask(session)
        raw.set_progress_handler(None, 0)
    return taken
