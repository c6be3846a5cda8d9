"""The same promise with real processes: web, two workers, two clocks and the broker, killed by signal while customers write."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import redis
from sqlalchemy import text

from app.db import accounts, connections, inbox
from app.db.connections import Installed
from app.db.migrations import upgrade
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from app.sandbox.zendesk import ZendeskHost
from app.services import Services
from app.settings import Settings, child_environment
from tests.flows.stage import CONFIGURATION, QUESTION

SECRET = "processes-signing-secret"
TICKETS = 20
KILLS = 16


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Crew:
    """Processes that are started again whenever they are gone, as a supervisor would."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment = environment
        self._log = log.open("wb")
        self.lines: dict[str, list[str]] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def add(self, name: str, *arguments: str) -> None:
        self.lines[name] = [sys.executable, "-m", *arguments]
        self.start(name)

    def start(self, name: str) -> None:
        self.running[name] = subprocess.Popen(
            self.lines[name], env=self._environment, stderr=self._log, stdout=self._log, start_new_session=True
        )

    def mend(self) -> None:
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.start(name)

    def kill(self, name: str) -> None:
        """The whole process group, at once: nothing of it gets to clean up."""
        process = self.running[name]
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def close(self) -> None:
        for name in self.running:
            if self.running[name].poll() is None:
                self.kill(name)
        self._log.close()


def until(holds: Callable[[], bool], crew: Crew) -> None:
    end = time.monotonic() + 150
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        crew.mend()
        time.sleep(0.1)  # between two looks at the condition


@contextmanager
def addresses(kind: str, tmp_path: Path) -> Iterator[dict[str, str]]:
    """Where database and broker are: in a folder of the test's own, or at the servers that the environment names."""
    place = {"DESKHAND_DATA_DIR": str(tmp_path / "data")}
    if kind == "embedded":
        yield place
        return
    wanted = {"DATABASE_URL": os.environ.get("TEST_DATABASE_URL"), "REDIS_URL": os.environ.get("TEST_REDIS_URL")}
    given = {name: value for name, value in wanted.items() if value}
    if len(given) < len(wanted):
        pytest.skip("TEST_DATABASE_URL and TEST_REDIS_URL name no servers")
    redis.Redis.from_url(given["REDIS_URL"]).flushdb()
    yield place | given


def connect(services: Services, base: str, host: ZendeskHost) -> str:
    id = connections.new_id()
    settings = {"email": host.email, "user_id": str(host.state.bot), "account_id": str(host.account_id)}
    sealed = services.vault.seal({"token": host.token, "signing_secret": SECRET}, place=id)
    with services.database.session() as session:
        now = services.database.now(session)
        account = accounts.add(session, f"processes-{id}", now)
        accounts.configure(session, account.id, "shop.yaml", CONFIGURATION, now)
        connections.add(session, Installed(id, account.id, "zendesk", f"{base}/{host.name}", settings, sealed), now)
    return id


def decisions(host: ZendeskHost) -> dict[str, list[str]]:
    """The decisions that each ticket shows, one for each note of ours."""
    found: dict[str, list[str]] = {}
    for view in host.views():
        texts = [str(line["text"]) for line in view.messages if "Deskhand decision" in str(line["text"])]
        found[view.id] = [line.rsplit("Deskhand decision", 1)[1].strip() for line in texts]
    return found


def disturb(crew: Crew, host: ZendeskHost, dice: random.Random, embedded: bool) -> None:
    """One customer after the other writes, while processes are killed and the vendor's answers get lost."""
    victims = ["web", "worker 1", "worker 2", "clock 1", "clock 2", *(["broker"] if embedded else [])]
    kills = dice.sample(range(TICKETS * 2), KILLS)
    for step in range(TICKETS * 2):
        if step % 2 == 0:
            host.customer_writes(f"c{step}@customer.example", QUESTION, subject="Where is it?")
        if step % 7 == 0:
            kind = dice.choice(("reset_after", "reset_before", "status"))
            host.world.faults.order(Fault(kind, host=host.name, method="PUT", status=dice.choice((503, 500, 409))))
        if step in kills:
            crew.kill(dice.choice(victims))
        crew.mend()
        time.sleep(dice.uniform(0.05, 0.3))  # customers write when they like


@pytest.mark.slow
@pytest.mark.timeout(400)
@pytest.mark.parametrize("kind", ["embedded", pytest.param("servers", marks=pytest.mark.servers)])
def test_killed_processes_write_nothing_twice_and_lose_nothing(kind: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        settings = Settings.load(stack.enter_context(addresses(kind, tmp_path)))
        settings = replace(settings, port=free_port(), web_processes=1, workers=2)
        services = Services(settings)
        stack.callback(services.dispose)
        upgrade(services.database)
        host = ZendeskHost(World(), "zendesk")
        base = stack.enter_context(Served(application(host.world, [host])))
        connection_id = connect(services, base, host)
        host.hook(f"http://127.0.0.1:{settings.port}/webhooks/zendesk/{connection_id}", SECRET)
        environment = child_environment(settings) | {"DESKHAND_WEB_PROCESSES": "1"}
        if kind != "embedded":
            environment["REDIS_URL"] = settings.redis_url
        crew = Crew(environment, tmp_path / "crew.log")
        stack.callback(crew.close)
        if kind == "embedded":
            crew.add("broker", "app", "broker")
        crew.add("web", "app", "web")
        for number in (1, 2):
            crew.add(f"worker {number}", "tests.flows.hands", "worker")
            crew.add(f"clock {number}", "tests.flows.hands", "clock")
        until(lambda: _answers(settings.port), crew)
        disturb(crew, host, random.Random(7), kind == "embedded")
        host.world.faults.clear()
        until(lambda: _settled(services, host), crew)
    found = decisions(host)
    assert len(found) == TICKETS
    assert Counter(len(notes) for notes in found.values()) == {1: TICKETS}


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _settled(services: Services, host: ZendeskHost) -> bool:
    """Every ticket has its note, and neither inbox nor outbox holds anything that is not done."""
    with services.database.reading() as session:
        planned = session.scalar(text("select count(*) from effect where state in ('pending', 'sending')"))
        waiting = inbox.backlog(session)
    return not planned and not waiting and all(decisions(host).values())
