"""The provider's file, and the client's own rules: keys that change, answers that do not end, times."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
import yaml

from app.errors import SettingsError
from app.oidc.client import ANEW, Client, Leaving
from app.oidc.errors import ProviderAway, Untrusted
from app.oidc.provider import Provider, provider
from connectors.types import Level
from tests.doubles.provider import Provider as Played
from tests.doubles.provider import playing, rsa

ROLES = [{"group": "leads", "account": "acme", "role": "lead"}]
GOOD = {"issuer": "https://login.example", "client_id": "deskhand", "client_secret": "hush-hush", "roles": ROLES}


@pytest.fixture
def played() -> Iterator[Played]:
    with playing() as found:
        yield found


class Hands:
    """A clock that moves when the test says so."""

    def __init__(self) -> None:
        self.at = 0.0

    def __call__(self) -> float:
        return self.at


def client_of(played: Played, clock: Hands) -> Client:
    secret = played.client[1]
    told = {"issuer": played.base, "client_id": "deskhand", "client_secret": secret, "roles": ROLES}
    return Client(Provider.model_validate(told), clock=clock)


def signs_in(client: Client, played: Played) -> str:
    leaving = Leaving("http://desk.example/back", "s", "n", "v" * 43)
    there = requests.get(client.consent(leaving), allow_redirects=False, timeout=60)
    code = there.headers["Location"].partition("code=")[2].partition("&")[0]
    return client.arrived(leaving, code, datetime.now(UTC)).subject


def test_a_new_key_is_asked_for_when_a_token_needs_it_but_not_again_and_again(played: Played) -> None:
    clock = Hands()
    client = client_of(played, clock)
    assert signs_in(client, played) == "u-1"
    played.keys[:] = [rsa("two")]
    for _ in range(5):  # strangers with made-up keys make us ask nobody
        with pytest.raises(Untrusted):
            signs_in(client, played)
    assert played.asked.count("/jwks") == 1
    clock.at += ANEW
    assert signs_in(client, played) == "u-1"
    assert played.asked.count("/jwks") == 2
    assert played.asked.count("/.well-known/openid-configuration") == 1


def test_an_answer_without_end_is_cut_off(played: Played) -> None:
    played.announce = lambda told: {**told, "more": "x" * 1_100_000}
    with pytest.raises(ProviderAway):
        client_of(played, Hands()).metadata()


def test_the_guard_holds_for_names_that_turn_out_to_be_private() -> None:
    client = Client(Provider.model_validate(GOOD), addresses=lambda host, port: ["10.0.0.7"])
    with pytest.raises(ProviderAway):
        client.metadata()


def test_the_highest_of_several_roles_counts_for_each_account() -> None:
    roles = [
        {"group": "all", "account": "acme", "role": "viewer"},
        {"group": "it", "account": "acme", "role": "admin"},
        {"group": "it", "account": "other", "role": "agent"},
    ]
    told = Provider.model_validate({**GOOD, "roles": roles})
    assert told.levels({"all", "it"}) == {"acme": Level.ADMIN, "other": Level.AGENT}
    assert told.levels({"all"}) == {"acme": Level.VIEWER}
    assert told.levels({"strangers"}) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"issuer": "http://login.example"},
        {"issuer": ""},
        {"issuer": "https://"},
        {"client_id": ""},
        {"roles": []},
        {"roles": [{"group": "x", "account": "acme", "role": "emperor"}]},
        {"scopes": ["profile"]},
        {"unheard": "hush-hush"},
    ],
    ids=str,
)
def test_a_file_that_will_not_do_is_refused_by_name_and_not_quoted(tmp_path: Path, wrong: dict) -> None:
    file = tmp_path / "oidc.yaml"
    file.write_text(yaml.safe_dump({**GOOD, **wrong}))
    with pytest.raises(SettingsError) as caught:
        provider(file)
    assert "DESKHAND_OIDC" in str(caught.value) and "hush-hush" not in str(caught.value)


@pytest.mark.parametrize("text", ["[", "- a list", "!!python/object/apply:os.system [id]", "\x00"])
def test_what_is_no_such_file_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "oidc.yaml"
    file.write_text(text)
    for one in (file, tmp_path / "nowhere.yaml"):
        with pytest.raises(SettingsError):
            provider(one)


def test_nothing_shows_the_secret() -> None:
    assert "hush-hush" not in repr(Provider.model_validate(GOOD))
    assert "sss" not in repr(Leaving("r", "sss", "sss", "sss"))
