"""What a workflow wants to do elsewhere, and whether it stays below the configuration's limits. Permits nothing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine import evidence
from app.engine.configuration.steps import Limit, Workflow
from app.engine.types import EvidenceRecord, Reason
from app.engine.workflows.types import NOBODY, Identity
from connectors.money import decimal
from connectors.operations import Operation

ENGINE = "workflow/1"
"""What walks workflows; it begins the name of whatever a workflow writes."""


def author(flow: Workflow) -> str:
    """What writes this workflow's words and asks for its effects: part of the evidence hash.

    The steps are in it as well as the name: a run that began before an edit is not judged by what came after.
    """
    steps = [[step.name, step.action, step.condition, step.settings] for step in flow.steps]
    return f"{ENGINE}:{flow.name}:{evidence.digest(json.dumps(steps, sort_keys=True, default=_plain))[:12]}"


def _plain(value: object) -> object:
    """What JSON does not know, so that a saved run's steps read as the configuration's do."""
    return dict(value) if isinstance(value, Mapping) else str(value)


@dataclass(frozen=True)
class Spent:
    """What one operation has moved already, in the smallest unit: in this ticket, and for the account within a day."""

    ticket: int = 0
    day: int = 0


@dataclass(frozen=True)
class Wanted:
    """One effect that a run asks for. ``key`` names it for good; ``author`` is the workflow's.

    ``evidence`` are the records for this category and operation.
    """

    key: str
    name: str
    operation: Operation
    inputs: Mapping[str, Any]
    identity: Identity = NOBODY
    author: str = ""
    evidence: tuple[EvidenceRecord, ...] = ()
    spent: Spent = Spent()

    @property
    def amount(self) -> int | None:
        """The money that it moves; None where it moves none. What is not a whole number counts as none that can be judged."""
        given = self.inputs.get(self.operation.amount) if self.operation.amount else None
        return given if isinstance(given, int) and not isinstance(given, bool) and given >= 0 else None


def exceeded(wanted: Wanted, limit: Limit | None) -> Reason | None:
    """Why it is more than it may be, whoever approves it; None when it is not."""
    if not wanted.operation.amount:
        return None
    amount, title = wanted.amount, wanted.operation.title
    if amount is None:
        return Reason("amount_unknown", f"{title}: it does not say how much, as a whole number.")
    if limit is None:
        return None
    if str(wanted.inputs.get("currency", "")).upper() != limit.currency:
        return Reason("limit_currency", f"{title}: its limit is in {limit.currency}, and this is another currency.")
    bounds = (
        (limit.per_action, amount, "at once"),
        (limit.per_ticket, wanted.spent.ticket + amount, "in one ticket"),
        (limit.per_day, wanted.spent.day + amount, "in a day"),
    )
    return next(
        (
            Reason("limit", f"{title}: at most {decimal(most, limit.currency)} {limit.currency} {how}.")
            for most, total, how in bounds
            if most is not None and total > most
        ),
        None,
    )
