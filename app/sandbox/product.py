"""Deskhand as a stranger runs it: its own command line in processes of its own, on a data directory of its own."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any

import requests

from app.db import effects, ids, inbox
from app.errors import DeskhandError
from app.services import Services
from app.settings import Settings, child_environment

PATIENCE = 90.0
"""Seconds until everything has started, on a slow machine."""
GRACE = 45.0
"""Seconds that the processes get to end by themselves."""
LAST_LINES = 15
NOTHING: Mapping[str, str] = MappingProxyType({})


class NotRunning(DeskhandError):
    """The product did not start, ended early, or a command of it failed; the message quotes its last log lines."""


class Product:
    """``with Product(folder) as product``: ``deskhand up`` runs until the end, and nothing of it is left then."""

    def __init__(self, data_dir: Path, more: Mapping[str, str] = NOTHING) -> None:
        """``more``: further settings, by the names of their variables."""
        port = str(_free_port())
        self.base = f"http://127.0.0.1:{port}"
        more = {"DESKHAND_PUBLIC_URL": self.base, **more}
        self.settings = Settings.load({"DESKHAND_DATA_DIR": str(data_dir), "PORT": port, **more})
        self._log = data_dir / "deskhand.log"
        self._environment = {**_clean(child_environment(self.settings)), **more}
        self._services: Services | None = None

    def __enter__(self) -> "Product":
        self._say = self._log.open("ab")
        command = [sys.executable, "-m", "app", "up"]
        self._process = subprocess.Popen(  # noqa: S603 - our own command line
            command,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            stdout=self._say,
            stderr=self._say,
            process_group=0,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._services:
            self._services.dispose()
        with _undisturbed():
            self._stop()
        self._say.close()

    @property
    def services(self) -> Services:
        """The product's own rooms, for a look at whether it is done."""
        self._services = self._services or Services(self.settings)
        return self._services

    def wait_ready(self) -> None:
        """Return once webhooks will be taken and worked on. Raises NotRunning."""
        end = time.monotonic() + PATIENCE
        while not self._answers():
            self.check_alive()
            if time.monotonic() > end:
                raise NotRunning(f"Deskhand was not ready within {PATIENCE:.0f} seconds", self.last_words())
            time.sleep(0.1)

    def check_alive(self) -> None:
        """Raises NotRunning once the processes have ended."""
        if self._process.poll() is not None:
            raise NotRunning(f"Deskhand ended with code {self._process.returncode}", self.last_words())

    def command(self, *arguments: str) -> Mapping[str, Any]:
        """One command of the command line, with ``--json``; gives what it printed. Raises NotRunning when it fails."""
        name = f"deskhand {' '.join(arguments[:2])}"
        try:
            done = subprocess.run(  # noqa: S603 - our own command line
                [sys.executable, "-m", "app", *arguments, "--json"],
                env=self._environment,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise NotRunning(f"{name} took longer than {PATIENCE:.0f} seconds", "give the machine some rest") from error
        if done.returncode:
            raise NotRunning(f"{name} failed", done.stderr.strip()[-800:])
        answer: Mapping[str, Any] = json.loads(done.stdout.splitlines()[-1])
        return answer

    def idle(self, connection_id: str, ref: str) -> bool:
        """Whether everything about this ticket has been dealt with, and everything that was planned for it has been sent."""
        ticket_id = ids.ticket(connection_id, ref)
        with self.services.database.reading() as session:
            return not inbox.has_waiting(session, ticket_id) and not effects.unfinished(session, ticket_id)

    def _stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answers(self) -> bool:
        with requests.Session() as line:
            line.trust_env = False
            try:
                return bool(line.get(f"{self.base}/readyz", timeout=2).status_code == requests.codes.ok)
            except requests.RequestException:
                return False

    def last_words(self) -> str:
        """The end of what the processes logged, which holds no customer's text."""
        lines = self._log.read_text("utf-8", "replace").splitlines() if self._log.exists() else []
        return "\n".join(lines[-LAST_LINES:]) or "it said nothing"


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """A second Ctrl-C must not interrupt the stopping, or processes would be left behind."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, signal.SIG_IGN) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _clean(environment: dict[str, str]) -> dict[str, str]:
    """Without whatever else is set on this machine: the demo must not touch another installation's database or Redis."""
    kept = {"DESKHAND_DATA_DIR", "DESKHAND_HOST"}
    ours = {name: value for name, value in environment.items() if name in kept or not name.startswith("DESKHAND_")}
    ours.pop("REDIS_URL", None)
    return ours


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
