"""What people say about effects on backends that a workflow proposes: approve or reject, by a button or by a link."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from app.db import deeds, judgements, runs
from app.db.deeds import Deed
from app.db.trail import What
from app.engine import permission, reviewing
from app.engine.lessons import Lesson
from app.engine.standing import Standing
from app.engine.types import Approval, Permit, Reason
from app.engine.workflows.limits import Wanted
from app.services import Services
from connectors.errors import Unsupported
from connectors.operations import Operation
from connectors.types import Click, Person
from jobs import recorded
from jobs.base import Run

STOPPED = "Deskhand is stopped for this account: nothing is done, and it waits on."
NOTHING = "There is nothing here that waits for approval."


@dataclass(frozen=True)
class Ruling:
    """What follows from a press. Nothing of it is kept yet."""

    answer: str
    permits: tuple[Permit, ...] = ()
    rejected: tuple[str, ...] = ()
    by: str = ""
    """The person's id at the host."""
    reviewed: bool = False
    """Somebody who releases for compliance said it, about what compliance reviews."""
    refused: Reason | None = None
    """Why they may not release what they wanted to."""

    @property
    def empty(self) -> bool:
        """Whether nothing follows."""
        return not (self.permits or self.rejected)


def approving(session: Session, run: Run, click: Click, standing: Standing) -> Ruling:
    """A permit for everything that the button is about, or for nothing."""
    asked = _proposed(session, run, click)
    if not asked or standing.stopped:
        return Ruling(STOPPED if asked else NOTHING)
    approval = Approval(click.value, click.person.id, standing.now)
    try:
        permits = [_permit(session, run, one, approval, (click.person, standing.reviewer)) for one in asked]
    except permission.NotApproved as refusal:
        return Ruling(refusal.reason.text, refused=refusal.reason)
    settled = run.services.configuration(standing.account, session)
    reviewed = any(reviewing.reviewed(runs.category(session, one.run_id), settled) for one, _ in asked)
    return Ruling("It is being done.", permits=tuple(permits), by=click.person.id, reviewed=reviewed)


def rejecting(session: Session, run: Run, click: Click) -> Ruling:
    """The first of what the button is about is not done, and they are asked again about the rest.

    That they may say so is the caller's to see.
    """
    asked = _proposed(session, run, click)[:1]
    keys = tuple(one.key for one, _ in asked)
    return Ruling("It is not done.", rejected=keys, by=click.person.id) if keys else Ruling(NOTHING)


def _permit(
    session: Session, run: Run, asked: tuple[Deed, Operation], approval: Approval, by: tuple[Person, bool]
) -> Permit:
    """``by``: who presses, and whether they release for compliance."""
    (one, operation), (person, reviewer) = asked, by
    spent = deeds.spent(session, one.account_id, one.ticket_id, one.name, approval.at)
    wanted = Wanted(one.key, one.name, operation, one.inputs, spent=spent)
    settled = run.services.configuration(one.account_id, session)
    category = runs.category(session, one.run_id)
    return permission.approved(wanted, approval, person, settled, category, reviewer=reviewer)


def _proposed(session: Session, run: Run, click: Click) -> list[tuple[Deed, Operation]]:
    """What waits for a person: by the decision whose note the button stands under, or by its own key from a link."""
    judged = judgements.find(session, run.ticket_id, click.value)
    work = judged.draft.work if judged else None
    keys = [one.key for one in work.proposals] if work else [click.value]
    found = [one for key in keys if (one := deeds.find(session, key)) and one.ticket_id == run.ticket_id]
    waiting = [(one, _operation(session, run, one)) for one in found if one.state == deeds.PROPOSED]
    return [(one, operation) for one, operation in waiting if operation is not None]


def _operation(session: Session, run: Run, one: Deed) -> Operation | None:
    """What it does; None when its backend is not connected any more."""
    try:
        return run.services.connected.backend(one.account_id, one.name, one.system, session).operation
    except Unsupported:
        return None


Teach = Callable[[Session, Services, Deed, Lesson, str], None]
"""Who learns from it: an effect, what was said of it, and by whom."""


def keep(run: Run, rulings: Sequence[Ruling], teach: Teach) -> None:
    """Keep what people released and refused, and what that teaches, before any run goes on by it. Twice changes nothing."""
    said = [ruling for ruling in rulings if not ruling.empty]
    if not said:
        return
    with run.transaction() as (session, now):
        for ruling in said:
            for permit in ruling.permits:
                deeds.allow(session, permit.effect, permit, now)
                _note(session, run, permit.effect, What.APPROVED, ruling.by, reviewed=ruling.reviewed)
                _learned(session, run, permit.effect, Lesson.KEPT, ruling.by, teach)
            for key in ruling.rejected:
                deeds.reject(session, key, Reason("rejected", "A member of the team said no."), now)
                _note(session, run, key, What.REFUSED, ruling.by)
                _learned(session, run, key, Lesson.WRONG, ruling.by, teach)


def _note(session: Session, run: Run, key: str, what: What, by: str, *, reviewed: bool = False) -> None:
    if deed := deeds.find(session, key):
        run.note(recorded.ruled(deed, what, by, reviewed=reviewed))


def _learned(session: Session, run: Run, key: str, what: Lesson, by: str, teach: Teach) -> None:
    deed = deeds.find(session, key)
    if deed:
        teach(session, run.services, deed, what, by)
