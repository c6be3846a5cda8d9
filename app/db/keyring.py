"""The keyring: a key for each ticket and person, wrapped by a key of their account, wrapped by the master key.

The keys are kept apart from the data (``app.db.models.keyring``), so that destroying one closes what it sealed in every backup of
the data as well. What is sealed names its key and opens only at its own place.
"""

import base64
import binascii
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Engine, Table, bindparam, delete, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import ids
from app.db.database import Database
from app.db.models.keyring import AccountKeyRow, DataKeyRow, DestroyedRow, KeyBase, OwnKeyRow
from app.db.sealing import MARK, OPENERS, Place, Token
from app.db.statements import insert
from app.errors import SealBroken
from app.masters import Master

NONCE = 12
TRUSTED = 5.0
"""Seconds for which a key is sealed with unasked: one that was destroyed meanwhile is not used any longer than that."""
MOST = 20_000
"""Keys that a process remembers."""
CLOSED = "closed"
"""Names what stands in the key store once nothing bare is taken any more."""
ASIDE = "|old"
"""Ends the scope of a key that another one took the place of, until nothing is sealed with it any more."""
LOCK = 7_403_111
"""Names our advisory lock on PostgreSQL while the tables are made; any number that nobody else uses."""


class KeyDestroyed(SealBroken):
    """The key was destroyed for an erasure: nobody reads this any more. Only a backup that came back still holds it."""


@dataclass(frozen=True)
class Key:
    """A data key, ready to be used."""

    id: str
    account: str
    scope: str
    cipher: AESGCM = field(repr=False)

    def bound(self, place: Place) -> bytes:
        """What a sealed text is bound to beside its key."""
        return "\x1f".join((MARK, self.id, self.account, place.column, place.scope, place.row)).encode()


