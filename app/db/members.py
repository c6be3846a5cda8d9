"""Who was on an account's pages, what their host said of them last, and the role that an admin gave them here instead."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from app.db.models.visit import MemberRow
from app.db.statements import insert
from app.errors import DeskhandError, UnknownRecord
from connectors.types import Level

AS_TOLD = ""
"""Given to whoever is what the host says."""
NOTHING = "none"
"""Given to whoever may not come in at all."""
GIVEN = (AS_TOLD, Level.VIEWER, Level.AGENT, Level.LEAD, NOTHING)
"""What an admin may give. That somebody is an admin, only the host says."""


class ShutOut(DeskhandError):
    """An admin of the account took all that this person may do here."""

    def __init__(self) -> None:
        super().__init__("an admin has closed these pages to this person", "ask an admin")


@dataclass(frozen=True)
class Who:
    """One person of one account, by the connection that they come in by; that is empty for links of ours."""

    account_id: str
    connection_id: str
    person: str


@dataclass(frozen=True)
class Member:
    """One person with both their roles."""

    who: Who
    name: str
    told: Level
    given: str
    by: str
    seen_at: datetime
    given_at: datetime | None

    @property
    def level(self) -> Level | None:
        """What they may do here; None for nothing."""
        return allowed(self.told, self.given)


def allowed(told: Level, given: str) -> Level | None:
    """What somebody may do of whom the host says ``told``, and an admin here ``given``; None for nothing."""
    if given == NOTHING:
        return None
    return Level(given) if given else told


def seen(session: Session, who: Who, name: str, told: Level, at: datetime) -> Level:
    """Somebody came in: keep that, and say what they may do. Raises ShutOut."""
    values = {"name": name[:200], "told": str(told), "seen_at": at}
    new = insert(session, MemberRow).values(**_key(who), given=AS_TOLD, by="", **values)
    given = session.scalar(
        new.on_conflict_do_update(index_elements=list(_key(who)), set_=values).returning(MemberRow.given)
    )
    level = allowed(told, given or AS_TOLD)
    if level is None:
        raise ShutOut
    return level


def told(session: Session, who: Who, level: Level) -> None:
    """The host said another role of them."""
    session.execute(update(MemberRow).where(*_same(who)).values(told=str(level)))


def give(session: Session, who: Who, given: str, by: str, at: datetime) -> Member:
    """Give somebody that role here, from their next request on. Raises UnknownRecord for who was never here, ValueError for no role."""
    if given not in GIVEN:
        raise ValueError(given)
    changed = update(MemberRow).where(*_same(who)).values(given=str(given), by=by, given_at=at).returning(MemberRow)
    row = session.scalar(changed)
    if row is None:
        raise UnknownRecord("there is no such person")
    return _member(row)


def given(session: Session, who: Who) -> str:
    """What an admin gave them here; AS_TOLD for whoever was given nothing, or was never here."""
    return session.scalar(select(MemberRow.given).where(*_same(who))) or AS_TOLD


def every(session: Session, account_id: str, limit: int = 500) -> list[Member]:
    """Everybody who was on the account's pages, the last seen first."""
    chosen = select(MemberRow).where(MemberRow.account_id == account_id)
    chosen = chosen.order_by(MemberRow.seen_at.desc(), MemberRow.person).limit(limit)
    return [_member(row) for row in session.scalars(chosen)]


def _key(who: Who) -> dict[str, str]:
    return {"account_id": who.account_id, "connection_id": who.connection_id, "person": who.person[:300]}


def _same(who: Who) -> list[ColumnElement[bool]]:
    return [getattr(MemberRow, name) == value for name, value in _key(who).items()]


def _member(row: MemberRow) -> Member:
    who = Who(row.account_id, row.connection_id, row.person)
    return Member(who, row.name, Level(row.told), row.given, row.by, row.seen_at, row.given_at)
