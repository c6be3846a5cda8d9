"""Connections: a vendor installed for an account. Secrets pass through sealed; only ``services`` opens them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import ids, trail
from app.db.inbox import DONE, WAITING
from app.db.models.account import AccountRow
from app.db.models.connection import ConnectionRow
from app.db.models.event import EventRow
from app.db.trail import Entry, What
from app.errors import DeskhandError, UnknownRecord

ACTIVE = "active"
PAUSED = "paused"
REMOVED = "removed"

_THERE = ConnectionRow.state != REMOVED


@dataclass(frozen=True)
class Installed:
    """A connection as it is stored. ``sealed`` opens only in the vault, for this id."""

    id: str
    account_id: str
    vendor: str
    base_url: str
    settings: Mapping[str, str]
    sealed: str = field(repr=False)
    state: str = ACTIVE
    reason: str = ""
    asked_at: datetime | None = None
    read_at: datetime | None = None
    place: str = ""
    """What an admin granted at the vendor's consent page, which is connected once; empty for what was typed in."""

    @property
    def active(self) -> bool:
        """False while an admin has to mend something first."""
        return self.state == ACTIVE


class Taken(DeskhandError):
    """That place is connected already."""

    def __init__(self) -> None:
        super().__init__("that place is connected already", "look at the connections that there are")


def add(session: Session, new: Installed, at: datetime) -> Installed:
    """Save a connection under the id it came with (``ids.unguessable()``: its secrets were sealed for that).

    Raises Taken where another connection has its place.
    """
    session.add(
        ConnectionRow(
            id=new.id,
            account_id=new.account_id,
            vendor=new.vendor,
            base_url=new.base_url,
            settings=dict(new.settings),
            secrets=new.sealed,
            state=new.state,
            reason=new.reason,
            place=new.place or None,
            created_at=at,
        )
    )
    with _placed():
        session.flush()
    return new


def change(session: Session, new: Installed) -> None:
    """Give the connection of that id another address, settings and secrets, and let its work go on. Raises Taken."""
    with _placed():
        values = {"base_url": new.base_url, "settings": dict(new.settings), "secrets": new.sealed}
        _set(session, new.id, **values, place=new.place or None)
    resume(session, new.id)


def find(session: Session, connection_id: str) -> Installed:
    """That connection. Raises UnknownRecord, also for one that was removed."""
    row = session.get(ConnectionRow, connection_id)
    if row is None or row.state == REMOVED:
        raise UnknownRecord("there is no such connection", "see `deskhand connect`")
    return _record(row)


def of_account(session: Session, account_id: str) -> list[Installed]:
    """The account's connections, oldest first."""
    chosen = select(ConnectionRow).where(ConnectionRow.account_id == account_id, _THERE)
    return [_record(row) for row in session.scalars(chosen.order_by(ConnectionRow.created_at, ConnectionRow.id))]


def every(session: Session) -> list[Installed]:
    """All connections, oldest first."""
    chosen = select(ConnectionRow).where(_THERE).order_by(ConnectionRow.created_at)
    return [_record(row) for row in session.scalars(chosen)]


def of_vendor(session: Session, vendor: str) -> list[Installed]:
    """All connections to that vendor, whoever's, oldest first."""
    chosen = select(ConnectionRow).where(ConnectionRow.vendor == vendor, _THERE)
    return [_record(row) for row in session.scalars(chosen.order_by(ConnectionRow.created_at, ConnectionRow.id))]


def of_tenant(session: Session, vendor: str, setting: str, names: Sequence[str]) -> list[Installed]:
    """The vendor's connections whose ``setting`` is one of these names, the first name's first."""
    told = ConnectionRow.settings[setting].as_string()
    chosen = select(ConnectionRow).where(ConnectionRow.vendor == vendor, _THERE, told.in_(names))
    found = [_record(row) for row in session.scalars(chosen.order_by(ConnectionRow.created_at, ConnectionRow.id))]
    return sorted(found, key=lambda one: names.index(one.settings[setting]))


