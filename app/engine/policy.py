"""The gate: the only place that makes a ``Decision``, and, in ``_permit``, the only one that puts a ``Reply`` into it.

Conditions are in ``holds``, what evidence is worth in ``evidence``. When in doubt, the gate does less.
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.engine import evidence, fields, hostclocks, notes
from app.engine.briefing import briefing, buttons, hours_line
from app.engine.channels import adapted, kind
from app.engine.configuration.settled import Configuration, Templates
from app.engine.escalation import GUESS, Escalation, escalated
from app.engine.evidence import REPLY
from app.engine.handoff import handed_over
from app.engine.holds import HOLDS, SILENT, Condition, leaks, watching
from app.engine.phrases import phrases, tongue
from app.engine.reviewing import RESERVED, REVIEW, awaits
from app.engine.screening import screened
from app.engine.sla import Metric
from app.engine.standing import AUDIT_SHARE, BUDGETS, EVERY_CHANGE, Case, Counts, Standing, took_over
from app.engine.types import (
    Approval,
    Classification,
    Decision,
    Draft,
    EvidenceRecord,
    Mode,
    Permission,
    Reason,
)
from app.engine.workflows.telling import told
from connectors.types import (
    Assign,
    Change,
    File,
    Note,
    Person,
    Reply,
    Role,
    SetField,
    SetPriority,
    SetStatus,
    Status,
    Tag,
    Ticket,
    Untag,
)

__all__ = [
    "BUDGETS",
    "EVERY_CHANGE",
    "GUESS",
    "INTERNAL",
    "REPLY",
    "Case",
    "Counts",
    "NotReleased",
    "Standing",
    "gate",
    "release",
    "took_over",
]

INTERNAL: frozenset[type[Change]] = frozenset({Note, Tag, Untag, Assign, SetField, SetPriority})
"""What customers must not see: on a shared thread these go to the linked helpdesk ticket, notes to a place of their own, or nowhere."""


UNBRIEFED = ("machine_", "flag_machine", "screened_")
"""Begin the reasons for which a ticket is only marked, and nobody is bothered with a note: machines and spammers."""


class NotReleased(Exception):
    """A person's click releases nothing; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


def gate(
    ticket: Ticket, classification: Classification, draft: Draft, configuration: Configuration, standing: Standing
) -> Decision:
    """What will be done about the ticket, and every reason for it. Never raises; writes nothing."""
    case = Case(ticket, classification, draft, configuration, standing)
    requested, why = configuration.mode(classification.category)
    silent = _found(SILENT, case)
    if silent:
        return _decision(case, Mode.OFF, requested, (why, *silent), ())
    holds = _holds(case)
    if watched := watching(case):
        return _decision(case, Mode.SHADOW, requested, (why, watched, *holds), ())
    if requested.rank < Mode.DEFLECT.rank:
        return _assist(case, requested, (why, *holds))
    record = evidence.newest(case.standing.evidence, claimed(case))
    locked = evidence.allows(record, claimed(case), now=standing.now, key=standing.key)
    if holds or locked or record is None:
        return _assist(case, requested, (why, *holds, *([locked] if locked else [])))
    return _deflect(case, requested, why, record)


def _found(conditions: Sequence[Condition], case: Case) -> tuple[Reason, ...]:
    return tuple(reason for condition in conditions if (reason := condition(case)))


def _holds(case: Case) -> tuple[Reason, ...]:
    """Why a person answers; a reason that escalates as well is given once."""
    found = _found((screened, *HOLDS, handed_over), case)
    said = {reason.code.removeprefix("flag_") for reason in found}
    known = {"handoff": "fallback"}
    more = (r for r in escalated(case).holds if known.get(r.code, r.code) not in said)
    return (*found, *more)


def claimed(case: Case) -> evidence.Claim:
    """What a reply with this draft needs evidence for: bound to who wrote it, so no other workflow's proof will do."""
    judged, standing = case.classification, case.standing
    made_with = judged_on(judged.engine, case.draft, standing.knowledge, case.configuration)
    return evidence.Claim(standing.account, judged.category, REPLY, made_with)


