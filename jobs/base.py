"""What every run shares: its lease, its log context, and the one table that turns an error into what is done about it.

The only file with a broad ``except``: whatever goes wrong ends with the ticket visible to a human, never in a reply.
"""

import logging
import os
import random
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import Session

from app import logs, metrics
from app.db import connections, effects, ids, inbox, problems, tickets, trail
from app.db.problems import Problem
from app.db.tickets import Lease, LeaseLost
from app.db.trail import Entry
from app.engine.configuration import Configuration, ConfigurationError
from app.errors import BrokerDown, DatabaseDown, SealBroken, UnknownRecord
from app.services import Services
from app.settings import Settings
from connectors.base import Helpdesk
from connectors.errors import (
    AuthFailed,
    Closed,
    Conflict,
    ConnectorError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Rejected,
    Unavailable,
    Unsupported,
)
from jobs import away

log = logging.getLogger(__name__)


class Remedy(StrEnum):
    """What is done about an error."""

    RETRY = "retry"
    """Later, with backoff and jitter."""
    WAIT = "wait"
    """As long as the vendor said, for every ticket of the connection."""
    PAUSE = "pause"
    """The connection, until an admin acts."""
    DROP = "drop"
    """The ticket is gone."""
    REDO = "redo"
    """Read again, decide again."""
    PARK = "park"
    """A person has to look; never repeated by itself."""
    LEAVE = "leave"
    """Another run has the ticket."""


REMEDIES: Mapping[type[Exception], Remedy] = {
    Unavailable: Remedy.RETRY,
    DatabaseDown: Remedy.RETRY,
    BrokerDown: Remedy.RETRY,
    RateLimited: Remedy.WAIT,
    AuthFailed: Remedy.PAUSE,
    SealBroken: Remedy.PAUSE,
    NotFound: Remedy.DROP,
    Closed: Remedy.DROP,
    Conflict: Remedy.REDO,
    Refused: Remedy.PARK,
    Unsupported: Remedy.PARK,
    Rejected: Remedy.PARK,
    UnknownRecord: Remedy.PARK,
    LeaseLost: Remedy.LEAVE,
}
"""Error leaf -> remedy. What is not in it is a mistake of ours: a few tries, then a person."""


@dataclass(frozen=True)
class Patience:
    """How long things may take. A lease outlasts every single step; an attempt whose answer never came is
    looked into only when it can no longer take effect."""

    lease: timedelta = timedelta(seconds=60)
    unanswered: timedelta = timedelta(seconds=120)
    """After an attempt began and its run vanished: longer than any batch of requests takes."""
    grace: timedelta = timedelta(seconds=30)
    """After an attempt failed without a clear answer."""
    longest: timedelta = timedelta(minutes=10)
    """Between two tries."""
    tries: int = 30
    """Of one effect, or runs of one ticket that ended badly, before a person looks: some hours."""
    mistakes: int = 5
    """Tries of what fails for a reason that nobody foresaw."""

    @classmethod
    def of(cls, settings: Settings) -> "Patience":
        """As this installation wants it; what vanished is never looked into before its lease is over."""
        lease = timedelta(seconds=settings.lease_seconds)
        return cls(lease, max(lease, timedelta(seconds=settings.unanswered_seconds)))


PATIENCE = Patience()
"""How long things take at real vendors."""


class Later(Exception):
    """This ticket has to wait until ``at``. ``failed``: because something went wrong."""

    def __init__(self, at: datetime, *, failed: bool = False) -> None:
        super().__init__("later")
        self.at = at
        self.failed = failed


class Crashed(Exception):
    """Run after run vanished over this ticket."""


@dataclass(frozen=True)
class Ending:
    """How a run ends: when it may be tried again, and whether it failed."""

    next_try: datetime | None = None
    failed: bool = False


