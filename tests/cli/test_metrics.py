"""``deskhand metrics`` over stories that are in the database."""

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


def test_a_person_reads_a_line_for_each_and_what_is_not_known_by_that_word(deskhand, desk):
    account = desk(ours(NOW - 20 * DAY, rating=5))
    lines = [
        " ".join(line.replace("│", "=").split()) for line in deskhand("metrics", "--account", account).out.splitlines()
    ]
    assert "byCategory: billing = total 1, autoResolved 1, rate 1.0" in lines
    assert "holds: 7d = confirmed 1, assumed 0, postponed 0, open 0" in lines
    assert "avgResolutionTime = automated 60, human not known, overall 60" in lines
    assert "escalations = rightly 0, needlessly 0, tooLate 0, spared 1" in lines
    assert "agentProductivity = 0" not in lines


def test_an_account_without_a_ticket_has_nobody_whose_course_there_is(deskhand, desk):
    assert "30 days: nothing yet" in deskhand("metrics", "--account", desk(), "--of", "customers").out


def test_an_accounts_own_figures_and_costs_are_shown(deskhand, desk, prepared):
    account = desk(ours(NOW - 20 * DAY), theirs(NOW - 5 * DAY, "a1"))
    text = (
        "service: Shop\nclassification: {categories: [{name: billing, keywords: [refund]}]}\n"
        "analytics:\n  customMetrics: [{name: by-us, calculation: auto-resolved / total-tickets}]\n  costs: {hour: 40}\n"
    )
    services = Services(prepared)
    with services.database.session() as session:
        accounts.configure(session, accounts.named(session, account).id, "own.yaml", text, NOW)
    told = deskhand("metrics", "--account", account, "--json").json
    assert told["custom"] == {"by-us": 0.5}
    assert told["costPerTicket"]["human"] == 40.0
    assert deskhand("metrics", "--account", account, "--hour", "20", "--json").json["costPerTicket"]["human"] == 20.0
