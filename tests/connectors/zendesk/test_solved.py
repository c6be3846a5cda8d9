"""Solved tickets, read for whoever asks the same next."""

from datetime import UTC, datetime, timedelta

import pytest

from app.sandbox.world import Fault
from connectors.base import TellsSolved
from connectors.types import Status
from connectors.zendesk.solved import solved

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def test_what_is_solved_comes_whole_and_what_is_open_does_not(stage):
    other = stage.host.customer_writes("Grace Hopper", "Where is my refund?")
    stage.host.agent_writes("Kim", "It was paid back today.", ticket=stage.ref.id)
    stage.record.row["status"] = "solved"
    found = list(stage.connector.solved(LONG_AGO))
    assert [ticket.ref for ticket in found] == [stage.ref] != [other]
    assert found[0].status is Status.SOLVED
    assert found[0].messages[-1].text == "It was paid back today."
    assert isinstance(stage.connector, TellsSolved)


def test_what_was_solved_before_is_not_read_again(stage):
    stage.record.row["status"] = "solved"
    assert list(stage.connector.solved(datetime.now(UTC) + timedelta(hours=1))) == []


@pytest.mark.parametrize("status", [403, 404])
def test_one_that_is_not_for_us_stops_nothing(stage, status):
    stage.record.row["status"] = "closed"
    stage.world.faults.order(Fault("status", path=f"/tickets/{stage.ref.id}", status=status))
    assert list(stage.connector.solved(LONG_AGO)) == []


def test_nothing_is_read_before_somebody_asks():
    def read(ref):
        raise AssertionError("read too early")

    at = "2026-01-01T00:00:00Z"
    assert solved([{"id": 1, "status": "solved", "updated_at": at}], LONG_AGO, read) is not None
