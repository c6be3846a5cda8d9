"""Signs of fraud reach the configured people within a minute, once, and say nothing of anybody."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import ids, problems, runs
from app.db.models.identity import CodeRow
from app.db.models.log import AlarmRow
from app.db.runs import Record
from app.engine.configuration.steps import Step, Workflow
from app.engine.types import Classification, Label
from app.engine.workflows import runner
from jobs import fraud, notify, schedule
from tests.flows.stage import Stage
from tests.jobs.test_reporting import DAY, MONDAY, RULES, Desk
from tests.notices.sinks import Sink

SECOND = timedelta(seconds=1)
PACE = 5
"""Seconds between two beats: the clock's own line for this."""
WATCHED = "monitoring: {fraud-detection: {anomalies: true, patterns: true, real-time-alerts: true}}\n"
FRAUDS = (
    RULES.replace("modes:", "    - {name: fraud-report, keywords: [stolen]}\nmodes:", 1)
    .replace("escalation: {", "escalation: {fraud: {notify: [fraud-team]}, ")
    .replace('  alerts: ["totalTickets > 30"]\n', "")
)
MERCHANT = "OnlineStore.com"


class Guard(Desk):
    """The same desk, with a bank's fraud team."""

    def __init__(self, stage: Stage, sink: Sink, watched: str = WATCHED) -> None:
        super().__init__(stage, sink, FRAUDS + '  fraud-team: {webhook: "URL/fraud"}\n' + watched)

    def beats(self, seconds: int) -> None:
        """The clock and a worker, so long."""
        table = tuple(line for line in schedule.TABLE if line.name in ("frauds", "notices"))
        for _ in range(seconds // PACE):
            self.stage.time += PACE * SECOND
            schedule.tick(self.stage.services, table)
            while self.stage.bells.asked:
                asked, self.stage.bells.asked = self.stage.bells.asked, []
                for job, subject in asked:
                    {"notices": notify.run, "frauds": fraud.run}[job](subject)

    def reported(self, merchant: str, people: int) -> None:
        """So many people report a payment to that merchant."""
        flow = Workflow("fraud", "fraud-report", (Step("assess-fraud", "assess-fraud"),))
        for _ in range(people):
            self.tell(self.stage.time, category="fraud-report", solved_at=None)
            name = self.newest()
            progress = runner.begun(flow)
            outputs = {"assess-fraud": {"paid": {"merchant": merchant}}}
            progress = type(progress)(**{**vars(progress), "outputs": outputs})
            judged = Classification((Label("fraud-report", 0.9),), (), "x/1")
            record = Record("", name, self.stage.account.id, "fraud-report", "q", progress, judged)
            with self.stage.database.session() as session:
                runs.begin(session, record, self.stage.time)

    def newest(self) -> str:
        return ids.ticket(self.connection, str(self.count))

    def codes(self, person: str, wrong: int) -> None:
        """Somebody was wrong so often."""
        with self.stage.database.session() as session:
            number = len(session.scalars(select(CodeRow.id)).all())
            row = {"salt": "s", "digest": "d", "tries": wrong, "way": "sms", "ticket_id": "t", "person": person}
            at = {"issued_at": self.stage.time, "ends_at": self.stage.time + timedelta(minutes=5)}
            session.add(CodeRow(id=f"code-{number}", account_id=self.stage.account.id, **row, **at))

    def words(self) -> str:
        return " ".join(str(one["body"]) for one in self.sink.got)


@pytest.fixture
def guard(stage: Stage, sink: Sink) -> Guard:
    guard = Guard(stage, sink)
    guard.tell(MONDAY - 9 * DAY, 3)
    guard.beats(5)
    assert guard.got() == []
    return guard


def test_a_surge_is_told_to_everybody_concerned_within_a_minute_and_once(guard: Guard) -> None:
    guard.tell(guard.stage.time, 4, category="fraud-report")
    guard.beats(59)
    assert guard.got() == ["Deskhand: More fraud-report than usual: 4 in the last 24 hours, 0.0 on a day before"] * 2
    assert [one["path"] for one in guard.sink.got] == ["/hook/fraud", "/hook/lead"]
    guard.beats(120)
    assert len(guard.got()) == 2


def test_several_who_report_one_merchant_are_a_pattern_without_a_name(guard: Guard) -> None:
    guard.reported(MERCHANT, 2)
    guard.reported("Somebody Else", 1)
    guard.beats(59)
    assert "about one merchant" not in guard.words(), "a surge alone"
    before = len(guard.got())
    guard.reported(f"  {MERCHANT.upper()} ", 1)
    guard.beats(59)
    new = guard.got()[before:]
    assert new == ["Deskhand: 3 fraud reports of 3 people within a day are about one merchant"] * 2
    assert MERCHANT.casefold() not in guard.words().casefold()


def test_one_person_who_is_wrong_again_and_again_is_told_of(guard: Guard) -> None:
    guard.codes("keyed-hash-of-ana", 3)
    guard.beats(59)
    assert guard.got() == []
    guard.codes("keyed-hash-of-ana", 3)
    guard.beats(59)
    assert set(guard.got()) == {"Deskhand: 6 wrong codes of one person within an hour"}
    assert "ana" not in guard.words()


def test_many_people_who_are_wrong_are_told_of(guard: Guard) -> None:
    for n in range(4):
        guard.codes(f"p{n}", 1)
    guard.beats(59)
    assert set(guard.got()) == {
        "Deskhand: More people than usual with wrong codes: 4 in the last 24 hours, 0.0 on a day before"
    }


def test_a_sign_that_is_over_can_come_again_and_leaves_other_alarms_alone(guard: Guard) -> None:
    with guard.stage.database.session() as session:
        values = {"text": "x", "since": guard.stage.time, "told_at": guard.stage.time}
        session.add(AlarmRow(account_id=guard.stage.account.id, name="csat", **values))
    guard.codes("p", 6)
    guard.beats(30)
    guard.stage.time += timedelta(hours=2)
    guard.beats(30)
    with guard.stage.database.reading() as session:
        over = {row.name.partition(":")[0]: row.over_at is not None for row in session.scalars(select(AlarmRow))}
    assert over == {"step-up": True, "csat": False}


def test_nothing_is_looked_for_that_nobody_asked_for(stage: Stage, sink: Sink) -> None:
    guard = Guard(stage, sink, "monitoring: {fraud-detection: {real-time-alerts: true}}\n")
    guard.tell(guard.stage.time, 9, category="fraud-report")
    guard.codes("p", 9)
    guard.beats(59)
    assert guard.got() == []


def test_where_nobody_can_be_reached_an_admin_reads_it(stage: Stage, sink: Sink) -> None:
    guard = Guard(stage, sink)
    unreachable = FRAUDS.replace("[fraud-team]", "[nobody]").replace("recipients: [lead]", "recipients: []")
    guard.stage.configure(unreachable.replace("URL", sink.url.rstrip("/")) + WATCHED)
    guard.codes("p", 9)
    guard.beats(59)
    assert guard.got() == []
    with guard.stage.database.reading() as session:
        assert "fraud_degraded" in [one.kind for one in problems.newest(session)]
