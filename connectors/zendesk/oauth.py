"""OAuth at one account: the consent page, trading codes and refresh tokens. Who may do it at a time, and saving, is the caller's."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import requests

from connectors import http
from connectors.base import Connection, Setting
from connectors.errors import AuthFailed, BadPayload, Refused, Unavailable
from connectors.installing import App, Asking, Grant, MissingScopes
from connectors.zendesk.session import TIMEOUT
from connectors.zendesk.settings import LABEL, SCOPES, address, marketplace

PATH = "/oauth/tokens"
CONSENT = "/oauth/authorizations/new"
ACCESS_SECONDS = 1800
REFRESH_SECONDS = 2_592_000

APP_SETTINGS = (
    Setting("client_id", "The unique identifier of the OAuth client (a global one begins with zdg-)"),
    Setting("client_secret", "The OAuth client's secret", secret=True),
    Setting("base_url", "Where Zendesk is, if not at the account's own subdomain", required=False),
    Setting("marketplace_name", "The app's name in the Marketplace", required=False),
    Setting("marketplace_organization_id", "The Marketplace organization's number", False, False, r"\d+"),
    Setting("marketplace_app_id", "The app's number in the Marketplace", False, False, r"\d+"),
)
PLACE = Setting("subdomain", "Your account's subdomain: acme, if you work at acme.zendesk.com", pattern=LABEL)
COPIED = ("client_id", "marketplace_name", "marketplace_organization_id", "marketplace_app_id")


def consent(app: App, place: str, asking: Asking) -> str:
    """The account's consent page, with PKCE."""
    query = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": asking.redirect,
        "scope": " ".join(SCOPES),
        "state": asking.state,
        "code_challenge": asking.challenge,
        "code_challenge_method": "S256",
    }
    return f"{address(base(app, place)).base}{CONSENT}?{urlencode(query)}"


def granted(app: App, place: str, asking: Asking, code: str) -> Grant:
    """The connection that the code stands for. Scopes that were not given are refused now, not as 403s later."""
    found = {name: app.values[name] for name in COPIED if app.values.get(name)}
    connection = Connection("", base(app, place), found)
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "client_id": app.client_id,
        "client_secret": app.client_secret,
        "redirect_uri": asking.redirect,
        "scope": " ".join(SCOPES),
        "code_verifier": asking.verifier,
        "expires_in": ACCESS_SECONDS,
        "refresh_token_expires_in": REFRESH_SECONDS,
    }
    answer = _trade(connection, body, "Zendesk does not take the code: it is two minutes old, or was used")
    if missing := lacking(answer.get("scope")):
        raise MissingScopes(missing)
    target = address(connection.base_url)
    secrets = {**_tokens(answer), "client_secret": app.client_secret}
    return Grant(target.base, found, secrets, target.netloc)


def said(connection: Connection) -> str:
    """The subdomain that the connection is at."""
    return address(connection.base_url).netloc.partition(".")[0]


def base(app: App, place: str) -> str:
    """The account's address. Raises BadPayload for what is no subdomain, before anything is built of it."""
    name = place.strip().lower()
    if not re.fullmatch(LABEL, name):
        raise BadPayload("subdomain", "letters, digits and hyphens, such as acme")
    return app.base_url or f"https://{name}.zendesk.com"


def lacking(scope: Any) -> list[str]:
    """Which of our scopes this answer does not cover. Plain ``read`` and ``write`` cover all; no answer means: as asked."""
    if not isinstance(scope, str):
        return []
    given = set(scope.split())
    return [one for one in SCOPES if one not in given and one.rpartition(":")[2] not in given]


def renewed(connection: Connection) -> Mapping[str, str]:
    """The new ``oauth_token`` and ``refresh_token``.

    Zendesk kills both old tokens at once: one caller per account at a time, who saves the answer before it is used.
    Raises AuthFailed when the grant is gone and the account has to be connected again.
    """
    refresh = connection.secrets.get("refresh_token", "")
    if not refresh:
        raise AuthFailed("the connection has no refresh_token")
    body = {
        "grant_type": "refresh_token",
        "refresh_token": refresh,
        "client_id": connection.settings.get("client_id", ""),
        "client_secret": connection.secrets.get("client_secret", ""),
    }
    return _tokens(_trade(connection, body, "Zendesk does not take the refresh token any more"))


def _trade(connection: Connection, body: Mapping[str, Any], refused: str) -> Mapping[str, Any]:
    """The token endpoint's answer. Raises AuthFailed with ``refused`` for a no, Unavailable for no readable answer."""
    target = address(connection.base_url)
    with requests.Session() as session:
        session.trust_env = not target.loopback
        try:
            answer = session.post(
                f"{target.base}{PATH}",
                json=body,
                headers=dict(marketplace(connection)),
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unavailable(f"POST {PATH}: {type(error).__name__}") from None
    problem = http.error(answer.status_code, answer.headers, f"POST {PATH}")
    if isinstance(problem, Refused):
        raise AuthFailed(refused)
    if problem is not None:
        raise problem
    try:
        return dict(answer.json())
    except (ValueError, TypeError):
        raise Unavailable(f"POST {PATH}: the answer has another shape") from None


def _tokens(body: Mapping[str, Any]) -> Mapping[str, str]:
    try:
        return {"oauth_token": str(body["access_token"]), "refresh_token": str(body["refresh_token"])}
    except KeyError:
        raise Unavailable(f"POST {PATH}: the answer has another shape") from None
