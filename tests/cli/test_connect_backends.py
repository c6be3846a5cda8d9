"""``deskhand connect`` for backends: the same options, files and words as for helpdesks; doctor looks at them, too."""

import json

import pytest

from app.db import connections
from app.sandbox.backends.appointments import FILE, RISKS, AppointmentsBackend
from app.sandbox.backends.banking import BankingBackend
from app.sandbox.server import Served, application
from app.sandbox.world import World
from app.services import Services
from connectors.registry import BACKENDS


@pytest.fixture
def played():
    """A bank and a calendar on one free port."""
    world = World()
    bank, calendar = BankingBackend(world), AppointmentsBackend(world)
    with Served(application(world, [], backends=[bank, calendar])) as base:
        yield base, bank, calendar


@pytest.mark.parametrize("vendor", sorted(BACKENDS))
def test_every_setting_of_every_backend_is_an_option(deskhand, vendor):
    shown = deskhand("connect", vendor, "--help").out
    for one in BACKENDS[vendor].settings:
        assert f"--{one.name.replace('_', '-')}" in shown


def test_a_backend_is_connected_with_its_secret_out_of_sight(deskhand, account, played, prepared, tmp_path):
    base, bank, _ = played
    file = tmp_path / "secrets.json"
    file.write_text(json.dumps({"token": bank.token}))
    where = ("--account", account, "--base-url", f"{base}/banking")
    ran = deskhand("connect", "banking", *where, "--secret-file", str(file), "--json")
    assert ran.code == 0
    told = ran.json
    assert told["check"]["ok"] is True
    assert told["check"]["found"]["account"] == "Harbour & Vale"
    assert told["webhook_path"] == f"/webhooks/banking/{told['connection']}"
    assert bank.token not in (prepared.data_dir / "deskhand.db").read_bytes().decode("latin-1")
    again = deskhand("connect", "banking", *where, "--secret-file", str(file), "--json")
    assert (again.json["connection"], again.json["updated"]) == (told["connection"], True)


def test_who_hears_nothing_is_given_no_webhook_to_set_up(deskhand, account, played):
    base, bank, _ = played
    ran = deskhand("connect", "banking", "--account", account, "--base-url", f"{base}/banking", "--token", bank.token)
    assert "connected banking" in ran.out
    assert "webhook" not in ran.out


@pytest.mark.parametrize("way", ["path", "address"])
def test_any_api_is_connected_by_its_file_which_is_kept(deskhand, account, played, prepared, tmp_path, way):
    base, _, calendar = played
    file = tmp_path / "appointments.yaml"
    file.write_bytes(FILE.read_bytes())
    place = str(file)
    if way == "address":
        place = f"{base}/appointments/openapi.yaml"
    told = deskhand(
        *("connect", "openapi", "--account", account, "--base-url", f"{base}/appointments", "--document", place),
        *("--token", calendar.key, "--risks", RISKS, "--key-header", "Idempotency-Key", "--json"),
    ).json
    file.unlink()
    services = Services(prepared)
    offers = services.connected.offers(_account_of(services, told["connection"]))
    services.dispose()
    assert {"open_slots", "book_appointment"} <= set(offers)
    assert offers["book_appointment"][0].operation.inverse == "cancel_appointment"


def _account_of(services, connection_id):
    with services.database.reading() as session:
        return connections.find(session, connection_id).account_id


@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("/nowhere/at/all.yaml", "--document"),
        ("http://example.com/api.yaml", "https"),
        ("ftp://example.com/api.yaml", "https"),
    ],
)
def test_a_file_that_cannot_be_had_is_said(deskhand, account, place, said):
    ran = deskhand("connect", "openapi", "--account", account, "--base-url", "http://127.0.0.1:9", "--document", place)
    assert ran.code == 2
    assert said in ran.err


def test_a_file_that_is_no_description_is_refused_unquoted(deskhand, account, tmp_path):
    file = tmp_path / "api.yaml"
    file.write_text("hunter2: [1, 2]")
    ran = deskhand(
        "connect", "openapi", "--account", account, "--base-url", "http://127.0.0.1:9", "--document", str(file)
    )
    assert ran.code == 2
    assert "OpenAPI file" in ran.err
    assert "hunter2" not in ran.err


def test_a_backend_without_an_address_of_its_own_needs_one(deskhand, account):
    ran = deskhand("connect", "banking", "--account", account, "--token", "t")
    assert ran.code == 2
    assert "--base-url" in ran.err


def test_a_wrong_token_is_saved_and_said(deskhand, account, played):
    base, *_ = played
    ran = deskhand("connect", "banking", "--account", account, "--base-url", f"{base}/banking", "--token", "old")
    assert ran.code == 0
    assert "AuthFailed" in ran.err


def test_doctor_looks_at_backends(deskhand, account, played):
    base, bank, _ = played
    where = ("--account", account, "--base-url", f"{base}/banking")
    deskhand("connect", "banking", *where, "--token", bank.token)
    assert "answers as Harbour & Vale" in deskhand("doctor").out
    bank.token = "another"
    shown = deskhand("doctor", "--json").json["findings"]
    found = next(one for one in shown if one["what"].startswith("banking"))
    assert (found["well"], "AuthFailed" in found["text"]) == (False, True)


def test_a_backend_is_resumed_and_disconnected_like_any_other(deskhand, account, played):
    base, bank, _ = played
    where = ("--account", account, "--base-url", f"{base}/banking")
    made = deskhand("connect", "banking", *where, "--token", bank.token, "--json").json["connection"]
    assert deskhand("resume", made, "--json").json["active"] is True
    assert deskhand("disconnect", made, "--json").json["disconnected"] is True
