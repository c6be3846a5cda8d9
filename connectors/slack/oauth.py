"""Installing in a workspace or a whole organisation by OAuth, trading refresh tokens, and whose news a request is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from connectors.base import Connection, Setting
from connectors.errors import AuthFailed, Refused, Unavailable
from connectors.installing import App, Asking, Grant, MissingScopes
from connectors.slack.client import Client
from connectors.slack.parse import mapping, payload
from connectors.slack.settings import SCOPES, Install, install
from connectors.slack.signed import verify
from connectors.types import Inbound

CONSENT = "/oauth/v2/authorize"

APP_SETTINGS = (
    Setting("client_id", "The app's client id, under Basic Information"),
    Setting("client_secret", "The app's client secret", secret=True),
    Setting("signing_secret", "The app's signing secret", secret=True),
    Setting("base_url", "Where Slack is, if not at slack.com", required=False),
)
PLACE = None
"""Slack's consent page asks for the workspace itself."""


def consent(app: App, place: str, asking: Asking) -> str:
    """Slack's consent page, for our scopes."""
    query = {
        "client_id": app.client_id,
        "scope": ",".join(SCOPES),
        "redirect_uri": asking.redirect,
        "state": asking.state,
    }
    return f"{app.base_url or 'https://slack.com'}{CONSENT}?{urlencode(query)}"


def granted(app: App, place: str, asking: Asking, code: str) -> Grant:
    """The installation that the code stands for: a workspace, or an organisation where Slack names no workspace."""
    answer = _trade(app, code=code, redirect_uri=asking.redirect)
    given = {one.strip() for one in str(answer.get("scope") or "").split(",")}
    if missing := [one for one in SCOPES if one not in given]:
        raise MissingScopes(missing)
    team, organisation = mapping(answer.get("team")), mapping(answer.get("enterprise"))
    home = str((organisation if answer.get("is_enterprise_install") else team).get("id") or "")
    if not re.fullmatch(r"[A-Z][\w-]+", home):
        raise Unavailable("oauth.v2.access: the answer names no workspace")
    named = {"team_id": home, "enterprise_id": organisation.get("id"), "app_id": answer.get("app_id")}
    named["user_id"] = answer.get("bot_user_id")
    found = {name: str(value) for name, value in named.items() if value}
    secrets = {**_tokens(answer), **_ours(app)}
    name = str(team.get("name") or organisation.get("name") or home)
    return Grant(app.base_url, {**found, "client_id": app.client_id}, secrets, name)


def renewed(connection: Connection) -> Mapping[str, str]:
    """The new ``bot_token`` and ``refresh_token``. Raises AuthFailed when the app has to be installed again."""
    refresh = connection.secrets.get("refresh_token", "")
    if not refresh:
        raise AuthFailed("the connection has no refresh_token")
    known = {"client_id": connection.settings.get("client_id", ""), "base_url": connection.base_url}
    app = App({**known, "client_secret": connection.secrets.get("client_secret", "")})
    return _tokens(_trade(app, grant_type="refresh_token", refresh_token=refresh))


def said(connection: Connection) -> str:
    """Nothing: Slack asks for the workspace itself."""
    return ""


def revoke(client: Client, connection: Connection) -> None:
    """Our app is uninstalled there: that ends all of its tokens."""
    known = {"client_id": connection.settings.get("client_id", "")}
    client.ask(client.web.apps_uninstall, **known, client_secret=connection.secrets.get("client_secret", ""))


def tenants(app: App, request: Inbound) -> Sequence[str]:
    """The teams and organisations that a signed request may be for, the likeliest first. Raises BadSignature or BadPayload."""
    verify(request, app.values.get("signing_secret", ""))
    body = payload(request.body)
    named = _event_teams(body) if body.get("type") == "event_callback" else _act_teams(body)
    return list(dict.fromkeys(one for one in named if isinstance(one, str) and one))


def site(app: App) -> Install:
    """The app itself, before anybody installed it: enough to verify a greeting."""
    return install(Connection("", app.base_url, {}, {"signing_secret": app.values.get("signing_secret", "")}))


def _event_teams(body: Mapping[str, Any]) -> Iterator[Any]:
    """The installation that an event came through. The outer team may be a customer's who shares the channel."""
    listed = body.get("authorizations")
    first = mapping(listed[0]) if isinstance(listed, list) and listed else {}
    if first:
        yield from (first.get("team_id"), first.get("enterprise_id"))
    else:
        yield from (body.get("context_team_id"), body.get("team_id"), body.get("enterprise_id"))


def _act_teams(body: Mapping[str, Any]) -> Iterator[Any]:
    """What was pressed on is ours; who pressed may belong to anybody."""
    view, message = mapping(body.get("view")), mapping(body.get("message"))
    yield view.get("app_installed_team_id")
    yield mapping(message.get("bot_profile")).get("team_id")
    yield mapping(body.get("team")).get("id")
    yield body.get("team_id")
    yield mapping(body.get("enterprise")).get("id")
    yield mapping(body.get("user")).get("team_id")


def _trade(app: App, **given: str) -> Mapping[str, Any]:
    client = Client(site(app))
    try:
        return client.ask(client.web.oauth_v2_access, client_id=app.client_id, client_secret=app.client_secret, **given)
    except Refused:
        raise AuthFailed("Slack does not take this code or refresh token") from None


def _tokens(answer: Mapping[str, Any]) -> Mapping[str, str]:
    """The tokens; without a refresh token where the app does not rotate them."""
    if not answer.get("access_token"):
        raise Unavailable("oauth.v2.access: the answer holds no token")
    refresh = {"refresh_token": str(answer["refresh_token"])} if answer.get("refresh_token") else {}
    return {"bot_token": str(answer["access_token"]), **refresh}


def _ours(app: App) -> Mapping[str, str]:
    return {name: app.values.get(name, "") for name in ("signing_secret", "client_secret")}
