"""What a quarter looks like by the standards that apply: each check with what it looked at, and every violation."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from app.web.api.auth import Caller
from app.web.api.declared import Given, Operation, Told, Words, text
from app.web.api.door import Door

QUARTER = r"^20[0-9]{2}-Q[1-4]$"


class Quarter(Given):
    """A quarter, and the standards that are asked about."""

    period: str = text(7, pattern=QUARTER, about="As in `2026-Q3`, in UTC.")
    standards: Words = Field(
        default_factory=list, description="As in `PCI-DSS,GDPR`; the configuration's own without any."
    )


class Check(Told):
    """One standard. Null: something was not looked at, or nobody has checks for it."""

    compliant: bool | None
    violations: int | None
    checks: list[str] = Field(description="As in `No card numbers in chat: PASS`; PASS, FAIL or UNKNOWN.")


class Rights(Check):
    """A standard about people's rights. ``avgResponseTime`` is null while nothing was answered, the counts while nothing is kept."""

    rights_requests: dict[str, int] | None
    avg_response_time: str | None


class Looked(Told):
    """What one check looked at, or why it is unknown."""

    standard: str
    check: str
    status: Literal["PASS", "FAIL", "UNKNOWN"]
    evidence: str


class Violation(Told):
    """One thing that is not as it has to be. ``link`` is the ticket at its host, else the page of ours that shows more."""

    standard: str
    check: str
    text: str
    at: datetime
    link: str


class Report(Told):
    """What is known about a quarter. Nothing here is compliant that nobody has looked at."""

    period: str
    total_interactions: int
    compliance_checks: dict[str, Rights | Check]
    fraud_cases: int
    fraud_resolved: int
    fraud_pending: int
    avg_fraud_resolution_time: str | None
    customer_satisfaction: float | None
    evidence: list[Looked]
    violations: list[Violation] = Field(description="The newest 500.")


REPORT = Operation(
    "getComplianceReport",
    "GET",
    "/audit/compliance",
    "audit",
    "What a quarter looks like by the standards that apply.",
    {200: Report},
    query=Quarter,
)


def register(door: Door) -> None:
    """Hang the operation at the door. Who takes webhooks needs none of what it loads."""
    services = door.services

    @door.serves(REPORT)
    def compliance_report(caller: Caller, query: Quarter) -> Report:
        from app.reports import compliance  # noqa: PLC0415

        settled, when = services.configuration(caller.account_id), compliance.quarter(query.period)
        with services.database.reading() as session:
            now = services.database.now(session)
            found = compliance.report(session, caller.account_id, settled, when, now, query.standards)
        return Report.model_validate(compliance.plain(found, services.settings.public_url))
