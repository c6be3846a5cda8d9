"""Reports at the account's hour, once a day whatever is killed; alarms once until they are over, and never a flood."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.db import accounts, ids, inbox, problems, stories, tickets
from app.db.models.deadline import NoticeRow
from app.engine.outcomes import Story
from connectors.types import Event, EventKind, Ref
from jobs import notify, reporting, schedule
from tests.flows.stage import CONFIGURATION, Stage
from tests.notices.sinks import Sink

MONDAY = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
RULES = (
    CONFIGURATION
    + """
analytics:
  metrics: [automationRate, customerSatisfaction]
  reporting: {frequency: daily, recipients: [lead], hour: 9}
  alerts: ["totalTickets > 30"]
escalation: {businessHours: {timezone: Europe/Berlin, schedule: {monday-friday: '9:00-17:00'}}}
contacts:
  lead: {webhook: "URL/lead", pager: true}
"""
)


class Desk:
    """An account whose tickets' stories are written by hand, its lead's hook, and a clock."""

    def __init__(self, stage: Stage, sink: Sink, rules: str = RULES) -> None:
        self.stage, self.sink, self.count = stage, sink, 0
        object.__setattr__(stage.services.settings, "private_webhooks", True)
        stage.time = MONDAY
        stage.configure(rules.replace("URL", sink.url.rstrip("/")))
        self.connection, _ = stage.connect("desk")

    def tell(self, at: datetime, number: int = 1, **changes: Any) -> None:
        with self.stage.database.session() as session:
            for _ in range(number):
                self.count += 1
                ref = str(self.count)
                inbox.accept(session, self.connection, [Event(f"e{ref}", EventKind.CREATED, Ref(ref), at)], at)
                name = ids.ticket(self.connection, ref)
                assert tickets.take(session, name, "test", at, at)
                solved = at + MINUTE
                given = {"ticket": name, "person": name, "problem": "x", "category": "order-status", "opened_at": at}
                told = given | {"answered_at": solved, "solved_at": solved, "ours": True} | changes
                stories.keep(session, self.stage.account.id, Story(**told))

    def at(self, *times: datetime) -> None:
        """At each of these moments the clock's table for figures and notices, and a worker for what it rings."""
        table = tuple(line for line in schedule.TABLE if line.name in ("figures", "notices"))
        for time in times:
            self.stage.time = time
            schedule.tick(self.stage.services, table)
            self.answer()

    def hours(self, *numbers: float) -> None:
        """The same, so many hours after Monday's midnight in UTC."""
        self.at(*(MONDAY + timedelta(hours=number) for number in numbers))

    def answer(self) -> None:
        asked, self.stage.bells.asked = self.stage.bells.asked, []
        for job, subject in asked:
            {"reports": reporting.run, "notices": notify.run}[job](subject)
        if any(job == "reports" for job, _ in asked):
            self.answer()

    def got(self) -> list[str]:
        return [one["body"]["subject"] for one in self.sink.got]


@pytest.fixture
def desk(stage: Stage, sink: Sink) -> Desk:
    return Desk(stage, sink)


def reports(got: list[str]) -> list[str]:
    return [one for one in got if "shop:" in one]


def test_a_report_comes_at_the_accounts_own_hour_once_a_day(desk: Desk) -> None:
    desk.tell(MONDAY - DAY, 3)
    desk.tell(MONDAY, 2)
    desk.hours(1, 7.9)
    assert reports(desk.got()) == []
    desk.hours(8, 8.1, 12, 20)
    assert reports(desk.got()) == ["Deskhand: shop: Sunday, 01 March 2026"]
    desk.hours(24, 31, 32, 33)
    assert reports(desk.got()) == ["Deskhand: shop: Sunday, 01 March 2026", "Deskhand: shop: Monday, 02 March 2026"]
    first, second = (one["body"]["text"] for one in desk.sink.got if "shop:" in one["body"]["subject"])
    assert "Resolved by itself: 100.0%" in first
    assert "What customers ask about, this week" in first
    assert "this week" not in second


