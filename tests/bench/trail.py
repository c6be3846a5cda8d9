"""What the audit trail costs: rows and CPU of a ticket's turn with it and without, and how fast rows are sealed and verified.

``python -m tests.bench.trail 400`` says with how many tickets. Turns with and without take turns, in one process, on SQLite in a
file. Prints one JSON object; times are CPU, so that a busy machine changes them little.
"""

import json
import logging
import statistics
import sys
import tempfile
from pathlib import Path
from time import process_time
from unittest.mock import patch

from sqlalchemy import event, func, select

from app import audit
from app.db import chains, trail
from app.db.database import Database
from app.db.models.trail import TrailRow
from app.db.trail import Entry, What
from jobs.base import Run
from tests.builders import NOON
from tests.flows.stage import QUESTION, Stage
from tests.tables import laid

TICKETS = 200
ROWS = 20_000


def main(tickets: int) -> None:
    """Measure, and print."""
    logging.disable(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        found = {**turns(Path(folder) / "turns.db", tickets), **chain(Path(folder) / "chain.db")}
    print(json.dumps(found, indent=1))


def turns(file: Path, tickets: int) -> dict[str, float]:
    """Tickets from webhook to the sent reply, every second one without a trail."""
    stage = Stage(f"sqlite:///{file}")
    stage.earn()
    connection, vendor = stage.connect("desk")
    statements = [0]
    event.listen(
        stage.database.engine, "before_cursor_execute", lambda *_: statements.__setitem__(0, statements[0] + 1)
    )
    spent: dict[bool, list[float]] = {True: [], False: []}
    asked: dict[bool, list[int]] = {True: [], False: []}
    before = rows(stage.database)
    for number in range(tickets):
        recorded = number % 2 == 0
        vendor.customer_writes(QUESTION)
        stage.deliver(connection, vendor)
        statements[0], begun = 0, process_time()
        if recorded:
            stage.work()
        else:
            with patch.object(Run, "note"):
                stage.work()
        spent[recorded].append(process_time() - begun)
        asked[recorded].append(statements[0])
    return {
        "rows_a_ticket": round((rows(stage.database) - before) / (tickets / 2), 2),
        "statements_with": statistics.median(asked[True]),
        "statements_without": statistics.median(asked[False]),
        "cpu_ms_with": round(1000 * statistics.median(spent[True]), 2),
        "cpu_ms_without": round(1000 * statistics.median(spent[False]), 2),
    }


def chain(file: Path) -> dict[str, float]:
    """Rows sealed and verified a second."""
    database = laid(Database(f"sqlite:///{file}", clock=lambda: NOON))
    stage = Stage(database=database)
    detail = {
        "action": "answered",
        "category": "order-status",
        "confidence": 0.91,
        "reasons": ["mode_default", "evidence"],
    }
    with database.session() as session:
        trail.record_all(session, "bench", (Entry(What.DECIDED, str(n), "t" * 32, detail=detail) for n in range(ROWS)))
    begun, sealed = process_time(), 0
    while True:
        with database.session() as session:
            done = chains.seal(session, "bench", stage.services.signer, NOON)
        if not done:
            break
        sealed += done
    sealing, begun = process_time() - begun, process_time()
    with database.reading() as session:
        verdict = audit.verify(session, "bench", stage.services.signer)
    verifying = process_time() - begun
    if verdict.fault or verdict.rows != sealed:
        raise SystemExit(f"the chain is wrong: {verdict}")
    return {"sealed_a_second": round(sealed / sealing), "verified_a_second": round(sealed / verifying)}


def rows(database: Database) -> int:
    """How many acts are recorded."""
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(TrailRow)) or 0


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else TICKETS)
