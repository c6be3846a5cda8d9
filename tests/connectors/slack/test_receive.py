"""What each of Slack's bodies means to us: which event, which ticket, which name for the delivery, or nothing."""

import copy
import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.errors import BadPayload, BadSignature, ForeignTenant, Rejected
from connectors.slack import Slack
from connectors.slack.blocks import LABELS
from connectors.types import Event, EventKind
from tests.connectors.slack.stage import PAYLOADS, connection, request

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
THREAD = "C0CUSTOMERS:1719211249.499799"
FILES = sorted(path.name for path in PAYLOADS.glob("*.json"))


def payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def slack(**settings: str) -> Slack:
    return Slack(connection("https://slack.example", **settings))


def read(body: Any, **settings: str) -> list[Event]:
    return list(slack(**settings).receive(request(body, at=NOW)))


def one(body: Any, **settings: str) -> Event:
    (event,) = read(body, **settings)
    return event


@pytest.mark.parametrize(
    ("name", "kind", "ticket"),
    [
        ("message__in_channel", EventKind.CREATED, THREAD),
        ("message__in_thread", EventKind.MESSAGE, THREAD),
        ("message__direct", EventKind.CREATED, "D0CASEY01:1719211249.499799"),
        ("message__file_share", EventKind.CREATED, THREAD),
        ("message__thread_broadcast", EventKind.MESSAGE, THREAD),
        ("message__me", EventKind.CREATED, THREAD),
        ("message__shared_external", EventKind.CREATED, THREAD),
        ("message__shared_grid", EventKind.CREATED, THREAD),
        ("message__no_authorizations", EventKind.CREATED, THREAD),
        ("app_mention__in_thread", EventKind.MESSAGE, THREAD),
        ("app_mention__same_as_message", EventKind.CREATED, THREAD),
    ],
)
def test_what_a_person_says_wakes_the_thread(name: str, kind: EventKind, ticket: str) -> None:
    event = one(payload(name))
    assert event.ref is not None
    assert (event.kind, event.ref.id) == (kind, ticket)


@pytest.mark.parametrize(
    "name",
    [
        "message__our_own",
        "message__other_bot",
        "message__classic_bot",
        "message__changed",
        "message__deleted",
        "message__channel_join",
        "message__in_notes_channel",
        "tokens_revoked__person",
        "app_rate_limited__minute",
        "reaction_added__plain",
        "member_joined_channel__plain",
        "app_home_opened__plain",
        "unknown__later_invention",
        "url_verification__plain",
        "block_actions__not_ours",
        "view_submission__connect_channel",
    ],
)
def test_noise_is_nothing(name: str) -> None:
    assert read(payload(name)) == []


@pytest.mark.parametrize(
    ("field", "value"),
    [("bot_id", "B1"), ("app_id", "A1"), ("bot_profile", {"id": "B1"}), ("hidden", True), ("user", "USLACKBOT")],
)
def test_one_sign_of_a_machine_is_enough(field: str, value: Any) -> None:
    body = payload("message__in_channel")
    body["event"][field] = value
    assert read(body) == []


@pytest.mark.parametrize("button", LABELS)
def test_every_button_that_is_shown_is_heard(button: str) -> None:
    body = payload("block_actions__human")
    body["actions"][0]["action_id"] = f"deskhand_{button}"
    click = one(body).click
    assert click
    assert click.action == button


def test_our_own_user_is_noise_even_without_a_bot_id() -> None:
    body = payload("message__in_channel")
    body["event"]["user"] = "U0DESKHAND"
    assert read(body) == []


@pytest.mark.parametrize("name", ["app_uninstalled__plain", "tokens_revoked__bot"])
def test_the_end_of_the_installation_is_told(name: str) -> None:
    event = one(payload(name))
    assert (event.kind, event.ref, event.at) == (EventKind.DISCONNECTED, None, NOW)


def test_another_bots_token_is_not_our_end() -> None:
    body = payload("tokens_revoked__bot")
    body["event"]["tokens"]["bot"] = ["U0ANOTHER"]
    assert read(body) == []
    assert read(body, user_id="")[0].kind is EventKind.DISCONNECTED


def test_a_channel_that_changes_its_id_is_told() -> None:
    assert one(payload("channel_id_changed__shared")).kind is EventKind.CHANGED


def test_the_time_is_slacks() -> None:
    assert one(payload("message__in_channel")).at == datetime(2024, 6, 24, 6, 40, 49, 499799, tzinfo=UTC)


def test_a_mention_and_its_message_are_one_delivery() -> None:
    first, second = one(payload("message__in_channel")), one(payload("app_mention__same_as_message"))
    assert first.delivery == second.delivery == f"T0HOMETEAM:{THREAD}"


def test_a_resend_under_another_event_id_is_the_same_delivery() -> None:
    again = {**payload("message__in_channel"), "event_id": "Ev9999"}
    assert one(again).delivery == one(payload("message__in_channel")).delivery


def test_two_messages_are_two_deliveries() -> None:
    assert one(payload("message__in_channel")).delivery != one(payload("message__in_thread")).delivery


# --- whose it is ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "authorization",
    [
        {"team_id": "T0OTHER", "enterprise_id": None},
        {"team_id": None, "enterprise_id": "E0OTHER", "is_enterprise_install": True},
        {"team_id": None, "enterprise_id": "E0HOME", "is_enterprise_install": False},
        {"team_id": ["T0HOMETEAM"]},
        {},
    ],
)
def test_another_tenants_event_is_not_read(authorization: dict[str, Any]) -> None:
    body = {**payload("message__in_channel"), "authorizations": [authorization]}
    with pytest.raises(BadPayload) as refusal:
        read(body, enterprise_id="E0HOME")
    assert isinstance(refusal.value, ForeignTenant) == ("OTHER" in str(authorization))
    assert refusal.value.path == "authorizations.0.team_id"


