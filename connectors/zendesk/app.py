"""Our app inside Zendesk's pages: who opens it, by the URL that Zendesk signed, and what their role there allows.

Zendesk signs with the app's RSA key. The algorithm is pinned, audience and issuer are rebuilt from what is stored and never
from the token, and a token is good once.
"""

import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from connectors.base import Connection, Entrance, Frame
from connectors.errors import BadSignature, ConnectorError
from connectors.types import Inbound, Level, Person, Role
from connectors.zendesk.settings import address

NAME = "Deskhand"
"""What our app is called where it is installed."""
ALGORITHM = "RS256"
LEEWAY = 60
"""Seconds by which clocks may differ."""
LONGEST = 3600
"""Seconds that a token may be good for at most, whatever it says of itself."""
SDK = "https://static.zdassets.com/zendesk_app_framework_sdk/2.0/zaf_sdk.min.js"
FRESH = 600.0
"""Seconds for which a public key that was fetched is used; a signature that does not fit fetches it again, once a minute."""
RETRY = 60.0
LEVELS: Mapping[str, Level] = {"admin": Level.ADMIN, "agent": Level.AGENT}
WATCHERS = frozenset({1, 3})
"""``role_type`` of light agents and contributors: they read along and answer nobody."""

Fetch = Callable[[str], str]
"""The PEM of an app's public key, by the app's number."""


class Keys:
    """Public keys of apps as Zendesk hands them out, kept for a while. Safe between threads."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._gate = threading.Lock()
        self._known: dict[str, tuple[float, str]] = {}

    def key(self, name: str, fetch: Callable[[], str], *, again: bool = False) -> str:
        """The key of that name; fetched where it is not known, too old, or ``again`` and not just fetched."""
        with self._gate:
            known = self._known.get(name)
        now = self._clock()
        if known and now - known[0] < (RETRY if again else FRESH):
            return known[1]
        fetched = fetch()
        with self._gate:
            self._known[name] = (now, fetched)
        return fetched


KEYS = Keys()


def frame(connection: Connection) -> Frame:
    """The agent workspace of this account. A played account serves the same script itself."""
    target = address(connection.base_url)
    script = f"{target.base}/zaf_sdk.js" if target.loopback else SDK
    adaptor = files(__package__).joinpath("app.js").read_text("utf-8")
    return Frame(f"{target.scheme}://{target.netloc}", script, adaptor)


def comes_from(request: Inbound) -> str:
    """Which account the query names: Zendesk adds its own origin to every address that it frames.

    A played account has a path as well, which only the token names. Nothing of this is believed.
    """
    origin = (parse_qs(request.query).get("origin") or [""])[0]
    try:
        claims = jwt.decode(_token(request), options={"verify_signature": False})
    except (jwt.InvalidTokenError, BadSignature):
        return origin
    return str(claims.get("aud", "")).partition("/api/v2/")[0] or origin


def signed_in(connection: Connection, request: Inbound, fetch: Fetch, keys: Keys = KEYS) -> Entrance:
    """Who opens the page. Raises BadSignature, which never says more than that."""
    token = _token(request)
    app = connection.settings.get("app_id", "")
    given = connection.settings.get("app_public_key", "")
    if not given and not app:
        raise BadSignature("the connection knows no app")
    try:
        claims = _claims(connection, token, given or keys.key(f"{connection.base_url} {app}", lambda: fetch(app)))
    except BadSignature:
        if given:
            raise
        claims = _claims(connection, token, keys.key(f"{connection.base_url} {app}", lambda: fetch(app), again=True))
    return _entrance(connection, claims, token, request.at)


def _claims(connection: Connection, token: str, key: str) -> Mapping[str, Any]:
    """What the token says, if this installation's Zendesk signed it and it is good now."""
    installation = connection.settings.get("installation_id", "")
    if not installation:
        raise BadSignature("the connection knows no installation")
    base = address(connection.base_url).base
    try:
        claims: Mapping[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=f"{base}/api/v2/apps/installations/{installation}.json",
            leeway=LEEWAY,
            options={"require": ["exp", "iat", "iss", "aud", "sub"], "strict_aud": True},
        )
    except (jwt.PyJWTError, ValueError, TypeError):
        raise BadSignature("the token does not fit") from None
    if str(claims["iss"]) not in (base, base.partition("://")[2]):
        raise BadSignature("the token is another account's")
    return claims


def _entrance(connection: Connection, claims: Mapping[str, Any], token: str, now: datetime) -> Entrance:
    base = address(connection.base_url).base
    found = re.fullmatch(rf"{re.escape(base)}/api/v2/users/(\d{{1,20}})(\.json)?", str(claims["sub"]))
    begun, ends = datetime.fromtimestamp(int(claims["iat"]), UTC), datetime.fromtimestamp(int(claims["exp"]), UTC)
    if found is None or (ends - begun).total_seconds() > LONGEST or (now - begun).total_seconds() > LONGEST + LEEWAY:
        raise BadSignature("the token does not fit")
    once = str(claims.get("jti") or hashlib.sha256(token.encode()).hexdigest())
    return Entrance(Person(found[1], Role.AGENT, external=False), f"{connection.id} {once}", ends)


def installed(read: Callable[[], Sequence[Mapping[str, Any]]], connection: Connection) -> dict[str, str]:
    """The numbers of our app and of its installation, where it is installed and we may see that; else nothing."""
    if connection.settings.get("installation_id"):
        return {}
    try:
        rows = read()
    except ConnectorError:
        return {}
    wanted = connection.settings.get("app_id") or connection.settings.get("marketplace_app_id")
    for row in rows:
        told = row.get("settings") or {}
        ours = str(row.get("app_id")) == wanted if wanted else NAME in (told.get("name"), told.get("title"))
        if ours and row.get("enabled", True) and row.get("id"):
            return {"app_id": str(row["app_id"]), "installation_id": str(row["id"])}
    return {}


def level(user: Mapping[str, Any]) -> Level:
    """What somebody may do, by their role; light agents look on, and whoever is suspended or a customer does not even that."""
    if user.get("suspended") or str(user.get("role")) not in LEVELS:
        raise BadSignature("that person is no agent")
    if user.get("role_type") in WATCHERS:
        return Level.VIEWER
    return LEVELS[str(user["role"])]


def _token(request: Inbound) -> str:
    """The form's token. Only POST carries one: an address would end up in logs."""
    values = parse_qs(request.body.decode("ascii", "replace")).get("token", [])
    if len(values) != 1 or len(values[0]) > 8192 or urlsplit(values[0]).scheme:
        raise BadSignature("there is no token")
    return values[0]
