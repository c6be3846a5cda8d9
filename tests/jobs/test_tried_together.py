"""The account's limit on answers a day, where workers really plan at once: on PostgreSQL, with a thread for each ticket."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from app.db import ids
from connectors.types import Reply
from jobs import ticket
from tests.builders import a_person
from tests.flows.played import VENDORS
from tests.flows.stage import QUESTION, Stage
from tests.jobs.test_tried import configured
from tests.server import schema

WORKERS, LIMIT = 4, 2


@pytest.fixture
def stage() -> Iterator[Stage]:
    made = Stage(url=schema("tried_together"))
    yield made
    made.database.dispose()
    VENDORS.clear()


@pytest.mark.servers
def test_workers_that_plan_at_once_send_no_more_than_the_limit(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = configured(stage, f"answers: {{perDay: {LIMIT}}}\n")
    desk.ask()
    stage.earn()
    asked = [
        desk.vendor.customer_writes(QUESTION, who=a_person(f"c{n}", email=f"c{n}@x{n}.example")) for n in range(WORKERS)
    ]
    stage.deliver(desk.connection_id, desk.vendor)
    judged, together, modes = ticket._judged, threading.Barrier(WORKERS), []
    once = threading.local()

    def decided(*given: Any) -> Any:
        found = judged(*given)
        if not getattr(once, "done", False):
            once.done = True
            modes.append(str(found[0].decision.mode))
            together.wait(60)
        return found

    monkeypatch.setattr(ticket, "_judged", decided)
    workers = [threading.Thread(target=ticket.run, args=(ids.ticket(desk.connection_id, one),)) for one in asked]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(90)
    assert modes == ["deflect"] * WORKERS
    monkeypatch.setattr(ticket, "_judged", judged)
    for _ in range(2):
        stage.pass_time(60)
        for one in asked:
            ticket.run(ids.ticket(desk.connection_id, one))
    sent = [one for one in asked if any(isinstance(change, Reply) for _, change in desk.vendor.tickets[one].log)]
    assert len(sent) == LIMIT
