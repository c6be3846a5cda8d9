"""What the checks of a standard rest on, and what they say. Nothing here holds a word of a customer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Status(StrEnum):
    """What came of a check."""

    PASS = "PASS"  # noqa: S105  # what an auditor reads
    FAIL = "FAIL"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Violation:
    """One thing that is not as it has to be. ``text`` holds no word of a customer; ``link`` is where somebody can look."""

    text: str
    at: datetime
    link: str = ""


@dataclass(frozen=True)
class Result:
    """What came of one check. ``said`` is what was looked at, or why nothing was."""

    status: Status
    said: str
    violations: tuple[Violation, ...] = ()


@dataclass(frozen=True)
class Found:
    """A place where something stood that may not: ``kind`` is card, cvv or plain, ``place`` chat, sent, storage or log."""

    kind: str
    place: str
    subject: str
    at: datetime
    link: str = ""
    gone_at: datetime | None = None


@dataclass(frozen=True)
class Looked:
    """How far one sort of place was looked through. ``until`` None: never to its end."""

    began: datetime
    until: datetime | None
    seen: int = 0
    why: str = ""
    """Why it could not be looked through the last time, or nothing."""


@dataclass(frozen=True)
class Request:
    """What a person asked for about their data: ``kind`` is erasure, portability or access."""

    kind: str
    asked_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    link: str = ""


@dataclass(frozen=True)
class Read:
    """A person's data that a workflow read at a backend, and whether the trail, or the run itself, says so."""

    ticket: str
    at: datetime
    logged: bool
    link: str = ""


@dataclass(frozen=True)
class Token:
    """A token that counts now."""

    name: str
    made_at: datetime
    ends_at: datetime | None
    by_name: bool
    """Whether it says whose it is."""


@dataclass(frozen=True)
class Changed:
    """A change of settings or of what may be done alone, and whether it is known who made it."""

    what: str
    at: datetime
    known: bool
    link: str = ""


@dataclass(frozen=True)
class Waited:
    """Something that came in and was not dealt with in time, or was given up."""

    what: str
    at: datetime
    link: str = ""


@dataclass(frozen=True)
class Took:
    """From what came in to the first write in the host that followed: of so many ``writes``, 95 in 100 took ``most`` at most."""

    writes: int
    most: timedelta


@dataclass(frozen=True)
class Chain:
    """The audit trail's chain: when it was verified last, and what was wrong.

    ``acknowledged``: the faults of which people said in that time that they know.
    """

    checked_at: datetime | None
    fault: str
    rows: int
    acknowledged: tuple[Violation, ...] = ()


@dataclass(frozen=True)
class Consents:
    """Whose data is used on consent, and where that is not on record. ``asked`` is how many uses there were."""

    asked: int
    missing: tuple[Waited, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that the checks of one period rest on. None, or a place that is missing: nobody has looked."""

    since: datetime
    until: datetime
    now: datetime
    looked: Mapping[str, Looked] = field(default_factory=lambda: MappingProxyType({}))
    """By place."""
    found: tuple[Found, ...] = ()
    sealed: Mapping[str, int] | None = None
    """Column that has to be sealed -> how many of its rows were looked at."""
    reads: tuple[Read, ...] | None = None
    requests: tuple[Request, ...] | None = None
    consents: Consents | None = None
    tokens: tuple[Token, ...] | None = None
    signed_in: int = 0
    changes: tuple[Changed, ...] | None = None
    received: int | None = None
    """Events that came in."""
    waited: tuple[Waited, ...] = ()
    took: Took | None = None
    """None: nothing was written, so nobody knows."""
    chain: Chain | None = None
