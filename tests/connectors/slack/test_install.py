"""Installing by OAuth at the played Slack: workspaces and whole organisations, scopes, tokens that end, whose news it is."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from app.sandbox.server import Served, application
from app.sandbox.slack import SlackHost
from app.sandbox.slack.state import HOME, HOME_ORGANISATION
from app.sandbox.world import World
from connectors.base import Connection
from connectors.errors import AuthFailed, BadSignature
from connectors.installing import App, Asking, Grant, MissingScopes
from connectors.slack import Slack
from connectors.slack.settings import SCOPES
from connectors.types import Inbound
from tests.connectors.slack.stage import SECRET, request

ASKING = Asking("https://deskhand.example.com/install/slack/callback", "the-state", "v" * 43)


@dataclass
class Office:
    host: SlackHost
    app: App

    def code(self) -> str:
        back = requests.get(Slack.consent(self.app, "", ASKING), allow_redirects=False, timeout=60).headers["Location"]
        return parse_qs(urlsplit(back).query)["code"][0]

    def grant(self) -> Grant:
        return Slack.granted(self.app, "", ASKING, self.code())


@pytest.fixture(params=[False, True], ids=["workspace", "organisation"])
def office(request) -> Iterator[Office]:
    host = SlackHost(World(), org=request.param)
    with Served(application(host.slack.world, [host])) as base:
        values = {"client_id": host.slack.client[0], "client_secret": host.slack.client[1]}
        yield Office(host, App({**values, "signing_secret": SECRET, "base_url": f"{base}/slack"}))
    host.sending.deliveries.close()


def connected(grant: Grant) -> Connection:
    return Connection("c1", grant.base_url, grant.settings, grant.secrets)


def test_the_consent_page_asks_for_just_our_scopes():
    page = urlsplit(Slack.consent(App({"client_id": "1.2", "client_secret": "s"}), "", ASKING))
    asked = {name: values[0] for name, values in parse_qs(page.query).items()}
    assert (page.scheme, page.netloc, page.path) == ("https", "slack.com", "/oauth/v2/authorize")
    assert asked["scope"].split(",") == list(SCOPES)
    assert asked["state"] == ASKING.state


def test_a_code_becomes_an_installation_of_whoever_installed(office):
    grant = office.grant()
    home = office.host.slack.organisation or HOME
    assert grant.settings["team_id"] == home
    assert Slack(connected(grant)).check()["user_id"]
    assert set(grant.secrets) == {"bot_token", "refresh_token", "signing_secret", "client_secret"}
    assert not any(secret in repr(grant) for secret in grant.secrets.values())


def test_a_code_works_once_and_other_codes_never(office):
    code = office.code()
    Slack.granted(office.app, "", ASKING, code)
    with pytest.raises(AuthFailed) as refused:
        Slack.granted(office.app, "", ASKING, code)
    assert code not in str(refused.value)


def test_scopes_that_were_not_given_are_named(office):
    office.host.slack.granted = frozenset(office.host.slack.granted - {"users:read", "im:read"})
    with pytest.raises(MissingScopes) as refused:
        office.grant()
    assert refused.value.scopes == ("im:read", "users:read")


def test_a_token_that_ended_is_renewed_once_and_the_call_goes_on(office):
    grant = office.grant()
    before = connected(grant)
    traded = []

    def renew() -> Mapping[str, str]:
        traded.append(1)
        return Slack.renewed(before)

    office.host.slack.ended.add(grant.secrets["bot_token"])
    slack = Slack(before, renew)
    assert slack.check()["user_id"]
    assert slack.check()["user_id"]
    assert traded == [1]
    with pytest.raises(AuthFailed):
        Slack.renewed(before)


def test_without_a_way_to_renew_an_ended_token_is_a_lost_one(office):
    grant = office.grant()
    office.host.slack.ended.add(grant.secrets["bot_token"])
    with pytest.raises(AuthFailed, match="token_expired"):
        Slack(connected(grant)).check()


# --- whose news it is --------------------------------------------------------------------------------------------

APP = App({"signing_secret": SECRET})


def whose(payload: Mapping[str, object]) -> list[str]:
    return list(Slack.tenants(APP, request(payload, at=datetime.now(UTC))))


def test_an_event_is_the_installations_that_it_came_through_not_the_outer_teams():
    event = {
        "type": "event_callback",
        "team_id": "T0OTHER",
        "context_team_id": "T0OTHER",
        "authorizations": [{"team_id": HOME, "enterprise_id": HOME_ORGANISATION}],
    }
    assert whose(event) == [HOME, HOME_ORGANISATION]
    assert whose({**event, "authorizations": [{"team_id": None, "enterprise_id": HOME_ORGANISATION}]}) == [
        HOME_ORGANISATION
    ]


def test_an_event_without_authorizations_names_its_team():
    assert whose({"type": "event_callback", "team_id": HOME, "event": {"type": "app_uninstalled"}}) == [HOME]


def test_a_press_is_first_of_all_the_messages():
    pressed = {
        "type": "block_actions",
        "team": None,
        "user": {"id": "U1", "team_id": "T0CUSTTEAM"},
        "message": {"bot_profile": {"team_id": HOME}},
    }
    assert whose(pressed) == [HOME, "T0CUSTTEAM"]


def test_nothing_is_read_that_is_not_signed():
    body = urlencode({"payload": json.dumps({"type": "block_actions"})}).encode()
    with pytest.raises(BadSignature):
        Slack.tenants(APP, Inbound({}, body, datetime.now(UTC)))
    with pytest.raises(BadSignature):
        Slack.tenants(App({}), request({"type": "event_callback"}, at=datetime.now(UTC)))
