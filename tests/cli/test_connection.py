"""``deskhand disconnect`` and ``deskhand resume``: what ends, what stays, and who is asked first."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.db import articles, connections, inbox
from app.errors import UnknownRecord
from app.sandbox.server import Served, application
from app.sandbox.slack.host import SlackHost
from app.sandbox.slack.state import HOME, NOTES, SHARED
from app.sandbox.world import World
from app.sandbox.zendesk import ZendeskHost
from app.services import Services
from connectors.registry import HELPDESKS
from connectors.types import Article, Event, EventKind, Ref

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECRETS = ["--email", "bot@example.com", "--token", "hunter2-token", "--signing-secret", "hunter2-signing"]


@pytest.fixture
def zendesk():
    """Where the played Zendesk is."""
    host = ZendeskHost(World(), email="bot@example.com", token="hunter2-token")
    with Served(application(host.world, [host])) as base:
        yield f"{base}/{host.name}"
    host.deliveries.close()


@pytest.fixture
def services(prepared):
    opened = Services(prepared)
    yield opened
    opened.database.dispose()


@pytest.fixture
def connect(deskhand, account):
    """Connects Zendesk at an address and gives the connection's id."""

    def made(base="http://127.0.0.1:9"):
        rest = ["--account", account, "--base-url", base, *SECRETS, "--json"]
        return deskhand("connect", "zendesk", *rest).json["connection"]

    return made


def test_what_is_disconnected_is_gone_and_what_was_done_stays(deskhand, connect, services):
    gone = connect()
    account_id = services.connected.installed(gone).account_id
    with services.database.session() as session:
        inbox.accept(session, gone, [Event("d1", EventKind.CHANGED, Ref("7"), NOW)], NOW)
        page = Article("1", "Returns", "Within 30 days.", "https://help.example.com/1", "en", False, NOW)
        articles.upsert(session, account_id, gone, [page], NOW)
    assert deskhand("disconnect", gone, "--json").json == {
        "connection": gone,
        "disconnected": True,
        "left": [],
    }
    with services.database.reading() as session:
        assert connections.every(session) == connections.of_account(session, account_id) == []
        with pytest.raises(UnknownRecord):
            connections.find(session, gone)
        assert inbox.backlog(session) == 0
        assert articles.listed(session, account_id) == []
        assert session.execute(text("select secrets from connection")).scalar_one() == ""
        assert session.execute(text("select outcome from event")).scalar_one() == "disconnected"
    assert f"zendesk {gone}" not in deskhand("doctor", "--offline").out


def test_disconnecting_again_is_refused_and_connecting_again_begins_anew(deskhand, connect):
    first = connect()
    assert first in deskhand("disconnect", first).out
    again = deskhand("disconnect", first)
    assert (again.code, "no such connection" in again.err) == (2, True)
    assert connect() != first


def test_a_paused_connection_goes_on_once_the_vendor_answers(deskhand, connect, services, zendesk):
    known = connect(zendesk)
    with services.database.session() as session:
        connections.pause(session, known, "the token was not taken")
    assert deskhand("resume", known, "--json").json == {"connection": known, "active": True}
    with services.database.reading() as session:
        assert connections.find(session, known).active


def test_a_vendor_that_does_not_answer_stays_paused(deskhand, connect, services):
    dead = connect()
    with services.database.session() as session:
        connections.pause(session, dead, "the token was not taken")
    ran = deskhand("resume", dead)
    assert (ran.code, ran.err.startswith("deskhand: ")) == (1, True)
    with services.database.reading() as session:
        assert not connections.find(session, dead).active


@pytest.mark.parametrize(("channel", "fine"), [(SHARED, False), ("C0NOBODY", False), (NOTES, True)])
def test_a_channel_for_notes_that_is_not_internal_is_said_at_once(deskhand, account, channel, fine):
    host = SlackHost(World())
    token = next(iter(host.slack.tokens))
    rest = ["--bot-token", token, "--team-id", HOME, "--signing-secret", "hunter2", "--notes-channel", channel]
    with Served(application(host.slack.world, [host])) as base:
        ran = deskhand("connect", "slack", "--account", account, "--base-url", f"{base}/slack", *rest, "--json")
        name = f"slack of acme {ran.json['connection']}"
        [seen] = [f for f in deskhand("doctor", "--json").json["findings"] if f["what"] == name]
    assert (ran.code, ran.json["check"]["ok"]) == (0, True)
    assert [line.partition(":")[0] for line in ran.json["check"]["warnings"]] == ([] if fine else ["notes_channel"])
    assert ("notes_channel" in ran.err, seen["well"]) == (not fine, fine)


@pytest.mark.parametrize("vendor", sorted(HELPDESKS))
def test_no_option_shows_its_own_name_as_what_it_is_without_it(deskhand, vendor):
    shown = deskhand("connect", vendor, "--help").out
    assert "--signing-secret" in shown or "--client-secret" in shown
    assert "[default: (" not in shown