class Keyring:
    """Seals and opens. ``database`` is the key store's own; its tables are made when a key is first asked for."""

    def __init__(self, database: Database, master: Master) -> None:
        self.database = database
        self.master = master
        self._ready = False
        self._by_id: dict[str, Key] = {}
        self._by_scope: dict[str, tuple[Key, float]] = {}
        self._of_accounts: dict[str, bytes] = {}
        self._newest: dict[str, str] = {}
        self._add: Any = None
        self._closed, self._look_again = False, 0.0

    def serve(self, engine: Engine) -> None:
        """Open what this engine reads from now on."""
        OPENERS[engine.dialect] = self

    def ready(self, scope: str, account_id: str) -> None:
        """Have the key at hand that this scope is sealed with, made where there is none: for who is about to seal while others wait."""
        self._for(scope, lambda: account_id)

    def seal(self, value: str, place: Place, account: Callable[[], str]) -> Token:
        """Close a text for its place. ``account`` is asked where the place has no key yet: that is made now, for good."""
        key = self._for(place.scope, account)
        nonce = secrets.token_bytes(NONCE)
        body = nonce + key.cipher.encrypt(nonce, value.encode(), key.bound(place))
        return Token(f"{MARK}{key.id}.{base64.urlsafe_b64encode(body).decode()}")

    def open(self, token: str, place: Place) -> str:
        """The text again. Raises KeyDestroyed, and SealBroken for what was changed or moved."""
        _, key_id, body = (*token.split("."), "", "")[:3]
        key = self._by_id.get(key_id) or self._read(key_id)
        try:
            raw = base64.urlsafe_b64decode(body)
            return key.cipher.decrypt(raw[:NONCE], raw[NONCE:], key.bound(place)).decode()
        except (InvalidTag, binascii.Error, ValueError) as error:
            raise SealBroken(
                f"what is stored in {place.column} was changed or belongs elsewhere",
                "find out who wrote to the database, and restore it from a backup",
            ) from error

    def fetch(self, key_ids: Iterable[str]) -> None:
        """Have these keys at hand, by one question for many of them. What is not there is told when it is needed."""
        self.prepare()
        missing = sorted(set(key_ids) - self._by_id.keys())
        for first in range(0, len(missing), 500):
            with self.database.reading() as session:
                for row in session.execute(select(_KEYS).where(_KEYS.c.id.in_(missing[first : first + 500]))).all():
                    self._unwrapped(session, row)

    def bare(self, place: Place) -> None:
        """Raises SealBroken where everything is sealed by now."""
        if self.closed:
            raise SealBroken(
                f"what is stored in {place.column} was never sealed here",
                "find out who wrote to the database; after an old backup came back: `deskhand keys seal --trust`",
            )

    @property
    def closed(self) -> bool:
        """Whether everything in this installation is sealed, so that nothing bare is taken any more. Never again open, once it is."""
        if not self._closed and time.monotonic() >= self._look_again:
            self.prepare()
            with self.database.reading() as session:
                there = session.get(OwnKeyRow, CLOSED) is not None
            self._closed = there and self.own(CLOSED, bytes) == CLOSED.encode()
            self._look_again = time.monotonic() + TRUSTED
        return self._closed

    def close(self) -> None:
        """From now on nothing bare is taken: everything is sealed. Kept with the keys, not with the data that it is about."""
        self.own(CLOSED, CLOSED.encode)
        self._look_again = 0.0

    def own(self, name: str, first: Callable[[], bytes]) -> bytes:
        """A secret of the installation's own; ``first`` makes it when there is none."""
        self.prepare()
        with self.database.reading() as session:
            row = session.get(OwnKeyRow, name)
        if row is None:
            wrapped = self.master.wrap(first(), f"own:{name}")
            with self.database.session() as session:
                session.execute(insert(session, OwnKeyRow).values(name=name, wrapped=wrapped).on_conflict_do_nothing())
                row = session.get_one(OwnKeyRow, name)
        return self.master.unwrap(row.wrapped, f"own:{name}")

    def knows(self, key_id: str) -> bool:
        """Whether that key is here, or was destroyed here. Where neither, this is not the key store that sealed with it."""
        self.prepare()
        with self.database.reading() as session:
            here = session.execute(_BY_ID, {"id_": key_id}).one_or_none()
            return here is not None or session.get(DestroyedRow, key_id) is not None

    def destroy(self, account_id: str, scopes: Iterable[str], erasure: str, at: datetime) -> list[str]:
        """Destroy the keys of these scopes for good; their ids. Twice destroys nothing more and says the same."""
        self.prepare()
        wanted = sorted({name for scope in scopes for name in (scope, scope + ASIDE)})
        destroyed: list[str] = []
        for first in range(0, len(wanted), 500):
            some = wanted[first : first + 500]
            with self.database.session() as session:
                mine = (DataKeyRow.account_id == account_id, DataKeyRow.scope.in_(some))
                for row in session.scalars(select(DataKeyRow).where(*mine)):
                    gone = {"id": row.id, "account_id": account_id, "scope": row.scope, "erasure": erasure, "at": at}
                    session.add(DestroyedRow(**gone))
                session.execute(delete(DataKeyRow).where(*mine), execution_options={"synchronize_session": False})
                session.flush()
                known = (DestroyedRow.erasure == erasure, DestroyedRow.scope.in_(some))
                destroyed += session.scalars(select(DestroyedRow.id).where(*known))
        self.forget(wanted)
        self.scrub()
        return sorted(set(destroyed))

    def destroyed(self, account_id: str) -> dict[str, str]:
        """Scope -> erasure, of every key of the account that was ever destroyed."""
        self.prepare()
        with self.database.reading() as session:
            rows = session.scalars(select(DestroyedRow).where(DestroyedRow.account_id == account_id))
            return {row.scope.removesuffix(ASIDE): row.erasure for row in rows}

    def scrub(self) -> None:
        """Take what was deleted out of the key store's own files too."""
        self.database.scrub()

    def forget(self, scopes: Sequence[str]) -> None:
        """This process remembers these keys no longer."""
        for scope in scopes:
            known = self._by_scope.pop(scope, None)
            if known:
                self._by_id.pop(known[0].id, None)
        self._by_id = {name: key for name, key in self._by_id.items() if key.scope not in set(scopes)}

    def prepare(self) -> None:
        """Make the tables where they are missing; processes that start together wait for each other."""
        if self._ready:
            return
        with self.database.session() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            KeyBase.metadata.create_all(session.connection())
        self._ready = True

    # --- one key ------------------------------------------------------------------------------------------------

    def _for(self, scope: str, account: Callable[[], str]) -> Key:
        known = self._by_scope.get(scope)
        if known and time.monotonic() < known[1]:
            return known[0]
        key = self._of(scope) or self._made(scope, account())
        if len(self._by_scope) >= MOST:
            self._by_scope.clear()
        self._by_scope[scope] = (key, time.monotonic() + TRUSTED)
        return key

    def _of(self, scope: str) -> Key | None:
        self.prepare()
        with self.database.reading() as session:
            row = session.execute(_BY_SCOPE, {"scope_": scope}).one_or_none()
            return self._unwrapped(session, row) if row else None

    def _read(self, key_id: str) -> Key:
        self.prepare()
        with self.database.reading() as session:
            row = session.execute(_BY_ID, {"id_": key_id}).one_or_none()
            if row is None:
                gone = session.get(DestroyedRow, key_id) is not None
                raise _missing(destroyed=gone)
            return self._unwrapped(session, row)

    def _unwrapped(self, session: Session, row: Any) -> Key:
        known = self._by_id.get(row.id)
        if known:
            return known
        raw = unwrap_data(self.account_key(session, row.account_key), row)
        key = Key(row.id, row.account_id, row.scope, AESGCM(raw))
        if len(self._by_id) >= MOST:
            self._by_id.clear()
        self._by_id[row.id] = key
        return key

    def _made(self, scope: str, account_id: str) -> Key:
        try:
            return self._insert(scope, account_id)
        except IntegrityError:  # the account's key was replaced and taken away while this process still used it
            self._newest.pop(account_id, None)
            return self._insert(scope, account_id)

    def _insert(self, scope: str, account_id: str) -> Key:
        wrapper, raw = self.newest(account_id), AESGCM.generate_key(256)
        row = DataKeyRow(id=ids.fresh(), account_id=account_id, scope=scope, account_key=wrapper)
        with self.database.session() as session:
            values = {"id": row.id, "account_id": account_id, "scope": scope, "account_key": wrapper}
            wrapped = wrap_data(self.account_key(session, wrapper), raw, row)
            session.execute(self._adding(session), {**values, "wrapped": wrapped, "created_at": datetime.now(UTC)})
            kept = session.execute(_BY_SCOPE, {"scope_": scope}).one()
            if kept.account_id != account_id:
                raise SealBroken(
                    "a key's name is used by another account", "report this: names of keys are never shared"
                )
            return self._unwrapped(session, kept)

    def _adding(self, session: Session) -> Any:
        """Built once: building it costs more than running it."""
        if self._add is None:
            self._add = insert(session, DataKeyRow.__table__).on_conflict_do_nothing(index_elements=["scope"])
        return self._add

    # --- an account's keys --------------------------------------------------------------------------------------

    def newest(self, account_id: str) -> str:
        """The id of the account's key that wraps new ones; made when there is none."""
        known = self._newest.get(account_id)
        if known:
            return known
        with self.database.reading() as session:
            found = session.scalar(_newest(account_id))
        self._newest[account_id] = found or self.renew(account_id, only_first=True)
        return self._newest[account_id]

    def renew(self, account_id: str, *, only_first: bool = False) -> str:
        """Give the account a new key for what is made from now on; its id. ``only_first``: unless it has one."""
        with self.database.session() as session:
            if session.get_bind().dialect.name == "postgresql":
                session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            found = session.scalar(_newest(account_id))
            if found and only_first:
                return str(found)
            row = AccountKeyRow(id=ids.fresh(), account_id=account_id, created_at=datetime.now(UTC))
            row.wrapped = self.master.wrap(AESGCM.generate_key(256), account_place(row))
            session.add(row)
        self._newest[account_id] = row.id
        return row.id

    def account_key(self, session: Session, key_id: str) -> bytes:
        """An account's key. Raises SealBroken."""
        if key_id not in self._of_accounts:
            row = session.get(AccountKeyRow, key_id)
            if row is None:
                raise _missing(destroyed=False)
            self._of_accounts[key_id] = self.master.unwrap(row.wrapped, account_place(row))
        return self._of_accounts[key_id]


