"""The wire: each connection to its own address, no retries, tokens renewed, nothing said that should not be."""

import json
import logging
import socket
import threading

import pytest
import requests

from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from app.sandbox.zendesk import ZendeskHost
from connectors.base import Connection
from connectors.errors import AuthFailed, BadPayload, Forbidden, Refused, Unavailable
from connectors.types import AddMessage, Note, Ref, Reply, Tag
from connectors.zendesk import Zendesk, oauth
from connectors.zendesk.session import Pinned, Session, failure
from connectors.zendesk.settings import address, marketplace
from tests.connectors.zendesk import stage as stages
from tests.connectors.zendesk.stage import connection


def test_two_accounts_at_two_addresses_in_one_process(monkeypatch):
    # What zenpy offers for this is an environment variable for the whole process: it must not matter.
    monkeypatch.setenv("ZENPY_FORCE_NETLOC", "127.0.0.1:9")
    monkeypatch.setenv("ZENPY_FORCE_SCHEME", "http")
    world = World()
    one, two = ZendeskHost(world, "one", token="t1"), ZendeskHost(world, "two", token="t2")
    ticket = Ref(one.customer_writes("Ada", "to one"))
    for _ in range(3):
        two.customer_writes("Charles", "to two")
    with Served(application(world, [one])) as first, Served(application(world, [two])) as second:
        here, there = Zendesk(connection(first, one)), Zendesk(connection(second, two))
        assert here.ticket(ticket).messages[0].text == "to one"
        there.apply(Ref("2"), [Note("two's")], key="k")
        here.apply(ticket, [Note("one's")], key="k")
        assert there.check()["user_id"] == str(two.state.bot)
    assert [c["plain_body"] for c in one.state.record(1).comments] == ["to one", "one's"]


@pytest.mark.parametrize(
    ("asked", "sent"),
    [
        ("https://account.zendesk.com/api/v2/tickets/1.json", "http://127.0.0.1:5/zd/api/v2/tickets/1.json"),
        ("https://evil.example.com/x/api/v2/tickets.json?page=2", "http://127.0.0.1:5/zd/api/v2/tickets.json?page=2"),
        ("http://127.0.0.1:5/zd/api/v2/a?page%5Bafter%5D=b%3D", "http://127.0.0.1:5/zd/api/v2/a?page%5Bafter%5D=b%3D"),
    ],
)
def test_every_request_goes_to_the_connections_own_address(asked, sent):
    assert Pinned(address("http://127.0.0.1:5/zd/")).url(asked) == sent


def test_what_is_no_api_path_goes_nowhere():
    with pytest.raises(Refused):
        Pinned(address("https://acme.zendesk.com")).url("https://acme.zendesk.com/attachments/1")


def test_a_link_to_another_host_in_an_answer_is_followed_on_ours_only(stage):
    for number in range(150):
        stage.host.customer_writes("Ada Lovelace", f"m{number}", ticket=stage.ref.id)
    asked = []
    stage.connector._client._session.hooks["response"].append(lambda r, **_: asked.append(r.url))
    stage.connector.ticket(stage.ref)
    assert len(asked) == 4
    assert {url.split("/api/")[0] for url in asked} == {f"{stage.base}/zendesk"}


def test_a_redirect_is_not_followed(stage):
    stage.world.faults.order(Fault("status", status=302, headers={"Location": "http://127.0.0.1:9/steal"}))
    with pytest.raises(Refused):
        stage.connector.ticket(stage.ref)


def test_no_call_is_sent_twice_by_itself(stage):
    for kind in ("reset_before", "hang"):
        stage.world.faults.order(Fault(kind, seconds=0.01))
        with pytest.raises(Unavailable):
            stage.connector.check()
    assert stage.connector.check()


