"""Signing in by an identity provider: a browser of ours, a played provider over HTTP, and everything that may be wrong between."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import pytest
import requests
import yaml
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from sqlalchemy import select

from app.db import accounts
from app.db.models.trail import TrailRow
from app.settings import Settings
from app.web.pages.session import proof
from tests.doubles.provider import Provider, playing, rsa, state_of
from tests.web.conftest import Receiver, open_receiver


@dataclass
class House:
    """Our web with a provider in its settings, and the provider."""

    provider: Provider
    receiver: Receiver

    def browser(self) -> FlaskClient:
        return self.receiver.client.application.test_client()

    def left(self, browser: FlaskClient, **query: str) -> str:
        """The address at the provider that the button leads to."""
        answer = browser.get("/app/oidc", query_string=query)
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    def back(self, browser: FlaskClient, address: str):
        """Sign in there, over HTTP, and come back."""
        there = requests.get(address, allow_redirects=False, timeout=60)
        path = there.headers["Location"].removeprefix("http://desk.example")
        return browser.get(path)

    def signed_in(self, browser: FlaskClient) -> bool:
        return browser.get("/app/").status_code == 200


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    return tmp_path / "oidc.yaml"


def described(provider: Provider, **changed: object) -> dict[str, object]:
    return {
        "issuer": provider.base,
        "client_id": provider.client[0],
        "client_secret": provider.client[1],
        "name": "Example login",
        "roles": [
            {"group": "support", "account": "acme", "role": "viewer"},
            {"group": "support-leads", "account": "acme", "role": "lead"},
            {"group": "other-leads", "account": "other", "role": "lead"},
        ],
        **changed,
    }


@pytest.fixture
def house(prepared: Settings, settings_file: Path) -> Iterator[House]:
    with playing() as provider:
        settings_file.write_text(yaml.safe_dump(described(provider)))
        receiver = open_receiver(replace(prepared, oidc_file=settings_file, public_url="http://desk.example"))
        yield House(provider, receiver)
        receiver.services.dispose()


def test_the_button_is_there_where_a_provider_is(house: House) -> None:
    for path in ("/app/signin", "/app/"):
        assert "Sign in with Example login" in house.receiver.client.get(path).text


def test_and_nowhere_else(receiver: Receiver) -> None:
    for path in ("/app/signin", "/app/"):
        assert "Sign in with" not in receiver.client.get(path).text
    assert receiver.client.get("/app/oidc").status_code == 404
    assert receiver.client.get("/app/oidc/callback").status_code == 404
    assert receiver.client.post("/app/oidc/logout").status_code == 404


def test_from_the_button_to_the_first_page_with_the_role_of_their_group(house: House) -> None:
    browser = house.browser()
    address = house.left(browser)
    assert "code_challenge_method=S256" in address
    answer = house.back(browser, address)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/app/")
    page = browser.get("/app/").text
    assert "Ada" in page and ">lead<" in page


def test_who_is_in_no_group_stays_out(house: House) -> None:
    for groups in ([], ["strangers"], ["other-leads"], None, 7, [["support"]]):
        house.provider.person["groups"] = groups
        browser = house.browser()
        assert house.back(browser, house.left(browser)).status_code == 403
        assert not house.signed_in(browser)


def test_groups_may_come_from_the_userinfo_endpoint_of_the_same_person(house: House) -> None:
    del house.provider.person["groups"]
    house.provider.told = {"sub": "u-1", "groups": "support"}
    browser = house.browser()
    assert house.back(browser, house.left(browser)).status_code == 303
    house.provider.told["sub"] = "u-2"
    another = house.browser()
    assert house.back(another, house.left(another)).status_code == 403


def test_the_account_that_was_asked_for_counts_only_with_a_group_of_its_own(house: House, now: datetime) -> None:
    with house.receiver.services.database.session() as session:
        accounts.add(session, "other", now)
    browser = house.browser()
    assert house.back(browser, house.left(browser, account="other")).status_code == 403
    house.provider.person["groups"] = ["support-leads", "other-leads"]
    assert house.back(browser, house.left(browser, account="other")).status_code == 303


# --- what a token may say wrongly ---------------------------------------------------------------------------------


LIES = {
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "somebody-else"},
    "an audience of several without us as the party": {"aud": ["deskhand", "somebody-else"]},
    "several audiences and another party": {"aud": ["deskhand", "other"], "azp": "other"},
    "no audience": {"aud": None},
    "another nonce": {"nonce": "made-up"},
    "no nonce": {"nonce": None},
    "expired": {"exp": 1_600_000_000},
    "no end": {"exp": None},
    "an end that is no number": {"exp": "tomorrow"},
    "made in the future": {"iat": 4_000_000_000},
    "not yet": {"nbf": 4_000_000_000},
    "nobody": {"sub": None},
    "an empty name": {"sub": ""},
    "a number for a name": {"sub": 7},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


def test_a_token_that_says_something_wrong_lets_nobody_in(house: House) -> None:
    for lie, changed in LIES.items():
        house.provider.lie = lambda claims, changed=changed: {  # type: ignore[misc]
            name: one for name, one in {**claims, **changed}.items() if one is not None
        }
        browser = house.browser()
        assert house.back(browser, house.left(browser)).status_code == 403, lie
        assert not house.signed_in(browser), lie
    assert len(house.provider.given) == len(LIES)


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def unsigned(house: House, claims: dict) -> str:
    return f"{part({'alg': 'none'})}.{part(claims)}."


def hs256(secret: str | bytes, claims: dict) -> str:
    """Signed with a secret by hand: libraries refuse to play this trick."""
    text = f"{part({'alg': 'HS256', 'kid': 'one'})}.{part(claims)}"
    given = secret.encode() if isinstance(secret, str) else secret
    mark = hmac.new(given, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(mark).decode().rstrip('=')}"


def by_the_public_key(house: House, claims: dict) -> str:
    """The classic confusion: the public key, which everybody has, as the secret."""
    return hs256(house.provider.keys[0].as_pem(private=False), claims)


def by_the_client_secret(house: House, claims: dict) -> str:
    return hs256(house.provider.client[1], claims)


def by_its_own_key(house: House, claims: dict) -> str:
    """A key that travels in the token itself."""
    key = RSAKey.generate_key(2048, {"kid": "one", "alg": "RS256"})
    header = {"alg": "RS256", "kid": "one", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, algorithms=["RS256"])


def by_an_unknown_key(house: House, claims: dict) -> str:
    key = rsa("two")
    return jwt.encode({"alg": "RS256", "kid": "two"}, claims, key, algorithms=["RS256"])


def with_another_kind_of_key(house: House, claims: dict) -> str:
    key = ECKey.generate_key("P-256", {"kid": "one"})
    return jwt.encode({"alg": "ES256", "kid": "one"}, claims, key, algorithms=["ES256"])


def changed_on_the_way(house: House, claims: dict) -> str:
    head, _, tail = house.provider.signed(claims).split(".")
    return f"{head}.{part({**claims, 'groups': ['support-leads'], 'sub': 'u-9'})}.{tail}"


FORGERIES = (
    unsigned,
    by_the_public_key,
    by_the_client_secret,
    by_its_own_key,
    by_an_unknown_key,
    with_another_kind_of_key,
    changed_on_the_way,
)


def test_a_token_that_the_provider_did_not_sign_lets_nobody_in(house: House) -> None:
    for forge in FORGERIES:
        house.provider.forge = lambda claims, forge=forge: forge(house, claims)  # type: ignore[misc]
        browser = house.browser()
        assert house.back(browser, house.left(browser)).status_code == 403, forge.__name__
        assert not house.signed_in(browser), forge.__name__
    assert len(house.provider.given) == len(FORGERIES)


def test_a_key_for_both_sides_among_the_providers_keys_is_no_key(house: House) -> None:
    shared = OctKey.generate_key(256, {"kid": "shared"})
    honest = house.provider.public
    house.provider.public = lambda: {"keys": [*honest()["keys"], shared.as_dict(private=True)]}  # type: ignore[method-assign]
    house.provider.forge = lambda claims: jwt.encode({"alg": "HS256", "kid": "shared"}, claims, shared)
    browser = house.browser()
    assert house.back(browser, house.left(browser)).status_code == 403
    assert len(house.provider.given) == 1


# --- the way there and back ---------------------------------------------------------------------------------------


def test_a_way_back_is_good_once(house: House) -> None:
    browser = house.browser()
    address = house.left(browser)
    kept = browser.get_cookie("deskhand-signin").value
    path = house.provider.signs_in(address)
    assert browser.get(path).status_code == 303
    browser.set_cookie("deskhand-signin", kept)
    browser.delete_cookie("deskhand")
    again = house.provider.signs_in(address)  # a fresh code under the state that was used
    assert browser.get(again).status_code == 403
    assert not house.signed_in(browser)


def test_a_code_is_traded_once_by_the_provider_too(house: House) -> None:
    browser, other = house.browser(), house.browser()
    path = house.provider.signs_in(house.left(browser))
    assert browser.get(path).status_code == 303
    stolen = path.split("state=")[0] + f"state={state_of(house.left(other))}"
    assert other.get(stolen).status_code == 403


def test_a_state_of_another_browser_lets_nobody_in(house: House) -> None:
    """Login fixation: somebody is sent a way back that an attacker began."""
    attacker, victim = house.browser(), house.browser()
    path = house.provider.signs_in(house.left(attacker))
    assert victim.get(path).status_code == 403
    house.left(victim)
    assert victim.get(path).status_code == 403
    assert not house.signed_in(victim)


def test_a_cookie_that_was_made_up_or_changed_is_none(house: House) -> None:
    browser = house.browser()
    path = house.provider.signs_in(house.left(browser))
    kept = browser.get_cookie("deskhand-signin").value
    for value in ("", "v1.x.y", kept[:-6] + "AAAAAA", "\u00e9"):
        browser.set_cookie("deskhand-signin", value)
        assert browser.get(path).status_code == 403
    assert house.provider.asked.count("/token") == 0


def test_another_provider_may_not_answer_in_its_place(house: House) -> None:
    browser = house.browser()
    path = house.provider.signs_in(house.left(browser))
    assert browser.get(f"{path}&iss=https://evil.example").status_code == 403


def test_no_code_is_a_refusal_and_no_crash(house: House) -> None:
    browser = house.browser()
    state = state_of(house.left(browser))
    assert browser.get(f"/app/oidc/callback?error=access_denied&state={state}").status_code == 403
    assert browser.get("/app/oidc/callback").status_code == 403


def test_nothing_that_is_secret_is_logged(house: House) -> None:
    browser = house.browser()
    path = house.provider.signs_in(house.left(browser))
    browser.get(path)
    browser.get(path)
    house.provider.forge = lambda claims: "x.y.z"
    other = house.browser()
    house.back(other, house.left(other))
    logged = house.receiver.log.getvalue()
    assert "signon.in" in logged and "signon.refused" in logged
    assert not [one for one in (path, "provider-secret", "access-1", "Ada", state_of(path)) if one in logged]


# --- what the provider says of itself -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://example.com/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"jwks_uri": None},
    ],
    ids=str,
)
def test_addresses_that_nobody_should_call_are_not_called(house: House, changed: dict) -> None:
    house.provider.announce = lambda told: {**told, **changed}
    assert house.browser().get("/app/oidc").status_code == 503


def test_a_provider_on_this_machine_cannot_send_us_elsewhere(house: House) -> None:
    house.provider.announce = lambda told: {**told, "token_endpoint": "https://169.254.169.254/token"}
    browser = house.browser()
    assert house.back(browser, house.left(browser)).status_code == 503


def test_a_provider_that_is_away_is_said_to_be(house: House) -> None:
    def broken(told: dict) -> dict:
        raise RuntimeError

    house.provider.announce = broken
    answer = house.browser().get("/app/oidc")
    assert (answer.status_code, "Not now" in answer.text) == (503, True)


# --- out again ----------------------------------------------------------------------------------------------------


def test_signing_out_ends_the_session_and_names_the_providers_own_way_out(house: House) -> None:
    browser = house.browser()
    house.back(browser, house.left(browser))
    key = browser.get_cookie("deskhand").value
    page = browser.post("/app/signout", data={"csrf": proof(key)}).text
    assert f"{house.provider.base}/out?client_id=deskhand" in page
    browser.set_cookie("deskhand", key)
    assert not house.signed_in(browser)


def test_the_provider_ends_sessions_itself_once(house: House) -> None:
    browser = house.browser()
    house.back(browser, house.left(browser))
    for wrong in (
        {"events": None},
        {"nonce": "n"},
        {"aud": "somebody"},
        {"iss": "https://evil.example"},
        {"sub": "u-2"},
        {"iat": 1_600_000_000},
        {"jti": None},
    ):
        told = house.provider.logout_token(**wrong)
        assert house.browser().post("/app/oidc/logout", data={"logout_token": told}).status_code in (200, 400)
        assert house.signed_in(browser)
    good = house.provider.logout_token()
    assert house.browser().post("/app/oidc/logout", data={"logout_token": good}).status_code == 200
    assert not house.signed_in(browser)
    assert house.browser().post("/app/oidc/logout", data={"logout_token": good}).status_code == 400
    with house.receiver.services.database.reading() as session:
        acts = session.execute(select(TrailRow.what, TrailRow.who).order_by(TrailRow.id)).all()
    assert ("signed-in", "oidc:u-1") in acts and ("signed-out", "oidc:u-1") in acts


def test_an_id_token_is_no_logout_token(house: House) -> None:
    token = house.provider.id_token("n")
    assert house.browser().post("/app/oidc/logout", data={"logout_token": token}).status_code == 400
