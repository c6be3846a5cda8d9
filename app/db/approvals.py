"""Messages that somebody of a regulated account approved, word for word: one that is changed has to be approved again."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db import ids, trail
from app.db.models.talk import ApprovalRow
from app.db.statements import insert
from app.db.trail import Entry, What
from app.engine.templates import Template


def approve(session: Session, account_id: str, templates: Iterable[Template], by: str, at: datetime) -> None:
    """These may be sent from now on, as they are; twice changes nothing."""
    for template in templates:
        row = {
            "id": ids.fresh(),
            "account_id": account_id,
            "template": template.name[:100],
            "digest": template.digest,
            "by": by,
            "at": at,
        }
        made = insert(session, ApprovalRow).values(**row).on_conflict_do_nothing().returning(ApprovalRow.id)
        if session.scalar(made):
            named = Entry(
                What.SETTING, f"template:{template.name}"[:200], why="approved", detail={"digest": template.digest}
            )
            trail.record(session, account_id, named)


def of_account(session: Session, account_id: str) -> frozenset[str]:
    """The digests of everything that was approved."""
    return frozenset(session.scalars(select(ApprovalRow.digest).where(ApprovalRow.account_id == account_id)))
