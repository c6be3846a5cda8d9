"""Promises at risk: said live from the queue and how it went, and looked at before their time; few at once."""

from datetime import datetime, timedelta

import pytest

from app.db import deadlines, forecasts, ids, tickets
from app.db.deadlines import Watched
from app.engine.sla import Clock, Metric, term
from jobs import forecast, schedule
from tests.builders import NOON
from tests.flows.stage import Stage

TERM = term("4h")


class Desk:
    """An account whose clocks are written down as if its tickets had been worked on."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.connection_id, _ = stage.connect("desk")
        self.account = stage.account.id

    def clock(self, started: datetime, met: datetime | None = None, priority: str = "normal") -> str:
        ticket_id, due = ids.fresh(), started + timedelta(hours=4)
        late = (met or self.stage.time) > due
        now = Clock(Metric.FIRST_REPLY, TERM, started, due if met is None or late else None, met, late)
        known = Watched(self.account, "x", priority)
        with self.stage.database.session() as session:
            tickets.add(session, ticket_id, self.connection_id, ticket_id, started)
            deadlines.count(session, ticket_id, now, "p", known, due - timedelta(hours=1) if met is None else None)
        return ticket_id

    def look(self) -> dict[int, tuple[float | None, float | None]]:
        forecast.run(self.account)
        with self.stage.database.reading() as session:
            found = forecasts.running(session, self.account)
        return {one.id: (one.foreseen, one.warn and (one.warn - self.stage.time).total_seconds()) for one in found}


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


def past(desk: Desk, waits: timedelta, count: int = 160) -> None:
    """As many clocks as a model needs, of the last day; each lasted that long."""
    for n in range(count):
        started = desk.stage.time - timedelta(minutes=6 * n) - waits
        desk.clock(started, started + waits)


def test_where_nothing_was_ever_done_nothing_is_said(desk: Desk) -> None:
    desk.clock(NOON)
    assert list(desk.look().values()) == [(None, 3 * 3600)]


def test_a_short_queue_is_no_risk_and_warns_in_its_time(desk: Desk) -> None:
    past(desk, timedelta(minutes=5))
    desk.clock(desk.stage.time)
    ((wait, warn),) = desk.look().values()
    assert wait is not None
    assert wait < 60
    assert warn == 3 * 3600


def learnt(desk: Desk, waits: timedelta) -> None:
    """A past of which something had been said each time: foreseen as ten minutes, they lasted so long."""
    past(desk, waits)
    with desk.stage.database.session() as session:
        session.connection().exec_driver_sql(
            "update deadline set foreseen = 10.0, predicted = 0.5 where met_at is not null"
        )


def test_a_queue_that_never_moves_in_time_is_looked_at_early_and_few_at_once(desk: Desk) -> None:
    learnt(desk, timedelta(hours=9))
    for _ in range(12):
        desk.clock(desk.stage.time)
    found = desk.look()
    assert sum(warn == 0.0 for _, warn in found.values()) == forecast.AT_ONCE
    with desk.stage.database.reading() as session:
        assert len(deadlines.late(session, desk.stage.time)) == forecast.AT_ONCE


def test_what_was_warned_of_is_not_hurried_again(desk: Desk) -> None:
    learnt(desk, timedelta(hours=9))
    for _ in range(3):
        desk.clock(desk.stage.time)
    desk.look()
    with desk.stage.database.session() as session:
        for one in deadlines.late(session, desk.stage.time):
            assert deadlines.claim(session, one, desk.stage.time)
    desk.look()
    with desk.stage.database.reading() as session:
        assert deadlines.late(session, desk.stage.time) == []


def test_what_was_said_first_stays_and_is_held_against_what_came(desk: Desk) -> None:
    learnt(desk, timedelta(minutes=5))
    desk.clock(desk.stage.time)
    desk.look()
    desk.stage.pass_time(5 * 3600)
    desk.look()
    with desk.stage.database.reading() as session:
        said = forecasts.outcomes(session, desk.account, NOON - timedelta(days=9), desk.stage.time)
    assert said[-1][1] is True
    assert said[-1][0] < 0.5
    assert len(said) == 161


def test_the_urgent_come_before_the_others_in_the_queue(desk: Desk) -> None:
    past(desk, timedelta(minutes=5))
    for _ in range(5):
        desk.clock(desk.stage.time)
    desk.clock(desk.stage.time, priority="urgent")
    desk.look()
    with desk.stage.database.reading() as session:
        assert {one.priority: one.ahead for one in forecasts.running(session, desk.account)}["urgent"] == 0


def test_accounts_with_a_running_clock_are_foreseen_once_a_minute(desk: Desk) -> None:
    desk.stage.bells.forecast = lambda account: desk.stage.bells.asked.append(("forecast", account))  # type: ignore[attr-defined]
    forecast.sweep(desk.stage.services)
    assert desk.stage.bells.asked == []
    desk.clock(NOON)
    forecast.sweep(desk.stage.services)
    assert desk.stage.bells.asked == [("forecast", desk.account)]
    assert next(line for line in schedule.TABLE if line.name == "forecasts").every == timedelta(minutes=1)
