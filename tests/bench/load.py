"""Requests, closed and open loop, against one server on loopback; and what that server's processes spent on them."""

import http.client
import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Knock:
    """One request, signed and ready."""

    body: bytes
    headers: dict[str, str]


@dataclass(frozen=True)
class Server:
    """Where requests go, and the process whose tree does the work."""

    port: int
    path: str
    pid: int


def spent(pid: int) -> float:
    """CPU seconds, user and system, of a process and all below it that live."""
    total = 0.0
    for one in (pid, *below(pid)):
        fields = Path(f"/proc/{one}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def below(pid: int) -> Iterator[int]:
    """Every process under this one."""
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield int(child)
        yield from below(int(child))


def closed(server: Server, knocks: Sequence[Knock], connections: int = 8) -> float:
    """Send them all, each connection as fast as it is answered. CPU microseconds that each cost the server."""
    before = spent(server.pid)
    shares = [knocks[n::connections] for n in range(connections)]
    with ThreadPoolExecutor(connections) as pool:
        list(pool.map(lambda share: _in_turn(server, share), shares))
    return (spent(server.pid) - before) / len(knocks) * 1e6


def _in_turn(server: Server, knocks: Sequence[Knock]) -> None:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    for one in knocks:
        _ask(line, server, one)
    line.close()


def _ask(line: http.client.HTTPConnection, server: Server, knock: Knock) -> None:
    line.request("POST", server.path, knock.body, knock.headers)
    answer = line.getresponse()
    said = answer.read()
    if not 200 <= answer.status < 300:
        raise RuntimeError(f"{server.path}: {answer.status} {said[:200]!r}")


def open_loop(server: Server, knocks: Sequence[Knock], rate: float) -> list[float]:
    """Send at a steady rate, answered or not. Milliseconds from when each was due to its answer, in order of length."""
    local, taken = threading.local(), []

    def one(due: float, knock: Knock) -> None:
        if not hasattr(local, "line"):
            local.line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        _ask(local.line, server, knock)
        taken.append((time.perf_counter() - due) * 1e3)

    with ThreadPoolExecutor(32) as pool:
        start = time.perf_counter() + 0.1
        waits = []
        for n, knock in enumerate(knocks):
            due = start + n / rate
            time.sleep(max(0.0, due - time.perf_counter()))
            waits.append(pool.submit(one, due, knock))
        for wait in waits:
            wait.result()
    return sorted(taken)


def until(holds: Callable[[], bool], seconds: float = 30.0) -> None:
    """Return once it holds; an error after ``seconds``."""
    end = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > end:
            raise TimeoutError("a server did not start")
        time.sleep(0.05)
