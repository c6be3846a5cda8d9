"""What a run plays on: processes on one host or two, their database and broker, and the vendors over HTTP. Everything is a run's own."""

import base64
import contextlib
import secrets
import shutil
import socket
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import redis
from sqlalchemy import text

from app.cli import broker as embedded
from app.connecting import install
from app.db import accounts, evidence, inbox
from app.db.judgements import DECISION
from app.db.migrations import upgrade
from app.engine import draft as writer
from app.engine.evidence import digest, sign
from app.errors import DatabaseDown
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.services import Services
from app.settings import Settings, child_environment
from jobs import base, reconcile
from tests.builders import a_record, a_ticket
from tests.chaos.crew import Crew, until
from tests.chaos.plan import ORDER, Blow, Cast
from tests.chaos.servers import Postgres, free_port
from tests.chaos.town import SECRET, Desk, IntercomDesk, SlackDesk, ZendeskDesk
from tests.flows.stage import CONFIGURATION

ACCOUNTS = {"shop": "resolve", "store": "deflect", "quiet": "assist"}
"""Each with the most it may do. Only the first has earned it."""
BEGIN = 60.0
"""Seconds a process has until it takes connections."""
BACKLOG = 30
"""Events that may wait before customers hold back."""


@dataclass(frozen=True)
class Host:
    """One machine's share: its settings, and its processes by kind."""

    name: str
    settings: Settings
    workers: int
    clocks: int

    def names(self, kind: str, count: int = 1) -> list[str]:
        return [f"{self.name} {kind} {n}" for n in range(1, count + 1)]

    @property
    def everything(self) -> list[str]:
        return [*self.names("web"), *self.names("worker", self.workers), *self.names("clock", self.clocks)]


