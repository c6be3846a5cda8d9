"""Zendesk's agents, who of them is there, the assignee that it refuses, and its own clocks."""

from datetime import UTC, datetime
from typing import Any

import pytest

from app.sandbox.world import Fault
from connectors.errors import Forbidden
from connectors.types import Assign, HostClock, Note, Presence, Teammate
from connectors.zendesk import parse
from connectors.zendesk.availability import presence, teammate, words
from tests.connectors.zendesk.stage import ZendeskStage


def found(stage: ZendeskStage) -> dict[str, Teammate]:
    return {one.name: one for one in stage.connector.teammates()}


def test_agents_come_with_groups_skills_languages_zone_and_presence(stage: ZendeskStage) -> None:
    fields = {"user_fields": {"skills": "refunds, api", "languages": "de fr"}}
    ana = stage.host.agents.hire(
        "Ana", "ana@shop.example", "Returns", tags=["Billing"], iana_time_zone="Europe/Berlin", locale="es-ES", **fields
    )
    stage.host.agents.says(ana, "online")
    one = found(stage)["Ana"]
    assert one.id == str(ana)
    assert list(one.teams.values()) == ["Returns"]
    assert one.skills == {"billing", "refunds", "api"}
    assert one.languages == {"es", "de", "fr"}
    assert (one.time_zone, one.presence) == ("Europe/Berlin", Presence.HERE)


@pytest.mark.parametrize(
    ("word", "expected"), [("online", Presence.HERE), ("away", Presence.AWAY), ("offline", Presence.AWAY)]
)
def test_what_an_agent_says_of_themselves_counts(stage: ZendeskStage, word: str, expected: Presence) -> None:
    stage.host.agents.says(stage.host.agents.hire("Bo", "bo@shop.example", "Returns"), word)
    assert found(stage)["Bo"].presence is expected


def test_where_the_plan_has_no_statuses_presence_is_unknown(stage: ZendeskStage) -> None:
    stage.host.agents.hire("Bo", "bo@shop.example", "Returns")
    stage.host.agents.plan = False
    assert found(stage)["Bo"].presence is Presence.UNKNOWN


def test_neither_we_nor_who_left_nor_customers_are_listed(stage: ZendeskStage) -> None:
    gone = stage.host.agents.hire("Gone", "gone@shop.example", "Returns")
    stage.host.agents.leaves(gone)
    stage.host.agents.hire("Light", "light@shop.example", "Returns", role_type=1)
    assert not {"Gone", "Light", "Deskhand"} & set(found(stage))


def test_all_pages_are_read(stage: ZendeskStage) -> None:
    for n in range(120):
        stage.host.agents.hire(f"A{n}", f"a{n}@shop.example", "Returns")
    everybody = found(stage)
    assert len([name for name in everybody if name.startswith("A")]) >= 120
    assert list(everybody["A119"].teams.values()) == ["Returns"]


def test_who_may_not_read_users_is_told_so(stage: ZendeskStage) -> None:
    stage.world.faults.order(Fault("status", path="/users", status=403))
    with pytest.raises(Forbidden):
        stage.connector.teammates()


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({}, Presence.UNKNOWN),
        ({"attributes": None}, Presence.UNKNOWN),
        ({"attributes": {"agent_status": {"name": "Lunch"}}}, Presence.UNKNOWN),
        ({"attributes": {"agent_status": {"name": "Transfers_only"}}}, Presence.AWAY),
        (
            {"attributes": {"agent_status": {"name": "online"}, "channels": [{"name": "support", "status": "away"}]}},
            Presence.AWAY,
        ),
        ({"attributes": {"agent_status": {"name": "online"}, "channels": ["support"]}}, Presence.HERE),
    ],
)
def test_presence_of_any_shape(row: dict[str, Any], expected: Presence) -> None:
    assert presence(row) is expected


def test_little_is_known_of_a_bare_user() -> None:
    assert teammate({"id": 7}, {}, {}) == Teammate("7")
    assert words(" , ") == frozenset()


# --- an assignee who is refused ------------------------------------------------------------------------------


def test_a_refused_assignee_leaves_the_team_the_note_and_a_word(stage: ZendeskStage) -> None:
    agent = stage.host.agents.hire("Bo", "bo@shop.example", "Returns")
    stage.host.agents.leaves(agent)
    receipt = stage.connector.apply(stage.ref, [Note("Take it."), Assign("Returns", str(agent))], key="k1")
    assert receipt.agent_refused
    assert receipt.skipped == (f"agent {agent}: the vendor refused them (Refused)",)
    row = stage.record.row
    assert row["assignee_id"] is None
    assert stage.host.state.groups[row["group_id"]]["name"] == "Returns"
    assert [c["plain_body"] for c in stage.record.comments if not c["public"]] == ["Take it."]


def test_an_agent_of_another_group_is_refused_and_the_group_stands(stage: ZendeskStage) -> None:
    agent = stage.host.agents.hire("Bo", "bo@shop.example", "Sales")
    stage.host.agents.hire("Ana", "ana@shop.example", "Returns")
    receipt = stage.connector.apply(stage.ref, [Assign("Returns", str(agent))], key="k1")
    assert receipt.agent_refused
    assert stage.host.state.groups[stage.record.row["group_id"]]["name"] == "Returns"


def test_an_assignee_who_is_taken_is_no_matter_for_words(stage: ZendeskStage) -> None:
    agent = stage.host.agents.hire("Ana", "ana@shop.example", "Returns")
    receipt = stage.connector.apply(stage.ref, [Assign("Returns", str(agent))], key="k1")
    assert (receipt.skipped, receipt.agent_refused) == ((), False)
    assert stage.record.row["assignee_id"] == agent


# --- the account's own clocks --------------------------------------------------------------------------------


def test_the_accounts_own_clocks_come_with_the_ticket(stage: ZendeskStage) -> None:
    stage.host.state.targets[int(stage.ref.id)] = [
        {"breach_at": "2026-03-02T16:00:00Z", "stage": "active", "metric": "first_reply_time", "minutes": 30},
        {"breach_at": "2026-03-02T11:00:00Z", "stage": "active", "metric": "next_reply_time", "hours": -1},
        {"breach_at": None, "stage": "paused", "metric": "requester_wait_time", "days": 2},
        {"breach_at": "2026-03-02T11:00:00Z", "stage": "achieved", "metric": "agent_work_time"},
    ]
    assert stage.connector.ticket(stage.ref).clocks == (
        HostClock("first_reply_time", "active", datetime(2026, 3, 2, 16, tzinfo=UTC)),
        HostClock("next_reply_time", "missed", datetime(2026, 3, 2, 11, tzinfo=UTC)),
        HostClock("requester_wait_time", "paused"),
        HostClock("agent_work_time", "met", datetime(2026, 3, 2, 11, tzinfo=UTC)),
    )


@pytest.mark.parametrize(
    "slas",
    [
        None,
        [],
        {},
        {"policy_metrics": None},
        {"policy_metrics": [{}, 3]},
        {"policy_metrics": [{"metric": "x", "breach_at": "soon"}]},
    ],
)
def test_clocks_that_cannot_be_read_are_none(slas: Any) -> None:
    assert parse.clocks(slas) == ()
