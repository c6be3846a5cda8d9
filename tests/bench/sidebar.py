"""How long a sidebar's first content takes in the server, with very many decisions in the database; and the same for a host's canvas.

``python -m tests.bench.sidebar 100000`` says with how many. Every request is for another ticket, so that nothing is warm but the
tables' own pages. Prints one JSON object with milliseconds.
"""

import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flask.testing import FlaskClient

from app.db import ids, migrations, visits
from app.db.codec import encode
from app.db.database import Database
from app.db.models.judgement import JudgementRow
from app.db.visits import Visit
from app.settings import Settings
from connectors.signing import mac
from connectors.types import Level
from tests.web.conftest import Receiver, open_receiver
from tests.web.pages.kept import decided
from tests.web.vendors import SECRET, VENDORS

DECISIONS = 70_000
"""Three rows each: what was thought, drafted and decided."""
AT_ONCE = 20_000
NAME = "the-decision"
"""Stands in one decision's body for the name of each."""
ASKED = 300
START = datetime(2026, 1, 1, tzinfo=UTC)


def fill(database: Database, connection: str, decisions: int) -> None:
    """That many tickets, each with a decision, as turns would have left them: in the driver's own words, indexes last."""
    judged = decided(Customer="Ana Silva, VIP", Plan="gold")
    named = json.dumps(encode(replace(judged.decision, id=NAME)))
    bodies = {"classification": json.dumps(encode(judged.classification)), "draft": json.dumps(encode(judged.draft))}
    ticket = ("id", "connection_id", "ref", "fence", "attempts", "decided", "redecided", "asked", "created_at")
    row = ("id", "kind", "decision_id", "ticket_id", "question", "revision", "body", "at")
    with database.engine.begin() as session:
        for pragma in ("cache_size=-600000", "temp_store=memory"):
            session.exec_driver_sql(f"pragma {pragma}")
        for index in JudgementRow.__table__.indexes:  # type: ignore[attr-defined]
            index.drop(session)
        for first in range(0, decisions, AT_ONCE):
            tickets, rows = [], []
            for number in range(first, min(first + AT_ONCE, decisions)):
                of, name = ids.ticket(connection, str(number)), f"d{number}"
                at = (START + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S.%f")
                tickets.append((of, connection, str(number), 1, 0, "", 0, "", at))
                every = {**bodies, "decision": named.replace(NAME, name)}
                for kind, body in every.items():
                    id = name if kind == "decision" else f"{kind}-{number}"
                    rows.append((id, kind, name, of, "m1", "r", body, at))
            for table, names, values in (("ticket", ticket, tickets), ("judgement", row, rows)):
                places = ", ".join("?" for _ in names)
                session.exec_driver_sql(f"insert into {table} ({', '.join(names)}) values ({places})", values)
        for index in JudgementRow.__table__.indexes:  # type: ignore[attr-defined]
            index.create(session)


def spent(
    client: FlaskClient, method: str, paths: list[str], bodies: list[bytes] | None = None, **headers: str
) -> list[float]:
    """Milliseconds of the server for each request. Raises AssertionError for one that shows no draft."""
    found = []
    for number, path in enumerate(paths):
        body = bodies[number] if bodies else b""
        signed = {"X-Body-Signature": mac(SECRET, body, "sha256").hex()} if bodies else {}
        begun = time.perf_counter()
        answer = client.open(path, method=method, data=body, headers={**headers, **signed})
        found.append((time.perf_counter() - begun) * 1000)
        assert "A draft is ready" in answer.text, answer.text[:200]
    return found


def told(found: list[float]) -> dict[str, float]:
    ordered = sorted(found)
    return {
        "median": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(len(ordered) * 0.95)], 1),
        "worst": round(ordered[-1], 1),
    }


def measure(receiver: Receiver, decisions: int) -> dict[str, object]:
    vendor = next(one for one in VENDORS if one.name == "intercom")
    connection = receiver.connect(vendor)
    begun, cpu = time.perf_counter(), time.process_time()
    fill(receiver.services.database, connection, decisions)
    filled, spent_cpu = time.perf_counter() - begun, time.process_time() - cpu
    with receiver.services.database.session() as session:
        key = visits.begin(session, Visit(receiver.account, "a1", Level.AGENT), datetime.now(UTC))
    refs = [str(1 + number * (decisions // ASKED - 1)) for number in range(ASKED)]
    pages = [f"/app/beside/{connection}?ref={ref}" for ref in refs]
    names = {"workspace_id": vendor.settings["app_id"], "admin": {"id": "1"}}
    bodies = [json.dumps({**names, "conversation": {"id": ref}}).encode() for ref in refs]
    page = spent(receiver.client, "GET", pages, **{"X-Deskhand-Session": key})
    begun = time.process_time()
    spent(receiver.client, "GET", pages, **{"X-Deskhand-Session": key})
    cpu = (time.process_time() - begun) * 1000 / ASKED
    canvas = spent(receiver.client, "POST", [f"/apps/intercom/{connection}/canvas/initialize"] * ASKED, bodies)
    return {
        "decisions": decisions,
        "rows": decisions * 3,
        "filled_seconds": round(filled, 1),
        "filled_cpu_seconds": round(spent_cpu, 1),
        "sidebar_ms": told(page),
        "sidebar_cpu_ms": round(cpu, 1),
        "canvas_ms": told(canvas),
    }


def main(decisions: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.load({"DESKHAND_DATA_DIR": str(Path(folder) / "data")})
        migrations.upgrade(Database(settings.database_url))
        receiver = open_receiver(settings)
        print(json.dumps(measure(receiver, decisions), indent=2))
        receiver.services.dispose()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else DECISIONS)
