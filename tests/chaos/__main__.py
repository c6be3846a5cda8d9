"""Ten thousand events, a thousand kills: ``python -m tests.chaos --events 10000 --kills 1000 --database postgresql --hosts 2``.

Real processes; vendors over HTTP; signed webhooks that are doubled, reordered, late or lost; and whatever can be hurt is
hurt while they come. Ends with 1 when the vendors show anything twice, too little, out of order, or without permission.
"""

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.chaos.crew import until
from tests.chaos.plan import ORDER, Step, digest, drawn
from tests.chaos.servers import postgres_programs
from tests.chaos.stage import Stage
from tests.chaos.verdict import CRIMES, Truth, Verdict, judged

PATIENCE = 240.0
"""Seconds until everything has settled after the last event."""
SHOWN = 20


def main(arguments: Sequence[str] | None = None) -> int:
    """Play and judge."""
    given = read(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the servers are stopped then, too
    with tempfile.TemporaryDirectory(prefix="deskhand-chaos-") as name, ExitStack() as stack:
        folder = Path(name)
        report, verdict = run(given, folder, stack)
        print(json.dumps(report, indent=2), flush=True)
        for crime in CRIMES:
            for line in getattr(verdict, crime)[:SHOWN]:
                print(f"{crime}: {line}", flush=True)
        if given.keep:
            given.keep.mkdir(parents=True, exist_ok=True)
            (given.keep / "crew.log").write_bytes((folder / "crew.log").read_bytes())
    return 0 if verdict.clean and report["settled"] else 1


def read(arguments: Sequence[str] | None) -> argparse.Namespace:
    """What was asked for on the command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=1_000)
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--hosts", type=int, choices=(1, 2), default=1, help="two need PostgreSQL")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--rate", type=float, default=5.0, help="events a second at most; faster, and most kills meet nobody at work"
    )
    parser.add_argument("--minutes", type=float, default=float("inf"), help="no event after that; what came is judged")
    parser.add_argument("--keep", type=Path, help="a folder for the processes' log")
    given = parser.parse_args(arguments)
    if given.hosts > 1 and given.database == "sqlite":
        parser.error("two hosts share no SQLite file: --database postgresql")
    return given


def run(given: argparse.Namespace, folder: Path, stack: ExitStack) -> tuple[Mapping[str, Any], Verdict]:
    """One run, from nothing to its report."""
    programs = postgres_programs() if given.database == "postgresql" else None
    if given.database == "postgresql" and programs is None:
        raise SystemExit("PostgreSQL's programs are not here (initdb, pg_ctl, postgres)")
    stage = Stage(folder, stack, postgres=programs, hosts=given.hosts)
    stage.open()
    steps = drawn(given.seed, given.events, given.kills, stage.cast())
    began = time.monotonic()
    steps = steps[: _play(stage, steps, given.minutes * 60, given.rate)]
    played = time.monotonic() - began
    verdict = Verdict()

    def clean() -> bool:
        nonlocal verdict
        stage.mend()
        if not stage.at_rest():
            return False
        verdict = judge(stage, steps)
        return verdict.clean

    stage.world.faults.clear()
    settled = until(clean, PATIENCE, stage.crew)
    verdict = judge(stage, steps)
    return _report(
        given, stage, steps, (played, time.monotonic() - began - played), settled
    ) | verdict.counts(), verdict


def _play(stage: Stage, steps: Sequence[Step], seconds: float, rate: float) -> int:
    """How many of them were played in time, so many a second at most."""
    desks = {desk.name: desk for desk in stage.desks}
    begun = due = time.monotonic()
    for place, step in enumerate(steps, 1):
        if time.monotonic() - begun > seconds:
            return place - 1
        stage.mend()
        stage.pace(not_before=due)
        due = time.monotonic() + 1 / rate
        if step.blow:
            stage.strike(step.blow)
        desks[step.desk].play(step, stage.world)
        if place % 100 == 0:
            took = time.monotonic() - begun
            print(f"{place} of {len(steps)} events, {place / took:.1f} a second", file=sys.stderr, flush=True)
    return len(steps)


def judge(stage: Stage, steps: Sequence[Step]) -> Verdict:
    """By what the vendors show now."""
    sent: dict[str, set[int]] = {desk.name: set() for desk in stage.desks}
    for step in steps:
        if step.act != "takes over":
            sent[step.desk].add(step.number)
    truth = Truth(
        sent={name: frozenset(numbers) for name, numbers in sent.items()},
        proven=frozenset(step.number for step in steps if step.text.startswith(ORDER[:8])),
        earned=frozenset(desk.name for desk in stage.desks if desk.earned),
        threads=frozenset(desk.name for desk in stage.desks if desk.vendor == "slack"),
        decided=stage.decided(),
    )
    return judged((one for desk in stage.desks for one in desk.transcripts()), truth)


def _report(
    given: argparse.Namespace, stage: Stage, steps: Sequence[Step], took: tuple[float, float], settled: bool
) -> dict[str, Any]:
    transcripts = [one for desk in stage.desks for one in desk.transcripts()]
    lines = Counter(line.kind for one in transcripts for line in one.lines)
    blows = Counter(step.blow.kind for step in steps if step.blow)
    return {
        "seed": given.seed,
        "plan": digest(steps),
        "planned": {"events": given.events, "kills": given.kills},
        "database": given.database,
        "hosts": given.hosts,
        "events": len(steps),
        "kills": sum(blows.values()),
        "killed": dict(sorted(blows.items())),
        "webhooks": dict(sorted(Counter(step.hook or "as usual" for step in steps).items())),
        "vendor_errors": dict(sorted(Counter(step.fault for step in steps if step.fault).items())),
        "started": {name: hand.born for name, hand in sorted(stage.crew.hands.items())},
        "deliveries": len(stage.world.sent),
        "tickets": sum(not one.record for one in transcripts),
        "answers": lines["said"],
        "notes": lines["noted"],
        "people_told": dict(stage.problems()),
        "seconds": [round(one) for one in took],
        "processors": os.cpu_count(),
        "settled": settled,
    }


if __name__ == "__main__":
    sys.exit(main())
