"""Alarms as they stand: since when, told when, and over since when. Deciding who is told is the engine's part."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import not_, or_, select, update
from sqlalchemy.orm import Session

from app.db.models.log import AlarmRow
from app.db.statements import insert
from app.engine.alarms import LANES, Alarm, Standing

QUIETLY = {"synchronize_session": False}


def known(session: Session, account_id: str) -> list[Standing]:
    """Every alarm that there ever was."""
    rows = session.scalars(select(AlarmRow).where(AlarmRow.account_id == account_id).order_by(AlarmRow.name))
    return [Standing(row.name, row.since, row.told_at, row.over_at) for row in rows]


def standing(session: Session, account_id: str) -> list[tuple[str, datetime]]:
    """The words of alarms that are not over, and since when."""
    chosen = select(AlarmRow).where(AlarmRow.account_id == account_id, AlarmRow.over_at.is_(None))
    return [(row.text, row.since) for row in session.scalars(chosen.order_by(AlarmRow.since, AlarmRow.name))]


def told(session: Session, account_id: str, alarm: Alarm, at: datetime) -> None:
    """People are told of it now."""
    mine = (AlarmRow.account_id == account_id, AlarmRow.name == alarm.name[:200])
    again = update(AlarmRow).where(*mine, AlarmRow.over_at.is_not(None)).values(since=at)
    session.execute(again, execution_options=QUIETLY)
    values = {"text": alarm.text, "told_at": at, "over_at": None}
    row = insert(session, AlarmRow).values(account_id=account_id, name=alarm.name[:200], since=at, **values)
    session.execute(row.on_conflict_do_update(index_elements=["account_id", "name"], set_=values))


def seen(session: Session, account_id: str, found: Collection[Alarm], at: datetime, lane: Collection[str] = ()) -> None:
    """What is out of order now stands, in its newest words; what was and is no more is over.

    ``lane``: only names that begin so were looked at; without it, all that are in no lane of their own.
    """
    mine = AlarmRow.account_id == account_id
    for alarm in found:
        again = update(AlarmRow).where(mine, AlarmRow.name == alarm.name[:200])
        session.execute(again.values(text=alarm.text, over_at=None), execution_options=QUIETLY)
    names = [alarm.name[:200] for alarm in found]
    begins = or_(*(AlarmRow.name.startswith(one, autoescape=True) for one in lane or LANES))
    looked = begins if lane else not_(begins)
    over = update(AlarmRow).where(mine, looked, AlarmRow.over_at.is_(None), AlarmRow.name.not_in(names))
    session.execute(over.values(over_at=at), execution_options=QUIETLY)
