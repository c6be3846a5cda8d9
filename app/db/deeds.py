"""Effects of runs on backends, from proposed to done. Every write of one happens under its ticket's lease."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from app.db.codec import decode, encode
from app.db.models.run import DeedRow
from app.db.protecting import seal
from app.engine.types import Approval, Permit, Reason
from app.engine.workflows.limits import Spent
from app.engine.workflows.types import Answer
from app.errors import SealBroken

PROPOSED, REJECTED, PERMITTED, BEGUN, DONE, FAILED, REVIEW = (
    "proposed",
    "rejected",
    "permitted",
    "begun",
    "done",
    "failed",
    "review",
)
OPEN_CASE = "open_case"
"""What opening a case is called, at whatever system."""
COUNTED = (PERMITTED, BEGUN, DONE, REVIEW)
"""What limits count: also what may have been taken."""
QUIETLY = {"synchronize_session": False}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Deed:
    """One effect as it is kept. ``key`` goes to the backend; ``amount`` is in the smallest unit."""

    key: str
    run_id: str
    ticket_id: str
    account_id: str
    name: str
    system: str
    inputs: Mapping[str, Any]
    state: str
    amount: int | None = None
    currency: str = ""
    permit: Permit | None = None
    why: Reason | None = None
    undoes: str = ""
    attempts: int = 0
    started_at: datetime | None = None
    not_before: datetime | None = None
    answer: Answer | None = None

    @property
    def by_person(self) -> bool:
        """Whether a person's word permits it, and it takes nothing back."""
        return self.permit is not None and isinstance(self.permit.permission, Approval) and not self.undoes


def add(session: Session, new: Deed, at: datetime) -> None:
    """Keep a new one. Nothing is done by that."""
    session.add(
        DeedRow(
            key=new.key,
            run_id=new.run_id,
            ticket_id=new.ticket_id,
            account_id=new.account_id,
            name=new.name,
            system=new.system,
            inputs=seal(session, DeedRow.inputs, dict(new.inputs), new.ticket_id, new.key, new.account_id),
            amount=new.amount,
            currency=new.currency[:3],
            state=new.state,
            permit=encode(new.permit) if new.permit else None,
            why=encode(new.why) if new.why else None,
            undoes=new.undoes,
            attempts=0,
            created_at=at,
            updated_at=at,
        )
    )
    session.flush()


def find(session: Session, key: str) -> Deed | None:
    """The effect of that key, or None."""
    row = session.scalar(select(DeedRow).where(DeedRow.key == key))
    return _record(row) if row else None


def of_run(session: Session, run_id: str) -> list[Deed]:
    """Everything that a run asked for, in order."""
    return [
        _record(row) for row in session.scalars(select(DeedRow).where(DeedRow.run_id == run_id).order_by(DeedRow.id))
    ]


def opened_cases(session: Session, ticket_ids: Sequence[str]) -> Mapping[str, str]:
    """Ticket -> the number of the case that was opened for it at the account's own system, the newest; without those erased since."""
    mine = (DeedRow.ticket_id.in_(ticket_ids), DeedRow.name == OPEN_CASE, DeedRow.state == DONE)
    keys = session.execute(select(DeedRow.id, DeedRow.ticket_id).where(*mine).order_by(DeedRow.id)).all()
    found: dict[str, str] = {}
    for id, ticket_id in keys:
        try:
            body = session.scalar(select(DeedRow.answer).where(DeedRow.id == id))
        except SealBroken:
            continue
        if body and (case := decode(Answer, body).outputs.get("case")):
            found[ticket_id] = str(case)
    return found


def begun(session: Session, ticket_id: str) -> list[Deed]:
    """What may be under way for a ticket."""
    return [_record(row) for row in session.scalars(_BEGUN, {"ticket": ticket_id})]


