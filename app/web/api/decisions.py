"""What was decided, with the reasons: nothing that a customer wrote, and nothing that was drafted."""

from datetime import datetime

from app.db import listing
from app.db.listing import Decided
from app.engine.types import EvidenceRecord, Permission
from app.web.api import parts
from app.web.api.agents import Why
from app.web.api.auth import Caller
from app.web.api.declared import Operation, Page, Told, text
from app.web.api.door import Door


class Wanted(Page):
    """Of one ticket, or of all."""

    ticket_id: str = text(32, default="")


class Label(Told):
    """A category and how likely it is, 0 to 1."""

    category: str
    p: float


class Source(Told):
    """What a draft rests on."""

    source: str
    title: str
    url: str
    version: str


class Said(Told):
    """What a person said about it with a button; ``by`` is their id at the vendor."""

    kind: str
    by: str
    at: datetime


class Made(Told):
    """One decision. ``permission`` is what let it speak to the customer: ``evidence``, ``approval``, or nothing did."""

    id: str
    ticket_id: str
    at: datetime
    mode: str
    requested: str
    category: str
    confidence: float
    labels: list[Label]
    language: str
    sentiment: float | None
    urgency: float | None
    flags: list[str]
    reasons: list[Why]
    changes: list[str]
    permission: str | None
    sources: list[Source]
    engines: list[str]
    outcomes: list[Said]


class Decisions(Told):
    """Some decisions, the newest first."""

    items: list[Made]
    next: str | None


LIST = Operation(
    "listDecisions",
    "GET",
    "/decisions",
    "read",
    "What was decided, and why.",
    {200: Decisions},
    query=Wanted,
    personal="decisions",
)


def register(door: Door) -> None:
    """Hang the operation at the door."""

    @door.serves(LIST)
    def list_decisions(caller: Caller, query: Wanted) -> Decisions:
        with door.services.database.reading() as session:
            if query.ticket_id:
                listing.ticket(session, caller.account_id, query.ticket_id)
            wanted = parts.wanted(query, ticket=query.ticket_id)
            found = listing.decisions(session, caller.account_id, wanted)
        return Decisions(items=[_shown(one) for one in found.items], next=parts.following(found))


def _shown(one: Decided) -> Made:
    judged, decision, draft = one.judged.classification, one.judged.decision, one.judged.draft
    return Made(
        id=decision.id,
        ticket_id=one.judged.ticket_id,
        at=one.at,
        mode=str(decision.mode),
        requested=str(decision.requested),
        category=judged.category,
        confidence=round(judged.confidence, 4),
        labels=[Label(category=label.category, p=round(label.p, 4)) for label in judged.labels],
        language=judged.language,
        sentiment=judged.sentiment,
        urgency=judged.urgency,
        flags=sorted(judged.flags),
        reasons=[Why(code=reason.code, text=reason.text) for reason in decision.reasons],
        changes=[type(change).__name__ for change in decision.changes],
        permission=_leave(decision.permission),
        sources=[Source(source=p.source, title=p.title, url=p.url, version=p.version) for p in draft.passages],
        engines=[judged.engine, draft.engine],
        outcomes=[Said(kind=said.kind, by=said.by, at=said.at) for said in one.outcomes],
    )


def _leave(permission: Permission | None) -> str | None:
    if permission is None:
        return None
    return "evidence" if isinstance(permission, EvidenceRecord) else "approval"
