"""What language models took, and the budgets that hold it: reserved before a question, settled after it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from app.db import ids
from app.db.models.account import AccountRow
from app.db.models.spending import ModelCallRow

OPEN = "open"
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Payer:
    """On whose budgets a question goes: the account's, the ticket's and the requester's, by their ids."""

    account_id: str
    ticket_id: str
    requester: str


@dataclass(frozen=True)
class Limits:
    """The most tokens: for one ticket ever, for one requester and for one account within a day."""

    ticket: int
    requester: int
    day: int


@dataclass(frozen=True)
class Planned:
    """A question about to be asked, and the most that it can take."""

    task: str
    model: str
    prompt: str
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True)
class Taken:
    """What a question took in the end. ``outcome`` is ``answered`` or why not."""

    tokens_in: int
    tokens_out: int
    micros: int
    outcome: str


class Spent(Exception):
    """A budget does not cover the question; ``budget`` is ``ticket``, ``requester`` or ``day``."""

    def __init__(self, budget: str) -> None:
        super().__init__(f"the budget for this {budget} is spent")
        self.budget = budget


def reserve(session: Session, payer: Payer, planned: Planned, limits: Limits, now: datetime) -> str:
    """Set the most that the question can take aside; its id. Raises Spent. Two at a time cannot both take the last of it."""
    session.scalar(select(AccountRow.id).where(AccountRow.id == payer.account_id).with_for_update())
    own = ModelCallRow.account_id == payer.account_id
    lately = ModelCallRow.at > now - DAY
    budgets = (
        ("ticket", limits.ticket, (own, ModelCallRow.ticket_id == payer.ticket_id)),
        ("requester", limits.requester, (own, lately, ModelCallRow.requester == payer.requester)),
        ("day", limits.day, (own, lately)),
    )
    for name, limit, where in budgets:
        if _tokens(session, *where) + planned.tokens_in + planned.tokens_out > limit:
            raise Spent(name)
    row = ModelCallRow(id=ids.fresh(), **vars(payer), **vars(planned), micros=0, outcome=OPEN, at=now)
    session.add(row)
    return row.id


def settle(session: Session, call: str, taken: Taken) -> None:
    """Put what it took in the place of what was set aside."""
    row = session.get_one(ModelCallRow, call)
    for name, value in vars(taken).items():
        setattr(row, name, value)


def used(session: Session, account_id: str, since: datetime) -> Taken:
    """What an account took since then, all together; the outcome is empty."""
    amounts = (ModelCallRow.tokens_in, ModelCallRow.tokens_out, ModelCallRow.micros)
    where = (ModelCallRow.account_id == account_id, ModelCallRow.at > since)
    tokens_in, tokens_out, micros = (
        int(session.scalar(select(func.coalesce(func.sum(amount), 0)).where(*where)) or 0) for amount in amounts
    )
    return Taken(tokens_in, tokens_out, micros, "")


def _tokens(session: Session, *where: ColumnElement[bool]) -> int:
    total = func.coalesce(func.sum(ModelCallRow.tokens_in + ModelCallRow.tokens_out), 0)
    return int(session.scalar(select(total).where(*where)) or 0)
