"""Changing keys while everything runs: each row says which key it is under, so a rotation that was killed goes on where it was.

What is wrapped anew is small (a key), never the texts: those stay as they are under their own keys.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Column, Select, Table, delete, func, select, update
from sqlalchemy.orm import Session

from app.db import resealing, turning
from app.db.keyring import Keyring, account_place, unwrap_data, wrap_data
from app.db.models.connection import ConnectionRow
from app.db.models.identity import AuthenticatorRow
from app.db.models.keyring import AccountKeyRow, DataKeyRow, OwnKeyRow
from app.errors import SealBroken
from app.vault import Vault

BATCH = 500
QUIETLY = {"synchronize_session": False}


@dataclass(frozen=True)
class Old:
    """What still needs an older key. ``unreadable``: kinds of values and keys of accounts that no key we have opens."""

    masters: int = 0
    """Keys that an older master key wraps, and secrets that it seals."""
    accounts: int = 0
    """Data keys that an older key of their account wraps."""
    unreadable: int = 0
    aside: int = 0
    """Keys of tickets and people that another one took the place of, and that still seal something."""

    @property
    def none(self) -> bool:
        """Whether every older key can be taken away."""
        return not (self.masters or self.accounts or self.unreadable or self.aside)


def old(ring: Keyring, data: Session, vault: Vault) -> Old:
    """What a rotation has left. Unwraps every key of an account, so that one that is lost shows before it is needed."""
    ring.prepare()
    masters, unreadable = 0, resealing.strange(data)
    with ring.database.reading() as session:
        for row in session.scalars(select(AccountKeyRow)):
            unreadable += not _opens(ring, row)
            masters += not ring.master.current(row.wrapped)
        for own in session.scalars(select(OwnKeyRow)):
            masters += not ring.master.current(own.wrapped)
        accounts = session.scalar(_behind()) or 0
    masters += sum(not vault.current(sealed) for _, _, sealed in _secrets(data))
    return Old(masters, accounts, unreadable, len(turning.put_aside(ring)))


def _opens(ring: Keyring, row: AccountKeyRow) -> bool:
    try:
        ring.master.unwrap(row.wrapped, account_place(row))
    except SealBroken:
        return False
    return True


def masters(ring: Keyring) -> int:
    """Wrap what an older master key wraps under the newest; how many there were."""
    ring.prepare()
    changed = 0
    with ring.database.session() as session:
        for row in session.scalars(select(AccountKeyRow)):
            if not ring.master.current(row.wrapped):
                key = ring.master.unwrap(row.wrapped, account_place(row))
                row.wrapped = ring.master.wrap(key, account_place(row))
                changed += 1
        for own in session.scalars(select(OwnKeyRow)):
            if not ring.master.current(own.wrapped):
                place = f"own:{own.name}"
                own.wrapped = ring.master.wrap(ring.master.unwrap(own.wrapped, place), place)
                changed += 1
    return changed


def secrets(session: Session, vault: Vault) -> int:
    """Seal connections' and authenticators' secrets under the newest key; how many were under an older one."""
    changed = 0
    for column, name, sealed in _secrets(session):
        table = column.table
        if vault.current(sealed):
            continue
        again = vault.seal(vault.open(sealed, place=name), place=name)
        session.execute(update(table).where(table.c.id == name, column == sealed).values({column.name: again}))
        changed += 1
    return changed


def _secrets(session: Session) -> list[tuple[Column[Any], str, str]]:
    """Column, row and what is sealed there, of each secret."""
    columns = [cast(Table, ConnectionRow.__table__).c.secrets, cast(Table, AuthenticatorRow.__table__).c.secret]
    every = [(one, row[0], row[1]) for one in columns for row in session.execute(select(one.table.c.id, one))]
    return [one for one in every if one[2].startswith("v1.")]


def account(ring: Keyring, account_id: str, *, new: bool) -> Iterator[int]:
    """Wrap an account's data keys under its newest key, batch by batch; how many each time.

    ``new``: give it a new key first. At the end the keys that nothing needs any more are taken away.
    """
    ring.prepare()
    if new:
        ring.renew(account_id)
    wrapper = ring.newest(account_id)
    while changed := _batch(ring, account_id, wrapper):
        yield changed
    needed = select(DataKeyRow.account_key).where(DataKeyRow.account_id == account_id)
    with ring.database.session() as session:
        spare = delete(AccountKeyRow).where(AccountKeyRow.account_id == account_id, AccountKeyRow.id != wrapper)
        session.execute(spare.where(AccountKeyRow.id.not_in(needed)), execution_options=QUIETLY)


def _batch(ring: Keyring, account_id: str, wrapper: str) -> int:
    with ring.database.session() as session:
        mine = (DataKeyRow.account_id == account_id, DataKeyRow.account_key != wrapper)
        rows = session.scalars(select(DataKeyRow).where(*mine).limit(BATCH)).all()
        newest = ring.account_key(session, wrapper)
        for row in rows:
            raw = unwrap_data(ring.account_key(session, row.account_key), row)
            row.wrapped, row.account_key = wrap_data(newest, raw, row), wrapper
        return len(rows)


def _behind() -> Select[Any]:
    """How many data keys are under a key of their account that is not its newest."""
    newer = cast(Table, AccountKeyRow.__table__).alias()
    own = cast(Table, AccountKeyRow.__table__).alias("own")
    return (
        select(func.count(DataKeyRow.id.distinct()))
        .join(own, own.c.id == DataKeyRow.account_key)
        .join(newer, (newer.c.account_id == own.c.account_id) & (newer.c.id != own.c.id))
        .where(
            (newer.c.created_at > own.c.created_at)
            | ((newer.c.created_at == own.c.created_at) & (newer.c.id > own.c.id))
        )
    )