def test_the_outer_team_does_not_decide() -> None:
    assert read({**payload("message__in_channel"), "team_id": "T0CUSTTEAM", "context_team_id": "T0CUSTTEAM"})


def test_without_authorizations_the_context_decides() -> None:
    body = payload("message__no_authorizations")
    assert read({**body, "team_id": "T0CUSTTEAM"})
    with pytest.raises(ForeignTenant):
        read({**body, "context_team_id": "T0CUSTTEAM"})


def test_an_installation_of_the_whole_organisation_is_ours() -> None:
    grant = {"enterprise_id": "E0HOME", "team_id": None, "user_id": "U1", "is_bot": True, "is_enterprise_install": True}
    body = {**payload("message__in_channel"), "team_id": "T0SISTER", "authorizations": [grant]}
    assert read(body, enterprise_id="E0HOME")


# --- buttons -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "action", "external"),
    [
        ("block_actions__human", "human", True),
        ("block_actions__helped", "helped", True),
        ("block_actions__share_by_colleague", "share", False),
        ("block_actions__share_by_outsider", "share", True),
        ("block_actions__resume_on_note", "resume", False),
    ],
)
def test_a_press_says_who_what_and_where(name: str, action: str, external: bool) -> None:
    event = one(payload(name))
    assert event.click is not None
    assert event.ref is not None
    assert (event.kind, event.ref.id) == (EventKind.CLICK, THREAD)
    assert (event.click.action, event.click.value) == (action, "decision-1")
    assert event.click.person.external is external
    assert event.click.answer_url == "https://hooks.slack.com/actions/T0HOMETEAM/111/abcdef"


@pytest.mark.parametrize("user", [{"id": "U1"}, {"id": "U1", "team_id": None}, {"id": "U1", "team_id": "E0CUSTGRID"}])
def test_a_presser_without_a_home_team_is_external(user: dict[str, Any]) -> None:
    event = one({**payload("block_actions__share_by_colleague"), "user": user, "team": {"id": "T0HOMETEAM"}})
    assert event.click is not None
    assert event.click.person.external is True


def test_two_presses_are_two_deliveries_and_one_press_is_one() -> None:
    body = payload("block_actions__human")
    later = copy.deepcopy(body)
    later["actions"][0]["action_ts"] = "1719211271.185194"
    assert one(body).delivery == one(body).delivery
    assert one(body).delivery != one(later).delivery


def test_a_button_without_our_block_belongs_to_where_it_stands() -> None:
    body = payload("block_actions__human")
    body["actions"][0]["block_id"] = "Xy1"
    event = one(body)
    assert event.ref is not None
    assert event.ref.id == THREAD


@pytest.mark.parametrize("change", [{"api_app_id": "A0OTHERAPP"}, {"actions": None}, {"user": None}])
def test_a_press_that_cannot_be_ours_is_a_bad_payload(change: dict[str, Any]) -> None:
    with pytest.raises(BadPayload):
        read({**payload("block_actions__human"), **change})


def test_a_press_in_another_tenant_is_a_bad_payload() -> None:
    body = payload("block_actions__human")
    body["message"] = {"team": "T0OTHER"}
    with pytest.raises(BadPayload) as refusal:
        read(body)
    assert refusal.value.path == "team.id"


@pytest.mark.parametrize(
    "form",
    [
        {"command": "/support", "team_id": "T0HOMETEAM", "user_id": "U1", "text": "status"},
        {"ssl_check": "1", "token": "deprecated"},
    ],
)
def test_commands_and_certificate_checks_are_nothing(form: dict[str, str]) -> None:
    assert read(urlencode(form).encode()) == []


# --- the greeting --------------------------------------------------------------------------------------------


def test_the_greeting_is_given_back() -> None:
    body = payload("url_verification__plain")
    answer = slack().greeting(request(body, at=NOW))
    assert answer is not None
    assert (answer.status, answer.body) == (200, body["challenge"])


def test_an_unsigned_greeting_is_refused() -> None:
    with pytest.raises(BadSignature):
        slack().greeting(request(payload("url_verification__plain"), at=NOW, secret="another"))


@pytest.mark.parametrize("body", [payload("message__in_channel"), b"{", b"", b"[]"])
def test_everything_else_is_no_greeting(body: Any) -> None:
    assert slack().greeting(request(body, at=NOW)) is None


def test_slack_is_told_not_to_resend_what_cannot_be_read() -> None:
    assert Slack.answers.unreadable.status == 400
    assert Slack.answers.unreadable.headers["x-slack-no-retry"] == "1"
    assert (Slack.answers.accepted.status, Slack.answers.unsigned.status, Slack.answers.unavailable.status) == (
        200,
        401,
        503,
    )


# --- hostile bodies ------------------------------------------------------------------------------------------

junk = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from(["T0HOMETEAM", "1.1", "\ud800", "\x00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every path into a payload."""
    steps = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for step, inner in steps for found in places(inner, (*path, step)))]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_field_may_hold_anything(data: st.DataObject) -> None:
    body = json.loads((PAYLOADS / data.draw(st.sampled_from(FILES))).read_text())
    path = data.draw(st.sampled_from(places(body)[1:]))
    inner = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = data.draw(junk)
    try:
        events = read(body)
    except Rejected:
        return
    for event in events:
        assert event.delivery.isprintable()
        assert event.at.tzinfo is not None


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_rejected(body: bytes) -> None:
    with pytest.raises(Rejected):
        read(body)


def test_a_deep_body_is_a_bad_payload() -> None:
    with pytest.raises(BadPayload):
        read(urlencode({"payload": "[" * 20_000}).encode())