def released(session: Session, ticket_id: str) -> list[Deed]:
    """What a person released for a ticket and nobody has begun, in order."""
    chosen = select(DeedRow).where(DeedRow.ticket_id == ticket_id, DeedRow.state == PERMITTED).order_by(DeedRow.id)
    return [one for one in map(_record, session.scalars(chosen)) if one.by_person]


def withdraw(session: Session, run_id: str, why: Reason, at: datetime) -> None:
    """What a run asked for and nobody has begun is not done any more."""
    chosen = (DeedRow.run_id == run_id, DeedRow.state.in_((PROPOSED, PERMITTED)), DeedRow.undoes == "")
    _set(session, chosen, state=REJECTED, why=encode(why), updated_at=at)


def allow(session: Session, key: str, permit: Permit, at: datetime) -> None:
    """A person released it."""
    chosen = (DeedRow.key == key, DeedRow.state == PROPOSED)
    _set(session, chosen, state=PERMITTED, permit=encode(permit), updated_at=at)


def ask_again(session: Session, key: str, at: datetime) -> None:
    """What a person released, and nobody has begun, waits for a person again."""
    _set(session, (DeedRow.key == key, DeedRow.state == PERMITTED), state=PROPOSED, permit=None, updated_at=at)


def reject(session: Session, key: str, why: Reason, at: datetime) -> None:
    """A person said no."""
    _set(session, (DeedRow.key == key, DeedRow.state == PROPOSED), state=REJECTED, why=encode(why), updated_at=at)


def start(session: Session, key: str, at: datetime, ambiguous_until: datetime) -> None:
    """An attempt starts; nobody tries again before ``ambiguous_until`` unless it is answered."""
    _set(
        session,
        (DeedRow.key == key,),
        state=BEGUN,
        attempts=DeedRow.attempts + 1,
        started_at=func.coalesce(DeedRow.started_at, at),
        not_before=ambiguous_until,
        updated_at=at,
    )


def postpone(session: Session, key: str, not_before: datetime, at: datetime) -> None:
    """No clear answer: it will be tried again, not before that moment, and looked for first."""
    _set(session, (DeedRow.key == key,), not_before=not_before, updated_at=at)


def end(session: Session, key: str, state: str, answer: Answer, at: datetime) -> None:
    """It is over: done, failed, or for a person to look at."""
    ticket_id = session.scalar(select(DeedRow.ticket_id).where(DeedRow.key == key)) or ""
    kept = seal(session, DeedRow.answer, encode(answer), ticket_id, key)
    _set(session, (DeedRow.key == key,), state=state, answer=kept, not_before=None, updated_at=at)


def spent(session: Session, account_id: str, ticket_id: str, name: str, now: datetime) -> Spent:
    """What this operation has moved in the ticket ever, and for the account within a day."""
    amounts = select(func.coalesce(func.sum(DeedRow.amount), 0)).where(
        DeedRow.name == name, DeedRow.state.in_(COUNTED), DeedRow.account_id == account_id
    )
    ticket = session.scalar(amounts.where(DeedRow.ticket_id == ticket_id)) or 0
    day = session.scalar(amounts.where(DeedRow.created_at > now - DAY)) or 0
    return Spent(int(ticket), int(day))


def _set(session: Session, chosen: tuple[Any, ...], **values: Any) -> None:
    session.execute(update(DeedRow).where(*chosen).values(**values), execution_options=QUIETLY)


def _record(row: DeedRow) -> Deed:
    return Deed(
        row.key,
        row.run_id,
        row.ticket_id,
        row.account_id,
        row.name,
        row.system,
        row.inputs,
        row.state,
        row.amount,
        row.currency,
        decode(Permit, row.permit) if row.permit else None,
        decode(Reason, row.why) if row.why else None,
        row.undoes,
        row.attempts,
        row.started_at,
        row.not_before,
        decode(Answer, row.answer) if row.answer else None,
    )


# Built once: every turn asks this, and building a statement costs more than running it.
_BEGUN = select(DeedRow).where(DeedRow.ticket_id == bindparam("ticket"), DeedRow.state == BEGUN).order_by(DeedRow.id)
