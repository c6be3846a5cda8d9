"""The API's door: whose token it is, what it allows, and how often. What is asked then is the resources' part."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from math import ceil
from time import monotonic
from typing import Any

from flask import Blueprint, Response, request

from app import logs, metrics
from app.db import access
from app.db.access import SCOPES, Access
from app.errors import UnknownRecord
from app.services import Services
from app.web.api.problems import ApiError

log = logging.getLogger(__name__)

LONGEST_TOKEN = 200
RATE = 600
"""Requests a minute that one token may make, and one address without a good one."""
MOST = 10_000
"""Callers whose rate is remembered; the longest unheard is forgotten first."""

View = Callable[..., Response]


@dataclass(frozen=True)
class Caller:
    """Who asks: a token of this account, with these scopes. Nothing in a request's body can change that."""

    account_id: str
    access_id: str
    scopes: frozenset[str]


class Rates:
    """So many requests a minute for each name, and as many at once. Each web process counts for itself."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._most = float(per_minute)
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._gate = threading.Lock()

    def wait(self, name: str) -> float:
        """0 when the request may pass, which counts it; else the seconds until one may."""
        with self._gate:
            now = self._clock()
            left, since = self._left.pop(name, (self._most, now))
            left = min(self._most, left + (now - since) * self._most / 60)
            passes = left >= 1
            self._left[name] = (left - 1 if passes else left, now)
            if len(self._left) > MOST:
                self._left.popitem(last=False)
            return 0.0 if passes else (1 - left) * 60 / self._most


class Door:
    """Where resources hang their views. A view gets the caller first and is not run for anybody without its scope."""

    def __init__(self, pages: Blueprint, services: Services, rate: int = RATE) -> None:
        self.services = services
        self._pages = pages
        self._rates = Rates(rate)
        self._strangers = Rates(rate)

    def route(self, rule: str, *, scope: str, methods: tuple[str, ...] = ("POST",)) -> Callable[[View], View]:
        """Decorates ``view(caller, **from the path)``; ``scope`` is one of ``SCOPES``."""
        if scope not in SCOPES:
            raise ValueError(f"{scope} is no scope")

        def hang(view: View) -> View:
            @wraps(view)
            def guarded(**values: Any) -> Response:
                caller = self._caller(scope)
                with logs.context(account=caller.account_id, access=caller.access_id):
                    metrics.count(f"api.{scope}")
                    return view(caller, **values)

            self._pages.add_url_rule(rule, endpoint=view.__name__, view_func=guarded, methods=list(methods))
            return view

        return hang

    def _caller(self, scope: str) -> Caller:
        """Raises ApiError: 401 without a token that is good, 403 for one of another scope, 429 for one too many."""
        found = self._access()
        self._paced(self._rates, found.id)
        if scope not in found.scopes:
            raise ApiError(403, "wrong_scope", f"This token may not: it needs the scope {scope}.")
        return Caller(found.account_id, found.id, found.scopes)

    def _access(self) -> Access:
        database = self.services.database
        try:
            with database.reading() as session:
                return access.of_token(session, _bearer(), database.now(session))
        except UnknownRecord:
            metrics.count("api.strangers")
            self._paced(self._strangers, request.remote_addr or "")
            wanted = {"WWW-Authenticate": 'Bearer realm="deskhand"'}
            raise ApiError(401, "no_token", "Send a token of the account as Authorization: Bearer.", wanted) from None

    def _paced(self, rates: Rates, name: str) -> None:
        if wait := rates.wait(name):
            raise ApiError(429, "too_many", "Too many requests.", {"Retry-After": str(ceil(wait))})


def _bearer() -> str:
    """The token that came along. Raises UnknownRecord when none did."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN or not token.isascii():
        raise UnknownRecord("no bearer token was given")
    return token


def body() -> Mapping[str, Any]:
    """The request's JSON object. Raises ApiError when it is none."""
    try:
        given = request.get_json(force=True, silent=True)
    except RecursionError:
        given = None
    if not isinstance(given, dict):
        raise ApiError(400, "no_object", "Send one JSON object in UTF-8.")
    return given


def text(given: Mapping[str, Any], name: str, *, most: int, needed: bool = True) -> str:
    """A field that is text of at most ``most`` characters, trimmed. Raises ApiError which names the field."""
    value = given.get(name, "")
    if not isinstance(value, str) or len(value) > most or "\x00" in value or not _whole(value):
        raise ApiError(400, "bad_field", f"{name}: give text of at most {most} characters.")
    if needed and not value.strip():
        raise ApiError(400, "missing_field", f"{name}: is needed.")
    return value.strip()


def _whole(value: str) -> bool:
    """Whether it can be written as UTF-8: half a surrogate pair cannot."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
