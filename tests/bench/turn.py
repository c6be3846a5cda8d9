"""What one ticket's turn costs a worker, part by part, and beside an earlier revision in the same run.

``python -m tests.bench.turn`` measures what is here; ``python -m tests.bench.turn 9c8b293`` also that revision, whose files it
takes from git into a folder of its own, by turns; ``--database postgresql://...`` on that server, where each round has a schema that is
taken away again. CPU is the worker's own; the played helpdesk is another process.
"""

import argparse
import base64
import cProfile
import json
import logging
import multiprocessing
import pstats
import secrets
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from multiprocessing.connection import Connection as Pipe
from pathlib import Path

from sqlalchemy import create_engine, event, text

from app.connecting import install
from app.db import accounts, ids, inbox, migrations
from app.db.database import driven
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.services import Services
from app.settings import Settings
from connectors.types import Event, EventKind, Ref
from jobs import base, ticket
from tests.flows.stage import CONFIGURATION, QUESTION

WARM, TURNS, ROUNDS = 5, 30, 3
SCHEMA = "deskhand_bench_turn"
HERE = Path(__file__).parents[2]
PARTS = {
    "vendor's requests": ("connectors/zendesk/connector.py", ("ticket", "apply")),
    "statements and transactions": ("sqlalchemy/orm/session.py", ("_execute_internal",)),
    "configuration": ("app/services.py", ("configuration",)),
    "language engine": ("jobs/classify.py", ("classified",)),
    "standing": ("app/standing.py", ("standing_of",)),
}
"""Parts that may overlap: a file's end and its functions."""


def main(arguments: Sequence[str]) -> int:
    """Measure by turns and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.turn")
    parser.add_argument("revisions", nargs="*")
    parser.add_argument("--database", default="", help="a PostgreSQL server's address; SQLite without")
    given = parser.parse_args(arguments)
    revisions: Sequence[str] = given.revisions
    with tempfile.TemporaryDirectory() as folder:
        trees = {"now": HERE} | {revision: _taken(revision, Path(folder) / revision) for revision in revisions}
        found: dict[str, list[dict[str, float]]] = {name: [] for name in trees}
        for _ in range(ROUNDS):
            for name, tree in reversed(trees.items()):
                command = [sys.executable, str(Path(__file__)), "--here", given.database]
                place = {"PYTHONPATH": str(tree), "PATH": ""}
                done = subprocess.run(command, cwd=tree, env=place, capture_output=True, check=True)
                found[name].append(json.loads(done.stdout.splitlines()[-1]))
    print(f"\none ticket's turn at a played Zendesk, median of {ROUNDS} rounds of {TURNS}:")
    for name, rounds in found.items():
        middle = {key: statistics.median(one[key] for one in rounds) for key in rounds[0]}
        print(f"  {name}: {middle.pop('cpu'):.1f} ms of CPU", end="")
        print(f", {middle.pop('statements'):.0f} statements in {middle.pop('transactions'):.0f} transactions; of it")
        for part, share in sorted(middle.items(), key=lambda pair: -pair[1]):
            print(f"    {part:28} {share:4.0%}")
    return 0


def _taken(revision: str, folder: Path) -> Path:
    """That revision's files."""
    packed = subprocess.run(["git", "archive", revision], cwd=HERE, capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(packed)) as files:
        files.extractall(folder, filter="data")
    return folder


def measure(server: str) -> None:
    """One round in this process: first without a profile, then with one, for the shares."""
    logging.disable()
    ours, theirs = multiprocessing.Pipe()
    host = multiprocessing.get_context("fork").Process(target=_played, args=(theirs, WARM + 2 * TURNS))
    host.start()
    where, given, tickets = ours.recv()
    with tempfile.TemporaryDirectory() as folder, _schema(server) as place:
        place |= {"DESKHAND_DATA_DIR": folder, "REDIS_URL": "redis://127.0.0.1:1/0"}
        services = Services(Settings.load(place))
        print(json.dumps(_rounds(services, _connected(services, where, given), tickets)))
        services.database.dispose()  # as an earlier revision does it, too; the process ends here
    ours.send("enough")
    host.join()


@contextmanager
def _schema(server: str) -> Iterator[dict[str, str]]:
    """Settings for an empty schema at that server; none where no server is named."""
    if not server:
        yield {}
        return
    with create_engine(driven(server), isolation_level="AUTOCOMMIT").connect() as admin:
        admin.execute(text(f"drop schema if exists {SCHEMA} cascade"))
        admin.execute(text(f"create schema {SCHEMA}"))
        key = base64.b64encode(secrets.token_bytes(32)).decode()
        yield {"DATABASE_URL": f"{server}?options=-csearch_path%3D{SCHEMA}", "DESKHAND_SECRET_KEY": key}
        admin.execute(text(f"drop schema {SCHEMA} cascade"))


def _rounds(services: Services, connection: str, tickets: Sequence[str]) -> dict[str, float]:
    base.use(services)
    counted = {"before_cursor_execute": 0, "begin": 0}
    for name in counted:

        def count(*_: object, name: str = name) -> None:
            counted[name] += 1

        event.listen(services.database.engine, name, count)
    _turns(services, connection, tickets[:WARM])
    counted.update(dict.fromkeys(counted, 0))
    begun = time.process_time()
    _turns(services, connection, tickets[WARM : WARM + TURNS])
    took = (time.process_time() - begun) / TURNS * 1e3
    statements, transactions = (counted[name] / TURNS for name in counted)
    profile = cProfile.Profile(time.process_time)
    profile.runcall(_turns, services, connection, tickets[WARM + TURNS :])
    return {"cpu": took, "statements": statements, "transactions": transactions, **_shares(profile)}


def _shares(profile: cProfile.Profile) -> dict[str, float]:
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]
    whole = max(row[3] for row in stats.values())
    return {
        part: sum(row[3] for (file, _, name), row in stats.items() if file.endswith(end) and name in names) / whole
        for part, (end, names) in PARTS.items()
    }


def _turns(services: Services, connection: str, tickets: Sequence[str]) -> None:
    for ref in tickets:
        with services.database.session() as session:
            now = services.database.now(session)
            inbox.accept(session, connection, [Event(f"e{ref}", EventKind.CREATED, Ref(ref), now)], now)
        ticket.run(ids.ticket(connection, ref))


def _connected(services: Services, where: str, given: dict[str, str]) -> str:
    migrations.upgrade(services.database)
    with services.database.session() as session:
        now = services.database.now(session)
        account = accounts.add(session, "shop", now)
        accounts.configure(session, account.id, "shop.yaml", CONFIGURATION, now)
    return install(services, "shop", "zendesk", where, given).installed.id


def _played(pipe: Pipe, tickets: int) -> None:
    host = ZendeskHost(World(), "zendesk")
    with Served(application(host.world, [host])) as served:
        opened = [host.customer_writes(f"c{n}@c{n}.example", QUESTION, subject="Where is it?") for n in range(tickets)]
        given = {"email": host.email, "token": host.token, "account_id": str(host.account_id)}
        pipe.send((f"{served}/zendesk", given | {"signing_secret": "the-bench's-signing-secret"}, opened))
        pipe.recv()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--here"]:
        measure(sys.argv[2])
    else:
        sys.exit(main(sys.argv[1:]))