class Run:
    """One run over one ticket, under its lease."""

    def __init__(self, services: Services, lease: Lease, patience: Patience) -> None:
        self.services = services
        self.lease = lease
        self.patience = patience
        self.partner = lease.connection_id
        """The connection that is being spoken to: whose fault an error is."""
        self._acts: list[Entry] = []

    @property
    def ticket_id(self) -> str:
        """Whose run this is."""
        return self.lease.ticket_id

    @contextmanager
    def transaction(self) -> Iterator[tuple[Session, datetime]]:
        """A unit of work under the lease, and the time. Raises LeaseLost when another run has taken over."""
        with self.services.database.session() as session:
            now = self.services.database.now(session)
            self.lease = tickets.renew(session, self.lease, now, now + self.patience.lease)
            before = len(self._acts)
            try:
                yield session, now
                self._record(session, now)
                before = 0
            finally:
                del self._acts[before:]

    def note(self, act: Entry) -> None:
        """Have this act recorded by the transaction that is open, with it or not at all; outside of one, by the run's next."""
        self._acts.append(act)

    def _record(self, session: Session, now: datetime) -> None:
        if self._acts:
            trail.record_all(session, self.lease.account, (replace(one, at=one.at or now) for one in self._acts))

    def still_in_time(self, begun: datetime) -> None:
        """Raises LeaseLost when so much time went by since ``begun`` that another run may look into this attempt soon.

        A machine that slept between saving and sending must not send any more.
        """
        with self.services.database.reading() as session:
            if self.services.database.now(session) > begun + self.patience.lease / 2:
                raise LeaseLost

    def connector(self, connection_id: str) -> Helpdesk:
        """The connector to speak through; errors from now on are that connection's."""
        self.partner = connection_id
        return self.services.connected.connector(connection_id)


_chosen: list[tuple[Services, Patience]] = []
_draining = threading.Event()


def use(services: Services, patience: Patience = PATIENCE) -> None:
    """Every job of this process works with these."""
    _chosen[:] = [(services, patience)]
    _draining.clear()


def services() -> Services:
    """What ``use`` was given. RQ calls jobs by name, so they cannot be handed anything but ids."""
    return _used()[0]


def settled(services: Services, account_id: str) -> Configuration | None:
    """The account's configuration; None where it has none that can be read. For sweeps, which other accounts wait for."""
    try:
        return services.configuration(account_id)
    except (UnknownRecord, ConfigurationError):
        return None


def _used() -> tuple[Services, Patience]:
    if not _chosen:
        raise RuntimeError("jobs.base.use() comes first")
    return _chosen[0]


def drain() -> None:
    """This process is to end: the turn in hand is finished, and none is begun any more."""
    _draining.set()


def draining() -> bool:
    """Whether that was asked."""
    return _draining.is_set()


def lead(ticket_id: str, act: Callable[[Run], None]) -> bool:
    """Run ``act`` under the ticket's lease, and do what the table says about its error. True: more came in meanwhile.

    Nothing happens when somebody else has the lease or the ticket has to wait.
    """
    services, patience = _used()
    with services.database.session() as session:
        now = services.database.now(session)
        lease = tickets.take(session, ticket_id, _owner(), now, now + patience.lease)
    if lease is None:
        return False
    run = Run(services, lease, patience)
    with logs.context(ticket=ticket_id, connection=lease.connection_id, attempt=str(lease.attempts + 1)):
        ending = _attempt(run, act)
        with services.database.session() as session:
            return tickets.release(session, run.lease, next_try=ending.next_try, failed=ending.failed)


def _attempt(run: Run, act: Callable[[Run], None]) -> Ending:
    try:
        if run.lease.attempts >= run.patience.tries:
            return _park(run, Crashed())
        with run.services.steady():
            act(run)
    except Later as later:
        return Ending(later.at, later.failed)
    except Exception as error:  # the one broad except: parked or retried, always recorded
        return remedied(run, error)
    return Ending()


def remedy(error: Exception) -> Remedy | None:
    """What the table says about it, or None for what nobody foresaw."""
    return next((REMEDIES[kind] for kind in type(error).__mro__ if kind in REMEDIES), None)


def confirmed(services: Services, connection_id: str, error: Exception) -> Remedy | None:
    """The remedy; what is forbidden pauses the connection only if the vendor, asked in passing, knows us no more at all."""
    if not isinstance(error, Forbidden):
        return remedy(error)
    try:
        services.connected.connector(connection_id).check()
    except (RateLimited, Unavailable):
        return Remedy.RETRY
    except ConnectorError:
        return Remedy.PAUSE
    return Remedy.PARK