def judged_on(classifier: str, draft: Draft, knowledge: str, configuration: Configuration) -> str:
    """The hash of all that an answer is made with. A workflow quotes nothing, so no article changes what it was judged on."""
    return evidence.digest(classifier, draft.engine, "" if draft.work else knowledge, configuration.digest)


def _assist(case: Case, requested: Mode, reasons: Sequence[Reason]) -> Decision:
    """Everything but a reply: a human sends."""
    if requested.rank > Mode.ASSIST.rank:
        reasons = (*reasons, Reason("capped", f"{requested} is asked for; a person answers this one."))
    return _decision(case, Mode.ASSIST, requested, tuple(reasons), ())


def _deflect(case: Case, requested: Mode, why: Reason, record: EvidenceRecord) -> Decision:
    """A reply on the strength of this evidence, unless this one is drawn for a human to judge."""
    if case.standing.coin < AUDIT_SHARE:
        return _assist(case, requested, (why, Reason("audit_sample", "Drawn at random for a person to judge.")))
    proof = Reason("evidence", f"{record.judged} answers were judged, {record.errors} of them wrong.")
    language = case.classification.language or _tongue(case.draft)
    said = phrases(language, case.configuration.templates)
    whole = "\n\n".join((case.draft.text.strip(), f"{said.disclosure} {said.human}"))
    text = adapted(whole, kind(case.ticket))
    replies: tuple[Change, ...] = (_permit(text, record, _files(case.draft)), *_solved(case.draft, case.standing))
    return _decision(case, Mode.DEFLECT, requested, (why, proof), replies, record)


def _solved(draft: Draft, standing: Standing) -> tuple[SetStatus, ...]:
    """Solve the ticket with the answer, where the customer has agreed that it is over."""
    over = draft.work is not None and draft.work.solves and SetStatus in standing.supports
    return (SetStatus(Status.SOLVED),) if over else ()


def _tongue(draft: Draft) -> str:
    """The language of what it quotes, or nothing."""
    return next((tongue(p.locale) for p in draft.passages if not p.restricted), "")


def _files(draft: Draft) -> tuple[File, ...]:
    return draft.work.files if draft.work else ()


def _permit(
    text: str, permission: Permission, files: tuple[File, ...] = (), buttons: tuple[str, ...] = ("human", "helped")
) -> Reply:
    """The reply that a checked permission allows; whoever calls this has checked it just before."""
    if not isinstance(permission, EvidenceRecord | Approval):
        raise TypeError("a reply needs a permission")
    return Reply(text, buttons, files)


def _decision(
    case: Case,
    mode: Mode,
    requested: Mode,
    reasons: tuple[Reason, ...],
    replies: tuple[Change, ...],
    permission: Permission | None = None,
) -> Decision:
    """The decision with the changes that its mode makes and that its vendor takes."""
    name = _name(case)
    wanted: tuple[Change, ...] = ()
    if mode.rank >= Mode.ASSIST.rank:
        escalation = escalated(case)
        wanted = _marks(case, name, mode, escalation)
        if not any(reason.code.startswith(UNBRIEFED) for reason in reasons):
            wanted = (
                *wanted,
                *_routing(case, escalation),
                _worked(case, mode, _note(case, name, mode, reasons)),
                *replies,
            )
    changes, dropped = _possible(wanted, case)
    question = case.ticket.question
    return Decision(
        id=name,
        ref=case.ticket.ref,
        revision=case.ticket.revision,
        question=question.id if question else "",
        mode=mode,
        requested=requested,
        reasons=(*reasons, *dropped),
        changes=changes,
        permission=permission,
        at=case.standing.now,
        digest=claimed(case).digest,
    )


def _name(case: Case) -> str:
    """The decision's id: the same ticket, judged again at another moment, is another decision."""
    standing, ticket, question = case.standing, case.ticket, case.ticket.question
    parts = (
        standing.account,
        standing.connection,
        ticket.ref.id,
        ticket.revision,
        question.id if question else "",
        standing.now.isoformat(),
    )
    return "d" + evidence.digest(*parts)[:24]


