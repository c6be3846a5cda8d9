"""Places that are connected once, connected again without a loss, and let go at the vendor, too."""

import threading

import pytest

from app import connecting
from app.connecting import Elsewhere
from app.db import accounts, connections
from app.sandbox.world import Fault
from connectors.installing import Grant
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.signing import Browser
from tests.web.pages.town import PLACES, Town
from tests.web.vendors import VENDORS


def connected(town: Town, vendor: str) -> Browser:
    browser = town.sign_in(Level.ADMIN)
    assert "is connected" in browser.get(town.agreed(town.off(browser, vendor, PLACES[vendor]))).text
    return browser


def paused(town: Town) -> str:
    [one] = town.installed()
    with town.receiver.services.database.session() as session:
        connections.pause(session, one.id, "AuthFailed: the token was revoked")
    return one.id


def another_account(receiver: Receiver) -> str:
    with receiver.services.database.session() as session:
        return accounts.add(session, "other", receiver.services.database.now(session)).id


# --- again -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", PLACES)
def test_a_paused_connection_is_connected_again_and_stays_the_same_one(town: Town, vendor: str) -> None:
    browser = connected(town, vendor)
    id = paused(town)
    assert "Connect again" in browser.get("/app/connections").text
    answer = browser.post(f"/app/connections/{id}/again")
    assert "is connected" in browser.get(town.agreed(town.leaving(answer))).text
    [one] = town.installed()
    assert (one.id, one.active, one.reason) == (id, True, "")


def test_another_place_than_the_one_to_connect_again_is_refused_and_changes_nothing(town: Town) -> None:
    browser = connected(town, "slack")
    id, before = paused(town), town.secrets()
    address = town.leaving(browser.post(f"/app/connections/{id}/again"))
    town.slack.slack.organisation = "E0ELSEWHERE"
    answer = browser.get(town.agreed(address))
    assert answer.status_code == 409 and "another place" in answer.text
    assert (town.secrets(), town.installed()[0].active) == (before, False)


def test_what_was_typed_in_is_not_offered_to_be_granted_again(town: Town) -> None:
    browser = connected(town, "zendesk")
    [one] = town.installed()
    with town.receiver.services.database.session() as session:
        session.connection().exec_driver_sql("update connection set place = null")
    assert "Connect again" not in browser.get("/app/connections").text
    assert browser.post(f"/app/connections/{one.id}/again").status_code == 200, "and if an admin knows better, it may"


# --- once --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("vendor", PLACES)
def test_a_place_of_another_account_is_refused_with_what_to_do(town: Town, vendor: str) -> None:
    connected(town, vendor)
    [one] = town.installed()
    stranger = town.sign_in(Level.ADMIN, account=another_account(town.receiver))
    answer = stranger.get(town.agreed(town.off(stranger, vendor, PLACES[vendor])))
    assert answer.status_code == 409
    assert "connected in another account" in answer.text and "isconnect it there first" in answer.text
    assert [kept.account_id for kept in town.installed()] == [one.account_id]
    town.sign_in(Level.ADMIN).post(f"/app/connections/{one.id}/remove")
    assert "is connected" in stranger.get(town.agreed(town.off(stranger, vendor, PLACES[vendor]))).text


def test_an_address_that_was_typed_otherwise_is_the_same_place(receiver: Receiver) -> None:
    id = receiver.connect(next(one for one in VENDORS if one.name == "zendesk"))
    with receiver.services.database.session() as session:
        session.connection().exec_driver_sql("update connection set base_url = 'acme'")
    grant = Grant("https://acme.zendesk.com", {"client_id": "c"}, {"oauth_token": "t", "refresh_token": "r"})
    assert connecting.granted(receiver.services, receiver.account, "zendesk", grant).id == id
    with pytest.raises(Elsewhere):
        connecting.granted(receiver.services, another_account(receiver), "zendesk", grant)


def test_two_ways_back_at_once_make_one_connection(anywhere: Receiver) -> None:
    """On a server that runs both at a time, too."""
    grant = Grant("", {"team_id": "T0HOME"}, {"bot_token": "t"})
    both, found, lost = threading.Barrier(8), [], []

    def arrive(account: str) -> None:
        both.wait(60)
        try:
            found.append(connecting.granted(anywhere.services, account, "slack", grant).id)
        except Elsewhere:
            lost.append(account)

    accounts = [anywhere.account, another_account(anywhere)] * 4
    threads = [threading.Thread(target=arrive, args=(account,)) for account in accounts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    with anywhere.services.database.reading() as session:
        [one] = connections.every(session)
    assert found == [one.id] * 4
    assert len(lost) == 4 and one.account_id not in lost


# --- over --------------------------------------------------------------------------------------------------------


def test_disconnecting_ends_the_token_at_the_vendor(town: Town) -> None:
    for vendor in PLACES:
        browser = connected(town, vendor)
        [one] = town.installed()
        answer = browser.post(f"/app/connections/{one.id}/remove")
        assert "is disconnected" in answer.text and 'role="alert"' not in answer.text
    assert not town.zendesk.door.bearers
    assert not town.slack.slack.tokens and not town.slack.slack.refreshes
    assert town.intercom.oauth.uninstalled


@pytest.mark.parametrize("vendor", PLACES)
def test_a_vendor_that_cannot_be_told_is_named_and_keeps_nobody_from_ending_it(town: Town, vendor: str) -> None:
    browser = connected(town, vendor)
    [one] = town.installed()
    town.world.faults.order(Fault("status", host=vendor, status=503, times=1000))
    answer = browser.post(f"/app/connections/{one.id}/remove")
    assert "remove the app there, by hand" in answer.text
    assert town.installed() == []


def test_a_token_that_is_over_already_is_nothing_to_be_told_of(town: Town) -> None:
    browser = connected(town, "intercom")
    [one] = town.installed()
    town.world.faults.order(Fault("status", host="intercom", path="/auth/uninstall", status=401))
    assert 'role="alert"' not in browser.post(f"/app/connections/{one.id}/remove").text


def test_a_token_that_was_typed_in_is_its_owners_to_end(town: Town) -> None:
    browser = connected(town, "intercom")
    [one] = town.installed()
    with town.receiver.services.database.session() as session:
        session.connection().exec_driver_sql("update connection set place = null")
    browser.post(f"/app/connections/{one.id}/remove")
    assert not town.intercom.oauth.uninstalled