class Stage:
    """Set up by ``opened``; ``strike`` hurts something, ``mend`` starts again what is gone."""

    def __init__(self, folder: Path, stack: ExitStack, *, postgres: Path | None, hosts: int, workers: int = 2) -> None:
        self._stack, self._folder, self._workers = stack, folder, workers
        self.postgres = Postgres(postgres) if postgres else None
        if self.postgres:
            stack.callback(self.postgres.close)
            self.postgres.start()
        self.world = World()
        stack.callback(self.world.close)
        self.desks = self._desks()
        self.hosts = self._hosts(hosts)
        for host in self.hosts:  # a broker that is killed leaves its socket, which may be in a folder of its own
            stack.callback(shutil.rmtree, host.settings.broker_socket.parent, ignore_errors=True)
        self.services = Services(self.hosts[0].settings)
        stack.callback(self.services.dispose)
        self.crew = Crew(folder / "crew.log")
        stack.callback(self.crew.close)
        self._full: list[str] = []

    def _desks(self) -> list[Desk]:
        mail = [ZendeskDesk(self.world, name, name, earned=name == "shop") for name in ("shop", "store")]
        chat = SlackDesk(self.world, "channel", "shop", earned=True)
        return [*mail, chat, IntercomDesk(self.world, "quiet", "quiet", earned=False)]

    def _hosts(self, count: int) -> list[Host]:
        given = {"DESKHAND_SECRET_KEY": base64.b64encode(secrets.token_bytes(32)).decode()}
        if self.postgres:
            given |= {"DATABASE_URL": self.postgres.url}
            given |= {"REDIS_URL": f"redis://127.0.0.1:{free_port()}/0"}
        found = []
        for number in range(1, count + 1):
            place = {"DESKHAND_DATA_DIR": str(self._folder / f"h{number}"), "PORT": str(free_port())}
            settings = Settings.load(given | place | {"DESKHAND_LOG_LEVEL": "WARNING"})
            clocks = 2 if count == 1 else 1
            found.append(Host(f"h{number}", settings, workers=self._workers, clocks=clocks))
        self._key = given["DESKHAND_SECRET_KEY"]
        return found

    # --- opening -------------------------------------------------------------------------------------------

    def open(self) -> None:
        """Everything runs, is connected, and has earned what it may do."""
        upgrade(self.services.database)
        served = self._stack.enter_context(Served(application(self.world, [desk.host for desk in self.desks])))
        base.use(self.services)
        for name, mode in ACCOUNTS.items():
            with self.services.database.session() as session:
                now = self.services.database.now(session)
                account = accounts.add(session, name, now)
                accounts.configure(session, account.id, f"{name}.yaml", CONFIGURATION.replace("deflect", mode), now)
        for host in self.hosts:
            self._start(host)
        self._connect(served)

    def _start(self, host: Host) -> None:
        environment = child_environment(host.settings) | {"DESKHAND_SECRET_KEY": self._key}
        environment |= {"DESKHAND_LOG_LEVEL": "WARNING", "DESKHAND_WEB_PROCESSES": "1"}
        if host is self.hosts[0]:
            self._start_broker(host, environment)
        if not host.settings.own_broker:
            environment["REDIS_URL"] = host.settings.redis_url
        for name in host.everything:
            self.crew.add(name, name.split()[1], environment)
        if not until(lambda: _listens(host.settings.port), BEGIN, self.crew):
            raise RuntimeError("the web does not answer")

    def _start_broker(self, host: Host, environment: Mapping[str, str]) -> None:
        if host.settings.own_broker:
            self.crew.add("broker", "broker", environment)
            embedded.wait(host.settings)
            return
        port = host.settings.redis_url.rpartition(":")[2].partition("/")[0]
        place = {"CHAOS_REDIS_PORT": port, "CHAOS_REDIS_DIR": str(self._folder)}
        self.crew.add("broker", "redis", {**environment, **place})
        if not until(lambda: _listens(int(port)), BEGIN, self.crew):
            raise RuntimeError("the broker does not answer")

    def _connect(self, served: str) -> None:
        for number, desk in enumerate(self.desks):
            made = install(self.services, desk.account, desk.vendor, f"{served}/{desk.name}", desk.given())
            if made.error:
                raise RuntimeError(f"{desk.name}: {made.trouble}")
            reconcile.articles(made.installed.id)
            port = self.hosts[number % len(self.hosts)].settings.port
            desk.host.hook(f"http://127.0.0.1:{port}/webhooks/{desk.vendor}/{made.installed.id}", SECRET)
        for account in {desk.account for desk in self.desks if desk.earned}:
            self._earn(account)

    def _earn(self, name: str) -> None:
        """Evidence that unlocks replies from pages in one category, bound to everything as it is now."""
        services = self.services
        with services.database.reading() as session:
            account = accounts.named(session, name).id
        judged = services.classifier(account).classify(a_ticket(ORDER.format(10_000)))
        made_with = (judged.engine, writer.ENGINE, services.knowledge(account).version)
        now = datetime.now(UTC)
        bound = digest(*made_with, services.configuration(account).digest)
        record = a_record(account=account, digest=bound, issued_at=now, expires_at=now.replace(year=now.year + 1))
        with services.database.session() as session:
            evidence.save(session, account, sign(record, services.evidence_key))

    # --- while it runs -------------------------------------------------------------------------------------

    def cast(self) -> Cast:
        """Who plays, for the plan."""
        parts: dict[str, Sequence[str]] = {"broker": ["broker"], "wipe": ["broker"]}
        for kind in ("web", "worker", "clock"):
            parts[kind] = [name for name in self.crew.hands if f" {kind} " in name]
        parts["disk"] = [host.name for host in self.hosts] + (["database"] if self.postgres else [])
        parts["database"] = ["database"] if self.postgres else []
        parts["skew"] = [*parts["worker"], *parts["clock"], *(parts["web"] if self.postgres else [])]
        weights = {"shop": 40, "store": 25, "channel": 10, "quiet": 25}
        # One machine has one clock, which leases go by on SQLite; on PostgreSQL it is the server's, and hosts may be hours off.
        return Cast(weights, frozenset({"shop", "store"}), parts, skew=5400.0 if self.postgres else 2.0)

    def strike(self, blow: Blow) -> None:
        """Do it."""
        if blow.kind == "wipe":
            with contextlib.suppress(redis.RedisError), redis.Redis.from_url(self.hosts[0].settings.redis_url) as line:
                line.flushall()
        elif blow.kind == "disk":
            self._fill(blow)
        elif blow.kind == "database":
            assert self.postgres is not None
            self.postgres.restart()
        else:
            # Whoever is killed without that comes back with the right time; else after an hour each web refuses each webhook.
            self.crew.hands[blow.target].skew = blow.seconds if blow.kind == "skew" else 0.0
            self.crew.kill(blow.target)

    def _fill(self, blow: Blow) -> None:
        if blow.target == "database" and self.postgres:
            self.postgres.cramp()
        names = [name for name in self.crew.hands if name.startswith(blow.target)]
        self._full.append(blow.target)
        self.crew.cramp(names, blow.seconds)

    def mend(self) -> None:
        """What a supervisor does, and the admin who deletes some files."""
        if self._full and time.monotonic() > self.crew.paused:
            self.crew.relieve()
            if self.postgres and "database" in self._full:
                self.postgres.relieve()
            self._full.clear()
        if self.postgres and not self._full and not self.postgres.pid:
            self.postgres.start()
        self.crew.mend()

    def pace(self, not_before: float, seconds: float = 5.0) -> None:
        """Return once its time has come and not too much waits, or soon after: customers do not know that we are down."""
        end = max(not_before, time.monotonic()) + seconds
        while time.monotonic() < not_before or (time.monotonic() < end and self.backlog() > BACKLOG):
            self.mend()
            time.sleep(0.05)  # between two looks

    def backlog(self) -> int:
        """Events that wait; many where the database does not say."""
        try:
            with self.services.database.reading() as session:
                return inbox.backlog(session)
        except DatabaseDown:
            return BACKLOG + 1

    def at_rest(self) -> bool:
        """Nothing waits and nothing is planned."""
        try:
            with self.services.database.reading() as session:
                planned = session.scalar(text("select count(*) from effect where state in ('pending', 'sending')"))
                return not planned and not inbox.backlog(session)
        except DatabaseDown:
            return False

    def decided(self) -> Mapping[str, str]:
        """Decision -> the vendor's name of the message that it answers."""
        with self.services.database.reading() as session:
            rows = session.execute(
                text("select decision_id, question from judgement where kind = :kind"), {"kind": DECISION}
            )
            return {row.decision_id: row.question for row in rows}

    def problems(self) -> Mapping[str, int]:
        """What people were told of, by kind."""
        with self.services.database.reading() as session:
            rows = session.execute(text("select kind, count(*) as times from problem group by kind order by kind"))
            return {row.kind: row.times for row in rows}


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