_KEYS = cast(Table, DataKeyRow.__table__)
_BY_SCOPE = select(_KEYS).where(_KEYS.c.scope == bindparam("scope_"))
_BY_ID = select(_KEYS).where(_KEYS.c.id == bindparam("id_"))


def account_place(row: AccountKeyRow) -> str:
    """What an account's key is bound to."""
    return f"account:{row.account_id}:{row.id}"


def wrap_data(account_key: bytes, raw: bytes, row: DataKeyRow) -> str:
    """A data key as it is kept."""
    nonce = secrets.token_bytes(NONCE)
    return base64.urlsafe_b64encode(nonce + AESGCM(account_key).encrypt(nonce, raw, _data_place(row))).decode()


def unwrap_data(account_key: bytes, row: DataKeyRow) -> bytes:
    """And back. Raises SealBroken."""
    try:
        return AESGCM(account_key).decrypt(*_parts(row.wrapped), _data_place(row))
    except (InvalidTag, binascii.Error, ValueError) as error:
        raise SealBroken("a key was changed or belongs elsewhere", "restore the key store") from error


def _data_place(row: DataKeyRow) -> bytes:
    """Not the account's key: that changes when it is rotated."""
    return f"data:{row.account_id}:{row.scope}:{row.id}".encode()


def _parts(wrapped: str) -> tuple[bytes, bytes]:
    raw = base64.urlsafe_b64decode(wrapped)
    return raw[:NONCE], raw[NONCE:]


def _newest(account_id: str):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type says no more
    mine = select(AccountKeyRow.id).where(AccountKeyRow.account_id == account_id)
    return mine.order_by(AccountKeyRow.created_at.desc(), AccountKeyRow.id.desc()).limit(1)


def _missing(*, destroyed: bool) -> SealBroken:
    if destroyed:
        return KeyDestroyed(
            "this was erased", "run `deskhand rights --restored`: a backup brought back what was erased"
        )
    return SealBroken("a stored text needs a key that the key store does not have", "restore the key store's backup")
