"""What gets worse at an account is gathered from its records: agreement, evidence near its bound, the queue, fraud with one cause."""

import json
from datetime import datetime, timedelta

import pytest

from app.db import agreements, evidence, incidents, lessons
from app.db.agreements import Kept
from app.engine.agreeing import Agreement, Both
from app.engine.configuration.analytics import Fraud
from app.engine.evidence import sign
from app.engine.lessons import Learned, Lesson
from app.engine.types import Mode
from app.reports.suspicious import fraudulent
from app.reports.watching import degraded
from tests.builders import a_record
from tests.flows.stage import CONFIGURATION
from tests.reports.test_figures import NOW, Desk

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def desk(stage) -> Desk:
    return Desk(stage)


def names(desk: Desk, now: datetime = NOW) -> list[str]:
    with desk.stage.database.reading() as session:
        account = desk.stage.account.id
        return [one.name for one in degraded(session, account, desk.stage.services.configuration(account), now)]


def test_nothing_is_out_of_order_where_nothing_is_known(desk: Desk) -> None:
    assert names(desk) == []


def test_alerts_of_the_accounts_own_say_nothing_about_what_nobody_knows(desk: Desk) -> None:
    asked = ("automationRate < 60%", "costPerTicket > 1", "!(csat > 4)", "escalationRate != 0.5", "handleTime > 1m")
    desk.stage.configure(f"{CONFIGURATION}\nanalytics: {{alerts: {json.dumps(asked)}}}\n")
    assert names(desk) == []
    desk.tell(NOW - HOUR, ours=False, touched=True, solved_at=None, agent="a1")
    assert names(desk) == ["own:automationRate < 60%", "own:escalationRate != 0.5"]


def test_people_who_agree_no_more_are_seen(desk: Desk) -> None:
    desk.tell(NOW - DAY)
    with desk.stage.database.session() as session:
        for n in range(120):
            late = n >= 80
            other = "returns" if late else "billing"
            said = Agreement(f"d{n}", Mode.SHADOW, NOW - (DAY if late else 20 * DAY), 0.9, Both("billing", other))
            name = session.connection().exec_driver_sql("select id from ticket").scalar()
            agreements.keep(session, desk.stage.account.id, Kept(str(name), "", said))
    assert names(desk) == ["agreement"]


@pytest.mark.parametrize(("errors", "told"), [(0, []), (1, ["evidence:order-status"])])
def test_evidence_that_comes_close_to_its_bound_is_seen(desk: Desk, errors: int, told: list[str]) -> None:
    account = desk.stage.account.id
    judged = 90
    record = a_record(account=account, judged=judged, target=0.95, issued_at=NOW - DAY, expires_at=NOW + 30 * DAY)
    with desk.stage.database.session() as session:
        evidence.save(session, account, sign(record, desk.stage.services.evidence_key))
        for n in range(judged):
            kind = Lesson.WRONG if n < errors else Lesson.KEPT
            lessons.save(
                session,
                Learned(f"d{n}", "t", account, "order-status", "reply", record.digest, kind, f"a{n % 5}", NOW - DAY),
            )
    assert names(desk) == told


def test_a_crowd_in_the_queue_is_seen(desk: Desk) -> None:
    for day in range(1, 30):
        desk.tell(NOW - day * DAY - HOUR)
    for _ in range(15):
        desk.tell(NOW - HOUR, answered_at=None, solved_at=None, ours=False)
    assert names(desk) == ["queue"]


def test_tickets_about_fraud_with_one_cause_are_seen(desk: Desk) -> None:
    desk.tell(NOW - HOUR)
    account = desk.stage.account.id
    fraud = Fraud(("fraud-report",), patterns=True)
    with desk.stage.database.session() as session:
        parent = str(session.connection().exec_driver_sql("select id from ticket").scalar())
        for category, at in (("fraud-report", NOW - HOUR), ("billing", NOW - HOUR), ("fraud-report", NOW - 3 * DAY)):
            incidents.open_(session, account, category, parent, at)
        (alarm,) = fraudulent(session, account, fraud, NOW)
        assert "about fraud-report look like one cause" in alarm.text
        assert fraudulent(session, account, Fraud(("fraud-report",)), NOW) == []
