"""The gate for effects on backends: the only place that makes a ``Permit``. What is done in the helpdesk is ``policy``'s to decide.

A mode, holds, proof of who asks, evidence for that very operation and limits all have to agree; else a person is asked.
"""

from dataclasses import dataclass

from app.engine import evidence
from app.engine.bounds import NO_ADVICE, VERIFIED
from app.engine.configuration.settled import Configuration
from app.engine.escalation import escalated
from app.engine.holds import HOLDS_EFFECTS, SILENT
from app.engine.reviewing import RESERVED, REVIEW, reviewed
from app.engine.standing import AUDIT_SHARE, Case
from app.engine.types import Approval, EvidenceRecord, Mandate, Mode, Permit, Reason
from app.engine.workflows.limits import Wanted, exceeded
from app.engine.workflows.types import Level
from connectors.operations import Risk
from connectors.types import Person, Role


@dataclass(frozen=True)
class Withheld:
    """An effect that is not run by itself. ``proposed``: a person may release it; else nobody here may."""

    reason: Reason
    proposed: bool = True


class NotApproved(Exception):
    """A person's click releases nothing; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.text)
        self.reason = reason


def permit(wanted: Wanted, case: Case) -> Permit | Withheld:
    """Whether a workflow may do this by itself. Never raises; what it permits is permitted for this effect alone."""
    if above := exceeded(wanted, case.configuration.limits.get(wanted.name)):
        return Withheld(above, proposed=False)
    claim = claimed(wanted, case)
    record = evidence.newest(wanted.evidence, claim)
    held = _held(wanted, case) or _locked(record, claim, case)
    if held or record is None:
        return Withheld(held or Reason("no_evidence", "Nobody has judged enough of these yet."))
    return Permit(wanted.key, wanted.name, record)


def claimed(wanted: Wanted, case: Case) -> evidence.Claim:
    """What this effect needs evidence for: bound to the workflow that asks for it, so no other one's proof will do."""
    judged = case.classification
    asked_by = evidence.digest(judged.engine, wanted.author, "", case.configuration.digest)
    return evidence.Claim(case.standing.account, judged.category, wanted.name, asked_by)


def _held(wanted: Wanted, case: Case) -> Reason | None:
    """Why only a person may release it, whatever was proven by evidence."""
    configuration, category = case.configuration, case.classification.category
    if wanted.operation.risk is not Risk.REVERSIBLE:
        return Reason("irreversible", "It cannot be undone, so a person approves it.")
    if configuration.mode(category)[0] is not Mode.RESOLVE:
        return Reason("not_resolve", f"{category or 'This'} is not set to resolve, so a person approves it.")
    if limited := _limited(wanted, configuration):
        return limited
    if wanted.identity.level < Level.HOST:
        return Reason("unproven", "It is not proven who asks for it.")
    found = [reason for condition in (*SILENT, *HOLDS_EFFECTS) if (reason := condition(case))]
    return next(iter([*found, *escalated(case).holds]), None)


def _limited(wanted: Wanted, configuration: Configuration) -> Reason | None:
    """Why the account's limits leave it to a person. A limit that is not known forbids everything."""
    limits = frozenset(configuration.chatbot.limitations)
    if limits - {NO_ADVICE, VERIFIED}:
        return Reason("limitation", "The configuration lets a chatbot change nothing by itself.")
    if VERIFIED in limits and wanted.identity.level < Level.CODE:
        return Reason("unverified", "The configuration wants a code from whoever asks for it.")
    return None


def _locked(record: EvidenceRecord | None, claim: evidence.Claim, case: Case) -> Reason | None:
    """Why the evidence does not unlock it now, or None."""
    standing = case.standing
    if locked := evidence.allows(record, claim, now=standing.now, key=standing.key):
        return locked
    return Reason("audit_sample", "Drawn at random for a person to judge.") if standing.coin < AUDIT_SHARE else None


def approved(
    wanted: Wanted,
    approval: Approval,
    person: Person,
    configuration: Configuration,
    category: str = "",
    *,
    reviewer: bool = False,
) -> Permit:
    """The leave that a person's click gives. Raises NotApproved for strangers, and for what is above a limit.

    What compliance reviews, by its ``category``, only a ``reviewer`` releases.
    """
    if person.external or person.role is not Role.AGENT or approval.by != person.id:
        raise NotApproved(Reason("external", "Only members of the team can approve this."))
    if reviewed(category, configuration) and not reviewer:
        raise NotApproved(Reason(REVIEW, RESERVED))
    if above := exceeded(wanted, configuration.limits.get(wanted.name)):
        raise NotApproved(above)
    return Permit(wanted.key, wanted.name, approval)


COMMENT, CLOSE = "comment_issue", "close_issue"
SYNCED = {COMMENT: "syncStatus", CLOSE: "closeSolved"}
"""What is done to an issue when its ticket is solved -> the setting of its system that asks for it."""


def synced_systems(configuration: Configuration) -> frozenset[str]:
    """The systems whose issues are kept in step with their tickets."""
    said = configuration.integrations.items()
    return frozenset(name for name, system in said if any(system.get(one) is True for one in SYNCED.values()))


def synced(wanted: Wanted, system: str, configuration: Configuration) -> Permit | None:
    """The leave that the configuration gives to tell an issue how its ticket stands; None where it gives none.

    Nothing else is ever permitted by a setting alone: no customer reads an issue, and no money moves in one.
    """
    setting = SYNCED.get(wanted.name, "")
    if configuration.integrations.get(system, {}).get(setting) is not True:
        return None
    return Permit(wanted.key, wanted.name, Mandate(f"integrations.{system}.{setting}"))


def undone(done: Permit, effect: str, inverse: str) -> Permit:
    """Leave to undo what was permitted: on the same permission, under a name of its own."""
    return Permit(effect, inverse, done.permission)
