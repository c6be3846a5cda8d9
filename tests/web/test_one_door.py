"""``/webhooks/<vendor>``: the news of everybody who installed our app, each given to the connection that it is for."""

import json
from dataclasses import replace

import pytest
import yaml

from tests.web.conftest import open_receiver
from tests.web.vendors import SECRET, VENDORS

APPS = {
    "intercom": {"client_id": "x", "client_secret": SECRET},
    "slack": {"client_id": "x", "client_secret": "y", "signing_secret": SECRET},
    "zendesk": {"client_id": "x", "client_secret": "y"},
}
SHARING = [vendor for vendor in VENDORS if vendor.name in ("intercom", "slack")]


@pytest.fixture
def receiver(prepared, tmp_path):
    file = tmp_path / "apps.yaml"
    file.write_text(yaml.safe_dump(APPS))
    opened = open_receiver(replace(prepared, apps_file=file))
    yield opened
    opened.services.dispose()


@pytest.fixture(params=SHARING, ids=lambda vendor: vendor.name)
def vendor(request):
    return request.param


def post(receiver, vendor, body, headers=None):
    given = vendor.signed(body) if headers is None else headers
    return receiver.client.post(f"/webhooks/{vendor.name}", data=body, headers=given)


def test_news_reach_the_connection_they_are_for(receiver, vendor):
    mine = receiver.connect(vendor)
    answer = post(receiver, vendor, json.dumps(vendor.event("d-1")).encode())
    assert answer.status_code == 200
    assert [connection for connection, _ in receiver.saved()] == [mine]


def test_news_for_nobody_are_taken_and_let_go(receiver, vendor):
    assert post(receiver, vendor, json.dumps(vendor.event("d-1")).encode()).status_code == 200
    assert receiver.saved() == []


def test_what_is_not_signed_by_the_app_is_refused_whoever_it_is_for(receiver, vendor):
    receiver.connect(vendor)
    body = json.dumps(vendor.event("d-1")).encode()
    for headers in ({}, vendor.signed(body, secret="another")):
        assert post(receiver, vendor, body, headers).status_code == 401
    assert receiver.saved() == []


def test_what_the_app_signed_and_nobody_can_read_is_no_crash(receiver, vendor):
    receiver.connect(vendor)
    for body in (b"[]", b"{", b"\xff", b'{"type": "event_callback", "authorizations": 7}'):
        assert post(receiver, vendor, body).status_code in (200, 400)
    assert receiver.saved() == []


def test_a_connection_with_another_secret_hears_nothing(receiver, vendor):
    """The app's secret was changed and the connection's copy not yet: verified twice, and the second time counts, too."""
    name = next(name for name, secret in vendor.secrets.items() if secret == SECRET)
    receiver.connect(vendor, **{name: "an older secret"})
    assert post(receiver, vendor, json.dumps(vendor.event("d-1")).encode()).status_code == 401
    assert receiver.saved() == []


def test_slack_is_greeted_before_anybody_installed(receiver):
    [slack] = [vendor for vendor in VENDORS if vendor.name == "slack"]
    body = json.dumps({"type": "url_verification", "challenge": "word"}).encode()
    assert post(receiver, slack, body).text == "word"


def test_vendors_without_such_a_door_have_none(receiver):
    [zendesk] = [vendor for vendor in VENDORS if vendor.name == "zendesk"]
    assert post(receiver, zendesk, b"{}").status_code == 404
    assert receiver.client.post("/webhooks/nobody").status_code == 404


def test_head_says_that_the_address_is_right(receiver, vendor):
    assert receiver.client.head(f"/webhooks/{vendor.name}").status_code == 200