def test_a_worker_that_dies_at_any_step_sends_no_second_one(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.tell(MONDAY - DAY, 3)
    desk.hours(7.9)
    plan, calls = reporting.notices.plan, []

    def dying(*given: Any) -> bool:
        calls.append(given)
        if len(calls) == 1:
            raise RuntimeError("killed")
        return plan(*given)

    monkeypatch.setattr(reporting.notices, "plan", dying)
    with pytest.raises(RuntimeError, match="killed"):
        desk.hours(8)
    desk.stage.bells.asked = []
    desk.hours(8.1)
    reporting.run(desk.stage.account.id)
    reporting.run(desk.stage.account.id)
    desk.hours(9, 13)
    assert len(reports(desk.got())) == 1


def test_a_clock_that_was_away_over_the_hour_sends_it_when_it_is_back(desk: Desk) -> None:
    desk.tell(MONDAY - DAY, 3)
    desk.hours(21, 21.1)
    assert len(reports(desk.got())) == 1


def test_another_time_zone_brings_no_second_report_of_the_day(desk: Desk) -> None:
    """In Auckland it is tomorrow already, and past nine."""
    desk.tell(MONDAY - DAY, 3)
    desk.hours(8)
    desk.stage.configure(RULES.replace("URL", desk.sink.url.rstrip("/")).replace("Europe/Berlin", "Pacific/Auckland"))
    desk.hours(21, 22, 27.9)
    assert len(reports(desk.got())) == 1
    desk.hours(28.1, 29)
    assert len(reports(desk.got())) == 2


def test_a_weekly_report_comes_on_mondays(stage: Stage, sink: Sink) -> None:
    desk = Desk(stage, sink, RULES.replace("frequency: daily", "frequency: weekly"))
    desk.tell(MONDAY - DAY, 3)
    desk.hours(7, 9, 33, 57, 7 * 24 + 7, 7 * 24 + 8, 7 * 24 + 12, 8 * 24 + 9)
    assert reports(desk.got()) == ["Deskhand: shop: last-7-days"] * 2


def test_an_alert_of_the_accounts_own_is_said_once_until_it_is_over(desk: Desk) -> None:
    desk.tell(MONDAY - DAY, 31)
    desk.hours(1, 2, 5)
    assert [one for one in desk.got() if "totalTickets > 30" in one] == [
        "Deskhand: totalTickets > 30: totalTickets 31 in the last 7 days"
    ]
    desk.hours(24, 48, 72)
    assert len([one for one in desk.got() if "totalTickets" in one]) == 1
    desk.hours(7 * 24, 8 * 24)
    desk.tell(desk.stage.time, 31)
    desk.hours(8 * 24 + 6, 9 * 24)
    assert len([one for one in desk.got() if "totalTickets" in one]) == 2


def test_what_got_worse_is_one_message(desk: Desk) -> None:
    for week in range(1, 5):
        desk.tell(MONDAY - week * 7 * DAY - 2 * DAY, 25, rating=5)
    desk.tell(MONDAY - 2 * DAY, 29, rating=1, reopened_at=MONDAY - DAY)
    desk.hours(1, 2, 3)
    (told,) = desk.sink.got
    assert told["body"]["subject"] == "Deskhand: 2 figures are out of order"
    assert "Satisfied customers: 0.0% in the last 7 days (0 of 29), 100.0% before" in told["body"]["text"]
    assert "Reopened: 100.0%" in told["body"]["text"]


def test_where_nobody_can_be_told_the_doctor_says_so(stage: Stage, sink: Sink) -> None:
    desk = Desk(stage, sink, RULES.replace("recipients: [lead]", "recipients: [nobody]"))
    desk.tell(MONDAY - DAY, 31)
    desk.hours(1, 8, 12)
    assert desk.got() == []
    with stage.database.reading() as session:
        assert "figures_degraded" in [one.kind for one in problems.newest(session)]


def test_an_account_without_tickets_is_left_alone(desk: Desk) -> None:
    desk.hours(1, 8, 12)
    assert desk.got() == []
    with desk.stage.database.reading() as session:
        assert session.query(NoticeRow).count() == 0


def test_nothing_about_a_report_goes_further_up(desk: Desk) -> None:
    desk.tell(MONDAY - DAY, 3)
    desk.hours(8, 9, 14)
    assert not any("Nobody took it" in one for one in desk.got())


def test_a_stopped_account_is_told_nothing(desk: Desk) -> None:
    desk.tell(MONDAY - DAY, 31)
    with desk.stage.database.session() as session:
        accounts.stop(session, desk.stage.account.id)
    desk.hours(8, 12)
    assert desk.got() == []
