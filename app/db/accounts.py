"""Accounts and the versions of their configuration."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import ids, trail
from app.db.models.account import AccountRow, ConfigurationRow
from app.db.trail import Entry, What
from app.errors import BadInput, DeskhandError, UnknownRecord


@dataclass(frozen=True)
class Account:
    """A customer of ours. While it is ``stopped``, nothing is written anywhere for it."""

    id: str
    name: str
    stopped: bool = False


@dataclass(frozen=True)
class Configured:
    """One version of an account's configuration: the file's name and text as they were given."""

    account_id: str
    version: int
    name: str
    text: str
    by: str = ""
    at: datetime | None = None


class MovedOn(DeskhandError):
    """Somebody else published meanwhile: what was made out of the version before is not put over theirs."""

    def __init__(self) -> None:
        super().__init__("another version is in force by now", "look at it, and publish again")


def add(session: Session, name: str, at: datetime) -> Account:
    """A new account. Raises BadInput when the name is taken."""
    row = AccountRow(id=ids.fresh(), name=name, created_at=at)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise BadInput(f"an account named {name!r} exists", "choose another name") from error
    trail.record(session, row.id, Entry(What.SETTING, "account", why="added"))
    return _account(row)


def named(session: Session, name: str) -> Account:
    """The account of that name. Raises UnknownRecord."""
    row = session.scalar(select(AccountRow).where(AccountRow.name == name))
    if row is None:
        raise UnknownRecord(f"there is no account named {name!r}", "add it first, with `deskhand account add`")
    return _account(row)


def every(session: Session) -> list[Account]:
    """All accounts, by name."""
    return [_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]


def queue(session: Session, account_id: str) -> None:
    """One after the other: until this transaction ends, no other one that asks the same goes on. SQLite has one writer as it is."""
    session.execute(select(AccountRow.id).where(AccountRow.id == account_id).with_for_update())


def find(session: Session, account_id: str) -> Account:
    """That account. Raises UnknownRecord."""
    row = session.get(AccountRow, account_id)
    if row is None:
        raise UnknownRecord("there is no such account")
    return _account(row)


def stop(session: Session, account_id: str, *, stopped: bool = True) -> None:
    """Turn the switch that stops everything; with ``stopped=False``, back."""
    trail.record(session, account_id, Entry(What.STOPPED if stopped else What.STARTED, "account"))
    session.execute(
        update(AccountRow).where(AccountRow.id == account_id).values(stopped=stopped),
        execution_options={"synchronize_session": False},
    )


def configure(session: Session, account_id: str, name: str, text: str, at: datetime, by: str = "") -> Configured:
    """Save the next version; it is in force from now on. Two at the same moment: one of them fails, none is lost."""
    newest = session.scalar(_versions(account_id))
    row = ConfigurationRow(
        id=ids.fresh(), account_id=account_id, version=(newest or 0) + 1, name=name, text=text, by=by, created_at=at
    )
    session.add(row)
    session.flush()
    digest = hashlib.sha256(text.encode()).hexdigest()
    trail.record(session, account_id, Entry(What.PUBLISHED, f"configuration:{row.version}", detail={"digest": digest}))
    return _configured(row)


def publish(session: Session, new: Configured, at: datetime) -> Configured:
    """Save what was made out of version ``new.version`` as the next one. Raises MovedOn when another one is in force by now."""
    if version(session, new.account_id) != new.version:
        raise MovedOn
    try:
        return configure(session, new.account_id, new.name, new.text, at, new.by)
    except IntegrityError as error:  # two at the same moment: the table takes one
        raise MovedOn from error


def versions(session: Session, account_id: str, limit: int = 50) -> list[Configured]:
    """The account's versions, newest first."""
    chosen = select(ConfigurationRow).where(ConfigurationRow.account_id == account_id)
    return [_configured(row) for row in session.scalars(chosen.order_by(ConfigurationRow.version.desc()).limit(limit))]


def of_version(session: Session, account_id: str, number: int) -> Configured:
    """That version. Raises UnknownRecord."""
    chosen = select(ConfigurationRow).where(ConfigurationRow.account_id == account_id)
    row = session.scalar(chosen.where(ConfigurationRow.version == number))
    if row is None:
        raise UnknownRecord("the account has no such version")
    return _configured(row)


def version(session: Session, account_id: str) -> int:
    """The number of the version in force, 0 when there is none yet."""
    return session.scalar(_VERSION, {"account": account_id}) or 0


def configuration(session: Session, account_id: str, at: datetime | None = None) -> Configured:
    """The version in force, or that was at a moment. Raises UnknownRecord when the account has, or had, none."""
    newest = select(ConfigurationRow).where(ConfigurationRow.account_id == account_id)
    if at is not None:
        newest = newest.where(ConfigurationRow.created_at <= at)
    row = session.scalar(newest.order_by(ConfigurationRow.version.desc()).limit(1))
    if row is None:
        raise UnknownRecord("the account has no configuration", "publish one first")
    return _configured(row)


def _configured(row: ConfigurationRow) -> Configured:
    return Configured(row.account_id, row.version, row.name, row.text, row.by, row.created_at)


def _account(row: AccountRow) -> Account:
    return Account(row.id, row.name, row.stopped)


def _versions(account_id: str):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type says no more
    return select(func.max(ConfigurationRow.version)).where(ConfigurationRow.account_id == account_id)


# Built once: every turn asks this, and building a statement costs more than running it.
_VERSION = select(func.max(ConfigurationRow.version)).where(ConfigurationRow.account_id == bindparam("account"))
