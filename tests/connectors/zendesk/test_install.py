"""Installing by OAuth at the played Zendesk: the consent page, the trade, and the webhook with its trigger."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from flask import request

from app.sandbox.server import Served, application
from app.sandbox.world import Fault, World
from app.sandbox.zendesk import ZendeskHost
from connectors.base import Connection
from connectors.errors import AuthFailed, BadPayload, Unavailable
from connectors.installing import App, Asking, MissingScopes
from connectors.zendesk import Zendesk, hooks, oauth
from connectors.zendesk.settings import SCOPES

ASKING = Asking("http://127.0.0.1:9/install/zendesk/callback", "the-state", "v" * 43)
URL = "http://127.0.0.1:9/webhooks/zendesk/c1"


@dataclass
class Office:
    """A played account, our app there, and what came of it."""

    host: ZendeskHost
    base: str
    app: App

    def code(self, asking: Asking = ASKING) -> str:
        page = Zendesk.consent(self.app, "acme", asking)
        back = requests.get(page, allow_redirects=False, timeout=60).headers["Location"]
        return parse_qs(urlsplit(back).query)["code"][0]

    def installed(self) -> Zendesk:
        grant = Zendesk.granted(self.app, "acme", ASKING, self.code())
        return Zendesk(Connection("c1", grant.base_url, grant.settings, grant.secrets))


@pytest.fixture
def office() -> Iterator[Office]:
    host = ZendeskHost(World())
    with Served(application(host.world, [host])) as base:
        values = {"client_id": host.oauth.client_id, "client_secret": host.oauth.client_secret}
        values |= {"base_url": f"{base}/zendesk", "marketplace_name": "Deskhand", "marketplace_app_id": "77"}
        yield Office(host, f"{base}/zendesk", App(values))
    host.deliveries.close()


def test_the_consent_page_is_the_accounts_own_and_asks_for_just_our_scopes():
    page = urlsplit(Zendesk.consent(App({"client_id": "zdg-x", "client_secret": "s"}), " Acme ", ASKING))
    asked = {name: values[0] for name, values in parse_qs(page.query).items()}
    assert (page.scheme, page.netloc, page.path) == ("https", "acme.zendesk.com", "/oauth/authorizations/new")
    assert asked["scope"].split() == list(SCOPES)
    assert (asked["code_challenge"], asked["code_challenge_method"]) == (ASKING.challenge, "S256")
    assert (asked["state"], asked["redirect_uri"]) == (ASKING.state, ASKING.redirect)


@pytest.mark.parametrize(
    "place", ["", "acme.evil", "acme/", "acme@evil", "evil.com#", "a b", "-acme", "a" * 64, "äcme"]
)
def test_what_is_no_subdomain_never_becomes_an_address(place):
    with pytest.raises(BadPayload, match="subdomain"):
        Zendesk.consent(App({"client_id": "x", "client_secret": "s"}), place, ASKING)


def test_a_code_becomes_a_connection_that_works(office):
    grant = Zendesk.granted(office.app, "acme", ASKING, office.code())
    assert set(grant.secrets) == {"oauth_token", "refresh_token", "client_secret"}
    assert grant.settings["marketplace_name"] == "Deskhand"
    assert "hunter" not in repr(grant) and grant.secrets["oauth_token"] not in repr(grant)
    assert Zendesk(Connection("c1", grant.base_url, grant.settings, grant.secrets)).check()["user_id"]


def test_a_code_is_taken_once_and_only_from_who_asked(office):
    code = office.code()
    with pytest.raises(AuthFailed):
        Zendesk.granted(office.app, "acme", Asking(ASKING.redirect, "s", "other verifier"), code)
    with pytest.raises(AuthFailed):
        Zendesk.granted(office.app, "acme", ASKING, code)


def test_scopes_that_were_not_given_are_named_at_once(office):
    given = office.host.oauth.grant
    office.host.oauth.grant = lambda scope: given(scope.replace(" triggers:write", ""))  # type: ignore[method-assign]
    with pytest.raises(MissingScopes) as refused:
        Zendesk.granted(office.app, "acme", ASKING, office.code())
    assert refused.value.scopes == ("triggers:write",)


@pytest.mark.parametrize(
    ("scope", "missing"), [("read write", []), (None, []), ("read", 4), ("", len(SCOPES)), (" ".join(SCOPES), [])]
)
def test_plain_read_and_write_cover_all(scope, missing):
    found = oauth.lacking(scope)
    assert found == missing if isinstance(missing, list) else len(found) == missing


def test_a_token_page_that_is_away_says_so_and_tells_nothing(office):
    code = office.code()
    office.host.world.faults.order(Fault("reset_after", path="/oauth/tokens"))
    with pytest.raises(Unavailable) as away:
        Zendesk.granted(office.app, "acme", ASKING, code)
    assert code not in str(away.value)
    assert office.host.oauth.client_secret not in str(away.value)


# --- webhook and trigger -----------------------------------------------------------------------------------------


def test_hooking_twice_leaves_one_webhook_and_one_trigger(office):
    zendesk = office.installed()
    first, second = zendesk.hook(URL), zendesk.hook(URL)
    [hook] = office.host.webhooks.all.values()
    [trigger] = office.host.triggers.all.values()
    assert first == second == {"signing_secret": hook.secret}
    assert trigger["actions"][0]["value"][0] == hook.row["id"]


def test_the_body_holds_ids_only():
    assert set(json.loads(hooks.BODY).values()) == {
        "{{ticket.id}}",
        "{{ticket.updated_at_with_timestamp}}",
        "{{current_user.id}}",
    }


def test_a_trigger_that_was_bent_is_put_right_and_a_double_taken_away(office):
    zendesk = office.installed()
    zendesk.hook(URL)
    [trigger] = office.host.triggers.all.values()
    trigger["conditions"] = {"all": [], "any": []}
    office.host.triggers.add({"title": "copy of it", "actions": list(trigger["actions"])})
    zendesk.hook(URL)
    [left] = office.host.triggers.all.values()
    assert left["conditions"]["all"] == [{"field": "role", "operator": "is_not", "value": zendesk.us}]


def test_a_webhook_that_was_switched_off_is_switched_on(office):
    zendesk = office.installed()
    zendesk.hook(URL)
    [hook] = office.host.webhooks.all.values()
    hook.row["status"] = "inactive"
    zendesk.hook(URL)
    assert hook.row["status"] == "active"


def test_customers_and_agents_fire_it_and_we_do_not(office):
    zendesk = office.installed()
    zendesk.hook(URL)
    [hook] = office.host.webhooks.all.values()
    ticket = office.host.customer_writes("ana@customer.example", "Where is it?")
    office.host.agent_writes("Sam", "Let me see", ticket=ticket)
    assert len(hook.invocations) == 2
    zendesk._client.update(int(ticket), {"comment": {"body": "A note", "public": False}, "status": "pending"})
    assert len(hook.invocations) == 2


def test_other_peoples_webhooks_are_left_alone_and_ours_goes(office):
    office.host.hook_trigger("http://127.0.0.1:9/another", "secret", "{}")
    zendesk = office.installed()
    zendesk.hook(URL)
    zendesk.unhook(URL)
    zendesk.unhook(URL)
    assert [one.row["endpoint"] for one in office.host.webhooks.all.values()] == ["http://127.0.0.1:9/another"]
    assert len(office.host.triggers.all) == 1


def test_a_trigger_that_somebody_else_took_away_meanwhile_is_no_error(office):
    zendesk = office.installed()
    zendesk.hook(URL)
    office.host.world.faults.order(Fault("status", method="DELETE", path="/triggers/", status=404))
    zendesk.unhook(URL)
    assert not office.host.webhooks.all


def test_every_call_bears_the_marketplaces_headers(office):
    seen: list[str] = []
    count = office.host.door._count

    def counted() -> None:
        seen.append(request.headers.get("X-Zendesk-Marketplace-Name", ""))
        count()

    office.host.door._count = counted  # type: ignore[method-assign]
    office.installed().hook(URL)
    assert len(seen) >= 5
    assert set(seen) == {"Deskhand"}
