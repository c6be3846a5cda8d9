"""Installing by OAuth at the played Intercom: regions, the code's trade, and whose news a notification is."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from app.sandbox.intercom import IntercomHost
from app.sandbox.intercom.oauth import CLIENT
from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from connectors.base import Connection
from connectors.errors import AuthFailed, BadPayload, BadSignature, Unavailable
from connectors.installing import App, Asking
from connectors.intercom import Intercom
from connectors.signing import mac
from connectors.types import Inbound

ASKING = Asking("https://deskhand.example.com/install/intercom/callback", "the-state", "v" * 43)


@dataclass
class Office:
    host: IntercomHost
    world: World
    app: App

    def code(self) -> str:
        page = Intercom.consent(self.app, "us", ASKING)
        back = requests.get(page, allow_redirects=False, timeout=60).headers["Location"]
        return parse_qs(urlsplit(back).query)["code"][0]


@pytest.fixture
def office() -> Iterator[Office]:
    world = World()
    host = IntercomHost(world)
    with Served(application(world, [host])) as base:
        values = {"client_id": CLIENT[0], "client_secret": CLIENT[1], "base_url": f"{base}/intercom"}
        yield Office(host, world, App(values))
    host.notifier.deliveries.close()


@pytest.mark.parametrize(
    ("place", "host"), [("us", "app.intercom.com"), (" EU ", "app.eu.intercom.com"), ("au", "app.au.intercom.com")]
)
def test_each_region_has_its_own_consent_page(place, host):
    page = urlsplit(Intercom.consent(App({"client_id": "x", "client_secret": "s"}), place, ASKING))
    assert (page.scheme, page.netloc, page.path) == ("https", host, "/oauth")
    assert parse_qs(page.query)["state"] == [ASKING.state]


@pytest.mark.parametrize("place", ["", "xx", "us.evil.com", "us/", "eu@evil"])
def test_what_is_no_region_never_becomes_an_address(place):
    with pytest.raises(BadPayload, match="region"):
        Intercom.consent(App({"client_id": "x", "client_secret": "s"}), place, ASKING)


def test_a_code_becomes_a_workspace_that_works(office):
    code = office.code()
    assert code.endswith("=")
    grant = Intercom.granted(office.app, "us", ASKING, code)
    assert grant.settings == {"app_id": office.host.app_id, "admin_id": office.host.admin_id, "region": "us"}
    assert Intercom(Connection("c1", grant.base_url, grant.settings, grant.secrets)).check()["account"]
    assert not any(secret in repr(grant) for secret in grant.secrets.values())


def test_a_code_works_once(office):
    code = office.code()
    Intercom.granted(office.app, "us", ASKING, code)
    with pytest.raises(AuthFailed) as refused:
        Intercom.granted(office.app, "us", ASKING, code)
    assert code not in str(refused.value)


@pytest.mark.parametrize("path", ["/auth/eagle/token", "/me"])
def test_an_intercom_that_is_away_is_said_to_be(office, path):
    code = office.code()
    office.world.faults.order(Fault("status", path=path, status=503))
    with pytest.raises(Unavailable):
        Intercom.granted(office.app, "us", ASKING, code)


def test_a_notification_is_its_workspaces_once_its_signature_fits():
    body = json.dumps({"type": "notification_event", "app_id": "pl4y3d1d", "topic": "ping"}).encode()
    good = {"x-hub-signature": "sha1=" + mac("s3cret", body, "sha1").hex()}
    asked = Inbound(good, body, datetime.now(UTC))
    assert list(Intercom.tenants(App({"client_secret": "s3cret"}), asked)) == ["pl4y3d1d"]
    for app in (App({"client_secret": "another"}), App({})):
        with pytest.raises(BadSignature):
            Intercom.tenants(app, asked)
