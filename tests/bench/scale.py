"""What a ticket costs when there were very many before it: ``python -m tests.bench.scale``.

Two tables: by stored decisions, with all that stands beside them (``tests.bench.grown``), and by passages of knowledge. Every
line works on the same number of new tickets at a played Zendesk, half of them of customers who wrote before. ``--decisions
1000,10000,100000,1000000`` and ``--passages 1000,10000,100000`` say which lines; ``--database postgresql://...`` names an empty
one. Ends with 1 when the last line of a table costs more than a quarter above its first. CPU is this process's own.
"""

import argparse
import logging
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

import numpy as np
from sqlalchemy import event, text

from app.connecting import install
from app.db import accounts, articles, ids, inbox, migrations, vectors
from app.db.database import Database
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.sandbox.zendesk.edits import update
from app.services import Services
from app.settings import Settings
from connectors.types import Article, Event, EventKind, Ref
from jobs import base, reconcile, schedule, seal, ticket
from tests.bench.grown import Copies, copy, size
from tests.builders import NOON
from tests.flows.stage import CONFIGURATION, QUESTION

DECISIONS, PASSAGES = (1_000, 10_000, 100_000), (1_000, 10_000, 100_000)
TEMPLATES = 8
"""Tickets that are worked on from beginning to end, and then copied."""
WARM, TURNS = 6, 30
GROWTH = 1.25
SETTINGS = {"signing_secret": "the-bench's-signing-secret"}
RULES = CONFIGURATION + "escalation: {sla: {normal: '4h, resolve-within-24h'}}\n"
ANSWER = "You find it under Your orders, and there it says where the parcel is."


class Deaf:
    """Stands where the queue stands: nobody comes when it is rung."""

    def __getattr__(self, name: str) -> Callable[..., int]:
        return lambda *asked: 0


