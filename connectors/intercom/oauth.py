"""Installing at one workspace by OAuth: the consent page, and the code's trade for a token that does not end. Scopes are the app's own."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import httpx

from connectors import http
from connectors.base import Connection, Setting
from connectors.errors import AuthFailed, BadPayload, BadSignature, Refused, Unavailable
from connectors.installing import App, Asking, Grant
from connectors.intercom import events
from connectors.intercom.client import TIMEOUT, Client
from connectors.intercom.settings import REGIONS
from connectors.intercom.values import identity, table
from connectors.signing import mac, same
from connectors.types import Inbound

TOKEN = "/auth/eagle/token"  # noqa: S105  # a path
CONSENT: Mapping[str, str] = {
    "us": "https://app.intercom.com",
    "eu": "https://app.eu.intercom.com",
    "au": "https://app.au.intercom.com",
}

APP_SETTINGS = (
    Setting("client_id", "The app's client id, under Basic information"),
    Setting("client_secret", "The app's client secret: it signs every webhook, too", secret=True),
    Setting("base_url", "Where Intercom is, if not at its own addresses", required=False),
)
PLACE = Setting("region", "Where your workspace is hosted: us, eu or au", pattern="(?i:us|eu|au)")


def consent(app: App, place: str, asking: Asking) -> str:
    """The consent page. Intercom takes no scopes here and offers no PKCE."""
    query = {"client_id": app.client_id, "state": asking.state, "redirect_uri": asking.redirect}
    return f"{app.base_url or CONSENT[_region(place)]}/oauth?{urlencode(query)}"


def granted(app: App, place: str, asking: Asking, code: str) -> Grant:
    """The workspace that the code stands for, as it calls itself."""
    base = app.base_url or REGIONS[_region(place)]
    token = _token(base, {"code": code, "client_id": app.client_id, "client_secret": app.client_secret})
    client = Client(token, base)
    try:
        me = client.me()
    finally:
        client.close()
    workspace = table(me.get("app"))
    code_, admin = identity(workspace.get("id_code")), identity(me.get("id"))
    if not code_ or not admin:
        raise Unavailable("GET /me: the answer has another shape")
    said = str(workspace.get("region") or "").lower()
    found = {"app_id": code_, "admin_id": admin, "region": said if said in REGIONS else _region(place)}
    secrets = {"access_token": token, "client_secret": app.client_secret}
    return Grant(app.base_url, found, secrets, str(workspace.get("name") or code_))


def said(connection: Connection) -> str:
    """The region that the workspace is hosted in."""
    return connection.settings.get("region", "us")


def tenants(app: App, request: Inbound) -> Sequence[str]:
    """The workspace that a signed notification names. Raises BadSignature or BadPayload."""
    wanted = "sha1=" + mac(app.client_secret, request.body, "sha1").hex()
    if not app.client_secret or not same(wanted, request.headers.get("x-hub-signature", "")):
        raise BadSignature("X-Hub-Signature does not fit the body")
    named = events.payload(request.body).get("app_id")
    return [named] if isinstance(named, str) and named else []


def _region(place: str) -> str:
    name = place.strip().lower()
    if not re.fullmatch(PLACE.pattern, name):
        raise BadPayload("region", "one of us, eu, au")
    return name


def _token(base: str, form: Mapping[str, str]) -> str:
    where = f"POST {TOKEN}"
    try:
        with httpx.Client(timeout=TIMEOUT, follow_redirects=False) as session:
            answer = session.post(f"{base}{TOKEN}", data=dict(form))
    except httpx.HTTPError as error:
        raise Unavailable(f"{where}: {type(error).__name__}") from None
    problem = http.error(answer.status_code, answer.headers, where)
    if isinstance(problem, Refused | AuthFailed):
        raise AuthFailed("Intercom does not take the code: it is old, or was used")
    if problem is not None:
        raise problem
    return _named(answer, where)


def _named(answer: httpx.Response, where: str) -> str:
    try:
        body: Any = answer.json()
        token = body.get("access_token") or body.get("token")
    except (ValueError, AttributeError):
        token = None
    if not isinstance(token, str) or not token:
        raise Unavailable(f"{where}: the answer has another shape")
    return token
