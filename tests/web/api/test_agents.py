"""``GET /api/v1/agents/find``: the right person, the others, and why; nothing of another account."""

from datetime import UTC, datetime

import pytest

from app.db import accounts, connections, ids, roster, tickets
from app.db.connections import Installed
from app.db.roster import TAKEN, Sitting
from connectors.types import Presence, Teammate
from tests.flows.stage import CONFIGURATION
from tests.web.api.conftest import bearer

RULES = (
    CONFIGURATION
    + """
escalation: {assignment: {to: agent, capacity: 2}}
agents: {bo@shop.example: {skills: [api], languages: [de]}}
"""
)
ANA = Teammate("7", "Ana", "ana@shop.example", {"1": "Returns"}, frozenset({"refunds", "api"}), frozenset({"es"}))
BO = Teammate("8", "Bo", "bo@shop.example", {"1": "Returns"}, presence=Presence.HERE)
CY = Teammate("9", "Cy", "cy@shop.example", {"2": "Sales"}, frozenset({"refunds"}), presence=Presence.AWAY)


@pytest.fixture
def staffed(receiver):
    """The receiver's account with three people at one connection."""
    with receiver.services.database.session() as session:
        now, place = datetime.now(UTC), connections.new_id()
        accounts.configure(session, receiver.account, "shop.yaml", RULES, now)
        connections.add(session, Installed(place, receiver.account, "zendesk", "https://a.example", {}, "s"), now)
        roster.replace(session, place, [ANA, BO, CY], now)
    receiver.place = place
    return receiver


@pytest.fixture
def find(staffed, token):
    def ask(query: str, **headers: str):
        return staffed.client.get(f"/api/v1/agents/find?{query}", headers=headers or bearer(token("agents")))

    return ask


@pytest.mark.parametrize(
    ("query", "agent", "agents"),
    [
        ("", "7", ["7", "8", "9"]),
        ("skills=refunds", "7", ["7", "9"]),
        ("skills=refunds&availability=available", "7", ["7"]),
        ("skills=api&preferredLanguage=de-AT", "8", ["7", "8"]),
        ("skills=api,REFUNDS", "7", ["7"]),
        ("skills=api&skills=refunds", "7", ["7"]),
        ("skills=law", None, []),
        ("team=sales", None, ["9"]),
        ("team=2&availability=available", None, []),
        ("preferredLanguage=fi", "7", ["7", "8", "9"]),
        ("skills=&availability=", "7", ["7", "8", "9"]),
    ],
)
def test_whoever_fits_is_found(find, query, agent, agents):
    told = find(query).json
    assert (told["agent"] and told["agent"]["id"]) == agent
    assert [one["id"] for one in told["agents"]] == agents
    assert told["reasons"]


def test_what_is_said_of_an_agent_is_all_there_is_and_no_address(find, staffed):
    assert find("skills=refunds").json["agent"] == {
        "id": "7",
        "name": "Ana",
        "connection": staffed.place,
        "teams": ["1", "returns"],
        "skills": ["api", "refunds"],
        "languages": ["es"],
        "available": True,
        "load": 0.0,
        "capacity": 2.0,
    }


def test_who_is_full_is_not_available_and_nothing_is_assigned_by_asking(find, staffed):
    with staffed.services.database.session() as session:
        for _ in range(2):
            ticket = ids.fresh()
            tickets.add(session, ticket, staffed.place, ticket, datetime.now(UTC))
            roster.sit(session, Sitting(ticket, staffed.place, "7", "p", 1.0), TAKEN, datetime.now(UTC))
    for _ in range(3):
        told = find("skills=refunds&availability=available").json
        assert (told["agent"], told["agents"], told["reasons"][0]["code"]) == (None, [], "full")
        assert find("").json["agent"]["id"] == "8"


@pytest.mark.parametrize(
    "query",
    [
        "availability=maybe",
        "skill=api",
        f"skills={'x' * 501}",
        "team=a&team=b",
        "preferredLanguage=%00",
        "availability=any&x=1",
    ],
)
def test_what_cannot_be_meant_is_said_so(find, query):
    answer = find(query)
    assert (answer.status_code, answer.json["code"]) == (400, "bad_field")


def test_without_the_scope_or_a_token_nobody_is_named(find, token):
    assert find("", **bearer(token("chat"))).status_code == 403
    assert find("", Authorization="Bearer nobody").status_code == 401


def test_another_accounts_people_are_never_named(staffed, find):
    with staffed.services.database.session() as session:
        now = datetime.now(UTC)
        other = accounts.add(session, "other", now)
        place = connections.new_id()
        connections.add(session, Installed(place, other.id, "zendesk", "https://o.example", {}, "s"), now)
        roster.replace(session, place, [Teammate("66", "Eve")], now)
    assert "66" not in [one["id"] for one in find("").json["agents"]]


def test_before_anybody_is_known_that_is_said(receiver, token):
    with receiver.services.database.session() as session:
        accounts.configure(session, receiver.account, "shop.yaml", RULES, datetime.now(UTC))
    told = receiver.client.get("/api/v1/agents/find", headers=bearer(token("agents"))).json
    assert told["agent"] is None
    assert told["reasons"][0]["code"] == "nobody_known"


def test_a_removed_connection_names_nobody(staffed, find):
    with staffed.services.database.session() as session:
        connections.remove(session, staffed.place)
    assert find("").json["agents"] == []
