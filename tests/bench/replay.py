"""Old tickets through today's configuration: tickets a second on this machine, and the most memory, for an export of any size.

``python -m tests.bench.replay [tickets] [megabytes] [processes]``: 100,000 tickets through ``deskhand replay`` with its progress, the
language engine and an account's knowledge, on every core; then an export of so many megabytes (2,000 by default) read from end to
end, which is where a file that does not fit into memory would show. Memory is that of all processes together.
"""

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from app.db import accounts, articles
from app.db.migrations import upgrade
from app.reports.exports import Export
from app.services import Services
from app.settings import Settings, child_environment
from connectors.types import Article
from tests.builders import NOON

TICKETS, MEGABYTES = 100_000, 2_000
MOST_MEMORY = 1_000
"""Megabytes that a replay may take."""
CONFIGURATION = """
service: shop
classification:
  categories:
    - {name: delivery, keywords: [parcel, courier, delivery], description: Where a parcel is and when it comes}
    - {name: returns, keywords: [return, exchange, refund], description: Sending something back}
    - {name: billing, keywords: [invoice, charge, card], description: Invoices and payments}
    - {name: account, keywords: [password, login, profile], description: Signing in}
"""
SAID = {
    "delivery": "Where is my {0}? The courier said {1} and nothing came.",
    "returns": "I want to return the {0} that I bought on {1}.",
    "billing": "Why was my card charged twice for the {0} on {1}?",
    "account": "My login does not work since {1}, and I need the {0} of my profile.",
}
THINGS = (
    "lamp",
    "chair",
    "shoes",
    "jacket",
    "kettle",
    "carpet",
    "mirror",
    "tent",
    "saddle",
    "helmet",
    "violin",
    "scarf",
)


def tickets(count: int, longer: int = 0) -> Iterator[str]:
    """Exported tickets, one JSON line each; no two questions are the same. ``longer``: characters more in each."""
    chance = random.Random(1)
    for number in range(count):
        category = list(SAID)[number % len(SAID)]
        at = NOON + timedelta(minutes=number % 40_000)
        day = f"{chance.choice(('Monday', 'Friday', 'the 3rd', 'May 7'))}, number {chance.randrange(10**6)}"
        said = [
            {"author": "customer", "text": SAID[category].format(chance.choice(THINGS), day) + " x" * (longer // 2)},
            {"author": "agent", "text": "We have looked into it, and it is on its way to you now."},
        ]
        moments = [(at + timedelta(hours=n)).isoformat() for n in range(2)]
        messages = [{**one, "at": moment} for one, moment in zip(said, moments, strict=True)]
        ticket = {"id": str(number), "created_at": at.isoformat(), "subject": "", "category": category}
        yield json.dumps({**ticket, "messages": messages}) + "\n"


def prepared(folder: Path) -> dict[str, str]:
    """An account with examples and a few pages, and the environment of a command that finds it."""
    settings = Settings.load({"DESKHAND_DATA_DIR": str(folder)})
    services = Services(settings)
    upgrade(services.database)
    written = NOON - timedelta(days=9)
    pages = [_page(name, text.format("order", "any day")) for name, text in SAID.items()]
    with services.database.session() as session:
        account = accounts.add(session, "bench", NOON)
        accounts.configure(session, account.id, "shop.yaml", CONFIGURATION, NOON)
        articles.upsert(session, account.id, "pages", pages, written)
    file = services.examples_file(account.id)
    file.parent.mkdir(parents=True)
    taught = (json.loads(line) for line in tickets(200))
    file.write_text(
        "".join(json.dumps({"text": t["messages"][0]["text"], "labels": [t["category"]]}) + "\n" for t in taught)
    )
    services.dispose()
    return child_environment(settings)


def _page(name: str, text: str) -> Article:
    written = NOON - timedelta(days=9)
    return Article(name, name, text, f"https://s.example/{name}", "en", restricted=False, updated_at=written)


def main(count: int, megabytes: int, processes: int) -> int:
    """Measure and print; an error when tickets were lost or the memory was more than promised."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment, export = prepared(folder / "data"), folder / "export.jsonl"
        with export.open("w", encoding="utf-8") as out:
            out.writelines(tickets(count))
        command = [sys.executable, "-m", "app", "replay", "--account", "bench", "--export", str(export), "--json"]
        command += ["--processes", str(processes)] if processes else []
        begun = time.monotonic()
        out, memory = watched(command, environment)
        took = time.monotonic() - begun
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        told = json.loads(out)["totals"]
        print(
            f"{told['tickets']:,} tickets in {took:.0f} s: {told['tickets'] / took:.0f} a second, "
            f"{memory:.0f} MB at most in all its processes"
        )
        print(
            f"  {(used.ru_utime + used.ru_stime) / count * 1e3:.1f} ms of CPU each; accuracy where sure {told['accuracy']:.3f}"
        )
        read, peak, seconds = streamed(megabytes)
        print(
            f"an export of {megabytes:,} MB: {read:,} tickets read in {seconds:.0f} s, {peak:.0f} MB more than before"
        )
        return int(told["tickets"] != count or memory > MOST_MEMORY or peak > MOST_MEMORY)


def watched(command: list[str], environment: dict[str, str]) -> tuple[bytes, float]:
    """What the command prints, and the most megabytes that it and its children had at any moment, what they share counted once."""
    most = 0.0
    with tempfile.TemporaryFile() as out, subprocess.Popen(command, env=environment, stdout=out) as running:
        while running.poll() is None:
            most = max(most, sum(map(proportional, family(running.pid))) / 1024)
            with suppress(subprocess.TimeoutExpired):
                running.wait(1)
        if running.returncode:
            raise subprocess.CalledProcessError(running.returncode, command)
        out.seek(0)
        return out.read(), most


def family(process: int) -> list[int]:
    """A process and all that it started, as far as they still run."""
    try:
        children = [
            Path(f"/proc/{process}/task/{one.name}/children").read_text().split()
            for one in Path(f"/proc/{process}/task").iterdir()
        ]
    except OSError:  # it has just ended
        return []
    return [process, *(one for some in children for child in some for one in family(int(child)))]


def proportional(process: int) -> int:
    """Kilobytes that a process has; what several share is divided among them."""
    try:
        rolled = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in rolled.splitlines() if line.startswith("Pss:")), 0)


def streamed(megabytes: int) -> tuple[int, float, float]:
    """Read an export that is made while it is read: tickets, megabytes of memory that took, and seconds."""
    size, longer = 0, 8_000
    before, begun = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()

    def lines() -> Iterator[str]:
        nonlocal size
        for line in tickets(10**9, longer):
            size += len(line)
            if size > megabytes * 10**6:
                return
            yield line

    read = sum(1 for _ in Export(lines()))
    peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return read, peak, time.monotonic() - begun


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:]]
    sys.exit(main(*[*given, *(TICKETS, MEGABYTES, 0)[len(given) :]]))