@dataclass
class Bench:
    """One account at one played Zendesk, and what was counted since it was asked last."""

    services: Services
    connection: str
    account: str
    pipe: Pipe
    opened: int = 0
    statements: int = field(default=0)
    steps: int = field(default=0)
    """What SQLite's machine did, in hundreds of instructions: no other load changes that."""

    def customers(self, count: int) -> list[str]:
        """So many new tickets; every other one of a customer whom the templates know."""
        self.pipe.send(("open", self.opened, count))
        self.opened += count
        return list(self.pipe.recv())

    def turn(self, ref: str, of: str = "e") -> None:
        """All that follows from one event."""
        with self.services.database.session() as session:
            now = self.services.database.now(session)
            inbox.accept(session, self.connection, [Event(f"{of}{ref}", EventKind.CREATED, Ref(ref), now)], now)
        ticket.run(ids.ticket(self.connection, ref))

    def templates(self) -> None:
        """Tickets from the first word to the last: drafted, answered by a person, solved, learnt from, sealed."""
        refs = self.customers(TEMPLATES)
        for ref in refs:
            self.turn(ref)
        self.pipe.send(("solve", refs))
        self.pipe.recv()
        for ref in refs:
            self.turn(ref, "solved")
        reconcile.solved(self.connection)
        schedule.tick(self.services)
        seal.sweep(self.services)

    def measured(self) -> dict[str, float]:
        """What a ticket costs now: CPU and wall milliseconds (medians), statements; and a look of the clock at everything."""
        refs = self.customers(WARM + TURNS)
        for ref in refs[:WARM]:
            self.turn(ref)
        self.statements = self.steps = 0
        spent, took = [], []
        for ref in refs[WARM:]:
            cpu, wall = time.process_time(), time.perf_counter()
            self.turn(ref)
            spent.append((time.process_time() - cpu) * 1e3)
            took.append((time.perf_counter() - wall) * 1e3)
        statements, steps = self.statements / TURNS, self.steps / TURNS
        self._worked(refs)
        return {
            "CPU ms": statistics.median(spent),
            "wall ms": statistics.median(took),
            "statements": statements,
            "SQLite's steps, hundreds": steps,
            **self._looks(),
        }

    def _worked(self, refs: Sequence[str]) -> None:
        """A turn that ended early would be a cheap one. Raises RuntimeError."""
        with self.services.database.reading() as session:
            sent = text("select count(*) from effect where state = 'sent' and ticket_id = :id")
            idle = [ref for ref in refs if not session.scalar(sent, {"id": ids.ticket(self.connection, ref)})]
        if idle:
            raise RuntimeError(f"nothing came of {len(idle)} of {len(refs)} tickets")

    def _looks(self) -> dict[str, float]:
        """CPU milliseconds a minute of all that the clock does at least once a minute, and what costs the most of it."""
        costs = {}
        for line in schedule.TABLE:
            if line.every.total_seconds() <= 60:
                line.act(self.services)
                begun = time.process_time()
                line.act(self.services)
                costs[line.name] = (time.process_time() - begun) * 1e3 * 60 / line.every.total_seconds()
        dearest = max(costs, key=lambda name: costs[name])
        return {"clock, CPU ms a minute": sum(costs.values()), f"of it {dearest}": costs[dearest]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.scale", description=__doc__)
    parser.add_argument("--decisions", type=_numbers, default=DECISIONS)
    parser.add_argument("--passages", type=_numbers, default=PASSAGES)
    parser.add_argument("--database", default="", help="an empty PostgreSQL database; SQLite without")
    parser.add_argument(
        "--whole", action="store_true", help="copies keep their sealed texts, which are half of the bytes"
    )
    given = parser.parse_args(arguments)
    grown = False
    tickets = partial(decided, whole=given.whole)
    for name, counts, fill in (("decisions", given.decisions, tickets), ("passages", given.passages, known)):
        with opened(given.database) as bench:
            grown |= lines(bench, name, counts, fill)
        if given.database:
            _emptied(given.database)
    return int(grown)


def _numbers(said: str) -> tuple[int, ...]:
    return tuple(int(one) for one in said.split(",") if one)


def lines(bench: Bench, name: str, counts: Sequence[int], fill: Callable[[Bench, int, int], None]) -> bool:
    """A table; whether its last line costs more than its first."""
    there, found = 0, []
    for count in counts:
        begun = time.perf_counter()
        fill(bench, there, count)
        filled, there = time.perf_counter() - begun, count
        row = bench.measured()
        found.append(row)
        told = ", ".join(f"{key} {value:.1f}" for key, value in row.items())
        megabytes = size(bench.services.database, bench.services.settings) / 2**20
        print(f"{count:>9} {name}: {told}; {megabytes:.0f} MB, filled in {filled:.0f} s", flush=True)
    if len(found) < 2:
        return False
    ratios = {key: found[-1][key] / found[0][key] for key in ("CPU ms", "statements")}
    print(
        f"          last against first: {', '.join(f'{key} {ratio:.2f}' for key, ratio in ratios.items())}", flush=True
    )
    return max(ratios.values()) > GROWTH


def decided(bench: Bench, there: int, count: int, *, whole: bool = False) -> None:
    """So many decisions, with all that stands beside them."""
    if not there:
        bench.templates()
    copies = Copies(there // TEMPLATES or 1, count // TEMPLATES, TEMPLATES, whole=whole)
    copy(bench.services.database, bench.services.keyring.database, copies)


def known(bench: Bench, there: int, count: int) -> None:
    """So many passages, of words with a natural spread, the question's among them; vectors of the encoder's width."""
    generator = np.random.default_rng(7 + there)
    words = np.array([*QUESTION.lower().strip("?").split(), *(f"w{n}ord" for n in range(20_000))])
    weights = 1 / np.arange(1, len(words) + 1)
    encoder, database = bench.services.encoder, bench.services.database
    for first in range(there, count, 5_000):
        last = min(first + 5_000, count)
        drawn = words[generator.choice(len(words), (last - first, 60), p=weights / weights.sum())]
        pages = [_page(first + n, row) for n, row in enumerate(drawn)]
        with database.session() as session:
            articles.upsert(session, bench.account, "bench", pages, NOON)
            if encoder is not None:
                fresh = vectors.unmade(session, bench.account, encoder.version, 2 * len(pages))
                made = generator.standard_normal((len(fresh), encoder.width)).astype(np.float32)
                made /= np.linalg.norm(made, axis=1, keepdims=True)
                pairs = ((one.id, 0, row.astype(np.float16)) for one, row in zip(fresh, made, strict=True))
                vectors.keep(session, encoder.version, pairs)


def _page(number: int, row: Sequence[str]) -> Article:
    return Article(
        str(number),
        " ".join(row[:5]),
        " ".join(row[5:]) + ".",
        "https://help.example/p",
        "en",
        restricted=False,
        updated_at=NOON,
    )


@contextmanager
def opened(url: str) -> Iterator[Bench]:
    """A fresh account with what a process of its own plays."""
    logging.disable()
    ours, theirs = multiprocessing.Pipe()
    host = multiprocessing.get_context("fork").Process(target=_played, args=(theirs,), daemon=True)
    host.start()
    where, given = ours.recv()
    with tempfile.TemporaryDirectory(prefix="deskhand-scale-") as folder:
        named = {"DATABASE_URL": url} if url else {}
        settings = Settings.load({"DESKHAND_DATA_DIR": str(Path(folder)), "DESKHAND_SECRET_KEY": KEY} | named)
        services = Services(settings, work=Deaf())  # type: ignore[arg-type]
        base.use(services)
        migrations.upgrade(services.database)
        with services.database.session() as session:
            now = services.database.now(session)
            account = accounts.add(session, "shop", now)
            accounts.configure(session, account.id, "shop.yaml", RULES, now)
        connection = install(services, "shop", "zendesk", where, given | SETTINGS).installed.id
        bench = Bench(services, connection, account.id, ours)

        _counting(bench)
        yield bench
        services.dispose()
    ours.send(("enough",))
    host.join(10)


def _counting(bench: Bench) -> None:
    """From now on its statements are counted, and SQLite's steps on each connection that is opened."""

    def stated(*_: object) -> None:
        bench.statements += 1

    def stepped() -> int:
        bench.steps += 1
        return 0

    engine = bench.services.database.engine
    event.listen(engine, "before_cursor_execute", stated)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.set_progress_handler(stepped, 100))
        engine.dispose()


KEY = "YS1rZXktb2YtMzItYnl0ZXMtZm9yLXRoZS1iZW5jaCE="


def _emptied(url: str) -> None:
    """Everything of ours is dropped from that database."""
    database = Database(url)
    with database.session() as session:
        session.execute(text("drop schema public cascade"))
        session.execute(text("create schema public"))
    database.dispose()


def _played(pipe: Pipe) -> None:
    host = ZendeskHost(World(), "zendesk")
    with Served(application(host.world, [host])) as served:
        given = {"email": host.email, "token": host.token, "account_id": str(host.account_id)}
        pipe.send((f"{served}/zendesk", given))
        while (said := pipe.recv())[0] != "enough":
            pipe.send(_opened(host, *said[1:]) if said[0] == "open" else _solved(host, said[1]))


def _opened(host: ZendeskHost, first: int, count: int) -> list[str]:
    found = []
    for number in range(first, first + count):
        known = number % TEMPLATES if number % 2 and number >= TEMPLATES else number
        found.append(host.customer_writes(f"c{known}@c{known}.example", QUESTION, subject=f"Where is it? {number}"))
    return found


def _solved(host: ZendeskHost, refs: Sequence[str]) -> None:
    for ref in refs:
        host.agent_writes("Sam Okafor", ANSWER, ticket=ref)
        with host.state.lock:
            update(
                host.state,
                host.state.record(int(ref)),
                {"status": "solved"},
                host.state.user_named("Sam Okafor", "agent")["id"],
            )


if __name__ == "__main__":
    sys.exit(main())
