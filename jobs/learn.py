"""Learning from people: what they answered is held against what we had drafted, and promoted categories answer for it."""

import logging
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from app.db import evidence, judgements, lessons, problems, stories
from app.db.deeds import Deed
from app.db.judgements import Judged
from app.db.problems import Problem
from app.engine.evidence import Claim, holds, sign
from app.engine.fields import ESCALATED_TAG, TEST_TAG
from app.engine.lessons import Learned, Lesson, lesson
from app.engine.policy import REPLY
from app.engine.proving import fallen, proof
from app.engine.stories import Ours, retold
from app.engine.types import Mode
from app.rights import who
from app.services import Services
from connectors.types import Role, Tag, Ticket
from jobs import observe, teach
from jobs.base import Run

log = logging.getLogger(__name__)

TEACHES = frozenset({Mode.SHADOW, Mode.ASSIST})
"""Where a person answers, and not we."""
REMEDY = (
    "look at its newest answers with `deskhand evidence`, mend what is wrong, and promote it again when it is proven"
)


@dataclass(frozen=True)
class Release:
    """A person's click that sent the draft of a decision. ``text`` is what they made of it, empty where it went as it was."""

    decision: str
    by: str
    text: str = field(repr=False, default="")


@dataclass(frozen=True)
class Heard:
    """What one look at a ticket gives to learn from. ``person`` is the customer as a keyed hash."""

    account: str
    ticket: Ticket
    judged: Judged | None
    person: str
    released: tuple[Release, ...] = ()
    automatic: bool = False
    helped: bool = False


def followed(session: Session, run: Run, heard: Heard) -> None:
    """Keep what this look at the ticket teaches: what people made of our draft, and the ticket's story so far.

    Only people of the account teach: neither customers nor machines nor we ourselves.
    """
    who.remember(run.services, session, heard.account, run.lease.connection_id, heard.ticket)
    kept, edited = False, any(one.text for one in heard.released)
    place = teach.Place(heard.account, run.ticket_id, heard.ticket)
    for released in heard.released:
        what = _released(session, run.services, heard.account, run.ticket_id, released)
        if what is not None:
            kept |= what.right
            teach.released(
                session, run.services, place, teach.Sent(released.decision, released.by, what, released.text)
            )
    spoke = any(m.public and m.author.role is Role.AGENT for m in heard.ticket.messages)
    if spoke and (answer := teach.first_answer(session, place)):
        what = _from_answer(session, run.services, heard.account, answer)
        kept |= what is not None and what.right
        teach.followed(session, run.services, place, answer, what)
    _tell(session, run, heard, kept=kept, edited=edited)
    observe.agreed(session, run, heard.account, heard.ticket)


def _tell(session: Session, run: Run, heard: Heard, *, kept: bool, edited: bool) -> None:
    ticket, judged = heard.ticket, heard.judged
    before = stories.find(session, run.ticket_id)
    # Where we only watch nobody sees a draft, so nobody can have answered with one.
    shown = bool(judged and judged.decision.mode.rank >= Mode.ASSIST.rank and judged.draft.text.strip())
    ours = Ours(
        person=heard.person,
        category=judged.classification.category if judged else "",
        confidence=judged.classification.confidence if judged else 0.0,
        drafted=shown,
        quoted=bool(judged and judged.draft.text.strip() and judged.draft.passages),
        kept=kept,
        edited=edited,
        rating=ticket.rating,
        mood=judged.classification.sentiment if judged else None,
        foreseen=judged.classification.satisfaction if judged else None,
        automatic=heard.automatic,
        helped=heard.helped,
        test=TEST_TAG in ticket.tags,
        escalated=bool(judged and any(ESCALATED_TAG in c.names for c in judged.decision.changes if isinstance(c, Tag))),
    )
    told = replace(retold(before, ticket, ours), ticket=run.ticket_id)
    if told != before:
        stories.keep(session, heard.account, told)


def _from_answer(session: Session, services: Services, account_id: str, answer: teach.Answer) -> Lesson | None:
    """What a person's first answer says about our draft; None where none was for people, or when nothing is new."""
    judged, message = answer.judged, answer.message
    decision = judged.decision
    if decision.mode not in TEACHES or lessons.taught(session, decision.id) or not judged.draft.text.strip():
        return None
    claim = _claim(account_id, judged)
    what = lesson(judged.draft.text, message.text)
    if lessons.save(session, _learned(claim, judged, what, message.author.id, message.at)):
        log.info("lesson.learned", extra={"decision": decision.id, "kind": str(what)})
        demote(session, services, claim)
    return what


def _released(
    session: Session, services: Services, account_id: str, ticket_id: str, released: Release
) -> Lesson | None:
    """What a person who sent the draft made of it; None when that was known."""
    judged = judgements.find(session, ticket_id, released.decision)
    if judged is None or lessons.taught(session, released.decision) or not judged.draft.text.strip():
        return None
    claim, now = _claim(account_id, judged), services.database.now(session)
    what = lesson(judged.draft.text, released.text) if released.text.strip() else Lesson.KEPT
    if lessons.save(session, _learned(claim, judged, what, released.by, now)):
        log.info("lesson.learned", extra={"decision": judged.decision.id, "kind": str(what)})
        demote(session, services, claim)
    return what


def ruled(session: Session, services: Services, deed: Deed, what: Lesson, by: str) -> None:
    """What a person said about an effect that a workflow asked for: whoever releases it stands by it, whoever refuses it does not."""
    judged = judgements.proposing(session, deed.ticket_id, deed.key)
    if judged is None:
        return
    claim, now = _claim(deed.account_id, judged, deed.name), services.database.now(session)
    if lessons.save(session, replace(_learned(claim, judged, what, by, now), decision=deed.key)):
        log.info("lesson.learned", extra={"decision": judged.decision.id, "kind": str(what)})
        demote(session, services, claim)


def _claim(account_id: str, judged: Judged, action: str = REPLY) -> Claim:
    """What a reply or an effect like this one needs evidence for, bound to all that it was made with."""
    return Claim(account_id, judged.classification.category, action, judged.decision.digest)


def _learned(claim: Claim, judged: Judged, what: Lesson, by: str, at: datetime) -> Learned:
    return Learned(
        decision=judged.decision.id,
        ticket_id=judged.ticket_id,
        account=claim.account,
        category=claim.category,
        action=claim.action,
        digest=claim.digest,
        lesson=what,
        by=by,
        at=at,
    )


def demote(session: Session, services: Services, claim: Claim) -> bool:
    """Give what was promoted back to people when what they judged lately no longer proves its record. True when that was done.

    The record that follows carries the counts as they are now, so the gate itself finds it too thin.
    """
    records = evidence.in_force(session, claim.account, claim.category, claim.action)
    held = next((record for record in records if record.digest == claim.digest), None)
    if held is None:
        return False
    found = proof(lessons.about(session, claim), claim)
    why = fallen(found, held.target)
    if why is None or not holds(held):
        return False  # nothing to take, or it was taken before: one fall is told once
    now = services.database.now(session)
    # Whatever the clock said at the promotion: the fall comes after it, or the promotion would count again.
    after = max(now, held.issued_at + timedelta(microseconds=1))
    lowered = replace(
        held,
        judged=found.judged,
        errors=found.errors,
        people=found.people,
        largest=found.largest,
        issued_at=after,
    )
    evidence.save(session, claim.account, sign(lowered, services.evidence_key))
    lessons.note(session, claim, lessons.DEMOTED, "", why.text, now)
    problems.report(session, Problem("demoted", f"{claim.category}: {why.text}", REMEDY), now)
    return True