def test_a_host_that_never_answers_is_given_up(monkeypatch):
    monkeypatch.setattr("connectors.zendesk.session.TIMEOUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
        zendesk = Zendesk(Connection("c", base, {"email": "a@example.com"}, {"token": "t"}))
        with pytest.raises(Unavailable, match="no answer in time"):
            zendesk.check()


def test_nobody_there_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Unavailable):
        Zendesk(Connection("c", base, {"email": "a@example.com"}, {"token": "t"})).check()


@pytest.mark.parametrize(
    "body", [b"<html>maintenance</html>", b'{"users": []}', b"[]", b'"x"', b'{"user": 5}', b"null"]
)
def test_an_answer_of_another_shape_is_unavailable(stage, body):
    def reshaped(response, **_):
        assert response.content  # read to the end, so that the connection is free again
        response._content = body
        return response

    stage.connector._client._session.hooks["response"].append(reshaped)
    with pytest.raises(Unavailable):
        stage.connector.check()


def test_an_update_that_answers_without_its_audit_is_an_update(stage):
    def without(response, **_):
        if response.request.method == "PUT":
            response._content = json.dumps({"ticket": response.json()["ticket"]}).encode()
        return response

    stage.connector._client._session.hooks["response"].append(without)
    receipt = stage.connector.apply(stage.ref, [Note("written"), Tag(("t",))], key="k")
    assert (receipt.refs, receipt.skipped) == ((), ())
    assert stage.record.comments[-1]["plain_body"] == "written"


# --- credentials ----------------------------------------------------------------------------------------------


def bearer(stage, token, refresh=""):
    secrets = {"oauth_token": token, "refresh_token": refresh, "client_secret": stage.host.oauth.client_secret}
    return Connection("c", f"{stage.base}/zendesk", {"client_id": stage.host.oauth.client_id}, secrets)


def test_a_connection_without_credentials_says_so():
    with pytest.raises(AuthFailed):
        Session(Connection("c", "https://acme.zendesk.com", {"email": "a@example.com"}))


def test_an_oauth_token_works_until_it_ends(stage):
    zendesk = Zendesk(bearer(stage, stage.host.oauth.grant()["access_token"]))
    assert zendesk.check()
    stage.world.clock.advance(1801)
    with pytest.raises(AuthFailed):
        zendesk.check()


def test_a_renewed_token_is_used_at_once_and_for_the_rest(stage):
    granted = stage.host.oauth.grant()
    kept = bearer(stage, granted["access_token"], granted["refresh_token"])
    saved = []

    def renew():
        saved.append(oauth.renewed(kept))
        return saved[-1]

    zendesk = Zendesk(kept, renew)
    stage.world.clock.advance(1801)
    zendesk.apply(stage.ref, [Reply("Hello")], key="k")
    zendesk.ticket(stage.ref)
    assert len(saved) == 1
    assert [c["plain_body"] for c in stage.record.comments[1:]] == ["Hello"]
    with pytest.raises(AuthFailed):
        oauth.renewed(kept)


def test_renewing_is_tried_once_a_request(stage):
    calls = []
    zendesk = Zendesk(bearer(stage, "dead"), lambda: calls.append(1) or {"oauth_token": "dead too"})
    with pytest.raises(AuthFailed):
        zendesk.check()
    assert len(calls) == 1


def test_a_scope_that_was_not_granted_is_no_permission(stage):
    zendesk = Zendesk(bearer(stage, stage.host.oauth.grant("read")["access_token"]))
    assert zendesk.check()
    with pytest.raises(Forbidden):
        zendesk.apply(stage.ref, [Note("x")], key="k")


def test_without_a_refresh_token_there_is_nothing_to_trade(stage):
    with pytest.raises(AuthFailed):
        oauth.renewed(bearer(stage, "x"))


def test_a_token_endpoint_that_is_down_is_unavailable():
    with socket.create_server(("127.0.0.1", 0)) as server:
        base = f"http://127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(Unavailable):
        oauth.renewed(Connection("c", base, {}, {"refresh_token": "r"}))


