"""Who did what about a customer."""

import hmac
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from app.services import Services
from app.web.api import chat, parts
from app.web.api.auth import Caller
from app.web.api.declared import Operation, Page, Told, Words, text
from app.web.api.door import Door
from app.web.api.metrics import ABOUT, RANGE

if TYPE_CHECKING:
    from app.db.audit import Deed


class Wanted(Page):
    """Whose log, and which part of it."""

    customer_id: str = text(200, about="The customer's id in conversations by this API, or their mail address.")
    time_range: str = text(20, pattern=RANGE, default="last-90-days", about=ABOUT)
    include_type: Words = Field(default_factory=list, description="Categories; all of them without it.")


class Entry(Told):
    """One thing that was done. ``agent`` is `bot` or a person's id. Null: it is not recorded."""

    timestamp: datetime
    type: str
    case_id: str
    ticket_id: str
    agent: str
    action: str
    authentication_method: str | None
    pii_accessed: bool | None
    encrypted: bool | None
    retention_expires: date | None


class Log(Told):
    """What was done, the newest first. Compliance is not assessed here, and that is what ``complianceStatus`` says."""

    entries: list[Entry]
    compliance_status: Literal["not-assessed"]
    violations: list[str]
    next: str | None


LOG = Operation("getAuditLog", "GET", "/audit/log", "audit", "Who did what about a customer.", {200: Log}, query=Wanted)


def register(door: Door) -> None:
    """Hang the operations at the door. Who takes webhooks needs none of what they load."""
    services = door.services

    @door.serves(LOG)
    def audit_log(caller: Caller, query: Wanted) -> Log:
        found = _deeds(services, caller.account_id, query)
        wanted = {one.casefold() for one in query.include_type if one}
        after = parts.place(query.cursor)
        rest = [one for one in found if not wanted or one.kind.casefold() in wanted]
        rest = [one for one in rest if after is None or (one.at, one.id) < after]
        here = rest[: query.limit]
        following = parts.written(here[-1].at, here[-1].id) if len(rest) > query.limit else None
        return Log(
            entries=[_entry(one) for one in here], compliance_status="not-assessed", violations=[], next=following
        )


def _deeds(services: Services, account_id: str, query: Wanted) -> "list[Deed]":
    from app.db import audit  # noqa: PLC0415
    from app.reports import figures  # noqa: PLC0415

    zone = services.configuration(account_id).rules.hours.zone
    hashed = chat.customer(services, account_id, query.customer_id)
    whose = audit.Whose(account_id, hashed, _person(services, query.customer_id))
    with services.database.reading() as session:
        when = figures.period(query.time_range, services.database.now(session), zone)
        return audit.of_customer(session, whose, when.since, when.until)


def _person(services: Services, customer: str) -> str:
    """The name under which tickets of that mail address are kept; empty for what is none."""
    from app.engine.duplicates import hashed  # noqa: PLC0415

    key = hmac.digest(services.evidence_key, b"sketches", "sha256")
    return f"{next(iter(hashed([customer.casefold()], key))):x}" if "@" in customer else ""


def _entry(one: "Deed") -> Entry:
    access: Any = one.access
    return Entry.model_validate(
        {
            "timestamp": one.at,
            "type": one.kind,
            "caseId": one.ref,
            "ticketId": one.ticket_id,
            "agent": one.agent,
            "action": one.action,
            "authenticationMethod": access.get("authenticationMethod"),
            "piiAccessed": access.get("piiAccessed"),
            "encrypted": None,
            "retentionExpires": access.get("retentionExpires"),
        }
    )
