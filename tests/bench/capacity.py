"""Tickets a second by number of workers, on either database, with everything on; and a soak at half of that.

``python -m tests.bench.capacity`` prints the table; a line beside which others used much of the machine says nothing of the rate,
only of the CPU of each ticket. ``python -m tests.bench.capacity --soak 60 --rate 2`` opens two tickets a
second for an hour, says each minute how things are, and fails when memory, open files, what waits, or the database's bytes for each
ticket grow: the median of the last quarter against that of the second, at most a tenth more. The played vendors run here and cost CPU, too.
"""

import argparse
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load import TICKS, below, spent
from tests.chaos.crew import until
from tests.chaos.plan import FIRST, ORDER, Step
from tests.chaos.servers import postgres_programs
from tests.chaos.stage import Stage

WORKERS, WARM, TICKETS = (1, 2, 4), 10, 80
LONGEST = 600.0
"""Seconds for one line of the table."""
GROWTH = 1.1
"""A soak's last quarter may be so much above its second; the first is the warming up."""
TICKETS_SO_FAR, DATABASE, MINUTE = "tickets", "database, MB", 60
SLACK = {"waiting": 5.0, "web, open files": 3.0, "worker, open files": 3.0, "clock, open files": 3.0}
"""What comes and goes."""
KINDS = ("web", "worker", "clock", "broker")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.capacity")
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--soak", type=float, default=0.0, help="minutes; no table then")
    parser.add_argument("--rate", type=float, default=2.0, help="tickets a second of the soak")
    given = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that what was started is stopped then, too
    if given.soak:
        return soak(given.soak * 60, given.rate)
    programs = postgres_programs()
    for name, found in {"sqlite": None, **({"postgresql": programs} if programs else {})}.items():
        first = 0.0
        for workers in WORKERS:
            line = _line(found, workers, given.tickets)
            first = first or line.rate
            shares = ", ".join(f"{kind} {cost:.0f}" for kind, cost in line.costs.items())
            limit = "processors" if line.busy > 0.85 else "waiting for disk and vendor"
            print(
                f"{name:10} {workers} workers: {line.rate:5.1f} tickets a second ({line.rate / first:.2f} x one)",
                end="; ",
            )
            print(
                f"CPU ms a ticket: {shares}; machine {line.busy:.0%} busy, {line.others:.0%} by others: limit {limit}",
                flush=True,
            )
    return 0


@dataclass(frozen=True)
class Line:
    """Tickets a second, CPU milliseconds of each by kind of process, and how much of the machine was used: in all, and by others."""

    rate: float
    costs: Mapping[str, float]
    busy: float
    others: float


def _line(programs: Path | None, workers: int, tickets: int) -> Line:
    with tempfile.TemporaryDirectory(prefix="deskhand-capacity-") as folder, ExitStack() as stack:
        stage = Stage(Path(folder), stack, postgres=programs, hosts=1, workers=workers)
        stage.open()
        _opened(stage, range(WARM))
        before, idle, begun = _costs(stage), _idle(), time.monotonic()
        _opened(stage, range(WARM, WARM + tickets))
        took = time.monotonic() - begun
        after = _costs(stage)
        still, ticks = (now - then for now, then in zip(_idle(), idle, strict=True))
        spent_here = {kind: after[kind] - before[kind] for kind in after}
        busy, ours = 1 - still / ticks, sum(spent_here.values()) * TICKS / ticks
        return Line(tickets / took, {kind: one / tickets * 1e3 for kind, one in spent_here.items()}, busy, busy - ours)


def _opened(stage: Stage, numbers: range) -> None:
    """So many customers write at once, and each has an answer or a note."""
    for number in numbers:
        _open(stage, number)
    if not until(lambda: stage.at_rest() and _answered(stage) == numbers.stop, LONGEST, stage.crew):
        raise TimeoutError("not every ticket was worked on")


def _open(stage: Stage, number: int) -> None:
    shop = stage.desks[0]
    shop.play(Step(FIRST + number, shop.name, "opens", number, ORDER.format(FIRST + number)), stage.world)


def _answered(stage: Stage) -> int:
    return sum(any(line.kind != "asked" for line in one.lines) for one in stage.desks[0].transcripts())


def _costs(stage: Stage) -> Mapping[str, float]:
    """CPU seconds by kind of process; the vendors' are this process's own."""
    found = dict.fromkeys(KINDS, 0.0)
    for hand in stage.crew.hands.values():
        found["broker" if hand.kind == "redis" else hand.kind] += spent(hand.pid)
    if stage.postgres:
        found["database"] = spent(stage.postgres.pid)
    return found | {"played vendors": time.process_time()}


