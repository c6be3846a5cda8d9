"""Tickets a second by number of workers, on either database, with everything on; and a soak at half of that.

``python -m tests.bench.capacity`` prints the table. ``python -m tests.bench.capacity --soak 60 --rate 2`` opens two tickets a
second for an hour, and fails when memory, open files, what waits, or the database's bytes for each ticket grow: the median
of the last quarter against that of the second, at most a tenth more. The played vendors run here and cost CPU, too.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from tests.bench.load import spent
from tests.chaos.crew import until
from tests.chaos.plan import FIRST, ORDER, Step
from tests.chaos.servers import postgres_programs
from tests.chaos.stage import Stage

WORKERS, WARM, TICKETS = (1, 2, 4), 10, 80
LONGEST = 600.0
"""Seconds for one line of the table."""
GROWTH = 1.1
"""A soak's last quarter may be so much above its second; the first is the warming up."""
KINDS = ("web", "worker", "clock", "broker")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.capacity")
    parser.add_argument("--tickets", type=int, default=TICKETS)
    parser.add_argument("--soak", type=float, default=0.0, help="minutes; no table then")
    parser.add_argument("--rate", type=float, default=2.0, help="tickets a second of the soak")
    given = parser.parse_args(arguments)
    if given.soak:
        return soak(given.soak * 60, given.rate)
    programs = postgres_programs()
    for name, found in {"sqlite": None, **({"postgresql": programs} if programs else {})}.items():
        first = 0.0
        for workers in WORKERS:
            rate, costs, busy = _line(found, workers, given.tickets)
            first = first or rate
            shares = ", ".join(f"{kind} {cost:.0f}" for kind, cost in costs.items())
            limit = "processors" if busy > 0.85 else "waiting for disk and vendor"
            print(f"{name:10} {workers} workers: {rate:5.1f} tickets a second ({rate / first:.2f} x one)", end="; ")
            print(f"CPU ms a ticket: {shares}; machine {busy:.0%} busy: limit {limit}", flush=True)
    return 0


def _line(programs: Path | None, workers: int, tickets: int) -> tuple[float, Mapping[str, float], float]:
    with tempfile.TemporaryDirectory(prefix="deskhand-capacity-") as folder, ExitStack() as stack:
        stage = Stage(Path(folder), stack, postgres=programs, hosts=1, workers=workers)
        stage.open()
        _opened(stage, range(WARM))
        before, idle, begun = _costs(stage), _idle(), time.monotonic()
        _opened(stage, range(WARM, WARM + tickets))
        took = time.monotonic() - begun
        after = _costs(stage)
        busy = 1 - (_idle()[0] - idle[0]) / max(_idle()[1] - idle[1], 1)
        return tickets / took, {kind: (after[kind] - before[kind]) / tickets * 1e3 for kind in after}, busy


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
    return found | {"played vendors": time.process_time()}


def _idle() -> tuple[int, int]:
    """Ticks in which the machine did nothing, and all ticks."""
    fields = [int(one) for one in Path("/proc/stat").read_text().splitlines()[0].split()[1:]]
    return fields[3] + fields[4], sum(fields[:8])


def soak(seconds: float, rate: float) -> int:
    """So long at a steady rate; 1 when something grew."""
    with tempfile.TemporaryDirectory(prefix="deskhand-soak-") as folder, ExitStack() as stack:
        stage = Stage(Path(folder), stack, postgres=None, hosts=1)
        stage.open()
        begun, opened, looked = time.monotonic(), 0, 0.0
        samples: dict[str, list[float]] = {}
        while (now := time.monotonic() - begun) < seconds:
            if opened < now * rate:
                _open(stage, opened)
                opened += 1
            elif now - looked > seconds / 200:
                looked = now
                for name, value in _sample(stage, max(opened, 1)).items():
                    samples.setdefault(name, []).append(value)
            stage.mend()
            time.sleep(min(0.02, 1 / rate))  # between two customers
        born = sum(hand.born for hand in stage.crew.hands.values()) - len(stage.crew.hands)
        print(f"{opened} tickets in {seconds / 60:.0f} minutes; processes that ended: {born}")
        grown = [name for name, values in samples.items() if _grew(name, values)]
        return int(bool(grown))


def _grew(name: str, values: Sequence[float]) -> bool:
    quarter = len(values) // 4
    early, late = statistics.median(values[quarter : 2 * quarter]), statistics.median(values[-quarter:])
    grew = late > early * GROWTH + (5 if name == "waiting" else 0)
    print(f"  {name:24} {early:12.1f} -> {late:12.1f}  {'GREW' if grew else 'flat'}")
    return grew


def _sample(stage: Stage, tickets: int) -> Mapping[str, float]:
    workers = [hand.pid for hand in stage.crew.hands.values() if hand.kind == "worker"]
    files = Path(stage.hosts[0].settings.data_dir).glob("deskhand.db*")
    return {
        "workers' memory, MB": _each(workers, _memory) / 2**20,
        "workers' open files": _each(workers, lambda pid: len(list(Path(f"/proc/{pid}/fd").iterdir()))),
        "waiting": stage.backlog(),
        "database, bytes a ticket": sum(file.stat().st_size for file in files) / tickets,
    }


def _each(pids: Sequence[int], measured: Callable[[int], float]) -> float:
    total = 0.0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):  # it is being recycled
            total += measured(pid)
    return total


def _memory(pid: int) -> float:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096


if __name__ == "__main__":
    sys.exit(main())
