"""Which checks each standard has, and what came of all of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType

from app.engine.compliance import checks
from app.engine.compliance.facts import Facts, Result, Status, Violation

TARGET = timedelta(days=30)
"""Within which a person's request about their data is answered."""


@dataclass(frozen=True)
class Check:
    """One check: ``name`` as configurations write it, ``title`` as reports do.

    ``page``: which of the lead's pages shows more of a violation that is about no single ticket.
    """

    name: str
    title: str
    judge: Callable[[Facts], Result]
    page: str = ""


PCI, GDPR, SOC2 = "PCI-DSS", "GDPR", "SOC2"
STANDARDS: Mapping[str, tuple[Check, ...]] = MappingProxyType(
    {
        PCI: (
            Check("no-card-numbers-in-chat", "No card numbers in chat", checks.no_cards_in_chat),
            Check("no-cvv-ever", "No CVV storage", checks.no_codes),
            Check("encrypted-storage", "Encrypted storage", checks.encrypted),
            Check("access-logging", "Access logging", checks.access_logged, "audit"),
            Check("no-card-numbers-in-storage", "No card numbers in storage", checks.no_cards_stored),
            Check("no-card-numbers-in-logs", "No card data in logs", checks.no_cards_logged),
        ),
        SOC2: (
            Check("access-control", "Access control", checks.access_controlled, "audit"),
            Check("change-management", "Change management", checks.changes_known, "configuration"),
            Check("availability", "Availability", checks.available, "overview"),
            Check("audit-trail", "Audit trail", checks.trail_whole, "audit"),
        ),
        GDPR: (
            Check("right-to-erasure", "Right to erasure", checks.asked("erasure"), "privacy"),
            Check("data-portability", "Data portability", checks.asked("portability"), "privacy"),
            Check("access-request", "Access requests", checks.asked("access"), "privacy"),
            Check("consent-tracking", "Consent tracking", checks.consent_tracked, "privacy"),
        ),
    }
)


def standard(name: str) -> str:
    """Our name of a standard, however it is written; empty for one that we have no checks for."""
    plain = "".join(filter(str.isalnum, name)).casefold()
    known = {"".join(filter(str.isalnum, one)).casefold(): one for one in STANDARDS}
    return known.get(plain) or known.get(plain.removesuffix("type2"), "") or ({"pci": PCI}.get(plain, ""))


@dataclass(frozen=True)
class Checked:
    """A standard with what came of each of its checks."""

    standard: str
    results: tuple[tuple[Check, Result], ...]

    @property
    def compliant(self) -> bool | None:
        """False where anything failed; None where something is unknown; True only where everything was looked at and is as it has to be."""
        every = {result.status for _, result in self.results}
        if Status.FAIL in every:
            return False
        return True if every == {Status.PASS} else None

    @property
    def violations(self) -> tuple[tuple[Check, Violation], ...]:
        """Everything that is wrong, the newest first."""
        found = [(check, one) for check, result in self.results for one in result.violations]
        return tuple(sorted(found, key=lambda pair: pair[1].at, reverse=True))


def checked(name: str, facts: Facts) -> Checked:
    """Every check of a standard of ours."""
    return Checked(name, tuple((check, check.judge(facts)) for check in STANDARDS[name]))
