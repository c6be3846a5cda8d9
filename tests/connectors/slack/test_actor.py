"""Who is speaking, fail-closed: the table of payload shapes that mislead naive checks, and what proves a colleague."""

from typing import Any

import pytest

from connectors.slack.actor import actor_side, is_colleague

HOME = {"T_INSTALLED", "T_SISTER", "E_HOME"}


def event(
    kind: str = "message", *, shared: bool | None = True, outer: str = "T_INSTALLED", **fields: Any
) -> dict[str, Any]:
    body = {"type": "event_callback", "team_id": outer, "event": {"type": kind, **fields}}
    return body if shared is None else {**body, "is_ext_shared_channel": shared}


def claims(team: str) -> dict[str, Any]:
    return {"user_team": team, "source_team": team, "user_profile": {"team": team}}


@pytest.mark.parametrize(
    ("body", "side"),
    [
        pytest.param(
            {
                "type": "view_submission",
                "team": {"id": "T_OTHER"},
                "user": {"id": "W1", "team_id": "T_OTHER"},
                "view": {"team_id": "T_OTHER", "app_installed_team_id": "T_INSTALLED"},
            },
            "external",
            id="a modal submitted by a foreigner names our team as the installed one",
        ),
        pytest.param(
            event(user_team="E_ACTOR", team="T_INSTALLED"), "external", id="a grid foreigner's message names our team"
        ),
        pytest.param(
            event("app_mention", team="T_INSTALLED", **claims("E_ACTOR")), "external", id="so does their mention"
        ),
        pytest.param(
            event("member_joined_channel", outer="T_OTHER", team="T_INSTALLED"),
            "unknown",
            id="a join carries the channel's team, not the joiner's",
        ),
        pytest.param(event(shared=None, team="T_OTHER"), "external", id="foreign message without the shared flag"),
        pytest.param(event(outer="T_OTHER", team="T_OTHER"), "external", id="foreign in both places"),
        pytest.param(event("reaction_added", user="U1"), "unknown", id="a reaction in a shared channel names no team"),
        pytest.param(event("reaction_added", shared=False, user="U1"), "internal", id="in a private one it needs none"),
        pytest.param(event(team="T_INSTALLED", **claims("T_INSTALLED")), "internal", id="a colleague"),
        pytest.param(event(team="T_SISTER", **claims("T_SISTER")), "internal", id="a colleague in a sister workspace"),
        pytest.param(event(team="T_INSTALLED", **claims("E_HOME")), "internal", id="a grid colleague"),
        pytest.param(
            event(user_team="T_INSTALLED", source_team="T_OTHER"), "external", id="one foreign claim among ours"
        ),
        pytest.param(event(user="U1"), "unknown", id="no team anywhere in a shared channel"),
        pytest.param({"type": "block_actions", "user": {"id": "U1"}}, "unknown", id="a press without a team"),
        pytest.param(
            {"type": "block_actions", "user": {"id": "U1", "team_id": "T_INSTALLED"}}, "internal", id="our press"
        ),
        pytest.param(event(team=["T_INSTALLED"]), "external", id="a team that is no text"),
        pytest.param({"type": "event_callback", "event": None}, "unknown", id="nothing"),
    ],
)
def test_the_side_of_a_speaker(body: dict[str, Any], side: str) -> None:
    assert actor_side(body, HOME) == side


@pytest.mark.parametrize(
    "user", [{"team_id": "T_INSTALLED"}, {"team_id": "T9", "enterprise_user": {"enterprise_id": "E_HOME"}}]
)
def test_a_member_of_a_home_team_is_a_colleague(user: dict[str, Any]) -> None:
    assert is_colleague(user, HOME)


@pytest.mark.parametrize("flag", ["is_stranger", "is_restricted", "is_ultra_restricted", "deleted", "is_bot"])
def test_strangers_guests_leavers_and_bots_are_none(flag: str) -> None:
    assert not is_colleague({"team_id": "T_INSTALLED", flag: True}, HOME)


@pytest.mark.parametrize("user", [{}, {"team_id": None}, {"team_id": "T_OTHER"}, {"team_id": ["T_INSTALLED"]}])
def test_what_is_not_proved_is_none(user: dict[str, Any]) -> None:
    assert not is_colleague(user, HOME)


def test_an_installation_without_a_home_has_no_colleagues() -> None:
    assert not is_colleague({"team_id": ""}, set())
