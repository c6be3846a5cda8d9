"""``deskhand metrics`` and ``deskhand invoice`` over stories that are in the database."""

from datetime import UTC, datetime, timedelta

import pytest

from app.db import accounts, connections, ids, inbox, stories, tickets
from app.db.connections import Installed
from app.engine.outcomes import Story
from app.services import Services
from connectors.types import Event, EventKind, Ref

NOW, DAY = datetime.now(UTC), timedelta(days=1)
MONTH = datetime(2026, 5, 1, tzinfo=UTC)
PLAN = """
name: Per ticket
currency: USD
prices:
  automatic: {each: 0.50}
  seat: {each: 49}
addons: {Voice bot: 2000}
"""


@pytest.fixture
def desk(deskhand, account, prepared):
    """Writes stories into the account's records."""
    services = Services(prepared)

    def write(*told: dict) -> str:
        with services.database.session() as session:
            found = accounts.named(session, account)
            connections.add(session, Installed("c1", found.id, "zendesk", "https://z.example", {}, "sealed"), NOW)
            for n, values in enumerate(told):
                inbox.accept(session, "c1", [Event(f"e{n}", EventKind.CREATED, Ref(str(n)), NOW)], NOW)
                name = ids.ticket("c1", str(n))
                assert tickets.take(session, name, "test", NOW, NOW)
                given = {"ticket": name, "person": f"p{n}", "problem": "x", "category": "billing"}
                stories.keep(session, found.id, Story(**(given | values)))
        return account

    return write


def ours(at, **changes):
    solved = at + timedelta(minutes=1)
    return {"opened_at": at, "answered_at": solved, "solved_at": solved, "ours": True} | changes


def theirs(at, agent, **changes):
    solved = at + timedelta(hours=1)
    return {"opened_at": at, "answered_at": solved, "solved_at": solved, "touched": True, "agent": agent} | changes


def test_the_guides_figures(deskhand, desk):
    account = desk(ours(NOW - 20 * DAY, rating=5), theirs(NOW - 5 * DAY, "a1"), ours(NOW - 90 * DAY))
    told = deskhand("metrics", "--account", account, "--json").json
    assert (told["totalTickets"], told["autoResolved"], told["automationRate"], told["csat"]) == (2, 1, 0.5, 5.0)
    assert told["holds"]["7d"] == {"confirmed": 1, "assumed": 0, "postponed": 0, "open": 0}
    assert deskhand("metrics", "--account", account, "--of", "effectiveness", "--json").json["automationRate"] == 0.5
    assert deskhand("metrics", "--account", account, "--of", "bot", "--json").json["resolved"] == 1
    assert "automationRate" in deskhand("metrics", "--account", account).out


def test_an_invoice_is_what_lasted(deskhand, desk, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    account = desk(
        ours(MONTH + DAY),
        ours(MONTH + 2 * DAY, reopened_at=MONTH + 3 * DAY),
        ours(MONTH + 3 * DAY, test=True),
        theirs(MONTH + 4 * DAY, "ada"),
        theirs(MONTH + 5 * DAY, "ada"),
        ours(MONTH - DAY),
        ours(MONTH + 32 * DAY),
    )
    ran = deskhand("invoice", "--account", account, "--month", "2026-05", "--plan", str(plan), "--json")
    assert ran.code == 0, ran.err
    assert [(line["text"], line["count"], line["micros"]) for line in ran.json["lines"]] == [
        ("automatic, from number 1", 1, 500_000),
        ("seat, from number 1", 1, 49_000_000),
    ]
    assert ran.json["lines"][0]["tickets"] == [ids.ticket("c1", "0")]
    shown = deskhand(
        "invoice", "--account", account, "--month", "2026-05", "--plan", str(plan), "--add-on", "Voice bot"
    ).out
    assert "Total 2,049.50 USD" in shown


def test_moods_and_ratings_are_told_for_each_customer_and_each_agent(deskhand, desk):
    moods = {"moods": (0.5, -0.5), "foreseen": 0.25}
    account = desk(theirs(MONTH, "ada", person="p1", **moods), theirs(MONTH + 8 * DAY, "ada", rating=5, **moods))
    arguments = ("metrics", "--account", account, "--days", "3660", "--of")
    found = deskhand(*arguments, "agents", "--json").json
    assert [(one["who"], one["tickets"], one["slope"]) for one in found["trends"]] == [("ada", 2, 0.0)]
    assert [point["mood"] for point in found["trends"][0]["points"]] == [-0.5, -0.5]
    assert found["error"] == {"ratings": 1, "absolute": 0.75, "bias": -0.75}
    shown = deskhand(*arguments, "customers").out
    assert "-0.50, 25%" in shown
    assert "wrong by 0.75" in shown


def test_without_ratings_nothing_is_said_of_the_error(deskhand, desk):
    account = desk(theirs(MONTH, "ada", foreseen=0.5))
    assert "Nobody has rated" in deskhand("metrics", "--account", account, "--days", "3660", "--of", "agents").out


@pytest.mark.parametrize(
    ("arguments", "field"),
    [(("--month", "May"), "--month"), (("--month", "2026-05", "--add-on", "Moon"), "--add-on")],
)
def test_what_is_wrong_is_named(deskhand, account, tmp_path, arguments, field):
    plan = tmp_path / "plan.yaml"
    plan.write_text(PLAN)
    ran = deskhand("invoice", "--account", account, "--plan", str(plan), *arguments)
    assert (ran.code, field in ran.err) == (2, True)


def test_a_plan_that_cannot_be_read_is_named(deskhand, account, tmp_path):
    plan = tmp_path / "plan.yaml"
    plan.write_text("name: x\ncurrency: euros\n")
    ran = deskhand("invoice", "--account", account, "--month", "2026-05", "--plan", str(plan))
    assert (ran.code, "--plan: currency" in ran.err) == (2, True)
