"""What a ticket's turn puts into the audit trail: codes, names and numbers, never a word of anybody's."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from app.db.deeds import Deed
from app.db.effects import Effect
from app.db.judgements import Judged
from app.db.runs import Record
from app.db.trail import BOT, Entry, What
from app.engine.reviewing import awaits
from app.engine.types import Approval, Decision, EvidenceRecord, Mandate, Permission
from app.engine.workflows.types import Answer, Call, Identity
from connectors.types import Change, Receipt, Reply

TEXT = "ticket-text"
"""What the bot reads of a ticket in its host."""


def decided(judged: Judged, person: str) -> Entry:
    """What was decided on a ticket, that its text was read for it, and by what leave anything is answered."""
    decision, kind = judged.decision, judged.classification
    answered = any(isinstance(change, Reply) for change in decision.changes)
    detail = {
        "action": "answered" if answered else "left-to-people",
        "category": kind.category,
        "confidence": round(kind.confidence, 4),
        "mode": str(decision.mode),
        "requested": str(decision.requested),
        "changes": named(decision.changes),
        "reasons": [reason.code for reason in decision.reasons],
        "digest": decision.digest,
        "data": [TEXT],
        **({"review": _reviewed(decision)} if awaits(decision) else {}),
    }
    who, authority = leave(decision.permission)
    why = decision.reasons[0].code if decision.reasons else ""
    return Entry(What.DECIDED, decision.id, judged.ticket_id, person, why, detail, who, authority)


def _reviewed(decision: Decision) -> str:
    """How far compliance is with it."""
    return "released" if isinstance(decision.permission, Approval) else "awaited"


def ruled(deed: Deed, what: What, by: str, *, reviewed: bool = False) -> Entry:
    """A person released, or refused, what a workflow proposed; ``reviewed``: for compliance, which no other may release."""
    detail = {"operation": deed.name, "system": deed.system, **({"review": "released"} if reviewed else {})}
    return Entry(what, deed.key, deed.ticket_id, detail=detail, who=by, authority="approval")


def said(ticket_id: str, decision_id: str, kind: str, by: str) -> Entry:
    """What a person said about a decision, with a button of their host."""
    return Entry(What.JUDGED, decision_id, ticket_id, why=kind, who=by, authority="host")


def sent(effect: Effect, receipt: Receipt) -> Entry:
    """Changes that the host took."""
    detail = {
        "changes": named(effect.plan.changes),
        "skipped": len(receipt.skipped),
        "decision": effect.plan.decision_id,
    }
    why = "recovered" if receipt.recovered else ""
    return Entry(What.SENT, effect.plan.key, effect.ticket_id, why=why, detail=detail)


def given_up(effect: Effect, why: str) -> Entry:
    """Changes that the host refused for good."""
    detail = {"changes": named(effect.plan.changes), "decision": effect.plan.decision_id}
    return Entry(What.GAVE_UP, effect.plan.key, effect.ticket_id, why=why, detail=detail)


def done(deed: Deed, state: str, answer: Answer) -> Entry:
    """An effect on a backend, however it ended."""
    detail = {"operation": deed.name, "system": deed.system, "state": state, "undoes": deed.undoes}
    who, authority = leave(deed.permit.permission if deed.permit else None)
    why = str(answer.failure) if answer.failure else ""
    return Entry(What.DID, deed.key, deed.ticket_id, why=why, detail=detail, who=who, authority=authority)


def looked_up(call: Call, answer: Answer, identity: Identity, about: tuple[str, str, str]) -> Entry:
    """Data that a backend was asked for. ``about`` is the ticket, the person's keyed hash and the category."""
    ticket_id, person, category = about
    detail = {
        "operation": call.operation,
        "data": sorted(answer.outputs),
        "proof": identity.level.name.lower(),
        "category": category,
    }
    why = str(answer.failure) if answer.failure else ""
    return Entry(What.LOOKED_UP, answer.source, ticket_id, person, why, detail)


def leave(permission: Permission | Mandate | None) -> tuple[str, str]:
    """Who acts, and by which leave: a person's approval, a record of evidence, a setting, or our rules alone."""
    if isinstance(permission, Approval):
        return permission.by, f"approval:{permission.decision}"
    if isinstance(permission, EvidenceRecord):
        return BOT, f"evidence:{permission.signature[:32]}"
    return BOT, "setting" if permission else "rules"


def named(changes: Iterable[Change]) -> list[str]:
    """The kinds of some changes, as the connectors' contract calls them."""
    return [type(change).__name__ for change in changes]


def noted(record: Record, outputs: Mapping[str, Any]) -> Iterator[Entry]:
    """What a step has noted, since, about whose data the run looked at: by its own words for proof and how long it is kept."""
    for name in outputs.keys() - record.progress.outputs.keys():
        access = outputs[name].get("access") if isinstance(outputs[name], Mapping) else None
        if isinstance(access, Mapping):
            detail = {
                "action": "looked-at-data",
                "category": record.category,
                "proof": access.get("authenticationMethod"),
                "until": access.get("retentionExpires"),
            }
            yield Entry(What.LOOKED_UP, name, record.ticket_id, detail=detail)
