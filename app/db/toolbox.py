"""What was looked up and done, and how people judged what was drafted: counted for figures."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.db.models.connection import ConnectionRow
from app.db.models.judgement import JudgementRow
from app.db.models.lesson import LessonRow
from app.db.models.run import DeedRow
from app.db.models.ticket import TicketRow
from app.engine.lessons import Lesson

RIGHT = [str(kind) for kind in Lesson if kind.right]


def right(session: Session, account_id: str, since: datetime, until: datetime) -> tuple[int, int]:
    """Drafts that people let stand in that time, and all that they judged."""
    mine = (LessonRow.account_id == account_id, LessonRow.at >= since, LessonRow.at < until)
    counted = select(LessonRow.kind, func.count()).where(*mine).group_by(LessonRow.kind)
    found = {row[0]: row[1] for row in session.execute(counted)}
    return sum(number for kind, number in found.items() if kind in RIGHT), sum(found.values())


def used(session: Session, account_id: str, since: datetime, until: datetime) -> dict[str, int]:
    """How often what was used: drafts that quoted knowledge as ``search_documentation``, and each operation on a backend."""
    quoted = (
        select(func.count())
        .select_from(JudgementRow)
        .join(TicketRow, TicketRow.id == JudgementRow.ticket_id)
        .join(ConnectionRow, ConnectionRow.id == TicketRow.connection_id)
        .where(ConnectionRow.account_id == account_id, JudgementRow.kind == "draft")
        .where(JudgementRow.at >= since, JudgementRow.at < until)
        .where(JudgementRow.quoted)
    )
    done = select(DeedRow.name, func.count()).where(
        DeedRow.account_id == account_id,
        DeedRow.created_at >= since,
        DeedRow.created_at < until,
        DeedRow.state == "done",
    )
    found = {"search_documentation": session.scalar(quoted) or 0}
    return found | {row[0]: row[1] for row in session.execute(done.group_by(DeedRow.name).order_by(DeedRow.name))}
