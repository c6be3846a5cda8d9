"""How people solved tickets is read by the clock, kept masked, and shown to whoever gets the next one like it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from sqlalchemy import select

from app.db.models.solved import SolvedRow
from app.engine.ports import Before, Knowledge
from app.kb.index import HybridIndex
from app.services import Services
from connectors.types import Note, Role, Ticket
from jobs import reconcile, schedule
from tests.builders import NOON, a_message, a_person, a_ticket
from tests.flows.played import Vendor
from tests.flows.stage import Settled, Stage

ASKED = "The zip of my backpack broke. Mail me at ana@customer.example"


class Archive(Vendor):
    """A desk that also tells what it solved."""

    def solved(self, since: datetime) -> Iterator[Ticket]:
        """One ticket that a person answered."""
        answer = a_message("We send you a new backpack.", author=a_person("a1", Role.AGENT))
        ticket = a_ticket(messages=(a_message(ASKED), answer), updated_at=NOON, subject="Broken zip")
        if since <= NOON:
            yield ticket


class Remembering(Settled):
    """Services whose knowledge remembers one solved ticket."""

    def knowledge(self, account_id: str) -> Knowledge:
        """No articles, one case."""

        class Past:
            version = "k1"

            def search(self, query: str, **options: Any) -> list[Any]:
                return []

            def before(self, question: str, *, limit: int = 3) -> list[Before]:
                return [Before("77", "We send you a new backpack.", 0.91, NOON), Before("self", "none", 0.9, NOON)]

        return cast(Knowledge, Past())


def archived(stage: Stage) -> str:
    connection_id, played = stage.connect("desk")
    played.__class__ = Archive
    stage.services.connected.connector(connection_id).solved = Archive.solved.__get__(played)  # type: ignore[attr-defined]
    return connection_id


@pytest.fixture
def vendors_that_tell(stage: Stage) -> Stage:
    stage.services.connected.helpdesks = {**stage.services.connected.helpdesks, "desk": Archive}
    stage.bells.solved = lambda connection_id: stage.bells.asked.append(("solved", connection_id))  # type: ignore[attr-defined]
    return stage


def test_solved_tickets_are_kept_masked_and_read_on_from_there(stage: Stage) -> None:
    connection_id = archived(stage)
    reconcile.solved(connection_id)
    reconcile.solved(connection_id)
    with stage.database.reading() as session:
        rows = session.scalars(select(SolvedRow)).all()
    assert [(row.origin, row.resolution) for row in rows] == [(connection_id, "We send you a new backpack.")]
    assert "ana@customer.example" not in rows[0].question


def test_the_clock_asks_those_that_can_tell_at_their_turn(vendors_that_tell: Stage) -> None:
    stage = vendors_that_tell
    connection_id, _ = stage.connect("desk")
    line = tuple(line for line in schedule.TABLE if line.name == "solved")
    for _ in range(20):
        schedule.tick(stage.services, line)
        stage.pass_time(timedelta(minutes=1).total_seconds())
    assert [asked for asked in stage.bells.asked if asked[0] == "solved"] == [("solved", connection_id)] * 2


def test_a_vendor_that_does_not_tell_is_not_asked(stage: Stage) -> None:
    connection_id, _ = stage.connect("desk")
    schedule.tick(stage.services, tuple(line for line in schedule.TABLE if line.name == "solved"))
    reconcile.solved(connection_id)
    assert stage.bells.asked == []


def test_the_note_says_how_it_was_solved_before(tmp_path: Path) -> None:
    stage = Stage(f"sqlite:///{tmp_path / 'deskhand.db'}", services=Remembering)
    try:
        connection_id, played = stage.connect("desk")
        ticket = played.customer_writes("My zip broke")
        stage.deliver(connection_id, played)
        stage.work()
        notes = [change.text for _, change in played.tickets[ticket].log if isinstance(change, Note)]
        assert "**Solved before**" in notes[0]
        assert "- 77, 2026-03-02, 91% alike: We send you a new backpack." in notes[0]
    finally:
        stage.database.dispose()


def test_the_index_of_a_process_remembers(stage: Stage) -> None:
    assert isinstance(Services.knowledge(stage.services, stage.account.id), HybridIndex)
