"""One unit of work at a time: no look-up begins another one inside it, however often the caches end."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from app.cli.simulate import imagined, judge
from app.db import connections
from connectors.types import Note, Reply
from tests.flows.played import VENDORS
from tests.flows.stage import QUESTION, Stage
from tests.flows.store import delivered
from tests.jobs.test_records import Threads
from tests.jobs.workflows import RETURN, Play

pytestmark = pytest.mark.usefixtures("nothing_stays_known")


class OneConnection:
    """Stands at a database's pool, and lets nobody have a second connection while one is out."""

    def __init__(self, stage: Stage) -> None:
        self.out: set[Any] = set()
        self.taken = 0
        self.refused = 0
        event.listen(stage.database.engine, "checkout", self._take)
        event.listen(stage.database.engine, "checkin", self._give)

    def _take(self, _connection: Any, record: Any, _proxy: Any) -> None:
        if self.out:
            self.refused += 1
            raise RuntimeError("a pool of one connection has no second one")
        self.out.add(record)
        self.taken += 1

    def _give(self, _connection: Any, record: Any) -> None:
        self.out.discard(record)


@pytest.fixture
def nothing_stays_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for a connection looks at the database again."""
    monkeypatch.setattr("app.connected.FRESH", 0.0)


@pytest.fixture(params=["memory", "file"])
def narrow(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A stage whose database has one connection: in memory by its nature, on a file because no second one is given out."""
    in_memory = request.param == "memory"
    stage = Stage("sqlite://" if in_memory else f"sqlite:///{tmp_path / 'narrow.db'}")
    pool = None if in_memory else OneConnection(stage)
    yield stage
    stage.database.dispose()
    VENDORS.clear()
    assert pool is None or (pool.taken > 0 and pool.refused == 0)


def test_the_pool_of_one_refuses_what_it_should(tmp_path: Path) -> None:
    stage = Stage(f"sqlite:///{tmp_path / 'narrow.db'}")
    pool = OneConnection(stage)
    connection_id, _ = stage.connect("desk")
    with stage.database.reading(), pytest.raises(RuntimeError, match="second one"):
        stage.services.connected.connector(connection_id)
    assert pool.refused == 1
    stage.services.connected.connector(connection_id)
    stage.database.dispose()
    VENDORS.clear()


def test_a_ticket_is_answered_and_a_button_heard(narrow: Stage) -> None:
    play = Play(narrow, delivered())
    play.writes(RETURN)
    play.press("approve")
    play.press("approve")
    play.press("share")
    assert [name for _, name, _ in play.shop.log] == ["create_label", "open_return"]
    assert len(play.replies) == 1
    assert play.problems == []


def test_a_thread_is_recorded_and_what_is_said_or_pressed_in_its_record_is_heard(narrow: Stage) -> None:
    threads = Threads(narrow)
    threads.go_on()
    threads.go_on(1)
    [record] = threads.desk.tickets
    held = threads.desk.tickets[record]
    held.tags.add("deskhand_acknowledge")
    threads.desk.agent_writes(record)
    threads.go_on(1)
    threads.go_on(1)
    assert "deskhand_acknowledge" not in held.tags
    assert [one.text for _, one in held.log if isinstance(one, Note) and one.text.startswith("**Taken:**")]
    assert threads.told() == set()


def test_a_plain_answer_and_a_simulated_one(narrow: Stage) -> None:
    connection_id, vendor = narrow.connect("desk")
    narrow.earn()
    ticket = vendor.customer_writes(QUESTION)
    narrow.deliver(connection_id, vendor)
    narrow.work()
    assert any(isinstance(change, Reply) for _, change in vendor.tickets[ticket].log)
    with narrow.database.reading() as session:
        installed = connections.find(session, connection_id)
    made = judge(narrow.services, narrow.account.id, imagined("", QUESTION, narrow.time), installed)
    assert made.draft.text
