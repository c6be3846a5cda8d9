"""Knowledge by full-text search over the articles in the database."""

from collections.abc import Sequence

from app.db import articles
from app.db.database import Database
from app.engine.types import Passage


class TextIndex:
    """Implements ``ports.Knowledge`` for one account. ``version`` is that of the moment it was made: make one per job."""

    def __init__(self, database: Database, account_id: str) -> None:
        self._database = database
        self._account_id = account_id
        with database.reading() as session:
            self.version = articles.version(session, account_id)

    def search(self, query: str, *, locale: str = "", limit: int = 5) -> Sequence[Passage]:
        """At most ``limit`` passages, best first, none when nothing fits. Opens a look of its own."""
        with self._database.reading() as session:
            return articles.search(session, self._account_id, query, limit, locale)
