"""New keys for single tickets and people: what their old ones sealed is sealed anew, batch by batch, while everything is read.

An old key is put aside under another name until nothing is sealed with it any more, and is taken away then. Each step is kept: what was
killed goes on where it was. Only what is sealed by a key that was put aside is written, and only if nobody wrote it meanwhile.
"""

import logging
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, cast

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Table, Text, delete, func, select, tuple_, update
from sqlalchemy import cast as as_type
from sqlalchemy.orm import Session

from app.db import ids
from app.db.database import Database
from app.db.keyring import ASIDE, TRUSTED, Keyring, unwrap_data, wrap_data
from app.db.models.keyring import AccountKeyRow, DataKeyRow
from app.db.resealing import columns
from app.db.sealing import MARK, Place, Sealed
from app.errors import SealBroken

log = logging.getLogger(__name__)
BATCH = 500
QUIET = TRUSTED + 25
"""Seconds after which nobody seals with a key that was put aside: other processes looked again, and their transactions are over."""
QUIETLY = {"synchronize_session": False}


def turn(ring: Keyring, account_id: str) -> int:
    """Put aside every data key that is older than the account's newest key, and make another one for each; how many."""
    ring.prepare()
    done = 0
    while number := _turned(ring, account_id):
        done += number
    return done


def _turned(ring: Keyring, account_id: str) -> int:
    wrapper = ring.newest(account_id)
    aside = DataKeyRow.scope.endswith(ASIDE, autoescape=True)
    with ring.database.session() as session:
        since = session.get_one(AccountKeyRow, wrapper).created_at
        old = select(DataKeyRow).where(DataKeyRow.account_id == account_id, DataKeyRow.created_at < since, ~aside)
        rows = session.scalars(old.limit(BATCH)).all()
        scopes = [row.scope for row in rows]
        for row in rows:
            _put_aside(ring, session, row)
        session.flush()
        for scope in scopes:
            session.add(_new(ring, session, account_id, scope, wrapper))
    ring.forget(scopes)
    return len(scopes)


def _put_aside(ring: Keyring, session: Session, row: DataKeyRow) -> None:
    """A wrapped key is bound to its name, so it is wrapped again."""
    raw = unwrap_data(ring.account_key(session, row.account_key), row)
    row.scope += ASIDE
    row.wrapped = wrap_data(ring.account_key(session, row.account_key), raw, row)


def _new(ring: Keyring, session: Session, account_id: str, scope: str, wrapper: str) -> DataKeyRow:
    row = DataKeyRow(id=ids.fresh(), account_id=account_id, scope=scope, account_key=wrapper)
    row.created_at = datetime.now(UTC)
    row.wrapped = wrap_data(ring.account_key(session, wrapper), AESGCM.generate_key(256), row)
    return row


def put_aside(ring: Keyring) -> set[str]:
    """The ids of all keys that are on their way out."""
    ring.prepare()
    with ring.database.reading() as session:
        return set(session.scalars(select(DataKeyRow.id).where(DataKeyRow.scope.endswith(ASIDE, autoescape=True))))


def finish(ring: Keyring, database: Database, wait: Callable[[float], None] = time.sleep) -> Iterator[int]:
    """Seal anew whatever a key that was put aside sealed, then take those keys away; how many values each time.

    Nothing is taken away before a whole look found nothing more.
    """
    old = put_aside(ring)
    if not old:
        return
    wait(QUIET)
    while True:
        found = 0
        for number in _looked_through(ring, database, old):
            found += number
            yield number
        if not found:
            break
    gone = sorted(old)
    for first in range(0, len(gone), BATCH):
        with ring.database.session() as session:
            mine = DataKeyRow.id.in_(gone[first : first + BATCH])
            session.execute(delete(DataKeyRow).where(mine), execution_options=QUIETLY)
    ring.scrub()
    database.scrub()


def _looked_through(ring: Keyring, database: Database, old: set[str]) -> Iterator[int]:
    for table, name, kind in columns():
        last: tuple[Any, ...] | None = None
        while True:
            with database.session() as session:
                rows = _page(session, table, name, kind, last)
                wanted = [row for row in rows if _key_of(row[0]) in old]
                done = sum(_sealed_anew(ring, session, table, name, kind, row) for row in wanted)
            if done:
                yield done
            if len(rows) < BATCH:
                break
            last = tuple(rows[-1][3:])


def _page(session: Session, table: Table, name: str, kind: Sealed, last: tuple[Any, ...] | None) -> list[Any]:
    """The next rows in the order of their names: the beginning of the value, key and row that it is bound to, the primary key."""
    keys = list(table.primary_key.columns)
    begins = func.substr(as_type(table.c[name], Text), 1, len(MARK) + 40)
    chosen = select(begins, kind.beside.scoped(table.c), kind.beside.named(table.c), *keys)
    if last is not None:
        chosen = chosen.where(tuple_(*keys) > tuple_(*last))
    return list(session.execute(chosen.where(table.c[name].is_not(None)).order_by(*keys).limit(BATCH)).all())


def _key_of(begins: str) -> str:
    return (*begins.strip('"').split("."), "")[1] if begins.strip('"').startswith(MARK) else ""


def _sealed_anew(ring: Keyring, session: Session, table: Table, name: str, kind: Sealed, row: Any) -> int:
    _, scope, named, *key = row
    raw = as_type(table.c[name], Text)
    same = [column == value for column, value in zip(table.primary_key.columns, key, strict=True)]
    text = session.scalar(select(raw).where(*same))
    if text is None or not text.strip('"').startswith(MARK):
        return 0
    place = Place(kind.place, scope, named)
    try:
        token = ring.seal(ring.open(text.strip('"'), place), place, _nobodys)
    except SealBroken as error:  # it was erased meanwhile, or does not open under its old key either
        log.warning("value.unreadable", extra={"place": kind.place, "kind": type(error).__name__})
        return 0
    changed = session.execute(update(table).where(*same, raw == text).values({name: token}))
    return int(cast(Any, changed).rowcount)


def _nobodys() -> str:
    raise SealBroken("a key is gone", "report this: it is a mistake of ours")
