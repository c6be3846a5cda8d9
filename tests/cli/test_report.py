"""``deskhand report``: promises by policy, team and tier, from our own records."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import accounts, connections, deadlines, ids, tickets
from app.db.connections import Installed
from app.db.database import Database
from app.engine.sla import Clock, Metric, term
from app.settings import Settings


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
    assert told == {"days": 30, "lines": [{**line, "clocks": 3, "breached": 2, "share": 0.6667}]}
    assert "2 (66.7%)" in deskhand("report", "sla", "--account", recorded).out


def test_an_account_without_promises_has_an_empty_report(deskhand, account: str) -> None:
    assert deskhand("report", "sla", "--account", account, "--json").json == {"days": 30, "lines": []}


def test_an_account_that_is_not_there_is_said_so(deskhand) -> None:
    ran = deskhand("report", "sla", "--account", "nobody", "--json")
    assert (ran.code, ran.out) == (2, "")