def of_address(session: Session, vendor: str, base_url: str) -> list[Installed]:
    """The vendor's connections to that address, however it was typed, oldest first."""
    host = base_url.rstrip("/").removeprefix("https://")
    names = {base_url.rstrip("/"), f"{base_url.rstrip('/')}/", host, host.partition(".")[0]}
    chosen = select(ConnectionRow).where(ConnectionRow.vendor == vendor, _THERE, ConnectionRow.base_url.in_(names))
    return [_record(row) for row in session.scalars(chosen.order_by(ConnectionRow.created_at, ConnectionRow.id))]


def account_of(session: Session, connection_id: str) -> str:
    """Whose connection that is, also when it was removed; empty for one that never was."""
    return session.scalar(_ACCOUNT_OF, {"connection": connection_id}) or ""


def stopped(session: Session, connection_id: str) -> bool:
    """Whether the switch of the connection's account stops everything."""
    return bool(session.scalar(_STOPPED, {"connection": connection_id}))


def pause(session: Session, connection_id: str, reason: str) -> None:
    """Stop all work for it, until somebody resumes it. What comes in is still taken."""
    _set(session, connection_id, state=PAUSED, reason=reason)
    _note(session, connection_id, "paused")


def remove(session: Session, connection_id: str) -> None:
    """End it for good: its secrets are forgotten and what waits is let go; what was done stays on record."""
    _set(session, connection_id, state=REMOVED, reason="", secrets="", place=None, wait_until=None, away_until=None)
    session.execute(
        update(EventRow)
        .where(EventRow.connection_id == connection_id, EventRow.state == WAITING)
        .values(state=DONE, outcome="disconnected"),
        execution_options={"synchronize_session": False},
    )


def resume(session: Session, connection_id: str) -> None:
    """Let work go on where it stopped."""
    _set(session, connection_id, state=ACTIVE, reason="", wait_until=None, away_until=None)
    _note(session, connection_id, "active")


def reseal(session: Session, connection_id: str, sealed: str) -> None:
    """Store its secrets anew, after a token was renewed or a key changed."""
    _set(session, connection_id, secrets=sealed)


def hold(session: Session, connection_id: str, until: datetime) -> None:
    """The vendor asked for patience: no ticket of it is worked on before ``until``. Never shortens an earlier wait."""
    later = func.coalesce(ConnectionRow.wait_until, until) <= until
    session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id, later).values(wait_until=until),
        execution_options={"synchronize_session": False},
    )


def asked(session: Session, connection_id: str, at: datetime) -> None:
    """Changed tickets were asked for up to this vendor time."""
    _set(session, connection_id, asked_at=at)


def read(session: Session, connection_id: str, at: datetime) -> None:
    """Articles were read up to this vendor time."""
    _set(session, connection_id, read_at=at)


def _note(session: Session, connection_id: str, why: str) -> None:
    trail.record(session, account_of(session, connection_id), Entry(What.CONNECTION, connection_id, why=why))


def _set(session: Session, connection_id: str, **values: Any) -> None:
    """What is said of a connection that was removed, by whoever had not heard of that, changes nothing."""
    session.execute(
        update(ConnectionRow).where(ConnectionRow.id == connection_id, _THERE).values(**values),
        execution_options={"synchronize_session": False},
    )


@contextmanager
def _placed() -> Iterator[None]:
    try:
        yield
    except IntegrityError as error:
        if "place" in str(error.orig):
            raise Taken from error
        raise


def new_id() -> str:
    """An id for a connection to be: it stands in the webhook's address, so it cannot be guessed."""
    return ids.unguessable()


def _record(row: ConnectionRow) -> Installed:
    return Installed(
        row.id,
        row.account_id,
        row.vendor,
        row.base_url,
        dict(row.settings),
        row.secrets,
        row.state,
        row.reason,
        row.asked_at,
        row.read_at,
        row.place or "",
    )


# Built once: every turn asks these, and building a statement costs more than running it.
_ACCOUNT_OF = select(ConnectionRow.account_id).where(ConnectionRow.id == bindparam("connection"))
_STOPPED = (
    select(AccountRow.stopped)
    .join(ConnectionRow, ConnectionRow.account_id == AccountRow.id)
    .where(ConnectionRow.id == bindparam("connection"))
)