def _idle() -> tuple[int, int]:
    """Ticks in which the machine did nothing, and all ticks."""
    fields = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return fields[3] + fields[4], sum(fields[:8])


def soak(seconds: float, rate: float) -> int:
    """So long at a steady rate, with a line each minute; 1 when something grew."""
    with tempfile.TemporaryDirectory(prefix="deskhand-soak-") as folder, ExitStack() as stack:
        stage = Stage(Path(folder), stack, postgres=None, hosts=1)
        stage.open()
        begun, opened, looked, told = time.monotonic(), 0, 0.0, 0.0
        samples: dict[str, list[float]] = {}
        while (now := time.monotonic() - begun) < seconds:
            if opened < now * rate:
                _open(stage, opened)
                opened += 1
            elif now - looked > seconds / 200:
                looked = now
                found = {TICKETS_SO_FAR: float(opened), **_sample(stage)}
                for name, value in found.items():
                    samples.setdefault(name, []).append(value)
                if now - told >= MINUTE:
                    told = now
                    said = ", ".join(f"{name} {value:.0f}" for name, value in found.items())
                    print(f"{now / MINUTE:4.0f} min: {said}", flush=True)
            stage.mend()
            time.sleep(min(0.02, 1 / rate))  # between two customers
        born = sum(hand.born for hand in stage.crew.hands.values()) - len(stage.crew.hands)
        print(f"{opened} tickets in {seconds / MINUTE:.0f} minutes; processes that ended: {born}")
        return int(judged(samples))


def judged(samples: Mapping[str, Sequence[float]]) -> bool:
    """Whether anything of it grew; says each. A database grows with its tickets: what counts is by how much for each."""
    flat = {name: values for name, values in samples.items() if name not in (TICKETS_SO_FAR, DATABASE)}
    quarters = {name: _quarters(values) for name, values in flat.items()}
    tickets, sizes = samples[TICKETS_SO_FAR], samples[DATABASE]
    quarters["bytes a ticket"] = (_each_more(tickets, sizes, 1), _each_more(tickets, sizes, 3))
    return sum(_grew(name, *pair) for name, pair in quarters.items()) > 0


def _quarters(values: Sequence[float]) -> tuple[float, float]:
    """The medians of the second quarter, when all is warm, and of the last."""
    quarter = len(values) // 4
    return statistics.median(values[quarter : 2 * quarter]), statistics.median(values[-quarter:])


def _each_more(tickets: Sequence[float], sizes: Sequence[float], number: int) -> float:
    """By how many bytes each ticket of that quarter, from 0, made the database larger."""
    quarter = len(tickets) // 4
    first, last = number * quarter, min((number + 1) * quarter, len(tickets) - 1)
    return (sizes[last] - sizes[first]) * 2**20 / max(tickets[last] - tickets[first], 1)


def _grew(name: str, early: float, late: float) -> bool:
    grew = late > early * GROWTH + SLACK.get(name, 0.0)
    print(f"  {name:24} {early:12.1f} -> {late:12.1f}  {'GREW' if grew else 'flat'}")
    return grew


def _sample(stage: Stage) -> Mapping[str, float]:
    found: dict[str, float] = {}
    for kind in ("web", "worker", "clock"):
        trees = [[hand.pid, *_below(hand.pid)] for hand in stage.crew.hands.values() if hand.kind == kind]
        pids = [pid for tree in trees for pid in tree]
        found[f"{kind}, MB each"] = _each(pids, _memory) / 2**20 / len(trees)
        found[f"{kind}, open files"] = _each(pids, lambda pid: len(list(Path(f"/proc/{pid}/fd").iterdir()))) / len(
            trees
        )
    files = Path(stage.hosts[0].settings.data_dir).glob("*.db")
    return found | {"waiting": stage.backlog(), DATABASE: sum(file.stat().st_size for file in files) / 2**20}


def _below(pid: int) -> list[int]:
    with suppress(FileNotFoundError, ProcessLookupError):  # it is being recycled
        return list(below(pid))
    return []


def _each(pids: Sequence[int], measured: Callable[[int], float]) -> float:
    total = 0.0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):  # it is being recycled
            total += measured(pid)
    return total


def _memory(pid: int) -> float:
    """Its share of what is in memory: what forks have in common is counted once among them."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024.0
    return 0.0


if __name__ == "__main__":
    sys.exit(main())
