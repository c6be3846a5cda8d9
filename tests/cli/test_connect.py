"""``deskhand connect``: through the command line against the played Zendesk, and its parts against a vendor made up here."""

import json
from dataclasses import replace
from typing import ClassVar

import pytest

from app.cli.connect import install
from app.db import connections
from app.engine import fields
from app.errors import BadInput, UnknownRecord
from app.sandbox.intercom import IntercomHost
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.services import Services
from connectors.base import Answers, Connection, Setting
from connectors.errors import AuthFailed, NotFound, Refused, Unavailable
from connectors.registry import HELPDESKS

ZENDESK = ["--email", "bot@example.com", "--token", "hunter2-token", "--signing-secret", "hunter2-signing"]
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def zendesk():
    """The played Zendesk on a free port."""
    host = ZendeskHost(World(), email="bot@example.com", token="hunter2-token")
    with Served(application(host.world, [host])) as base:
        yield f"{base}/{host.name}", host
    host.deliveries.close()


@pytest.fixture
def intercom():
    """The played Intercom on a free port, and the options that connect it."""
    world = World()
    host = IntercomHost(world)
    secrets = ["--access-token", host.token, "--client-secret", "hunter2-secret"]
    with Served(application(world, [host])) as base:
        yield f"{base}/{host.name}", [*secrets, "--app-id", host.app_id, "--admin-id", host.admin_id]
    host.notifier.deliveries.close()


def stored(prepared, connection_id):
    services = Services(prepared)
    with services.database.reading() as session:
        installed = connections.find(session, connection_id)
    services.dispose()
    return installed, services.vault.open(installed.sealed, place=connection_id)


def test_json_is_the_contract(deskhand, account, zendesk, prepared):
    ran = deskhand("connect", "zendesk", "--account", account, "--base-url", zendesk[0], *ZENDESK, "--json")
    assert ran.code == 0
    told = ran.json
    assert told["webhook_path"] == f"/webhooks/zendesk/{told['connection']}"
    assert told["check"]["ok"] is True
    installed, secrets = stored(prepared, told["connection"])
    assert secrets == {"token": "hunter2-token", "signing_secret": "hunter2-signing"}
    assert installed.settings["email"] == "bot@example.com"
    assert installed.settings["user_id"] == told["check"]["found"]["user_id"]
    assert all(installed.settings[f"field:{name}"].isdigit() for name in fields.TITLES)


@pytest.mark.parametrize("stored_region", ["us", "US"])
def test_intercom_is_connected_again_with_what_it_told_the_first_time(
    deskhand, account, prepared, intercom, stored_region
):
    base, settings = intercom
    told = deskhand("connect", "intercom", "--account", account, "--base-url", base, *settings, "--json").json
    services = Services(prepared)
    with services.database.session() as session:
        before = connections.find(session, told["connection"])
        assert before.settings["region"] == "us"
        connections.change(session, replace(before, settings={**before.settings, "region": stored_region}))
    services.dispose()
    again = deskhand("connect", "intercom", "--account", account, "--base-url", base, *settings, "--json")
    assert (again.code, again.json["updated"], again.json["check"]["ok"]) == (0, True, True)


def test_no_secret_is_stored_or_shown_in_the_clear(deskhand, account, zendesk, prepared):
    ran = deskhand("connect", "zendesk", "--account", account, "--base-url", zendesk[0], *ZENDESK)
    assert "hunter2" not in ran.out + ran.err
    for file in prepared.data_dir.iterdir():
        assert b"hunter2" not in file.read_bytes()


def test_a_host_that_is_away_is_saved_and_said(deskhand, account):
    ran = deskhand("connect", "zendesk", "--account", account, "--base-url", NOBODY, *ZENDESK, "--json")
    assert ran.code == 0
    assert ran.json["check"]["ok"] is False
    assert "Unavailable" in ran.json["check"]["trouble"]
    assert "could not be used yet" in ran.err
    assert "hunter2" not in ran.out + ran.err


def test_the_same_place_again_changes_the_connection(deskhand, account, prepared):
    first = deskhand("connect", "zendesk", "--account", account, "--base-url", NOBODY, *ZENDESK, "--json").json
    again = deskhand(
        "connect", "zendesk", "--account", account, "--base-url", NOBODY + "/", "--token", "new", "--json"
    ).json
    assert again["connection"] == first["connection"]
    assert (first["updated"], again["updated"]) == (False, True)
    _, secrets = stored(prepared, first["connection"])
    assert secrets == {"token": "new", "signing_secret": "hunter2-signing"}


