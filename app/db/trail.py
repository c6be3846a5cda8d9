"""The audit trail: acts are appended here in the transaction of what they record. Chaining them is the sealer's part (``app.db.chains``).

No row holds a customer's words: people are named by keyed hashes, and ``detail`` takes codes, numbers and names of settings alone.
"""

import contextvars
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from app.db.models.trail import TrailRow

LONGEST = 200
BOT = "bot"
OPERATOR = "operator"
INSTALLATION = ""
"""The account of what concerns no single one."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


class What(StrEnum):
    """Every kind of act that is ever recorded."""

    VIEWED = "viewed"
    """Personal data shown on a page of ours, in a sidebar or in a host's panel."""
    READ = "read"
    """Personal data given out by the API."""
    LOOKED_UP = "looked-up"
    """Data about a person asked of a backend by a workflow."""
    EXPORTED = "exported"
    DECIDED = "decided"
    SENT = "sent"
    """A change in the host that was made."""
    GAVE_UP = "gave-up"
    """A change in the host that was refused or dropped."""
    DID = "did"
    """An effect on a backend, however it ended."""
    APPROVED = "approved"
    REFUSED = "refused"
    JUDGED = "judged"
    """What a person said about a decision of ours."""
    ASKED = "asked"
    """Anything asked for on a page or by the API that has no word of its own; ``subject`` says which."""
    TOOK_BACK = "took-back"
    """An undo or a recall, asked for."""
    VERIFIED = "verified"
    """Somebody proved who they are, or failed to."""
    SIGNED_IN = "signed-in"
    SIGN_IN_FAILED = "sign-in-failed"
    SIGNED_OUT = "signed-out"
    INVITED = "invited"
    ROLE = "role"
    PUBLISHED = "published"
    """A version of the configuration."""
    SETTING = "setting"
    """Any setting that is not in the configuration."""
    MODE = "mode"
    PROMOTED = "promoted"
    DEMOTED = "demoted"
    STOPPED = "stopped"
    """The one switch that stops everything."""
    STARTED = "started"
    CONNECTED = "connected"
    CONNECTION = "connection"
    """A connection was paused, resumed, given new credentials or settings."""
    DISCONNECTED = "disconnected"
    TOKEN_MADE = "token-made"  # noqa: S105  # an act's name
    TOKEN_CHANGED = "token-changed"  # noqa: S105
    TOKEN_REVOKED = "token-revoked"  # noqa: S105
    TAUGHT = "taught"
    RETRAINED = "retrained"
    ROLLED_BACK = "rolled-back"
    KNOWLEDGE = "knowledge"
    ERASED = "erased"
    PORTED = "ported"
    CONSENT = "consent"
    REDACTED = "redacted"
    REMOVED = "removed"
    """Data past its time, taken away by the calendar."""
    TRIMMED = "trimmed"
    """Rows of this very trail that were past their time; ``detail`` lets the rest be verified."""
    ACKNOWLEDGED = "acknowledged"
    """A fault in this very trail, of which people know by now; ``detail`` lets what follows it be verified."""
    HELD = "held"
    RELEASED = "released"
    """A legal hold, placed and lifted."""
    KEY = "key"
    """Keys made, rotated or destroyed."""
    SECURITY = "security"
    """A limit that was run into, an attack that was turned away, an alert."""
    OPERATED = "operated"
    """Anything else by the command line: backup, restore, upgrade, and what changes or shows what is stored."""


@dataclass(frozen=True)
class Actor:
    """Who acts, and under which authority: ``session:<id>``, ``token:<id>``, ``evidence:<id>``, ``approval``, ``cli:<login>``, ``rules``.

    ``who`` is a person's id at their host, ``bot`` or ``operator``.
    """

    who: str
    authority: str


@dataclass(frozen=True)
class Entry:
    """One act. ``subject`` is what was acted on (an id or a setting's path), ``person`` the keyed hash of whose data it was about.

    Without ``who`` and ``authority`` it is the actor of the moment's; without ``at`` it is now.
    """

    what: What
    subject: str = ""
    ticket_id: str = ""
    person: str = ""
    why: str = ""
    """A code, never a sentence of anybody's."""
    detail: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    who: str = ""
    authority: str = ""
    at: datetime | None = None


RULES = Actor(BOT, "rules")


@dataclass
class Acting:
    """What somebody does between two moments: who it is, and how many acts were recorded meanwhile."""

    actor: Actor
    recorded: int = 0


_acting: contextvars.ContextVar[Acting | None] = contextvars.ContextVar("trail_acting", default=None)


@contextmanager
def acting(who: str, authority: str) -> Iterator[Acting]:
    """Every entry inside is theirs, unless it names somebody itself."""
    acts = Acting(Actor(who[:LONGEST], authority[:LONGEST]))
    mark = _acting.set(acts)
    try:
        yield acts
    finally:
        _acting.reset(mark)


def actor() -> Actor:
    """Who acts at the moment; our own rules where nobody else does."""
    acts = _acting.get()
    return acts.actor if acts else RULES


def record(session: Session, account_id: str, entry: Entry) -> None:
    """Append one act in the caller's transaction: it is kept with what it records, or neither is."""
    record_all(session, account_id, (entry,))


def record_all(session: Session, account_id: str, entries: Iterable[Entry]) -> None:
    """Append several acts with one statement."""
    given = list(entries)
    if not given:
        return
    now = next((one.at for one in given if one.at), None) or session.info["now"](session)
    session.execute(insert(TrailRow), [_values(account_id, one, now) for one in given])
    if acts := _acting.get():
        acts.recorded += len(given)


def _values(account_id: str, entry: Entry, now: datetime) -> dict[str, Any]:
    acts = actor()
    return {
        "account_id": account_id,
        "at": entry.at or now,
        "who": (entry.who or acts.who)[:LONGEST],
        "authority": (entry.authority or acts.authority)[:LONGEST],
        "what": str(entry.what),
        "subject": entry.subject[:LONGEST],
        "ticket_id": entry.ticket_id,
        "person": entry.person,
        "why": entry.why[:LONGEST],
        "detail": dict(entry.detail),
        "digest": "",
    }
