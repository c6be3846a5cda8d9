"""Intercom's teammates, their away mode, the one who is refused, and the workspace's own SLA."""

from typing import Any

import pytest

from app.sandbox.intercom.state import Admin
from app.sandbox.world import Fault
from connectors.errors import Forbidden
from connectors.intercom import parse
from connectors.intercom.availability import teammates
from connectors.types import Assign, HostClock, Note, Presence, Teammate
from tests.connectors.intercom.stage import IntercomStage

ANA = {"type": "admin", "id": "7", "name": "Ana", "email": "ana@shop.example", "away_mode_enabled": False}


def test_teammates_come_with_teams_and_away_mode(stage: IntercomStage) -> None:
    workspace = stage.host.workspace
    (team,) = list(workspace.teams.values())[:1]
    ana, bo = _hire(stage, "Ana"), _hire(stage, "Bo")
    workspace.admins[bo].away = True
    workspace.admins[ana].teams = [team.id]
    found = {one.name: one for one in stage.connector.teammates()}
    assert found["Ana"].presence is Presence.HERE
    assert found["Bo"].presence is Presence.AWAY
    assert found["Ana"].teams == {team.id: team.name}
    assert "Deskhand" not in found


def test_a_team_names_its_people_too() -> None:
    (found,) = teammates([ANA], [{"id": 3, "name": "Billing", "admin_ids": [7]}], "1")
    assert found == Teammate("7", "Ana", "ana@shop.example", {"3": "Billing"}, presence=Presence.HERE)


@pytest.mark.parametrize(
    "other", [{"id": "1"}, {"has_inbox_seat": False}, {"type": "team"}, {"id": None}, {"id": True}]
)
def test_who_cannot_be_assigned_is_left_out(other: dict[str, Any]) -> None:
    assert teammates([ANA | other], [], "1") == []


@pytest.mark.parametrize("away", [None, "yes", 1])
def test_an_unclear_away_mode_is_unknown(away: Any) -> None:
    (found,) = teammates([ANA | {"away_mode_enabled": away, "team_ids": None}], [], "1")
    assert found.presence is Presence.UNKNOWN


def test_teams_that_cannot_be_read_cost_only_the_teams(stage: IntercomStage) -> None:
    _hire(stage, "Ana")
    stage.world.faults.order(Fault("status", path="/teams", status=403))
    assert next(one for one in stage.connector.teammates() if one.name == "Ana").teams == {}


def test_who_may_not_read_teammates_is_told_so(stage: IntercomStage) -> None:
    stage.world.faults.order(Fault("status", path="/admins", status=403))
    with pytest.raises(Forbidden):
        stage.connector.teammates()


def test_a_teammate_who_vanished_is_refused_and_the_team_stands(stage: IntercomStage) -> None:
    team = next(iter(stage.host.workspace.teams.values()))
    receipt = stage.connector.apply(stage.ref, [Note("Take it."), Assign(team.name, "99")], key="k1")
    assert receipt.agent_refused
    assert stage.connector.ticket(stage.ref).group == team.id


def test_a_teammate_takes_it_and_the_team_is_kept(stage: IntercomStage) -> None:
    team, ana = next(iter(stage.host.workspace.teams.values())), _hire(stage, "Ana")
    receipt = stage.connector.apply(stage.ref, [Assign(team.name, ana)], key="k1")
    ticket = stage.connector.ticket(stage.ref)
    assert (receipt.skipped, ticket.assignee, ticket.group) == ((), ana, team.id)


@pytest.mark.parametrize(
    ("applied", "expected"),
    [
        (None, ()),
        ("active", ()),
        ({"sla_name": "Gold", "sla_status": "cancelled"}, ()),
        ({"sla_name": "Gold", "sla_status": "active"}, (HostClock("", "active", policy="Gold"),)),
        ({"sla_name": "Gold", "sla_status": "missed"}, (HostClock("", "missed", policy="Gold"),)),
        ({"sla_name": None, "sla_status": "hit"}, (HostClock("", "met"),)),
    ],
)
def test_the_workspaces_own_sla_is_read_as_a_clock(applied: Any, expected: tuple[HostClock, ...]) -> None:
    assert parse.clocks(applied) == expected


def test_it_comes_with_the_conversation(stage: IntercomStage) -> None:
    stage.host.workspace.conversations[stage.ref.id].sla = {
        "type": "conversation_sla_summary",
        "sla_name": "Gold",
        "sla_status": "active",
    }
    assert stage.connector.ticket(stage.ref).clocks == (HostClock("", "active", policy="Gold"),)


def _hire(stage: IntercomStage, name: str) -> str:
    workspace = stage.host.workspace
    number = workspace.new_id("admin")
    workspace.admins[number] = Admin(number, name, f"{name.lower()}@team.example")
    return number
