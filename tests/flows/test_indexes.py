"""What a turn and the clock ask of the database is found by an index, so that it costs the same however many tickets there were; and a
turn asks little, and writes only where there is something to write.

Nothing is timed: statements are counted, and the plan of each is read, of those tables that grow with every ticket. SQLite plans by
the rules alone here, as it does in an installation that nobody ever analysed.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from app.db import effects, ids, solved
from jobs import schedule, ticket
from tests.flows.played import VENDORS
from tests.flows.stage import CONFIGURATION, QUESTION, Stage

GROW = frozenset({
    "agreement", "consent", "conversation", "deadline", "deed", "difference", "effect", "errand", "event", "example",
    "judgement", "lesson", "model_call", "outcome", "party", "run", "seat", "sketch", "solved", "story", "ticket", "trail",
    "usage", "utterance", "watch",
})  # fmt: skip
"""Tables that have a row or more for each ticket that ever was."""
OF_ALL = re.compile(r"\((?:account_id|connection_id|kind|state)=\?\)$")
"""A look that goes through all rows of an account."""
WAITING = re.compile(r"ix_\w+_(?:unfinished|waiting|parked|review|unsealed|visible|running)\b")
"""Indexes of what is still to be done, which stays little."""
RULES = CONFIGURATION + "escalation: {sla: {normal: '4h, resolve-within-24h'}}\n"
MOST, RUNG = 65, 6
"""Statements of a turn that answers a question, on this stage; and of one that was rung for nothing."""
SELDOM = 3600
"""Seconds: what the clock does less often may go through everything."""


class Deaf:
    """Stands where the queue stands: nobody comes when it is rung."""

    def __getattr__(self, name: str) -> Callable[..., int]:
        return lambda *asked: 0


class Looks:
    """The plans of all statements since ``clear``."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.asked: dict[str, Any] = {}
        self.heard: list[str] = []
        event.listen(stage.database.engine, "after_cursor_execute", self._asked)

    def _asked(self, connection: Any, cursor: Any, statement: str, given: Any, context: Any, many: bool) -> None:
        self.heard.append(statement)
        if not many and statement.lstrip()[:6].lower() in ("select", "update", "delete", "insert"):
            self.asked[statement] = given

    def spent(self) -> tuple[int, int]:
        """Transactions that write, and statements in all, since this was asked last."""
        heard, self.heard = self.heard, []
        return heard.count("begin immediate"), sum(not one.startswith("begin") for one in heard)

    def through_all(self) -> list[str]:
        """What goes through a table that grows, with its statement."""
        asked, found = dict(self.asked), []
        with self.stage.database.engine.connect() as connection:
            for statement, given in asked.items():
                for row in connection.exec_driver_sql(f"explain query plan {statement}", given):
                    if goes_through(row[3]):
                        found.append(f"{row[3]}: {' '.join(statement.split())[:300]}")
        return found


def goes_through(plan: str) -> bool:
    """Whether a line of a plan is about every row of a table that grows."""
    how, _, rest = plan.partition(" ")
    name = rest.split(" ")[0]
    if how not in ("SCAN", "SEARCH") or name not in GROW or WAITING.search(plan):
        return False
    return how == "SCAN" or OF_ALL.search(plan) is not None


@pytest.fixture
def looks() -> Iterator[Looks]:
    stage = Stage()
    stage.configure(RULES)
    stage.earn()
    yield Looks(stage)
    stage.database.dispose()
    VENDORS.clear()


def test_a_plan_through_everything_is_told_from_one_by_an_index() -> None:
    assert goes_through("SCAN effect")
    assert goes_through("SEARCH deadline USING INDEX ix_deadline_account_id_started_at (account_id=?)")
    assert not goes_through("SEARCH deadline USING COVERING INDEX ix_deadline_running (account_id=? AND due_at<?)")
    assert not goes_through("SCAN effect USING INDEX ix_effect_unfinished")
    assert not goes_through("SCAN account")


def test_a_ticket_from_its_first_word_to_its_last_goes_through_no_table_that_grows(looks: Looks) -> None:
    stage = looks.stage
    connection, vendor = stage.connect("desk")
    ref = vendor.customer_writes(QUESTION)
    stage.deliver(connection, vendor)
    stage.work()
    vendor.customer_writes("Are you sure? Where is it?", ref)
    stage.deliver(connection, vendor)
    stage.work()
    vendor.agent_writes(ref, "I looked: it comes tomorrow.")
    stage.deliver(connection, vendor)
    stage.work()
    vendor.closes(ref)
    stage.deliver(connection, vendor)
    stage.work()
    assert len(looks.asked) > 30
    assert looks.through_all() == []


def test_a_turn_writes_only_what_is_new_and_asks_little(looks: Looks) -> None:
    stage = looks.stage
    connection, vendor = stage.connect("desk")
    ref = vendor.customer_writes(QUESTION)
    stage.deliver(connection, vendor)
    looks.spent()
    stage.work()
    with stage.database.reading() as session:
        batches = len(effects.of_ticket(session, ids.ticket(connection, ref)))
    writes, asked = looks.spent()
    assert batches == 1
    # The lease, the decision with all that follows, each batch as it is begun and as it was taken, and the lease's end.
    assert writes == 3 + 2 * batches
    assert asked <= MOST
    ticket.run(ids.ticket(connection, ref))
    assert looks.spent() == (2, RUNG)


def test_the_clock_goes_through_no_table_that_grows(looks: Looks) -> None:
    stage = looks.stage
    connection, vendor = stage.connect("desk")
    vendor.customer_writes(QUESTION)
    stage.deliver(connection, vendor)
    stage.work()
    looks.asked.clear()
    stage.services.work = Deaf()  # type: ignore[assignment]
    stage.services.keyring.close()  # nothing is bare, as in every installation that did not just come from an earlier version
    for line in schedule.TABLE:
        if line.every.total_seconds() < SELDOM:
            line.act(stage.services)
    assert len(looks.asked) > 10
    assert looks.through_all() == []


def test_what_a_turn_asks_of_solved_cases_is_found_by_an_index(looks: Looks) -> None:
    with looks.stage.database.reading() as session:
        solved.last(session, looks.stage.account.id, "encoder")
    assert len(looks.asked) == 1
    assert looks.through_all() == []