def _marks(case: Case, name: str, mode: Mode, escalation: Escalation) -> tuple[Change, ...]:
    """Tags and fields, so that the host's own views, triggers and reports can use what we think."""
    judged = case.classification
    category = judged.category if judged.confidence >= GUESS else ""
    above = ((fields.ESCALATED_TAG, escalation.level), (fields.SPAM_TAG, screened(case)))
    more = (tag for tag, wanted in above if wanted)
    tags = (fields.TAG, *((fields.category_tag(category),) if category else ()), *more)
    values: dict[str, str | float | None] = {
        fields.CATEGORY: category or None,
        fields.CONFIDENCE: round(judged.confidence, 2) if category else None,
        fields.MODE: str(mode),
        fields.DECISION: name,
        fields.LANGUAGE: judged.language or None,
        fields.SENTIMENT: None if judged.sentiment is None else round(judged.sentiment, 2),
    }
    # The hand-back has been heard; a tag that stayed would hand back whatever a human says from now on.
    ours = {fields.RESUME_TAG, *(fields.category_tag(known.name) for known in case.configuration.categories)}
    stale = tuple(sorted((case.ticket.tags & ours) - set(tags)))
    marks: tuple[Change, ...] = (Tag(tags), *(SetField(n, v) for n, v in values.items() if v is not None))
    return (Untag(stale), *marks) if stale else marks


def _routing(case: Case, escalation: Escalation) -> tuple[Change, ...]:
    """Priority, SLA target and team. A guess routes nothing; a human's priority is raised, never lowered."""
    known = case.configuration.category(case.classification.category)
    guess = known is None or case.classification.confidence < GUESS
    if guess and not escalation.level and not escalation.team:
        return ()
    changes: list[Change] = []
    if case.ticket.priority is not escalation.priority:
        changes.append(SetPriority(escalation.priority))
    if escalation.promise.policy and not guess:
        changes.append(SetField(fields.SLA_TARGET, escalation.promise.text))
        changes += _due(case, escalation)
    if escalation.team and not case.ticket.assignee and not case.ticket.group:
        changes.append(Assign(team=escalation.team))
    return tuple(changes)


def _due(case: Case, escalation: Escalation) -> tuple[Change, ...]:
    """When the answer is due, as a time that views and reports can sort by."""
    question = case.ticket.question
    end = escalation.promise.due(Metric.FIRST_REPLY, question.at) if question else None
    return (SetField(fields.DUE, f"{end.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"),) if end else ()


def _note(case: Case, name: str, mode: Mode, reasons: tuple[Reason, ...]) -> Note:
    """The internal note; its button shares the draft where there is one to share."""
    found = escalated(case)
    above = (briefing(case, found, mode), hours_line(case), hostclocks.line(case.ticket))
    parts = (*above, notes.note(case, name, mode, reasons, found.reasons))
    return Note("\n\n".join(part for part in parts if part), buttons=buttons(case, found, mode))


def _worked(case: Case, mode: Mode, note: Note) -> Note:
    """The note with what a workflow has come to; its buttons release what is proposed, before anything else."""
    work = case.draft.work
    if work is None:
        return note
    asked = work.proposals and mode is Mode.ASSIST
    text = "\n\n".join(part for part in (note.text, told(work, mode)) if part)
    return Note(
        text, ("approve", "reject") if asked else note.buttons, _files(case.draft) if mode is Mode.ASSIST else ()
    )


def _possible(wanted: tuple[Change, ...], case: Case) -> tuple[tuple[Change, ...], tuple[Reason, ...]]:
    """The changes that can be made here, and in words those that cannot."""
    exposed = case.ticket.shared and not case.standing.linked
    hidden = (INTERNAL - {Note} if case.standing.notes_apart else INTERNAL) if exposed else frozenset()
    kept = tuple(c for c in wanted if type(c) in case.standing.supports - hidden)
    lost = dict.fromkeys(type(c).__name__ for c in wanted if c not in kept)
    if not lost:
        return kept, ()
    code, text = ("shared", "customers read everything here") if exposed else ("unsupported", "not possible here")
    return kept, (Reason(code, f"Left out, {text}: {', '.join(lost)}."),)


