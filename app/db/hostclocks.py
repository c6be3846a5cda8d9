"""The helpdesk's own SLA clocks as they were last read, beside ours."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from sqlalchemy import Table, bindparam, delete, func, select
from sqlalchemy.orm import Session

from app.db.models.deadline import WatchRow
from app.db.models.roster import HostClockRow
from app.db.statements import insert
from connectors.types import HostClock

LONGEST = 60


@dataclass(frozen=True)
class HostLine:
    """How one of the helpdesk's own metrics did: tickets with that clock, and how many missed it."""

    metric: str
    policy: str
    clocks: int
    missed: int


def keep(session: Session, ticket_id: str, clocks: Iterable[HostClock], now: datetime) -> None:
    """These clocks in place of those that were read before."""
    session.execute(_FORGET, {"ticket": ticket_id})
    for clock in clocks:
        values = {"policy": clock.policy[:200], "state": clock.state, "due_at": clock.due, "read_at": now}
        row = insert(session, HostClockRow).values(ticket_id=ticket_id, metric=clock.metric[:LONGEST], **values)
        session.execute(row.on_conflict_do_update(index_elements=["ticket_id", "metric"], set_=values))


def report(session: Session, account_id: str, since: datetime, now: datetime) -> Sequence[HostLine]:
    """The account's, as read since then; one that ran out and was not seen to be kept counts as missed."""
    columns = (HostClockRow.metric, HostClockRow.policy)
    missed = (HostClockRow.state == "missed") | ((HostClockRow.state == "active") & (HostClockRow.due_at <= now))
    chosen = (
        select(*columns, func.count(), func.count().filter(missed))
        .join(WatchRow, WatchRow.ticket_id == HostClockRow.ticket_id)
        .where(WatchRow.account_id == account_id, HostClockRow.read_at >= since)
        .group_by(*columns)
        .order_by(*columns)
    )
    return [HostLine(*row) for row in session.execute(chosen)]


# Built once: every turn asks this, and building a statement costs more than running it.
_CLOCKS = cast(Table, HostClockRow.__table__)
_FORGET = delete(_CLOCKS).where(_CLOCKS.c.ticket_id == bindparam("ticket"))
