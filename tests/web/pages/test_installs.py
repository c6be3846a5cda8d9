"""Installing by OAuth over HTTP: a browser of ours, and the played vendors with their own consent pages."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from app.db import accounts, connections
from app.db.connections import Installed
from app.sandbox.world import Fault
from connectors.types import Level
from tests.web.conftest import Receiver
from tests.web.pages.signing import SignsIn
from tests.web.pages.town import PLACES, Town


@pytest.mark.parametrize("vendor", PLACES)
def test_from_the_click_to_a_connection_that_works(town: Town, vendor: str) -> None:
    browser = town.sign_in(Level.ADMIN)
    answer = browser.get(town.agreed(town.off(browser, vendor, PLACES[vendor])))
    assert "is connected" in answer.text
    [one] = town.installed()
    assert (one.vendor, one.active, one.account_id) == (vendor, True, town.receiver.account)
    assert all(secret not in one.sealed + repr(one) + answer.text for secret in town.secrets().values())


def test_the_webhook_is_there_when_the_admin_comes_back_and_signs_what_it_sends(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one], [hook] = town.installed(), town.zendesk.webhooks.all.values()
    assert urlsplit(hook.row["endpoint"]).path == f"/webhooks/zendesk/{one.id}"
    assert town.secrets()["signing_secret"] == hook.secret


def test_the_same_place_again_changes_its_connection_and_lets_it_go_on(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one], before = town.installed(), town.secrets()
    with town.receiver.services.database.session() as session:
        connections.pause(session, one.id, "AuthFailed: the token was revoked")
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [again], after = town.installed(), town.secrets()
    assert (again.id, again.active) == (one.id, True)
    assert after["oauth_token"] != before["oauth_token"]
    assert len(town.zendesk.webhooks.all) == len(town.zendesk.triggers.all) == 1


# --- who may, and with which state -------------------------------------------------------------------------------


def test_only_an_admin_begins_or_ends_it(town: Town) -> None:
    lead = town.sign_in(Level.LEAD)
    assert lead.post("/app/install/zendesk", {"place": "acme"}).status_code == 403
    way_back = town.agreed(town.off(town.sign_in(Level.ADMIN), "zendesk", "acme"))
    assert lead.get(way_back).status_code == 403
    assert town.installed() == []


def test_a_state_is_good_once(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    way_back = town.agreed(town.off(browser, "zendesk", "acme"))
    assert browser.get(way_back).status_code == 200
    assert browser.get(way_back).status_code == 400
    assert len(town.installed()) == 1


def test_a_state_belongs_to_the_session_it_was_made_in(town: Town) -> None:
    """Nobody is made to connect somebody else's account: a way back that was sent to them is worth nothing."""
    way_back = town.agreed(town.off(town.sign_in(Level.ADMIN), "zendesk", "acme"))
    assert town.sign_in(Level.ADMIN).get(way_back).status_code == 400
    assert town.installed() == []