def release(
    decision: Decision, draft: Draft, approval: Approval, person: Person, ticket: Ticket, standing: Standing
) -> Decision:
    """The decision that a person's click makes of an assisted one: its draft as a reply. Raises NotReleased.

    Only the account's own people release, only what was drafted for the ticket as it still is, and only once it is decided.
    """
    if refusal := _refusal(decision, draft, approval, person, ticket, standing):
        raise NotReleased(refusal)
    text = "\n\n".join((draft.text.strip(), phrases(_tongue(draft), Templates()).prepared))
    return Decision(
        id=f"{decision.id}s",
        ref=decision.ref,
        revision=decision.revision,
        question=decision.question,
        mode=decision.mode,
        requested=decision.requested,
        reasons=(*decision.reasons, Reason("released", "A member of the team sent it.")),
        changes=(_permit(text, approval, _files(draft), ("human",)), *_solved(draft, standing)),
        permission=approval,
        at=approval.at,
        digest=decision.digest,
    )


def _refusal(
    decision: Decision, draft: Draft, approval: Approval, person: Person, ticket: Ticket, standing: Standing
) -> Reason | None:
    """Why the click releases nothing, or None."""
    question = ticket.question
    refusals = (
        (standing.stopped, "stopped", "Deskhand is stopped for this account."),
        (person.external or person.role is not Role.AGENT, "external", "Only members of the team can send this."),
        (approval.decision != decision.id or approval.by != person.id, "mismatch", "The click is for something else."),
        (decision.mode is not Mode.ASSIST, "not_assist", "There is nothing here for a person to send."),
        (not draft.text.strip(), "no_source", "There is no draft to send."),
        (
            any(reason.code == "unapproved" for reason in decision.reasons),
            "unapproved",
            "Only messages that the account has approved are sent here.",
        ),
        (awaits(decision) and not standing.reviewer, REVIEW, RESERVED),
        (leaks(draft), "restricted_source", "The draft quotes an internal page."),
        (draft.until is not None and draft.until <= standing.now, "overdue", "The time that it promises is over."),
        (
            ticket.ref != decision.ref or ticket.revision != decision.revision or ticket.status is Status.CLOSED,
            "stale",
            "The ticket has moved on since.",
        ),
        ((question.id if question else "") != decision.question, "stale", "The ticket has moved on since."),
        (question is None and draft.work is None, "nothing_asked", "No message of the customer waits for an answer."),
        (Reply not in standing.supports, "unsupported_reply", "This channel takes no reply from us."),
    )
    return next((Reason(code, text) for refused, code, text in refusals if refused), None)


def status_update(
    incident: str, text: str, approval: Approval, person: Person, ticket: Ticket, now: datetime
) -> Decision:
    """What somebody of the team has said to everybody whom an incident concerns, for one of the tickets. Raises NotReleased."""
    refusals = (
        (person.external or person.role is not Role.AGENT, "external", "Only members of the team can send this."),
        (approval.decision != incident or approval.by != person.id, "mismatch", "The click is for something else."),
        (not text.strip(), "no_source", "There is nothing to send."),
        (ticket.status in (Status.SOLVED, Status.CLOSED), "stale", "The ticket is solved."),
    )
    if refusal := next((Reason(code, said) for refused, code, said in refusals if refused), None):
        raise NotReleased(refusal)
    question = ticket.question
    return Decision(
        id=f"i{evidence.digest(incident, ticket.ref.id)[:24]}",
        ref=ticket.ref,
        revision=ticket.revision,
        question=question.id if question else "",
        mode=Mode.ASSIST,
        requested=Mode.ASSIST,
        reasons=(Reason("status_update", "A member of the team told everybody whom the incident concerns."),),
        changes=(_permit(text, approval, buttons=("human",)),),
        permission=approval,
        at=now,
    )
