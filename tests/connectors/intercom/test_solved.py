"""Closed conversations, read for whoever asks the same next."""

from datetime import UTC, datetime, timedelta

from app.sandbox.world import Fault
from connectors.base import TellsSolved
from connectors.types import Reply, SetStatus, Status
from tests.connectors.intercom.stage import IntercomStage

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def close(stage: IntercomStage) -> None:
    stage.connector.apply(stage.ref, [Reply("It was paid back today."), SetStatus(Status.SOLVED)], key="k")


def test_what_is_closed_comes_whole_and_what_is_open_does_not(stage: IntercomStage) -> None:
    assert list(stage.connector.solved(LONG_AGO)) == []
    close(stage)
    found = list(stage.connector.solved(LONG_AGO))
    assert [ticket.ref for ticket in found] == [stage.ref]
    assert found[0].status is Status.SOLVED
    assert found[0].messages[-1].text == "It was paid back today."
    assert isinstance(stage.connector, TellsSolved)


def test_what_was_closed_before_is_not_read_again(stage: IntercomStage) -> None:
    close(stage)
    assert list(stage.connector.solved(datetime.now(UTC) + timedelta(hours=1))) == []


def test_one_that_is_not_for_us_stops_nothing(stage: IntercomStage) -> None:
    close(stage)
    stage.world.faults.order(Fault("status", method="GET", path=f"/conversations/{stage.ref.id}$", status=404))
    assert list(stage.connector.solved(LONG_AGO)) == []