def test_a_state_belongs_to_its_vendor_and_is_not_made_up(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    query = dict(parse_qsl(urlsplit(town.agreed(town.off(browser, "zendesk", "acme"))).query))
    assert browser.get("/app/install/slack/callback", query_string=query).status_code == 400
    assert browser.get("/app/install/zendesk/callback", query_string={**query, "state": "x"}).status_code == 400
    assert browser.get("/app/install/zendesk/callback").status_code == 400
    assert town.installed() == []


def test_a_state_ends(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    way_back = town.agreed(town.off(browser, "zendesk", "acme"))
    with town.receiver.services.database.session() as session:
        session.connection().exec_driver_sql("update install set ends_at = '2020-01-01 00:00:00.000000'")
    assert browser.get(way_back).status_code == 400


def test_who_does_not_agree_is_told_that_nothing_was_connected(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    state = dict(parse_qsl(urlsplit(town.off(browser, "zendesk", "acme")).query))["state"]
    answer = browser.get("/app/install/zendesk/callback", query_string={"error": "access_denied", "state": state})
    assert "did not give the permission" in answer.text
    assert town.installed() == []


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", ["", "evil.example/", "acme.evil", "acme@evil", "a b", "x" * 300])
def test_a_wrong_subdomain_is_refused_before_anybody_is_sent_anywhere(town: Town, place: str) -> None:
    answer = town.sign_in(Level.ADMIN).post("/app/install/zendesk", {"place": place})
    assert answer.status_code == 400
    assert "refresh" not in answer.text


@pytest.mark.parametrize("vendor", ["nobody", "shopify", "slack/../zendesk"])
def test_a_vendor_that_nobody_installs_is_not_there(town: Town, vendor: str) -> None:
    assert town.sign_in(Level.ADMIN).post(f"/app/install/{vendor}", {"place": "acme"}).status_code == 404


def test_without_an_app_of_ours_there_is_nothing_to_install(receiver: Receiver, signed_in: SignsIn) -> None:
    assert signed_in(Level.ADMIN).post("/app/install/zendesk", {"place": "acme"}).status_code == 404


def test_a_missing_scope_is_named_and_nothing_is_kept(town: Town) -> None:
    town.slack.slack.granted = frozenset(town.slack.slack.granted - {"users:read"})
    browser = town.sign_in(Level.ADMIN)
    answer = browser.get(town.agreed(town.off(browser, "slack")))
    assert answer.status_code == 502
    assert "users:read" in answer.text
    assert town.installed() == []


# --- faults ------------------------------------------------------------------------------------------------------


def test_a_crash_between_the_trade_and_the_save_leaves_nothing_half_and_the_next_try_is_whole(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one place where patching is the only way: the process ends after the vendor answered and before we commit."""
    browser = town.sign_in(Level.ADMIN)
    way_back = town.agreed(town.off(browser, "zendesk", "acme"))

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as crash:
        crash.setattr(connections, "add", killed)
        with pytest.raises(KeyboardInterrupt):
            browser.get(way_back)
    assert town.installed() == []
    assert browser.get(way_back).status_code == 400
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    assert [one.active for one in town.installed()] == [True]


@pytest.mark.parametrize("path", ["/users/me", "/ticket_fields", "/webhooks", "/triggers"])
def test_what_fails_after_the_save_is_done_again_by_one_click(town: Town, path: str) -> None:
    browser = town.sign_in(Level.ADMIN)
    way_back = town.agreed(town.off(browser, "zendesk", "acme"))
    town.world.faults.order(Fault("status", host="zendesk", path=path, status=503))
    answer = browser.get(way_back)
    assert "not ready yet" in answer.text
    [one] = town.installed()
    assert town.secrets()["oauth_token"]
    assert "is connected" in browser.post(f"/app/connections/{one.id}/finish").text
    assert len(town.zendesk.webhooks.all) == len(town.zendesk.triggers.all) == 1


def test_an_agent_who_may_make_no_webhook_is_told_and_all_else_works(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    way_back = town.agreed(town.off(browser, "zendesk", "acme"))
    town.world.faults.order(Fault("status", host="zendesk", method="POST", path="/webhooks", status=403))
    answer = browser.get(way_back)
    assert "set it up by hand" in answer.text
    assert [one.active for one in town.installed()] == [True]


def test_another_accounts_connection_is_not_finished_by_us(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    with town.receiver.services.database.session() as session:
        other = accounts.add(session, "other", town.receiver.services.database.now(session)).id
    assert town.sign_in(Level.ADMIN, account=other).post(f"/app/connections/{one.id}/finish").status_code == 404


# --- afterwards --------------------------------------------------------------------------------------------------


def test_a_test_ticket_is_opened_in_the_helpdesk_and_marked_as_one(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    answer = browser.post(f"/app/setup/{one.id}/try", {"text": "Where is my parcel?"})
    [ticket] = town.zendesk.state.tickets.values()
    assert f"Ticket {ticket.row['id']} is open" in answer.text
    assert "deskhand_test" in ticket.row["tags"]
    assert "reading it" in browser.get(f"/app/setup/{one.id}/look", query_string={"ref": "no such"}).text


def test_while_everything_is_stopped_or_the_connection_paused_no_test_ticket_is_opened(town: Town) -> None:
    """The switch says that nothing is written to any helpdesk: a test is no exception."""
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    browser.post("/app/switch", {"stop": "yes"})
    assert "stopped" in browser.post(f"/app/setup/{one.id}/try", {"text": "x"}).text
    browser.post("/app/switch", {"stop": "no"})
    with town.receiver.services.database.session() as session:
        connections.pause(session, one.id, "AuthFailed: revoked")
    assert "paused" in browser.post(f"/app/setup/{one.id}/try", {"text": "x"}).text
    assert not town.zendesk.state.tickets


def test_a_backend_opens_no_test_ticket(town: Town) -> None:
    with town.receiver.services.database.session() as session:
        id, now = connections.new_id(), town.receiver.services.database.now(session)
        connections.add(session, Installed(id, town.receiver.account, "shopify", "https://x.example", {}, ""), now)
    assert town.sign_in(Level.LEAD).post(f"/app/setup/{id}/try", {"text": "x"}).status_code == 404


def test_a_host_that_is_down_opens_no_test_ticket_and_every_page_still_opens(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    town.world.faults.order(Fault("status", host="zendesk", status=503, times=1000))
    assert "could not be opened" in browser.post(f"/app/setup/{one.id}/try", {"text": "x"}).text
    assert browser.get("/app/connections").status_code == browser.get("/app/overview").status_code == 200


def test_a_paused_connection_goes_on_once_the_vendor_knows_us_again(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    with town.receiver.services.database.session() as session:
        connections.pause(session, one.id, "AuthFailed: revoked")
    town.world.faults.order(Fault("status", host="zendesk", path="/users/me", status=503))
    assert "cannot be used yet" in browser.post(f"/app/connections/{one.id}/resume").text
    assert not town.installed()[0].active
    assert browser.post(f"/app/connections/{one.id}/resume").status_code == 303
    assert town.installed()[0].active


def test_disconnecting_takes_our_webhook_away_also_where_the_vendor_is_slow_to_notice(town: Town) -> None:
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    browser.post(f"/app/connections/{one.id}/remove")
    assert town.installed() == []
    assert not town.zendesk.webhooks.all and not town.zendesk.triggers.all


def test_checking_a_connection_whose_token_has_ended_renews_it_and_keeps_the_new_ones(town: Town) -> None:
    """Tokens of Zendesk's end after half an hour: a check must not be what ends the connection."""
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one], before = town.installed(), town.secrets()
    town.world.clock.advance(1801)
    assert "is connected" in browser.post(f"/app/connections/{one.id}/finish").text
    assert town.installed()[0].active
    assert town.secrets()["refresh_token"] != before["refresh_token"]
    assert browser.post(f"/app/connections/{one.id}/finish").status_code == 200
    assert town.installed()[0].active


def test_what_is_told_of_a_connection_after_its_end_does_not_bring_it_back(town: Town) -> None:
    """A worker that was in the middle of a ticket pauses it, a check that was in the middle lets it go on: neither counts."""
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    browser.post(f"/app/connections/{one.id}/remove")
    with town.receiver.services.database.session() as session:
        connections.pause(session, one.id, "AuthFailed: revoked")
        connections.resume(session, one.id)
        connections.change(session, one)
        connections.reseal(session, one.id, one.sealed)
    assert town.installed() == []
    with town.receiver.services.database.reading() as session:
        assert session.connection().exec_driver_sql("select secrets from connection").scalar() == ""


def test_who_came_in_by_a_helpdesk_that_is_disconnected_is_out(town: Town) -> None:
    """Its roles are asked for no more, so that nobody could lose theirs."""
    browser = town.sign_in(Level.ADMIN)
    browser.get(town.agreed(town.off(browser, "zendesk", "acme")))
    [one] = town.installed()
    inside = town.sign_in(Level.ADMIN, connection=one.id)
    assert inside.get("/app/overview").status_code == 200
    browser.post(f"/app/connections/{one.id}/remove")
    assert inside.get("/app/overview").status_code == 401
    assert browser.get("/app/overview").status_code == 200
