"""Who opens our page inside Zendesk: only what this very installation's Zendesk signed, now, and once, is believed."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from connectors.errors import BadSignature, Forbidden
from connectors.types import Inbound, Level
from connectors.zendesk import app
from connectors.zendesk.app import Keys
from tests.connectors.zendesk.tokens import BASE, claims, connection, opened, pair, token

NOW = datetime.now(UTC).replace(microsecond=0)


def unreachable(_: str) -> str:
    raise AssertionError("nobody is asked where the key is set")


def enter(request: Inbound, **settings: str):
    return app.signed_in(connection(**settings), request, unreachable)


def test_whoever_zendesk_signs_for_gets_in() -> None:
    entrance = enter(opened(token(claims(NOW)), NOW))
    assert (entrance.person.id, entrance.person.external) == ("8447388090494", False)
    assert entrance.once == "c1 0c6c2b5e" and entrance.ends == NOW + timedelta(minutes=55)


@pytest.mark.parametrize("issuer", ["acme.zendesk.com", BASE])
def test_the_issuer_is_written_in_two_ways(issuer: str) -> None:
    assert enter(opened(token(claims(NOW, iss=issuer)), NOW)).person.id


def test_without_a_name_of_its_own_a_token_is_good_once_all_the_same() -> None:
    given = token(claims(NOW, jti=None))
    assert enter(opened(given, NOW)).once == f"c1 {hashlib.sha256(given.encode()).hexdigest()}"


@pytest.mark.parametrize("changes", [
    {"iss": "evil.zendesk.com"},
    {"iss": "https://acme.zendesk.com.evil.example"},
    {"iss": None},
    {"aud": f"{BASE}/api/v2/apps/installations/360002.json"},
    {"aud": "https://evil.zendesk.com/api/v2/apps/installations/360001.json"},
    {"aud": [f"{BASE}/api/v2/apps/installations/360001.json", "https://evil.example"]},
    {"aud": None},
    {"sub": "https://evil.zendesk.com/api/v2/users/1.json"},
    {"sub": f"{BASE}/api/v2/users/1.json/../../2"},
    {"sub": f"{BASE}/api/v2/users/me.json"},
    {"sub": None},
    {"exp": None},
    {"exp": timedelta(minutes=-2)},
    {"exp": timedelta(days=1)},
    {"iat": None},
    {"iat": timedelta(minutes=50)},
    {"nbf": timedelta(minutes=50)},
], ids=str)  # fmt: skip
def test_what_does_not_fit_is_refused(changes: dict[str, Any]) -> None:
    moments = {name: int((NOW + far).timestamp()) for name, far in changes.items() if isinstance(far, timedelta)}
    with pytest.raises(BadSignature):
        enter(opened(token(claims(NOW, **changes | moments)), NOW))


def test_another_key_is_refused() -> None:
    with pytest.raises(BadSignature):
        enter(opened(token(claims(NOW), pair("somebody")[0]), NOW))


def test_no_other_algorithm_is_taken() -> None:
    """Neither none at all, nor the public key as a shared secret."""
    part = lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=")  # noqa: E731
    body = part(claims(NOW))
    unsigned = b".".join((part({"alg": "none", "typ": "JWT"}), body, b"")).decode()
    head = b".".join((part({"alg": "HS256", "typ": "JWT"}), body))
    mac = base64.urlsafe_b64encode(hmac.new(pair()[1].encode(), head, "sha256").digest()).rstrip(b"=")
    for given in (unsigned, b".".join((head, mac)).decode(), token(claims(NOW), algorithm="RS512")):
        with pytest.raises(BadSignature):
            enter(opened(given, NOW))


@pytest.mark.parametrize(
    "body", [b"", b"token=", b"token=a.b.c", b"token=a&token=b", b"token=" + b"x" * 9000, b"\xff\xfe"]
)
def test_what_is_no_token_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature):
        enter(replace(opened("x", NOW), body=body))


@pytest.mark.parametrize(
    "settings", [{"installation_id": ""}, {"app_public_key": "", "app_id": ""}, {"app_public_key": "no key"}]
)
def test_a_connection_without_an_app_lets_nobody_in(settings: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        enter(opened(token(claims(NOW)), NOW), **settings)


def test_the_key_is_asked_for_and_kept_and_asked_again_when_it_changed() -> None:
    asked: list[str] = []
    keys, time = Keys(lambda: clock[0]), opened(token(claims(NOW)), NOW)
    clock, answers = [0.0], [pair("old")[1], pair()[1]]

    def fetch(id: str) -> str:
        asked.append(id)
        return answers[min(len(asked), 2) - 1]

    unset = connection(app_public_key="")
    with pytest.raises(BadSignature):
        app.signed_in(unset, time, fetch, keys)
    assert asked == ["77"], "a stranger's token does not make us ask twice a minute"
    clock[0] = 61.0
    assert app.signed_in(unset, time, fetch, keys).person.id
    assert app.signed_in(unset, time, fetch, keys).person.id
    assert asked == ["77", "77"]


@pytest.mark.parametrize(("user", "level"), [
    ({"role": "admin"}, Level.ADMIN),
    ({"role": "agent", "role_type": 0}, Level.AGENT),
    ({"role": "agent", "role_type": None}, Level.AGENT),
    ({"role": "agent", "role_type": 1}, Level.VIEWER),
    ({"role": "agent", "role_type": 3}, Level.VIEWER),
])  # fmt: skip
def test_a_role_at_the_host_is_a_level_here(user: dict[str, Any], level: Level) -> None:
    assert app.level(user) is level


@pytest.mark.parametrize("user", [{"role": "end-user"}, {}, {"role": "admin", "suspended": True}])
def test_who_is_no_agent_is_nobody(user: dict[str, Any]) -> None:
    with pytest.raises(BadSignature):
        app.level(user)


def test_where_it_comes_from_is_read_and_not_believed() -> None:
    assert app.comes_from(opened(token(claims(NOW)), NOW)) == BASE
    assert app.comes_from(opened("nonsense", NOW)) == BASE
    assert app.comes_from(Inbound({}, b"", NOW)) == ""


def test_the_frame_is_the_accounts_own() -> None:
    frame = app.frame(connection())
    assert (frame.origin, frame.script.partition("/zendesk_app")[0]) == (BASE, "https://static.zdassets.com")
    assert "window.deskhandHost" in frame.adaptor
    played = app.frame(connection("http://127.0.0.1:5001/desk"))
    assert (played.origin, played.script) == ("http://127.0.0.1:5001", "http://127.0.0.1:5001/desk/zaf_sdk.js")


@pytest.mark.parametrize(("rows", "settings", "found"), [
    ([{"id": 5, "app_id": 9, "settings": {"name": "Deskhand"}}], {}, {"app_id": "9", "installation_id": "5"}),
    ([{"id": 5, "app_id": 9, "settings": {"title": "Deskhand"}, "enabled": False}], {}, {}),
    ([{"id": 5, "app_id": 9, "settings": {"name": "Deskhand"}}], {"app_id": "8"}, {}),
    ([{"id": 5, "app_id": 8, "settings": {"name": "Desk"}}], {"app_id": "8"}, {"app_id": "8", "installation_id": "5"}),
    ([{"id": 5, "app_id": 9, "settings": {"name": "Another"}}], {}, {}),
    ([], {}, {}),
])  # fmt: skip
def test_our_own_installation_is_found(rows: list[Any], settings: dict[str, str], found: dict[str, str]) -> None:
    unset = {"installation_id": "", "app_id": "", **settings}
    assert app.installed(lambda: rows, connection(**unset)) == found


def test_who_may_not_list_apps_is_none_the_worse() -> None:
    def forbidden() -> list[Any]:
        raise Forbidden("apps")

    assert app.installed(forbidden, connection(installation_id="")) == {}
    assert app.installed(forbidden, connection()) == {}, "and nobody is asked where it is known"
