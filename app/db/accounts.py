"""Accounts and the versions of their configuration."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.account import AccountRow, ConfigurationRow
from app.errors import BadInput, UnknownRecord


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


def add(session: Session, name: str, at: datetime) -> Account:
    """A new account. Raises BadInput when the name is taken."""
    row = AccountRow(id=ids.fresh(), name=name, created_at=at)
    session.add(row)
    try:
        session.flush()
    except IntegrityError as error:
        raise BadInput(f"an account named {name!r} exists", "choose another name") from error
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


def find(session: Session, account_id: str) -> Account:
    """That account. Raises UnknownRecord."""
    row = session.get(AccountRow, account_id)
    if row is None:
        raise UnknownRecord("there is no such account")
    return _account(row)


def stop(session: Session, account_id: str, *, stopped: bool = True) -> None:
    """Turn the switch that stops everything; with ``stopped=False``, back."""
    session.execute(
        update(AccountRow).where(AccountRow.id == account_id).values(stopped=stopped),
        execution_options={"synchronize_session": False},
    )


def configure(session: Session, account_id: str, name: str, text: str, at: datetime) -> Configured:
    """Save the next version; it is in force from now on. Two at the same moment: one of them fails, none is lost."""
    newest = session.scalar(_versions(account_id))
    row = ConfigurationRow(
        id=ids.fresh(), account_id=account_id, version=(newest or 0) + 1, name=name, text=text, created_at=at
    )
    session.add(row)
    session.flush()
    return Configured(account_id, row.version, name, text)


def version(session: Session, account_id: str) -> int:
    """The number of the version in force, 0 when there is none yet."""
    return session.scalar(_versions(account_id)) or 0


def configuration(session: Session, account_id: str, at: datetime | None = None) -> Configured:
    """The version in force, or that was at a moment. Raises UnknownRecord when the account has, or had, none."""
    newest = select(ConfigurationRow).where(ConfigurationRow.account_id == account_id)
    if at is not None:
        newest = newest.where(ConfigurationRow.created_at <= at)
    row = session.scalar(newest.order_by(ConfigurationRow.version.desc()).limit(1))
    if row is None:
        raise UnknownRecord("the account has no configuration", "publish one first")
    return Configured(row.account_id, row.version, row.name, row.text)


def _account(row: AccountRow) -> Account:
    return Account(row.id, row.name, row.stopped)


def _versions(account_id: str):  # type: ignore[no-untyped-def]  # SQLAlchemy's own type says no more
    return select(func.max(ConfigurationRow.version)).where(ConfigurationRow.account_id == account_id)
