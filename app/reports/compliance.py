"""Compliance of an account and a time: facts gathered from our records, judged by the engine's checks, with the users' guide's fields."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import fmean

from sqlalchemy.orm import Session

from app.db import controls, findings, stories
from app.engine.compliance.facts import Facts, Found, Looked, Request, Violation
from app.engine.compliance.standards import GDPR, STANDARDS, TARGET, Check, Checked, checked, standard
from app.engine.configuration import Configuration
from app.engine.outcomes import Story
from app.errors import BadInput
from app.reports.figures import Period

CHATS, LOGS, FOLLOWED = "chat ", "log ", "logs "
"""Among what was looked through, begin the names of an account's conversations, of logs handed in, and of logs that are followed."""
QUARTER = re.compile(r"(20\d{2})-Q([1-4])", re.IGNORECASE)
MOST = 500
"""Violations that are listed; all are counted."""
KINDS = {"erasure": "right-to-erasure", "portability": "data-portability", "access": "access-request"}
"""Our kinds of requests -> the guide's names."""


@dataclass(frozen=True)
class Fraud:
    """Reports of fraud in a time; ``took`` is the mean time until they were solved."""

    cases: int
    resolved: int
    took: timedelta | None

    @property
    def pending(self) -> int:
        """Those that are not solved."""
        return self.cases - self.resolved


@dataclass(frozen=True)
class Report:
    """What is known of one account and period. ``unknown`` are standards that we have no checks for."""

    period: Period
    interactions: int
    checked: tuple[Checked, ...]
    unknown: tuple[str, ...]
    requests: tuple[Request, ...] | None
    fraud: Fraud
    satisfaction: float | None
    """The mean rating, 1 to 5."""


def quarter(text: str) -> Period:
    """The quarter, in UTC, that ``2026-Q4`` means. Raises BadInput."""
    match = QUARTER.fullmatch(text.strip())
    if match is None:
        raise BadInput("period", "give a quarter such as 2026-Q4")
    year, number = int(match[1]), int(match[2])
    start = datetime(year, 3 * number - 2, 1, tzinfo=UTC)
    end = datetime(year + (number == 4), (3 * number) % 12 + 1, 1, tzinfo=UTC)
    return Period(f"{year}-Q{number}", start, end)


def wanted(configuration: Configuration, given: Sequence[str] = ()) -> tuple[list[str], list[str]]:
    """The standards that are asked for, else the configuration's: ours by our names, and those that we have no checks for."""
    names = [one for one in given if one.strip()] or list(configuration.standards)
    ours = [standard(one) or one for one in names]
    known = [one for one in dict.fromkeys(ours) if one in STANDARDS]
    return known, [one for one in dict.fromkeys(ours) if one not in STANDARDS]


def report(
    session: Session,
    account_id: str,
    configuration: Configuration,
    when: Period,
    now: datetime,
    given: Sequence[str] = (),
) -> Report:
    """Everything about one period, as of now."""
    told = [one for one in stories.since(session, account_id, when.since, when.until) if not one.test]
    known = facts(session, (account_id, configuration), when, now, len(told))
    ours, unknown = wanted(configuration, given)
    ratings = [one.rating for one in told if one.rating is not None]
    return Report(
        when,
        len(told),
        tuple(checked(name, known) for name in ours),
        tuple(unknown),
        known.requests,
        _fraud(told, configuration.watched.fraud.categories),
        round(fmean(ratings), 1) if ratings else None,
    )


def facts(session: Session, of: tuple[str, Configuration], when: Period, now: datetime, tickets: int) -> Facts:
    """What the checks of an account by its id and configuration rest on.

    ``tickets`` are those whose conversations were looked at in that time.
    """
    account_id, configuration = of
    there = findings.between(session, account_id, when.since, min(when.until, now + timedelta(seconds=1)))
    found = tuple(Found(one.kind, one.place, one.subject, one.at, one.link, one.gone_at) for one in there)
    seen = controls.Whose(account_id, when.since, min(when.until, now), now)
    return Facts(
        since=when.since,
        until=when.until,
        now=now,
        looked=_looked(session, account_id, tickets),
        found=found,
        sealed=controls.sealed(session),
        reads=controls.reads(session, seen),
        requests=controls.requests(session, seen),
        consents=controls.consents(session, seen, configuration.privacy.allows),
        tokens=controls.tokens(session, seen),
        signed_in=controls.signed_in(session, seen),
        changes=controls.changes(session, seen),
        received=controls.received(session, seen),
        waited=controls.waited(session, seen),
        took=controls.took(session, seen),
        chain=controls.chain(session, seen),
    )


