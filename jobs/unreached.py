"""A question that reaches nobody through us: no note can be left where customers read along. It is said aloud, once for each question."""

from sqlalchemy.orm import Session

from app.db import notices, problems
from app.db.judgements import Judged
from app.db.notices import Notice
from app.db.problems import Problem
from app.engine.escalation import ON_CALL
from app.engine.policy import UNBRIEFED
from app.engine.types import Mode
from connectors.types import Note
from jobs.sla import Scene

REMEDY = (
    "set a channel for notes with `deskhand connect ... --notes-channel`, or connect the account's helpdesk; until then say "
    "under `contacts` how `on-call` is reached"
)


def tell(session: Session, ticket_id: str, scene: Scene, judged: Judged) -> None:
    """Report it to the admin and tell who is on call, or else the first contact there is."""
    if not unreached(scene, judged):
        return
    now, standing = scene.standing.now, scene.standing
    text = "Somebody asks in a shared channel, and Deskhand can tell none of your people there"
    problems.report(session, Problem("nobody_told", text, REMEDY, standing.connection, ticket_id), now)
    contacts = {name: one for name, one in scene.configuration.rules.contacts.items() if one.ways}
    name = ON_CALL if ON_CALL in contacts else next(iter(contacts), "")
    subject = f"A question in a shared channel waits for a person: {scene.ticket.url or scene.ticket.ref.id}"
    for way in contacts[name].ways if name else ():
        notice = Notice(standing.account, ticket_id, name, way, subject, "unanswered")
        notices.plan(session, f"{ticket_id}:unreached:{judged.decision.question}:{way}", notice, now)


def unreached(scene: Scene, judged: Judged) -> bool:
    """Whether a person should answer this, and neither a note nor anything else tells one so."""
    decision = judged.decision
    if decision.mode is not Mode.ASSIST or not scene.ticket.shared or scene.standing.linked:
        return False
    if any(reason.code.startswith(UNBRIEFED) for reason in decision.reasons):
        return False
    return not any(isinstance(change, Note) for change in decision.changes)
