"""What can be read: tickets, decisions with their reasons, evidence, problems, signals, figures; each list whole, in parts."""

from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from app.db import lessons, problems
from app.db.problems import Problem
from app.engine.evidence import Claim
from app.engine.lessons import Learned, Lesson
from app.web.api import parts
from tests.flows.stage import CONFIGURATION, QUESTION
from tests.web.api.conftest import House


def test_a_ticket_is_told_with_what_became_of_it_and_no_word_of_anybody(house: House) -> None:
    house.stage.earn()
    mine = house.asks()
    (one,) = house.read("/tickets")["items"]
    assert one == house.read(f"/tickets/{mine}")
    assert (one["id"], one["connection"], one["vendor"]) == (mine, house.connection_id, "desk")
    assert (one["story"]["category"], one["story"]["automatic"]) == ("order-status", False)
    assert QUESTION[:12] not in house.call("GET", "/tickets").text


def test_a_decision_is_told_with_its_reasons_and_sources(house: House) -> None:
    house.stage.earn()
    mine = house.asks()
    (one,) = house.read("/decisions", ticketId=mine)["items"]
    assert (one["category"], one["mode"], one["permission"]) == ("order-status", "deflect", "evidence")
    assert "Reply" in one["changes"]
    assert one["reasons"]
    assert all(set(reason) == {"code", "text"} for reason in one["reasons"])
    assert one["sources"][0]["title"]
    assert QUESTION[:12] not in house.call("GET", "/decisions").text


def test_without_evidence_no_permission_is_told(house: House) -> None:
    house.asks()
    (one,) = house.read("/decisions")["items"]
    assert one["permission"] is None
    assert "Reply" not in one["changes"]


@pytest.mark.parametrize("path", ["/tickets", "/decisions", "/problems", "/signals"])
def test_a_list_is_whole_in_parts_of_any_size(house: House, path: str) -> None:
    for n in range(5):
        house.asks()
        with house.stage.database.session() as session:
            # Two at a time have the same moment: the name decides.
            at = house.stage.time + timedelta(seconds=n // 2)
            problems.report(session, Problem("k", f"problem {n}", "", house.connection_id), at)
            session.execute(text("update ticket set created_at = '2026-03-10 12:00:00.000000'"))
        house.call("PATCH", f"/tickets/SUPPORT-{n}", json={"status": "resolved"})
    whole = house.read(path)["items"]
    assert len(whole) == 5
    for size in (1, 2, 4, 5):
        found, cursor = [], ""
        while True:
            part = house.read(path, limit=str(size), cursor=cursor)
            found += part["items"]
            cursor = part["next"]
            if cursor is None:
                break
            assert len(part["items"]) == size
        assert found == whole


def test_a_cursor_that_was_not_made_here_is_refused(house: House) -> None:
    strange = ["x", "é", "W10", "WyJhIl0"]
    strange += [
        parts.written(at, "a") for at in (datetime(2026, 1, 1), datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))))
    ]
    for path in ("/tickets", "/signals", "/agents", "/problems", "/decisions"):
        for cursor in strange:
            answer = house.call("GET", path, query_string={"cursor": cursor})
            assert (answer.status_code, answer.content_type) == (404, "application/problem+json"), (path, cursor)


def test_a_part_is_of_a_sensible_size(house: House) -> None:
    for limit in ("0", "101", "-1", "a", ""):
        assert house.call("GET", "/tickets", query_string={"limit": limit}).status_code == 400


def test_signals_are_told_without_what_they_said(house: House) -> None:
    house.call("PATCH", "/tickets/SUPPORT-1", json={"status": "resolved", "resolution": "Fixed in v2"})
    (one,) = house.read("/signals")["items"]
    assert (one["kind"], one["about"], one["state"]) == ("issue.resolved", "SUPPORT-1", "waiting")
    assert "v2" not in str(one)


def test_problems_are_the_accounts_own(house: House) -> None:
    with house.stage.database.session() as session:
        problems.report(session, Problem("mine", "a text", "do this", house.connection_id), house.stage.time)
        problems.report(session, Problem("nobodys", "another"), house.stage.time)
    (one,) = house.read("/problems")["items"]
    assert (one["kind"], one["remedy"], one["times"]) == ("mine", "do this", 1)


def test_evidence_is_shown_and_nothing_is_promoted(house: House) -> None:
    house.stage.earn()
    house.stage.pass_time(60)
    assert house.read("/evidence") == {"categories": [], "history": []}
    with house.stage.database.session() as session:
        session.execute(
            text(
                "insert into promotion (id, account_id, category, action, digest, kind, by, reason, at)"
                " values ('1', :account, 'order-status', 'reply', 'd', 'promoted', 'Lea', 'ok', :at)"
            ),
            {"account": house.account.id, "at": "2026-03-10 12:00:00.000000"},
        )
    told = house.read("/evidence")
    assert [(step["kind"], step["by"]) for step in told["history"]] == [("promoted", "Lea")]
    (standing,) = told["categories"]
    assert (standing["category"], standing["records"][0]["over"]) == ("order-status", False)
    assert house.read("/evidence", category="other")["categories"] == []


def test_figures_have_the_guides_fields(house: House) -> None:
    house.stage.earn()
    house.asks()
    desk = house.read("/metrics", timeRange="last-30-days")
    assert (desk["totalTickets"], desk["byCategory"]["order-status"]["total"]) == (1, 1)
    assert {"autoResolved", "escalatedToHuman", "avgResolutionTime", "csat", "automationRate", "costPerTicket"} <= set(
        desk
    )
    assert set(desk["avgResolutionTime"]) == {"automated", "human", "overall"}
    assert set(desk["costPerTicket"]) == {"automated", "human", "blended"}
    bot = house.read("/metrics/bot")
    guide = {"conversations", "resolved", "escalated", "avgConfidence", "accuracy", "avgResolutionTime", "topIntents"}
    assert guide | {"toolUsage", "customerSatisfaction"} <= set(bot)
    assert bot["topIntents"][0]["intent"] == "order-status"


def test_an_accounts_own_figures_are_told_by_their_names(house: House) -> None:
    own = "analytics: {customMetrics: [{name: bot-accuracy, calculation: correct-responses / total-responses}]}"
    house.stage.configure(f"{CONFIGURATION}\n{own}\n")
    house.asks()
    (one,) = house.read("/metrics")["custom"]
    assert (one["name"], one["value"], one["met"]) == ("bot-accuracy", None, None)


def test_who_is_shown_the_evidence_has_looked(house: House) -> None:
    house.asks()
    with house.stage.database.session() as session:
        judged = Learned(
            "d1", "t", house.account.id, "order-status", "reply", "digest", Lesson.KEPT, "a1", house.stage.time
        )
        lessons.save(session, judged)
    for _ in range(2):
        assert house.read("/evidence")["categories"][0]["lessons"] == {"kept": 1}
    with house.stage.database.reading() as session:
        assert lessons.looks(session, Claim(house.account.id, "order-status", "reply", "digest")) == 1


def test_only_the_figures_that_were_asked_for_are_told(house: House) -> None:
    house.asks()
    told = house.read("/metrics/effectiveness", timeRange="last-7-days", metrics="automation-rate,escalation-rate")
    assert (told["automationRate"], told["escalationRate"], told["avgHandleTime"]) == (0.0, 1.0, None)


def test_a_time_that_is_none_is_refused(house: House) -> None:
    for time_range in ("last-0-days", "yesterday-ish", "last-4000-weeks", "2026-13", "last--1-days"):
        assert house.call("GET", "/metrics", query_string={"timeRange": time_range}).status_code == 400
