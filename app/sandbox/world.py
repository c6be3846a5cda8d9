"""What all played vendors share: a clock that can be moved, ids, and the faults that were ordered. No vendor's rule lives here."""

import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from flask import Blueprint

FAULTS = ("status", "hang", "hang_after", "reset_before", "reset_after")
HOOK_FAULTS = ("lose", "double", "late", "reorder")


class Clock:
    """Real time plus an offset that only grows. ``wait`` returns when that moment has come, moved or not."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._moved = threading.Condition()

    def now(self) -> datetime:
        """The sandbox's time, aware UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move everybody ``seconds`` into the future and wake whoever waits."""
        with self._moved:
            self._offset += timedelta(seconds=max(0.0, seconds))
            self._moved.notify_all()

    def wait(self, until: datetime, stop: threading.Event) -> None:
        """Sleep to ``until`` by this clock, or to ``stop``."""
        with self._moved:
            while not stop.is_set() and (left := (until - self.now()).total_seconds()) > 0:
                self._moved.wait(min(left, 0.2))


@dataclass(frozen=True)
class Fault:
    """One ordered failure of a vendor's API or of its webhooks.

    ``kind``: ``status`` (answer ``status`` with ``headers``), ``hang`` (``seconds`` without a word, then drop, nothing
    done), ``hang_after`` (do it, then ``seconds`` without a word, then drop), ``reset_before`` (drop the connection,
    nothing done), ``reset_after`` (do it, then drop the connection); for webhooks ``lose``, ``double``, ``late``
    (``seconds``) and ``reorder`` (after the next one).
    ``host`` is the host's name, ``method`` and ``path`` (a regular expression, searched) say which calls, ``times`` how often.
    """

    kind: str
    host: str = ""
    method: str = ""
    path: str = ""
    times: int = 1
    status: int = 503
    seconds: float = 30.0
    headers: Mapping[str, str] = field(default_factory=dict)

    def hits(self, host: str, method: str, path: str) -> bool:
        """Whether this call is one of those meant."""
        named = self.host in ("", host) and self.method.upper() in ("", method)
        return named and re.search(self.path, path) is not None


class Faults:
    """The ordered faults, each taken ``times`` times and then gone."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[Fault] = []

    def order(self, fault: Fault) -> None:
        """Let this happen."""
        if fault.kind not in FAULTS + HOOK_FAULTS:
            raise ValueError(f"fault kind {fault.kind!r}: one of {', '.join(FAULTS + HOOK_FAULTS)}")
        with self._lock:
            self._waiting.append(fault)

    def clear(self) -> None:
        """Forget all that has not happened yet."""
        with self._lock:
            self._waiting.clear()

    def waiting(self) -> tuple[Fault, ...]:
        """What was ordered and has not happened yet."""
        with self._lock:
            return tuple(self._waiting)

    def take(self, host: str, method: str, path: str, kinds: tuple[str, ...]) -> Fault | None:
        """The first ordered fault of these kinds that hits this call, used up by one."""
        with self._lock:
            for place, fault in enumerate(self._waiting):
                if fault.kind in kinds and fault.hits(host, method, path):
                    left = replace(fault, times=fault.times - 1)
                    self._waiting[place : place + 1] = [left] if left.times > 0 else []
                    return fault
        return None


@dataclass(frozen=True)
class Outcome:
    """What came of one attempt: a status, or 0 for a timeout and -1 for no connection."""

    attempt: int
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Sent:
    """A line of the delivery log."""

    host: str
    at: datetime
    url: str
    outcome: Outcome


@dataclass(frozen=True)
class Told:
    """One message to somebody outside the helpdesk, as it arrived. ``way`` is email, webhook or pager."""

    way: str
    to: str
    subject: str
    text: str
    key: str
    at: datetime


class Ids:
    """Growing numbers, one row for each kind, safe between threads."""

    def __init__(self, start: int = 1000) -> None:
        self._lock = threading.Lock()
        self._next: dict[str, int] = {}
        self._start = start

    def next(self, kind: str) -> int:
        """The next number of this kind."""
        with self._lock:
            self._next[kind] = self._next.get(kind, self._start) + 1
            return self._next[kind]


class Outgoing(Protocol):
    """What sends webhooks for one host."""

    def idle(self, timeout: float = 10.0) -> bool:
        """True once every attempt that is due has been answered."""
        ...

    def close(self) -> None:
        """Stop every waiting retry."""
        ...


@dataclass
class World:
    """What hosts are built with."""

    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    ids: Ids = field(default_factory=Ids)
    sent: list[Sent] = field(default_factory=list)
    """Every attempt to deliver a webhook, by whichever host, oldest first."""
    told: list[Told] = field(default_factory=list)
    """Whatever people were told by mail, web hook and pager, oldest first."""
    outgoing: list[Outgoing] = field(default_factory=list)
    """Everybody who sends webhooks here."""

    def idle(self, timeout: float = 10.0) -> bool:
        """True once no webhook is on its way that is due now; waiting retries do not count."""
        return all(one.idle(timeout) for one in list(self.outgoing))

    def close(self) -> None:
        """Send nothing any more."""
        for one in list(self.outgoing):
            one.close()


@dataclass(frozen=True)
class View:
    """A ticket as the inbox page shows it: plain values only, so that the page knows no vendor."""

    host: str
    id: str
    subject: str
    status: str
    customer: str
    tags: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    messages: tuple[Mapping[str, Any], ...]
    """Each: ``author``, ``role`` (customer, agent, bot, machine), ``kind`` (public, note, whisper), ``text``, ``html``,
    ``at``, ``buttons`` (a list of ``text``, ``action``, ``value``)."""
    priority: str = ""
    assignee: str = ""
    linked: str = ""


class Played(Protocol):
    """Anything with an API under ``/<name>``: a host, or a backend such as a shop."""

    name: str
    vendor: str

    def blueprint(self) -> Blueprint:
        """The vendor's API, faults included (``app.sandbox.faulty`` does that)."""
        ...


MACROS = {
    "deskhand_acknowledge": "I have it",
    "deskhand_merge": "Merge the two tickets",
    "deskhand_status_update": "Tell everybody concerned",
    "deskhand_resume": "Hand back to Deskhand",
}
"""Tags that an agent puts on with one click where a vendor's notes have no buttons, and what such a macro is called."""


def macros(note: str) -> list[dict[str, str]]:
    """The macros for the tags that a note of ours names, as buttons."""
    return [{"text": text, "action": tag, "value": ""} for tag, text in MACROS.items() if tag in note]


class Host(Protocol):
    """One played vendor account. ``name`` is where it is mounted: ``/zendesk`` plays ``http://127.0.0.1:PORT/zendesk``."""

    name: str
    vendor: str

    def blueprint(self) -> Blueprint:
        """The vendor's API, faults included (``app.sandbox.faulty`` does that)."""
        ...

    def hook(self, url: str, secret: str) -> None:
        """Send webhooks there, signed with ``secret``, as the vendor's own settings page would arrange it."""
        ...

    def customer_writes(self, who: str, text: str, *, subject: str = "", ticket: str = "") -> str:
        """A customer opens a ticket or answers in one; gives its id back."""
        ...

    def agent_writes(self, who: str, text: str, *, ticket: str, public: bool = True) -> None:
        """A human agent answers, or leaves a note."""
        ...

    def press(self, who: str, ticket: str, action: str, value: str) -> None:
        """Somebody presses a button of ours, where the vendor has buttons; else nothing happens."""
        ...

    def views(self) -> list[View]:
        """Every ticket, newest first."""
        ...