# --- addresses ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "base"),
    [
        ("https://acme.zendesk.com", "https://acme.zendesk.com"),
        ("https://acme.zendesk.com/", "https://acme.zendesk.com"),
        ("acme", "https://acme.zendesk.com"),
        ("Acme", "https://acme.zendesk.com"),
        ("http://127.0.0.1:8001/zendesk", "http://127.0.0.1:8001/zendesk"),
        ("http://localhost:8001", "http://localhost:8001"),
        ("http://[::1]:8001", "http://[::1]:8001"),
        ("https://acme.example.co.uk:8443/x", "https://acme.example.co.uk:8443/x"),
    ],
)
def test_addresses(given, base):
    assert address(given).base == base


@pytest.mark.parametrize(
    "given",
    [
        "",
        "http://acme.zendesk.com",
        "ftp://acme.zendesk.com",
        "https://169.254.169.254",
        "https://10.0.0.1/",
        "https://user@acme.zendesk.com",
        "https://acme.zendesk.com@evil.example.com",
        "https://acme.zendesk.com?x=1",
        "https://acme.zendesk.com#evil",
        "https://evil.example.com\\.zendesk.com",
        "https://acme_.zendesk.com",
        "https://-acme.zendesk.com",
        "https://acme..com",
        "https://acme.zendesk.com:99999",
        "https://[::1",
        "http://127.0.0.1.evil.example.com",
        "javascript:alert(1)",
        "acme/../evil",
    ],
)
def test_no_addresses(given):
    with pytest.raises(BadPayload) as caught:
        address(given)
    assert caught.value.path == "base_url"


def test_marketplace_headers_only_when_they_are_known(stage):
    known = {"marketplace_name": "Deskhand", "marketplace_organization_id": "7", "marketplace_app_id": "8"}
    headers = Session(connection(stage.base, stage.host, **known)).headers
    assert headers["X-Zendesk-Marketplace-Name"] == "Deskhand"
    assert headers["X-Zendesk-Marketplace-App-Id"] == "8"
    assert marketplace(connection(stage.base, stage.host)) == {}


# --- silence --------------------------------------------------------------------------------------------------


def test_no_secret_and_no_text_in_logs_or_errors(stage, caplog):
    caplog.set_level(logging.DEBUG)
    said = "A very private sentence"
    problems = []
    for status in (400, 401, 403, 404, 409, 422, 429, 500, 503):
        stage.world.faults.order(Fault("status", method="PUT", status=status))
        try:
            stage.connector.apply(stage.ref, [Reply(said)], key="k")
        except Exception as problem:  # noqa: BLE001
            problems.append(problem)
    stage.connector.ticket(stage.ref)
    stage.connector.apply(stage.ref, [Reply(said)], key="k")
    stage.connector.apply(stage.ref, [AddMessage(said, stages.CUSTOMER)], key="k2")
    assert len(problems) == 9
    lines = [record.getMessage() for record in caplog.records] + [f"{p!s} {p!r}" for p in problems]
    spoken = "\n".join(lines)
    for secret in (*stage.secrets, said, "Where is my parcel", stage.host.email, "grace"):
        assert secret not in spoken


def test_a_vendors_sentence_is_not_repeated():
    answer = requests.Response()
    answer.status_code, answer._content = 400, b'{"error": "Ada said: my card is 4111"}'
    assert str(failure(answer, "PUT /x")) == "PUT /x answered 400"


def test_a_connection_shows_no_secret(stage):
    assert not any(secret in repr(connection(stage.base, stage.host)) for secret in stage.secrets)


def test_one_connector_a_thread(stage):
    errors = []

    def write(number):
        try:
            Zendesk(connection(stage.base, stage.host)).apply(stage.ref, [Note(f"n{number}")], key=f"k{number}")
        except Exception as error:  # noqa: BLE001
            errors.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert sorted(c["plain_body"] for c in stage.record.comments[1:]) == [f"n{n}" for n in range(8)]