def remedied(run: Run, error: Exception) -> Ending:
    """Do what the table says about an error that ended a run."""
    chosen = confirmed(run.services, run.partner, error)
    metrics.count(f"runs.{chosen or 'mistake'}")
    if chosen is Remedy.LEAVE:
        return Ending()
    level = logging.INFO if chosen in (Remedy.REDO, Remedy.DROP, Remedy.WAIT) else logging.WARNING
    log.log(level, "run.failed", extra={"remedy": chosen or "mistake"}, exc_info=error)
    return _ACTS.get(chosen or Remedy.RETRY, _retry)(run, error)


def _retry(run: Run, error: Exception) -> Ending:
    if away.away(run.services, run.partner, error):
        with run.services.database.session() as session:
            return Ending(away.rest(session, run.partner, run.services.database.now(session)))
    limit = run.patience.tries if remedy(error) else run.patience.mistakes
    if run.lease.attempts + 1 >= limit:
        return _park(run, error)
    with run.services.database.session() as session:
        now = run.services.database.now(session)
    return Ending(now + backoff(run.lease.attempts, run.patience.longest), failed=True)


def _wait(run: Run, error: Exception) -> Ending:
    with run.services.database.session() as session:
        return Ending(held_back(session, run.services, run.partner, error))


def _pause(run: Run, error: Exception) -> Ending:
    with run.services.database.session() as session:
        now = run.services.database.now(session)
        paused(session, run.partner, error, now)
    return Ending(now + timedelta(minutes=5) if run.partner != run.lease.connection_id else None)


def _drop(run: Run, error: Exception) -> Ending:
    with run.transaction() as (session, _):
        waiting = inbox.waiting(session, run.ticket_id)
        inbox.settle(session, [one.id for one in waiting], type(error).__name__)
        effects.drop_all(session, run.ticket_id, type(error).__name__)
    return Ending()


def _redo(run: Run, error: Exception) -> Ending:
    with run.services.database.session() as session:
        return Ending(run.services.database.now(session), failed=True)


def _park(run: Run, error: Exception) -> Ending:
    with run.transaction() as (session, now):
        waiting = inbox.waiting(session, run.ticket_id)
        inbox.settle(session, [one.id for one in waiting], type(error).__name__, state=inbox.PARKED)
        for effect in effects.unfinished(session, run.ticket_id):
            effects.end(session, effect, effects.REVIEW, type(error).__name__)
        told = f"{type(error).__name__}: a ticket was given up and is left to people"
        remedy_ = "answer it in the helpdesk; the log names the place where it failed, by the ticket's id"
        problems.report(session, Problem("ticket_parked", told, remedy_, run.partner, run.ticket_id), now)
    return Ending()


_ACTS: Mapping[Remedy, Callable[[Run, Exception], Ending]] = {
    Remedy.RETRY: _retry,
    Remedy.WAIT: _wait,
    Remedy.PAUSE: _pause,
    Remedy.DROP: _drop,
    Remedy.REDO: _redo,
    Remedy.PARK: _park,
}


def held_back(session: Session, services: Services, connection_id: str, error: Exception) -> datetime:
    """Hold the connection back as long as the vendor asked, a little jittered and at most an hour; until when."""
    asked = error.retry_after if isinstance(error, RateLimited) else 0.0
    seconds = min(max(asked, 1.0), 3600.0) * random.uniform(1.0, 1.2)  # noqa: S311  # jitter is no secret
    until = services.database.now(session) + timedelta(seconds=seconds)
    metrics.add("deskhand_held_seconds", by=seconds)
    connections.hold(session, connection_id, until)
    return until


def paused(session: Session, connection_id: str, error: Exception, now: datetime) -> None:
    """Stop all work for the connection and tell the admin why."""
    reason = f"{type(error).__name__}: the vendor does not take our credentials any more"
    connections.pause(session, connection_id, reason)
    remedy_ = "give it a token that works with `deskhand connect`, or run `deskhand resume`; what waits is kept"
    problems.report(session, Problem("connection_paused", reason, remedy_, connection_id), now)


def backoff(attempts: int, longest: timedelta) -> timedelta:
    """1, 2, 4... seconds with jitter, at most ``longest``."""
    seconds = min(2.0 ** min(attempts, 20), longest.total_seconds())
    return timedelta(seconds=seconds * random.uniform(0.5, 1.0))  # noqa: S311  # jitter is no secret


def _owner() -> str:
    return f"{socket.gethostname()[:20]}-{os.getpid()}-{ids.fresh()[-12:]}"
