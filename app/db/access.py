"""Bearer tokens for our own API: given out once, kept as hashes, each for one account and some scopes."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.db import ids, trail
from app.db.models.access import AccessRow
from app.db.trail import Entry, What
from app.errors import UnknownRecord

SCOPES: Mapping[str, str] = MappingProxyType(
    {
        "chat": "hold conversations",
        "signals": "tell what visitors do",
        "tickets": "tell that an issue or a ticket is resolved",
        "assign": "give tickets to agents",
        "agents": "ask who there is and who could take a ticket",
        "read": "read tickets, decisions with their reasons, signals, evidence and problems",
        "metrics": "read figures",
        "teach": "teach examples of categories",
        "audit": "read who did what about a customer",
        "rights": "have people erased, exported, and their consent kept",
    }
)
"""What a token may be for; the API's own document says which operation needs which."""
PREFIX = "dh_"
"""How every token begins, so that scanners for lost secrets know it."""


@dataclass(frozen=True)
class Access:
    """What a token allows: these scopes, for this account, until it ends or is revoked."""

    id: str
    account_id: str
    scopes: frozenset[str]
    label: str = ""
    created_at: datetime | None = None
    ends_at: datetime | None = None
    revoked_at: datetime | None = None
    per_minute: int | None = None
    """Requests a minute; None: as many as any token may make."""


def issue(
    session: Session,
    account_id: str,
    scopes: Iterable[str],
    *,
    at: datetime,
    label: str = "",
    ends_at: datetime | None = None,
) -> tuple[Access, str]:
    """A new token and what it allows. The token is in nothing that is saved: whoever loses it needs another one."""
    token = PREFIX + secrets.token_urlsafe(32)
    row = AccessRow(
        id=ids.fresh(),
        account_id=account_id,
        label=label,
        scopes=sorted(set(scopes)),
        digest=_digest(token),
        created_at=at,
        ends_at=ends_at,
    )
    session.add(row)
    session.flush()
    detail = {"scopes": row.scopes, "ends": ends_at.isoformat() if ends_at else None}
    trail.record(session, account_id, Entry(What.TOKEN_MADE, row.id, detail=detail))
    return _record(row), token


def of_token(session: Session, token: str, at: datetime) -> Access:
    """What that token allows now. Raises UnknownRecord for one that is made up, over or revoked, without saying which.

    It is found by its hash, so how long that takes tells nothing about any token that is there.
    """
    row = session.scalar(select(AccessRow).where(AccessRow.digest == _digest(token)))
    if row is None or row.revoked_at is not None or (row.ends_at is not None and row.ends_at <= at):
        raise UnknownRecord("there is no such token")
    return _record(row)


def of_account(session: Session, account_id: str) -> list[Access]:
    """Every token of an account, oldest first, those that are over included."""
    rows = session.scalars(select(AccessRow).where(AccessRow.account_id == account_id).order_by(AccessRow.id))
    return [_record(row) for row in rows]


def revoke(session: Session, account_id: str, access_id: str, at: datetime) -> None:
    """It allows nothing from now on; twice changes nothing. Raises UnknownRecord."""
    _change(session, account_id, access_id, revoked_at=func.coalesce(AccessRow.revoked_at, at))
    trail.record(session, account_id, Entry(What.TOKEN_REVOKED, access_id))


def slow(session: Session, account_id: str, access_id: str, per_minute: int) -> None:
    """It may be used so often a minute from now on. Raises UnknownRecord."""
    _change(session, account_id, access_id, per_minute=per_minute)
    trail.record(session, account_id, Entry(What.TOKEN_CHANGED, access_id, detail={"per_minute": per_minute}))


def _change(session: Session, account_id: str, access_id: str, **values: Any) -> None:
    mine = (AccessRow.id == access_id, AccessRow.account_id == account_id)
    if session.scalar(select(AccessRow.id).where(*mine)) is None:
        raise UnknownRecord("the account has no such token", "see `deskhand account tokens`")
    change = update(AccessRow).where(*mine).values(**values)
    session.execute(change, execution_options={"synchronize_session": False})


def _digest(token: str) -> str:
    """The token has 256 random bits: a slow hash would protect nothing more."""
    return hashlib.sha256(token.encode()).hexdigest()


def _record(row: AccessRow) -> Access:
    moments = (row.created_at, row.ends_at, row.revoked_at)
    return Access(row.id, row.account_id, frozenset(row.scopes), row.label, *moments, row.per_minute)
