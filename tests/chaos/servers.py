"""Servers of a run's own: PostgreSQL on a free port, which can be stopped at once or be out of disk, and where Redis listens."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.crew import ROOM, limit


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def postgres_programs() -> Path | None:
    """The newest folder with the server's programs, or None where there is none that we may run."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: -float(one.parent.name))
    on_path = shutil.which("initdb")
    found += [Path(on_path).resolve().parent] if on_path else []
    usable = [one for one in found if all((one / name).exists() for name in ("initdb", "pg_ctl", "postgres"))]
    if os.getuid() == 0 and not _known("postgres"):
        return None
    return usable[0] if usable else None


def _known(user: str) -> bool:
    return any(one.pw_name == user for one in pwd.getpwall())


class Postgres:
    """A cluster in a folder of its own. It runs as ``postgres`` when we are root, because it refuses root."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="deskhand-postgres-"))
        self._data = self._folder / "data"
        self._port = free_port()
        self._user = "postgres" if os.getuid() == 0 else None
        if self._user:
            shutil.chown(self._folder, self._user)
        self._run("initdb", "-D", str(self._data), "-U", "deskhand", "-A", "trust", "-E", "UTF8", "--no-sync")

    def close(self) -> None:
        """Stop it, and leave nothing behind."""
        self.stop()
        shutil.rmtree(self._folder)

    @property
    def url(self) -> str:
        return f"postgresql://deskhand@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        """Raises CalledProcessError when it does not come up."""
        options = f"-h 127.0.0.1 -p {self._port} -k {self._folder} -c max_connections=120"
        log = str(self._data / "server.log")
        self._run("pg_ctl", "-D", str(self._data), "-w", "-t", "60", "-l", log, "-o", options, "start")

    def stop(self) -> None:
        """At once, as if the machine had lost its power; what was committed has to be there again."""
        if self.pid:
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop", check=False)

    def restart(self) -> None:
        self.stop()
        self.start()

    @property
    def pid(self) -> int:
        """The server's process, or 0."""
        file = self._data / "postmaster.pid"
        pid = int(file.read_text().split()[0]) if file.exists() else 0
        return pid if pid and Path(f"/proc/{pid}").exists() else 0

    def cramp(self) -> None:
        """No file of the server's may grow any more."""
        if self.pid:
            limit(self.pid, (0, ROOM[1]), self._user)

    def relieve(self) -> None:
        """There is room again. A server that gave up for want of it may be gone by now, or go in a moment."""
        if self.pid:
            limit(self.pid, ROOM, self._user)

    def _run(self, program: str, *arguments: str, check: bool = True) -> None:
        command: Sequence[str] = [str(self._programs / program), *arguments]
        subprocess.run(
            command,
            check=check,
            user=self._user,
            cwd=self._folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
