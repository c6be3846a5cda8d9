"""Who did what about a customer, from the audit trail; and the trail itself, as a file and as it was sealed."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from app.services import Services
from app.web.api import chat, parts
from app.web.api.auth import Caller
from app.web.api.declared import Operation, Page, Told, Words, text
from app.web.api.door import Door
from app.web.api.metrics import ABOUT, RANGE

if TYPE_CHECKING:
    from app.db.audit import Deed
    from app.reports.figures import Period


class Wanted(Page):
    """Whose log, and which part of it."""

    customer_id: str = text(200, about="The customer's id in conversations by this API, or their mail address.")
    time_range: str = text(20, pattern=RANGE, default="last-90-days", about=ABOUT)
    include_type: Words = Field(default_factory=list, description="Categories; all of them without it.")


class Entry(Told):
    """One thing that was done. ``agent`` is `bot`, a person's id or a token's. Null: it is not known."""

    timestamp: datetime
    type: str
    case_id: str | None = Field(description="The case that was opened for the ticket at the account's own system.")
    ticket_id: str
    ticket_ref: str = Field(description="The ticket's name at the helpdesk.")
    agent: str
    action: str
    authentication_method: str | None = Field(description="How it was proven who asked for what was looked up.")
    pii_accessed: bool
    data_accessed: list[str] | None
    encrypted: bool | None = Field(description="Whether all that is kept of the ticket's texts is sealed.")
    retention_expires: date | None


class Log(Told):
    """What was done, the newest first; and what the checks of the account's standards say of that time."""

    entries: list[Entry]
    compliance_status: Literal["compliant", "violations", "not-assessed"]
    violations: list[str] = Field(description="The newest 100.")
    next: str | None


LOG = Operation(
    "getAuditLog",
    "GET",
    "/audit/log",
    "audit",
    "Who did what about a customer.",
    {200: Log},
    query=Wanted,
    personal="audit",
    details="From the audit trail, which begins when this version was installed. Null is what nobody noted.",
)


def register(door: Door) -> None:
    """Hang the operations at the door. Who takes webhooks needs none of what they load."""
    services = door.services

    @door.serves(LOG)
    def audit_log(caller: Caller, query: Wanted) -> Log:
        found = _deeds(services, caller.account_id, query)
        here = found[: query.limit]
        following = parts.written(here[-1].at, f"{here[-1].id}") if len(found) > query.limit else None
        kept_for = services.configuration(caller.account_id).trail_kept
        status, violations = _assessed(services, caller.account_id, query)
        entries = [_entry(one, kept_for) for one in here]
        return Log(entries=entries, compliance_status=status, violations=violations, next=following)


def _deeds(services: Services, account_id: str, query: Wanted) -> "list[Deed]":
    from app.db import audit  # noqa: PLC0415

    hashed = chat.customer(services, account_id, query.customer_id)
    whose = audit.Whose(account_id, hashed, services.person(query.customer_id) if "@" in query.customer_id else "")
    kinds = frozenset(one.casefold() for one in query.include_type if one)
    after = parts.place(query.cursor)
    before = (after[0], int(after[1])) if after and after[1].isdecimal() else None
    with services.database.reading() as session:
        when = _when(services, account_id, query)
        return audit.of_customer(session, whose, (when.since, when.until), query.limit + 1, before, kinds)


def _when(services: Services, account_id: str, query: Wanted) -> "Period":
    from app.reports import figures  # noqa: PLC0415

    zone = services.configuration(account_id).rules.hours.zone
    with services.database.reading() as session:
        return figures.period(query.time_range, services.database.now(session), zone)


def _assessed(
    services: Services, account_id: str, query: Wanted
) -> tuple[Literal["compliant", "violations", "not-assessed"], list[str]]:
    """What the account's standards say of that time: compliant only where every check looked and found nothing."""
    from app.reports import compliance  # noqa: PLC0415

    settled, when = services.configuration(account_id), _when(services, account_id, query)
    if not settled.standards:
        return "not-assessed", []
    with services.database.reading() as session:
        now = services.database.now(session)
        found = compliance.plain(
            compliance.report(session, account_id, settled, when, now), services.settings.public_url
        )
    violations = found["violations"]
    told = [str(one["text"]) for one in violations] if isinstance(violations, Sequence) else []
    checks = found["complianceChecks"]
    states = [one["compliant"] for one in checks.values()] if isinstance(checks, dict) else [None]
    if told or False in states:
        return "violations", told[:100]
    return ("compliant" if all(states) else "not-assessed"), []


def _entry(one: "Deed", kept_for: timedelta) -> Entry:
    return Entry.model_validate(
        {
            "timestamp": one.at,
            "type": one.kind,
            "caseId": one.case or None,
            "ticketId": one.ticket_id,
            "ticketRef": one.ref,
            "agent": one.agent,
            "action": one.action,
            "authenticationMethod": one.proof,
            "piiAccessed": one.personal,
            "dataAccessed": list(one.data) if one.data is not None else None,
            "encrypted": one.encrypted,
            "retentionExpires": one.until or (one.at + kept_for).date(),
        }
    )
