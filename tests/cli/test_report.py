"""``deskhand report``: promises by policy, team and tier, from our own records."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import accounts, connections, deadlines, hostclocks, ids, tickets
from app.db.connections import Installed
from app.db.database import Database
from app.engine.sla import Clock, Metric, term
from app.settings import Settings
from connectors.types import HostClock


@pytest.fixture
def recorded(account: str, prepared: Settings) -> str:
    """One promise kept, one broken, one that has run out unseen, and one that still runs."""
    database = Database(prepared.database_url)
    now = datetime.now(UTC)
    with database.session() as session:
        account_id = accounts.named(session, account).id
        connection = connections.add(
            session, Installed("c" * 32, account_id, "desk", "https://x.example", {}, "s"), now
        )
        for n, (due, met, breached) in enumerate(
            [
                (None, now, False),
                (now, now, True),
                (now - timedelta(hours=1), None, False),
                (now + timedelta(hours=1), None, False),
            ]
        ):
            ticket_id = ids.fresh()
            tickets.add(session, ticket_id, connection.id, str(n), now)
            clock = Clock(Metric.FIRST_REPLY, term("4h"), now - timedelta(hours=2), due, met, breached)
            known = deadlines.Watched(account_id, "billing", team="desk", facts={"tier": "gold"})
            deadlines.count(session, ticket_id, clock, "escalation.sla.gold.high", known, None)
    database.dispose()
    return account


def test_promises_are_counted_by_policy_team_and_tier(deskhand, recorded: str) -> None:
    line = {"policy": "escalation.sla.gold.high", "team": "desk", "tier": "gold", "metric": "first_reply"}
    told = deskhand("report", "sla", "--account", recorded, "--json").json
    assert told["lines"] == [{**line, "clocks": 3, "breached": 2, "share": 0.6667}]
    assert (told["days"], told["helpdesk"]) == (30, [])
    assert told["forecasts"] == {"cases": 0, "calibration_error": None}
    assert "2 (66.7%)" in deskhand("report", "sla", "--account", recorded).out


def test_an_account_without_promises_has_an_empty_report(deskhand, account: str) -> None:
    assert deskhand("report", "sla", "--account", account, "--json").json["lines"] == []


def test_the_helpdesks_clocks_and_the_forecasts_stand_beside_ours(deskhand, recorded: str, prepared: Settings) -> None:
    database = Database(prepared.database_url)
    now = datetime.now(UTC)
    known = deadlines.Watched(of(database, recorded), "billing")
    with database.session() as session:
        (connection,) = connections.of_account(session, known.account_id)
        ticket_id = ids.fresh()
        tickets.add(session, ticket_id, connection.id, "own", now)
        deadlines.watch(session, ticket_id, known)
        hostclocks.keep(session, ticket_id, [HostClock("first_reply_time", "missed", now)], now)
        session.connection().exec_driver_sql("update deadline set predicted = 0.9")
    database.dispose()
    told = deskhand("report", "sla", "--account", recorded, "--json").json
    assert told["helpdesk"] == [{"metric": "first_reply_time", "policy": "", "clocks": 1, "missed": 1}]
    assert told["forecasts"]["cases"] == 3
    out = deskhand("report", "sla", "--account", recorded).out
    assert "The helpdesk's own SLA" in out
    assert "3 forecasts of broken promises were off by" in out


def of(database: Database, name: str) -> str:
    with database.reading() as session:
        return accounts.named(session, name).id


def test_the_queue_is_shown_in_the_order_to_work_in(deskhand, account: str, prepared: Settings) -> None:
    database = Database(prepared.database_url)
    now = datetime.now(UTC)
    with database.session() as session:
        account_id = accounts.named(session, account).id
        connections.add(session, Installed("c" * 32, account_id, "desk", "https://x.example", {}, "s"), now)
        for ref, priority, hours in (("soon", "normal", 2), ("urgent", "urgent", 20), ("late", "low", -3)):
            ticket_id = ids.fresh()
            tickets.add(session, ticket_id, "c" * 32, ref, now)
            clock = Clock(Metric.FIRST_REPLY, term("4h"), now, now + timedelta(hours=hours), None, hours < 0)
            known = deadlines.Watched(account_id, "billing", priority, "desk")
            deadlines.count(session, ticket_id, clock, "p", known, None)
    database.dispose()
    told = deskhand("report", "queue", "--account", account, "--json").json["tickets"]
    assert [one["ref"] for one in told] == ["urgent", "soon", "late"]
    assert [one["minutes_left"] // 60 for one in told] == [19, 1, -4]
    assert deskhand("report", "queue", "--account", account, "--team", "other", "--json").json == {"tickets": []}
    out = deskhand("report", "queue", "--account", account, "--team", "DESK").out
    assert out.index("urgent") < out.index("soon") < out.index("-3:0")


def test_an_account_that_is_not_there_is_said_so(deskhand) -> None:
    ran = deskhand("report", "sla", "--account", "nobody", "--json")
    assert (ran.code, ran.out) == (2, "")
