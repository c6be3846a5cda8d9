"""``compliance`` and ``monitoring.compliance``: which standards apply, what is taken out of the host, which checks are watched."""

from collections.abc import Iterator
from datetime import timedelta

from app.engine.compliance.standards import STANDARDS, standard
from app.engine.configuration.flows import Document
from app.engine.configuration.privacy import period

NO_CARDS, NO_CODES = "no-card-numbers-in-chat", "no-cvv-ever"
TAKEN_OUT = {NO_CARDS: "card", NO_CODES: "cvv"}
"""A check -> what is taken out of customers' messages so that it can hold."""
USUAL = "7 years"
CHECKS = frozenset(check.name for checks in STANDARDS.values() for check in checks)


def standards(document: Document) -> tuple[str, ...]:
    """The standards that apply, by our names; those that we have no checks for are left out, and the report of settings says so."""
    given = document.compliance
    if given is None or not given.enabled:
        return ()
    return tuple(dict.fromkeys(name for one in given.standards if (name := standard(one))))


def monitored(document: Document) -> frozenset[str]:
    """The checks that are watched, as far as we have them."""
    return frozenset(_named(document)) & CHECKS


def redacted(document: Document) -> frozenset[str]:
    """Sorts of personal data that go: those that are named, and those that no conversation may hold."""
    given = document.compliance
    if given is None or not given.enabled:
        return frozenset()
    return frozenset(given.redact) | {TAKEN_OUT[name] for name in _named(document) if name in TAKEN_OUT}


def kept(document: Document) -> timedelta:
    """How long what is in the audit trail is kept: as the configuration says, else as long as any of the standards may want it."""
    given = document.compliance
    return whole(given.retention_period if given and given.enabled and given.retention_period else USUAL)


def whole(age: str) -> timedelta:
    """That time by any calendar: years have a leap day for each four of them begun, so that nothing is taken away before its day."""
    least = period(age)
    return least + timedelta(days=-(-(least.days // 365) // 4))


def _named(document: Document) -> Iterator[str]:
    for names in (document.monitoring.compliance if document.monitoring else {}).values():
        yield from names