def test_a_wrong_address_is_put_right_in_place(deskhand, account, zendesk, prepared):
    def connect(base):
        return deskhand("connect", "zendesk", "--account", account, "--base-url", base, *ZENDESK, "--json").json

    wrong, right = connect(NOBODY), connect(zendesk[0])
    assert (right["connection"], right["updated"], right["check"]["ok"]) == (wrong["connection"], True, True)
    assert stored(prepared, right["connection"])[0].base_url == zendesk[0]


def test_a_second_address_beside_one_that_answers_is_another_connection(deskhand, account, zendesk):
    told = [
        deskhand("connect", "zendesk", "--account", account, "--base-url", base, *ZENDESK, "--json").json
        for base in (zendesk[0], NOBODY)
    ]
    assert told[0]["connection"] != told[1]["connection"]
    assert (told[0]["check"]["ok"], told[1]["check"]["ok"]) == (True, False)


def test_other_secrets_at_another_address_are_another_connection(deskhand, account):
    told = [
        deskhand("connect", "zendesk", "--account", account, "--base-url", f"{NOBODY}/{n}", *ZENDESK, *more, "--json")
        for n, more in (("a", []), ("b", ["--signing-secret", "another"]))
    ]
    assert told[0].json["connection"] != told[1].json["connection"]


def test_a_wrong_token_is_said_with_what_to_do(deskhand, account, zendesk):
    wrong = [*ZENDESK, "--token", "mistyped"]
    ran = deskhand("connect", "zendesk", "--account", account, "--base-url", zendesk[0], *wrong)
    assert ran.code == 0
    assert "connected" not in ran.out
    assert "not usable yet" in ran.out
    assert "run `deskhand connect` again with a token" in ran.err
    assert "deskhand disconnect" in ran.err
    assert "mistyped" not in ran.out + ran.err


def test_two_workspaces_at_one_address_are_two_connections(deskhand, account):
    def slack(team):
        rest = ["--bot-token", "xoxb-1", "--signing-secret", "s", "--team-id", team, "--json"]
        return deskhand("connect", "slack", "--account", account, "--base-url", NOBODY, *rest).json

    assert slack("T1")["connection"] == slack("T1")["connection"] != slack("T2")["connection"]


def test_secrets_come_from_a_file_or_the_environment_and_options_win(
    deskhand, account, tmp_path, monkeypatch, prepared
):
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"signing-secret": "of the file", "token": "of the file"}))
    monkeypatch.setenv("DESKHAND_ZENDESK_SIGNING_SECRET", "of the environment")
    monkeypatch.setenv("DESKHAND_ZENDESK_EMAIL", "env@example.com")
    ran = deskhand(
        "connect",
        "zendesk",
        "--account",
        account,
        "--base-url",
        NOBODY,
        "--secret-file",
        str(file),
        "--token",
        "given",
        "--json",
    )
    installed, secrets = stored(prepared, ran.json["connection"])
    assert secrets == {"signing_secret": "of the file", "token": "given"}
    assert installed.settings["email"] == "env@example.com"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["zendesk", "--base-url", NOBODY, "--token", "hunter2"], "--signing-secret"),
        (["zendesk", "--base-url", "http://acme.zendesk.com", *ZENDESK], "--base-url"),
        (["zendesk", "--base-url", "http://127.0.0.1.evil.example", *ZENDESK], "--base-url"),
        (["zendesk", "--base-url", "http://127.0.0.1@evil.example", *ZENDESK], "--base-url"),
        (["zendesk", "--base-url", "ftp://127.0.0.1", *ZENDESK], "--base-url"),
        (["zendesk", *ZENDESK], "--base-url"),
        (["zendesk", "--base-url", NOBODY, *ZENDESK, "--email", "no address"], "--email"),
        (["slack", "--base-url", NOBODY, "--bot-token", "t", "--signing-secret", "s"], "--team-id"),
        (
            ["intercom", "--base-url", NOBODY, "--access-token", "t", "--client-secret", "s", "--app-id", "a"],
            "--admin-id",
        ),
        (["freshdesk"], "freshdesk"),
        (["zendesk", "--secret-file", "/nowhere.json"], "--secret-file"),
    ],
)
def test_wrong_input_names_the_option_and_ends_with_2(deskhand, account, arguments, named):
    ran = deskhand("connect", arguments[0], "--account", account, *arguments[1:])
    assert ran.code == 2
    assert named in ran.err
    assert "Traceback" not in ran.err
    assert "hunter2" not in ran.err


