"""Whose texts name somebody in words though no column does: looked for page by page, outside any transaction that writes."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import Text, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.db.database import Database
from app.db.keyring import Keyring
from app.db.models.example import ExampleRow
from app.db.models.solved import SolvedRow

PAGE = 500
LOOKED_AT: Mapping[str, tuple[Any, tuple[InstrumentedAttribute[str], ...]]] = {
    "example": (ExampleRow, (ExampleRow.text, ExampleRow.reason)),
    "solved": (SolvedRow, (SolvedRow.question, SolvedRow.resolution)),
}
"""What is masked before it is kept, and looked through all the same: a mask may have missed a name."""


def naming(database: Database, keys: Keyring, account_id: str, texts: Collection[str]) -> dict[str, list[Any]]:
    """Table -> the ids of rows that hold one of these texts, in whatever case."""
    if not texts:
        return {name: [] for name in LOOKED_AT}
    wanted = [one.casefold() for one in texts]
    return {name: _rows(database, keys, account_id, *LOOKED_AT[name], wanted) for name in LOOKED_AT}


def _rows(
    database: Database, keys: Keyring, account_id: str, table: Any, columns: Collection[Any], wanted: list[str]
) -> list[Any]:
    found: list[Any] = []
    last: Any = None
    while True:
        with database.reading() as session:
            mine = [table.account_id == account_id, *([table.id > last] if last is not None else [])]
            page = [table.id.in_(select(table.id).where(*mine).order_by(table.id).limit(PAGE).scalar_subquery())]
            begins = [func.substr(cast(column, Text), 1, 40) for column in columns]
            tokens = [str(one) for row in session.execute(select(*begins).where(*page)) for one in row]
            keys.fetch({token.split(".")[1] for token in tokens if token.count(".") > 1})
            rows = session.execute(select(table.id, *columns).where(*page).order_by(table.id)).all()
        found += [id for id, *said in rows if any(one in text.casefold() for text in said for one in wanted)]
        if len(rows) < PAGE:
            return found
        last = rows[-1][0]
