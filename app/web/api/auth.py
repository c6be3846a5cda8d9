"""Whose token a request carries, and how often it may ask. What it asks is the door's part."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import ceil
from time import monotonic

from flask import request

from app import metrics
from app.db import access
from app.db.access import Access
from app.db.database import Database
from app.errors import UnknownRecord
from app.web.api.problems import ApiError

LONGEST_TOKEN = 200
RATE = 600
"""Requests a minute that one token may make, and one address without a good one."""
MOST = 10_000
"""Callers whose rate is remembered; the longest unheard is forgotten first."""


@dataclass(frozen=True)
class Caller:
    """Who asks: a token of this account, with these scopes. Nothing in a request's body can change that."""

    account_id: str
    access_id: str
    scopes: frozenset[str]
    key: str = ""
    """Names this very request where its caller gave it a key: the same for every repeat, empty without one."""


@dataclass(frozen=True)
class Pace:
    """How a caller stands: so many a minute, so many left now; ``wait`` is 0 when the request may pass. Seconds."""

    most: int
    left: int
    wait: float
    full: float
    """Until all of them are there again."""

    @property
    def headers(self) -> Mapping[str, str]:
        """As an answer says it."""
        values = (self.most, self.left, ceil(self.full))
        named = dict(zip(("Limit", "Remaining", "Reset"), map(str, values), strict=True))
        return {f"RateLimit-{name}": value for name, value in named.items()}


class Rates:
    """So many requests a minute for each name, and as many at once. Each web process counts for itself."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = monotonic) -> None:
        self._most = per_minute
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._gate = threading.Lock()

    def take(self, name: str, per_minute: int | None = None) -> Pace:
        """Count a request, if it may pass. ``per_minute``: this name's own rate."""
        most = per_minute or self._most
        with self._gate:
            now = self._clock()
            left, since = self._left.pop(name, (float(most), now))
            left = min(float(most), left + (now - since) * most / 60)
            passes = left >= 1
            left -= passes
            self._left[name] = (left, now)
            if len(self._left) > MOST:
                self._left.popitem(last=False)
        wait = 0.0 if passes else (1 - left) * 60 / most
        return Pace(most, int(left), wait, (most - left) * 60 / most)


class Guard:
    """Lets in who has a token, as often as it may."""

    def __init__(self, database: Database, rate: int = RATE) -> None:
        self._database = database
        self._rates = Rates(rate)
        self._strangers = Rates(rate)

    def caller(self, scope: str) -> tuple[Caller, Pace]:
        """Raises ApiError: 401 without a token that is good, 403 for one of another scope, 429 for one too many."""
        found = self._access()
        pace = self._rates.take(found.id, found.per_minute)
        _refuse(pace)
        if scope not in found.scopes:
            raise ApiError(403, "wrong_scope", f"This token may not: it needs the scope {scope}.", pace.headers)
        return Caller(found.account_id, found.id, found.scopes), pace

    def stranger(self) -> Pace:
        """For what anybody may ask. Raises ApiError: 429 for one too many."""
        pace = self._strangers.take(request.remote_addr or "")
        _refuse(pace)
        return pace

    def _access(self) -> Access:
        try:
            with self._database.reading() as session:
                return access.of_token(session, _bearer(), self._database.now(session))
        except UnknownRecord:
            metrics.count("api.strangers")
            headers = {"WWW-Authenticate": 'Bearer realm="deskhand"', **self.stranger().headers}
            raise ApiError(401, "no_token", "Send a token of the account as Authorization: Bearer.", headers) from None


def _refuse(pace: Pace) -> None:
    if pace.wait:
        headers = {"Retry-After": str(ceil(pace.wait)), **pace.headers}
        raise ApiError(429, "too_many", "Too many requests.", headers)


def _bearer() -> str:
    """The token that came along. Raises UnknownRecord when none did."""
    kind, _, token = request.headers.get("Authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not 0 < len(token) <= LONGEST_TOKEN or not token.isascii():
        raise UnknownRecord("no bearer token was given")
    return token