@pytest.mark.parametrize("content", ["", "[]", '{"token": 7}', '{"tokken": "hunter2"}', "\x00"])
def test_a_secret_file_that_is_none_is_refused_unquoted(deskhand, account, tmp_path, content):
    file = tmp_path / "secrets.json"
    file.write_text(content)
    ran = deskhand("connect", "zendesk", "--account", account, "--base-url", NOBODY, "--secret-file", str(file))
    assert (ran.code, "--secret-file" in ran.err, "hunter2" in ran.err) == (2, True, False)


def test_an_account_that_is_not_there_is_named(deskhand):
    ran = deskhand("connect", "zendesk", "--account", "nobody", "--base-url", NOBODY, *ZENDESK)
    assert ran.code == 2
    assert "nobody" in ran.err
    assert "account add" in ran.err


@pytest.mark.parametrize("vendor", sorted(HELPDESKS))
def test_every_setting_of_every_vendor_is_an_option(deskhand, vendor):
    shown = deskhand("connect", vendor, "--help").out
    for one in HELPDESKS[vendor].settings:
        assert f"--{one.name.replace('_', '-')}" in shown


class Plain:
    """A vendor that says what it is told to say."""

    name: ClassVar[str] = "plain"
    settings: ClassVar = (Setting("key", "The key.", secret=True), Setting("bot_id", "Filled in.", required=False))
    supports: ClassVar = frozenset()
    answers: ClassVar = Answers()
    says: ClassVar[Exception | None] = None
    makes: ClassVar[Exception | None] = None
    there: ClassVar[tuple[str, ...]] = ()

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def check(self):
        if self.says:
            raise self.says
        return {"bot_id": "B7", "account": "Acme"}

    def prepare(self, wanted):
        if self.makes and not set(wanted) <= set(self.there):
            raise self.makes
        return {name: f"id of {name}" for name in wanted}


@pytest.fixture
def services(prepared, deskhand, account):
    opened = Services(prepared, helpdesks={"plain": Plain})
    yield opened
    opened.database.dispose()


def test_what_the_vendor_says_about_us_is_kept_where_it_is_a_setting(services):
    outcome = install(services, "acme", "plain", "", {"key": "k"})
    assert outcome.installed.settings["bot_id"] == "B7"
    assert "account" not in outcome.installed.settings


def test_what_a_person_said_is_not_overruled(services):
    assert install(services, "acme", "plain", "", {"key": "k", "bot_id": "mine"}).installed.settings["bot_id"] == "mine"


@pytest.mark.parametrize("error", [Unavailable("no answer"), AuthFailed("401")])
def test_a_check_that_fails_saves_and_says(services, monkeypatch, error):
    monkeypatch.setattr(Plain, "says", error)
    outcome = install(services, "acme", "plain", "", {"key": "k"})
    assert outcome.trouble == f"{type(error).__name__}: {error}"
    assert services.connected.installed(outcome.installed.id).active


def test_fields_that_cannot_be_made_do_not_lose_who_we_are(services, monkeypatch):
    monkeypatch.setattr(Plain, "makes", Unavailable("404"))
    outcome = install(services, "acme", "plain", "", {"key": "k"})
    assert outcome.trouble.startswith("Unavailable")
    assert services.connected.installed(outcome.installed.id).settings == {"bot_id": "B7"}


@pytest.mark.parametrize("error", [NotFound("404"), AuthFailed("403"), Refused("422")])
def test_fields_that_we_may_not_create_are_a_warning_that_names_them(services, monkeypatch, error):
    monkeypatch.setattr(Plain, "makes", error)
    monkeypatch.setattr(Plain, "there", (fields.CATEGORY,))
    outcome = install(services, "acme", "plain", "", {"key": "k"})
    assert outcome.trouble == ""
    [warning] = outcome.warnings
    assert [title in warning for title in fields.TITLES.values()] == [name != fields.CATEGORY for name in fields.TITLES]
    assert (
        services.connected.installed(outcome.installed.id).settings[f"field:{fields.CATEGORY}"]
        == f"id of {fields.CATEGORY}"
    )


def test_connecting_again_lets_a_paused_connection_go_on(services):
    first = install(services, "acme", "plain", "", {"key": "k"}).installed
    with services.database.session() as session:
        connections.pause(session, first.id, "the token is gone")
    install(services, "acme", "plain", "", {"key": "new"})
    assert services.connected.installed(first.id).active


def test_errors_of_a_person_are_bad_input(services):
    with pytest.raises(BadInput, match="--key"):
        install(services, "acme", "plain", "", {})
    with pytest.raises(UnknownRecord):
        install(services, "nobody", "plain", "", {"key": "k"})
