"""``deskhand connect``, ``erase``, ``rights``, ``export``, ``consent``, ``keys`` and ``data``, as an operator types them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.sandbox.server import Served, application
from app.sandbox.shop import SHOP
from app.sandbox.world import Fault, World
from tests.flows.guide.hosts import DESKS
from tests.protection.host import ANA

PERSON = ("--account", "acme", "--person", ANA.email)


@pytest.fixture
def host(deskhand: Any, account: str) -> Iterator[Any]:
    """A Zendesk that is connected, which knows Ana."""
    world = World()
    desk = DESKS["zendesk"](world, SHOP)
    desk.knows(ANA)
    with Served(application(world, [desk.host])) as base:
        given = {"--email": desk.host.email, "--token": desk.host.token, "--account-id": str(desk.host.account_id)}
        words = [word for pair in given.items() for word in pair]
        made = deskhand(
            "connect",
            "zendesk",
            "--account",
            account,
            "--base-url",
            f"{base}/zendesk",
            *words,
            "--signing-secret",
            "s" * 20,
        )
        assert made.code == 0, made.err
        yield desk.host
    world.close()


def there(host: Any) -> bool:
    return any(one["email"] == ANA.email for one in host.state.users.values())


def test_a_host_that_refuses_is_told_with_its_remedy_and_the_next_request_goes_through(
    deskhand: Any, host: Any
) -> None:
    host.state.world.faults.order(Fault("status", "zendesk", "DELETE", status=403))
    refused = deskhand("erase", *PERSON, "--in-host")
    assert refused.code == 0
    assert "zendesk: refused (Zendesk does not let us delete users); give Deskhand's user" in refused.out
    assert "deskhand rights --account acme --done" in refused.out
    assert there(host)
    done = deskhand("erase", *PERSON, "--in-host", "--json").json
    assert (done["state"], there(host)) == ("done", False)
    listed = deskhand("rights", "--account", "acme", "--json").json["requests"]
    assert [one["state"] for one in listed] == ["done", "done"]
    shown = deskhand("rights", "--account", "acme", "--proof", done["id"]).json
    assert (shown["right"], [one["state"] for one in shown["host"].values()]) == (True, ["erased"])
    assert ANA.email not in json.dumps(listed) + json.dumps(shown)


@pytest.mark.slow
def test_an_erasure_that_a_host_puts_off_says_when_it_goes_on(deskhand: Any, host: Any) -> None:
    host.state.world.faults.order(Fault("status", "zendesk", "DELETE", status=429, headers={"Retry-After": "600"}))
    waits = deskhand("erase", *PERSON, "--in-host")
    assert waits.code == 1
    assert "waits in the step 'host'; the clock goes on with it at 20" in waits.out


@pytest.mark.slow
def test_export_consent_and_data_map(deskhand: Any, account: str, tmp_path: Path) -> None:
    assert (
        deskhand("consent", *PERSON, "--purpose", "model", "--withdrawn", "--json").json["said"][0]["said"]
        == "withdrawn"
    )
    file = tmp_path / "ana.json"
    assert deskhand("export", *PERSON, "--to", str(file)).code == 0
    told = json.loads(file.read_text("utf-8"))
    assert (told["format"], file.stat().st_mode & 0o777) == ("deskhand-person/1", 0o600)
    assert [(one["purpose"], one["given"]) for one in told["consents"]] == [("model", False)]
    assert deskhand("export", *PERSON, "--to", str(file)).code != 0
    mapped = {one["table"]: one for one in deskhand("data", "map", "--json").json["tables"]}
    assert mapped["effect"]["personal"]["changes"] == {"kind": "words", "sealed": True}


def test_keys_are_changed_and_what_is_bare_after_everything_was_sealed_is_not_sealed_unasked(
    deskhand: Any, account: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.db import turning  # noqa: PLC0415

    monkeypatch.setattr(turning, "QUIET", 0)
    assert deskhand("keys", "rotate", "--tickets").code == 0
    status = deskhand("keys", "status", "--json").json
    assert (status["replaced_ticket_keys"], status["bare"]) == (0, {})
    assert deskhand("keys", "rotate", "--tickets", "--master-only").code == 2
    sealed = deskhand("keys", "seal")
    assert "nothing bare is taken any more" in sealed.out
