"""Every field of the guide's three figures, on a small desk that is counted by hand in the margin; and nobody else's rows in them.

The desk: five tickets that we resolved alone, three that people had a part in, one that waits, and a test of ours.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from app.db import lessons
from app.db.models.judgement import JudgementRow
from app.db.models.run import DeedRow, RunRow
from app.db.models.ticket import TicketRow
from app.engine.lessons import Learned, Lesson
from tests.filled import fill
from tests.flows.played import VENDORS
from tests.flows.stage import CONFIGURATION, Stage
from tests.reports.test_figures import NOW, Desk
from tests.tables import Again, laid
from tests.web.api.conftest import House

DAY = timedelta(days=1)
COSTS = "analytics: {costs: {hour: 20, automatic: 0.5}}"
DESK = {
    "totalTickets": 9,
    "autoResolved": 5,  # 1, 2, 3, 8, 9
    "escalatedToHuman": 4,  # 4, 5, 6, and 7 that waits
    # (60 + 120 + 180 + 30 + 90) / 5; (3600 + 7200 + 10800) / 3; (480 + 21600) / 8
    "avgResolutionTime": {"automated": 96, "human": 7200, "overall": 2760},
    "avgFirstResponseTime": 300,  # (60 + 120 + 180 + 600 + 60 + 1260 + 30 + 90) / 8
    "handleTime": {"withDraft": 3600, "withoutDraft": 9000},  # 4; 5 and 6
    "csat": 3.67,  # (5 + 2 + 4) / 3
    "ratings": 3,
    "automationRate": 0.5556,
    "reopenRate": 0.1111,  # 5
    "costPerTicket": {
        "automated": 0.5,
        "human": 40.0,
        "blended": 18.06,
    },  # 20 an hour, two hours; (5 x 0.5 + 4 x 40) / 9
    "agentProductivity": 2.0,  # four tickets, a1 and a2
    "byCategory": {
        "billing": {"total": 4, "autoResolved": 3, "rate": 0.75},
        "returns": {"total": 2, "autoResolved": 0, "rate": 0.0},
        "shipping": {"total": 2, "autoResolved": 2, "rate": 1.0},
        "unknown": {"total": 1, "autoResolved": 0, "rate": 0.0},
    },
    "escalationAccuracy": 0.7143,  # 5 of 7
    "escalations": {"rightly": 1, "needlessly": 1, "tooLate": 1, "spared": 4},  # 6; 4; 5; 1, 2, 3, 8
    "holds": {
        "7d": {"confirmed": 2, "assumed": 2, "postponed": 0, "open": 1},
        "14d": {"confirmed": 2, "assumed": 1, "postponed": 1, "open": 1},  # 3 came back after ten days, as 4
        "30d": {"confirmed": 2, "assumed": 0, "postponed": 1, "open": 2},  # 2 and 9 are too young
    },
    "custom": [],
}
BOT = {
    "conversations": 9,
    "resolved": 5,
    "escalated": 4,
    "avgConfidence": 0.744,  # 5.95 / 8: 7 has no category
    "accuracy": 0.75,  # kept, kept, said otherwise; one wrong
    "judged": 4,
    "avgResolutionTime": 96,
    "topIntents": [
        {"intent": "billing", "count": 4, "resolved": 3, "rate": 0.75},
        {"intent": "returns", "count": 2, "resolved": 0, "rate": 0.0},
        {"intent": "shipping", "count": 2, "resolved": 2, "rate": 1.0},
    ],
    "toolUsage": {"search_documentation": 2, "create_label": 1, "get_order": 2},
    "customerSatisfaction": 3.67,
}
EFFECT = {
    "automationRate": 0.5556,
    "resolutionAccuracy": 0.75,
    "customerSatisfaction": 3.67,
    "escalationRate": 0.4444,
    "avgHandleTime": 7200,
}


@pytest.fixture
def house() -> Iterator[House]:
    database = laid(Again(lambda: NOW))
    with database.session() as session:
        fill(session.connection())  # other accounts have something everywhere
    stage = Stage(database=database)
    stage.time = NOW
    stage.configure(f"{CONFIGURATION}\n{COSTS}\n")
    _tell(Desk(stage))
    _judge(stage)
    yield House(stage)
    database.dispose()
    VENDORS.clear()


def _tell(desk: Desk) -> None:
    def ours(days: float, seconds: int, **more: Any) -> None:
        at = NOW - days * DAY
        done = at + timedelta(seconds=seconds)
        desk.tell(at, **({"answered_at": done, "solved_at": done} | more))

    def theirs(days: float, first: int, solved: int, **more: Any) -> None:
        at = NOW - days * DAY
        times = {"answered_at": at + timedelta(seconds=first), "solved_at": at + timedelta(seconds=solved)}
        desk.tell(at, **(times | {"ours": False, "touched": True, "quoted": False} | more))

    returns: dict[str, Any] = {"category": "returns", "problem": "returns", "agent": "a2"}
    shipping: dict[str, Any] = {"category": "shipping", "problem": "shipping"}
    ours(20, 60, confidence=0.9, rating=5)
    ours(20, 120, confidence=0.8)
    ours(20, 180, confidence=0.7, person="pat")
    theirs(10, 600, 3600, confidence=0.6, person="pat", agent="a1", drafted=True, kept=True, rating=2)
    theirs(15, 60, 7200, confidence=0.85, ours=True, reopened_at=NOW - 14 * DAY, **returns)
    theirs(12, 1260, 10800, confidence=0.5, rating=4, **returns)
    desk.tell(NOW - 5 * DAY, category="", problem="", answered_at=None, solved_at=None, ours=False)
    ours(3, 30, confidence=0.95, helped=True, **shipping)
    ours(2, 90, confidence=0.65, **shipping)
    ours(4, 5, confidence=0.1, rating=1, test=True)
    ours(40, 5, confidence=0.1, rating=1)  # before the time that is asked about


def _judge(stage: Stage) -> None:
    """Four judgements of drafts, two drafts with a page, and effects on backends; some before the time that is asked about."""
    account, old = stage.account.id, NOW - 40 * DAY
    kinds = [Lesson.KEPT, Lesson.KEPT, Lesson.TONE, Lesson.WRONG]
    with stage.database.session() as session:
        for n, kind in enumerate([*kinds, Lesson.WRONG]):
            at = old if n == len(kinds) else NOW - DAY
            assert lessons.save(session, Learned(f"d{n}", "t", account, "billing", "reply", "x", kind, "a1", at))
        ticket = session.scalars(select(TicketRow.id).where(TicketRow.ref == "1")).one()
        for n, (at, quoted) in enumerate([(NOW - DAY, True), (NOW - DAY, True), (NOW - DAY, False), (old, True)]):
            session.add(
                JudgementRow(
                    id=f"j{n}",
                    kind="draft",
                    decision_id=f"d{n}",
                    ticket_id=ticket,
                    question="1",
                    revision="1",
                    body={},
                    at=at,
                    quoted=quoted,
                )
            )
        run = {"ticket_id": ticket, "account_id": account, "category": "billing", "question": "1", "state": "ended"}
        session.add(RunRow(id="r", body={}, judged={}, created_at=old, updated_at=old, **run))
        session.flush()
        done = [("get_order", "done", NOW - DAY)] * 2 + [("create_label", "done", NOW - DAY)]
        for n, (name, state, at) in enumerate(
            [*done, ("create_label", "failed", NOW - DAY), ("get_order", "done", old)]
        ):
            session.add(
                DeedRow(
                    key=f"k{n}",
                    run_id="r",
                    ticket_id=ticket,
                    account_id=account,
                    name=name,
                    system="shop",
                    inputs={},
                    state=state,
                    created_at=at,
                    updated_at=at,
                )
            )


def test_every_field_is_what_a_count_by_hand_says(house: House) -> None:
    asked = {"timeRange": "last-30-days"}
    assert house.read("/metrics", **asked) == DESK
    assert house.read("/metrics/bot", **asked) == BOT
    assert house.read("/metrics/effectiveness", **asked) == EFFECT


def test_of_a_time_without_tickets_everything_that_is_no_count_is_null(house: House) -> None:
    asked = {"timeRange": "2026-02"}
    desk, bot = house.read("/metrics", **asked), house.read("/metrics/bot", **asked)
    for name in (
        "avgFirstResponseTime",
        "csat",
        "automationRate",
        "reopenRate",
        "agentProductivity",
        "escalationAccuracy",
    ):
        assert desk[name] is None, name
    assert set(desk["avgResolutionTime"].values()) == set(desk["handleTime"].values()) == {None}
    assert desk["costPerTicket"] == {"automated": 0.5, "human": None, "blended": None}
    assert (desk["totalTickets"], desk["byCategory"], desk["ratings"]) == (0, {}, 0)
    assert {name for name, value in bot.items() if value is None} == {
        "avgConfidence",
        "accuracy",
        "avgResolutionTime",
        "customerSatisfaction",
    }
    assert set(house.read("/metrics/effectiveness", **asked).values()) == {None}