def _looked(session: Session, account_id: str, tickets: int) -> dict[str, Looked]:
    """How far each sort of place was looked through: as far as the source that is furthest behind."""
    every = findings.scans(session)
    names = {one.name for one in findings.sources()}
    tables = [one for one in every if one.source in names]
    logs = [one for one in every if one.source.startswith((LOGS, FOLLOWED))]
    found: dict[str, Looked] = {}
    for place, sources in (
        ("storage", tables),
        ("sent", [one for one in tables if one.source == "effect"]),
        ("log", logs),
    ):
        ends = [one.until for one in sources]
        until = None if None in ends else min((end for end in ends if end), default=None)
        if sources:
            began = (max if place == "log" else min)(one.began_at for one in sources)
            why = next((one.why for one in sources if one.why), "")
            found[place] = Looked(began, until, sum(one.seen for one in sources), why)
    chats = next((one for one in every if one.source == f"{CHATS}{account_id}"), None)
    if chats:
        found["chat"] = Looked(chats.began_at, chats.until if tickets else None, tickets)
    return found


def _fraud(told: Sequence[Story], categories: Sequence[str]) -> Fraud:
    cases = [one for one in told if one.category in categories]
    took = [one.solved_at - one.opened_at for one in cases if one.solved_at is not None]
    return Fraud(len(cases), len(took), sum(took, timedelta()) / len(took) if took else None)


def length(given: timedelta | None) -> str | None:
    """``2.3 days``, ``4.0 hours`` or ``12 minutes``; None where it is unknown."""
    if given is None:
        return None
    minutes = given / timedelta(minutes=1)
    if minutes < 60:
        return f"{minutes:.0f} minutes"
    return f"{minutes / 60:.1f} hours" if minutes < 1440 else f"{minutes / 1440:.1f} days"


def counted(requests: Sequence[Request]) -> dict[str, int]:
    """How many of each kind there were, by the guide's names."""
    return {name: sum(one.kind == kind for one in requests) for kind, name in KINDS.items()}


def answered(requests: Sequence[Request] | None) -> str | None:
    """``15 days (target: 30 days)``, as the guide has it; None where nothing was answered."""
    took = [one.done_at - one.asked_at for one in requests or () if one.done_at]
    return f"{length(sum(took, timedelta()) / len(took))} (target: {TARGET.days} days)" if took else None


def where(check: Check, wrong: Violation, public_url: str) -> str:
    """Where somebody can look: the ticket at its host, else the page of ours that shows more; empty where there is neither."""
    return wrong.link or (f"{public_url.rstrip('/')}/app/{check.page}" if check.page else "")


def plain(found: Report, public_url: str) -> dict[str, object]:
    """The report as plain values, by the guide's names. ``public_url`` is where our own pages are."""
    every: dict[str, object] = {one.standard: _plain(one, found) for one in found.checked}
    every |= {name: {"compliant": None, "violations": None, "checks": [f"{name}: UNKNOWN"]} for name in found.unknown}
    return {
        "period": found.period.name,
        "totalInteractions": found.interactions,
        "complianceChecks": every,
        "fraudCases": found.fraud.cases,
        "fraudResolved": found.fraud.resolved,
        "fraudPending": found.fraud.pending,
        "avgFraudResolutionTime": length(found.fraud.took),
        "customerSatisfaction": found.satisfaction,
        "evidence": [
            {"standard": one.standard, "check": check.title, "status": str(result.status), "evidence": result.said}
            for one in found.checked
            for check, result in one.results
        ],
        "violations": [
            {
                "standard": one.standard,
                "check": check.title,
                "text": wrong.text,
                "at": wrong.at.isoformat(),
                "link": where(check, wrong, public_url),
            }
            for one in found.checked
            for check, wrong in one.violations
        ][:MOST],
    }


def _plain(one: Checked, found: Report) -> dict[str, object]:
    unknown = one.compliant is None and not one.violations
    said: dict[str, object] = {
        "compliant": one.compliant,
        "violations": None if unknown else len(one.violations),
        "checks": [f"{check.title}: {result.status}" for check, result in one.results],
    }
    if one.standard == GDPR:
        said["rightsRequests"] = None if found.requests is None else counted(found.requests)
        said["avgResponseTime"] = answered(found.requests)
    return said
