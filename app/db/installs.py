"""Installs by OAuth between the click and the way back: each state is good once, in the session that it was made in."""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from app.db.models.install import InstallRow
from app.errors import UnknownRecord

LASTS = timedelta(minutes=15)
"""For reading a consent page, and asking somebody first."""


@dataclass(frozen=True)
class Begun:
    """What was asked for, and the PKCE verifier: sealed under the digest of the state when it comes from here."""

    account_id: str
    vendor: str
    place: str
    redirect: str
    verifier: str = field(repr=False)
    connection_id: str = ""
    """The connection that is to be connected again; empty for a new one."""


def begin(session: Session, begun: Begun, seal: Callable[[str, str], str], visit: str, at: datetime) -> str:
    """Keep it and give its state, which is in nothing that is saved. ``seal(text, place)`` hides the verifier for that place."""
    state = secrets.token_urlsafe(32)
    session.execute(delete(InstallRow).where(InstallRow.ends_at <= at))
    session.add(
        InstallRow(
            digest=digest(state),
            visit=digest(visit),
            account_id=begun.account_id,
            vendor=begun.vendor,
            connection_id=begun.connection_id,
            place=begun.place,
            redirect=begun.redirect,
            verifier=seal(begun.verifier, digest(state)),
            ends_at=at + LASTS,
        )
    )
    session.flush()
    return state


def take(session: Session, state: str, visit: str, vendor: str, at: datetime) -> Begun:
    """What was begun under that state in that session, which is used up with this, whatever comes of it.

    Raises UnknownRecord for a state that was made up, is over, was used, or belongs to another session or vendor. Of two
    who bring it at once, one gets it.
    """
    mine = (InstallRow.visit == digest(visit), InstallRow.vendor == vendor, InstallRow.ends_at > at)
    row = session.scalar(delete(InstallRow).where(InstallRow.digest == digest(state), *mine).returning(InstallRow))
    if row is None:
        raise UnknownRecord("there is no such install")
    return Begun(row.account_id, row.vendor, row.place, row.redirect, row.verifier, row.connection_id)


def digest(key: str) -> str:
    """How a key of 256 random bits is kept."""
    return hashlib.sha256(key.encode()).hexdigest()
