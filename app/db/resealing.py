"""Sealing what stands bare from earlier versions: batch by batch, while everything runs. Reads take both, until nothing is bare."""

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Table, Text, and_, cast, func, literal_column, or_, select, update
from sqlalchemy.orm import Session

from app.db.database import Database
from app.db.models import Base
from app.db.protecting import keyring, owner
from app.db.sealing import MARK, NOTHING, Place, Sealed

BATCH = 200


def columns() -> list[tuple[Table, str, Sealed]]:
    """Every sealed column."""
    every = ((table, column) for table in Base.metadata.sorted_tables for column in table.columns)
    return [(table, column.name, column.type) for table, column in every if isinstance(column.type, Sealed)]


def bare(session: Session) -> dict[str, int]:
    """How many values of each sealed column stand bare; none that has none."""
    found = {}
    for table, name, kind in columns():
        number = session.scalar(select(func.count()).select_from(table).where(_bare(table, name))) or 0
        if number:
            found[kind.place] = number
    return found


def strange(session: Session) -> int:
    """How many sealed columns begin with a value whose key our key store never had: that was lost, or another one is looked at."""
    firsts = (session.scalar(_first(table, name)) for table, name, _ in columns())
    return sum(not keyring(session).knows(token.strip('"').split(".")[1]) for token in firsts if token)


def seal_all(database: Database, batch: int = BATCH) -> Iterator[int]:
    """Seal what is bare, one short transaction a batch; how many each time."""
    for table, name, kind in columns():
        while True:
            with database.session() as session:
                done = _batch(session, table, name, kind, batch)
            if not done:
                break
            yield done


def _batch(session: Session, table: Table, name: str, kind: Sealed, batch: int) -> int:
    raw = cast(table.c[name], Text)
    keys = list(table.primary_key.columns)
    beside = (kind.beside.scoped(table.c), kind.beside.named(table.c))
    account = table.c.account_id if "account_id" in table.c else literal_column("''")
    rows = session.execute(select(raw, *beside, account, *keys).where(_bare(table, name)).limit(batch)).all()
    ring = keyring(session)
    for text, scope, row, account_id, *key in rows:
        token = ring.seal(_dumped(kind, text), Place(kind.place, scope, row), _owned(session, scope, account_id))
        same = and_(*(column == value for column, value in zip(keys, key, strict=True)), raw == text)
        session.execute(update(table).where(same).values({name: token}))
    return len(rows)


def _owned(session: Session, scope: str, account_id: str) -> Any:
    return lambda: owner(session, scope, account_id)


def _dumped(kind: Sealed, text: str) -> str:
    return kind.dump(json.loads(text)) if kind.reads_json else text


def _first(table: Table, name: str) -> Any:
    raw = cast(table.c[name], Text)
    return select(raw).where(_shut(raw)).order_by(*table.primary_key.columns).limit(1)


def _bare(table: Table, name: str) -> Any:
    raw = cast(table.c[name], Text)
    return and_(raw.is_not(None), raw.not_in(NOTHING), ~_shut(raw))


def _shut(raw: Any) -> Any:
    return or_(raw.startswith(MARK, autoescape=True), raw.startswith(f'"{MARK}', autoescape=True))
