"""Whose token a request carries, and how often it may ask. What it asks is the door's part."""

from dataclasses import dataclass
from math import ceil

from flask import request

from app import metrics
from app.db import access
from app.db.access import Access
from app.db.database import Database
from app.errors import UnknownRecord
from app.rates import Shared
from app.web.api.problems import ApiError
from app.web.limits import FAILURES, Pace, Rates, source
from app.web.turned import Turned

LONGEST_TOKEN = 200
RATE = 600
"""Requests a minute that one token may make, and one address where none is asked for."""


@dataclass(frozen=True)
class Caller:
    """Who asks: a token of this account, with these scopes. Nothing in a request's body can change that."""

    account_id: str
    access_id: str
    scopes: frozenset[str]
    key: str = ""
    """Names this very request where its caller gave it a key: the same for every repeat, empty without one."""


class Guard:
    """Lets in who has a token, as often as it may."""

    def __init__(self, database: Database, rate: int = RATE, shared: Shared | None = None) -> None:
        self._database = database
        self._rates = Rates(rate, shared=shared, door="api token")
        self._strangers = Rates(rate, shared=shared, door="api stranger")
        self._wrong = Rates(min(rate, FAILURES), shared=shared, door="api wrong")
        self._turned = Turned(database, "token")

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
        pace = self._strangers.take(source())
        _refuse(pace)
        return pace

    def _access(self) -> Access:
        try:
            with self._database.reading() as session:
                return access.of_token(session, _bearer(), self._database.now(session))
        except UnknownRecord:
            metrics.count("api.strangers")
            pace = self._wrong.take(source())
            _refuse(pace)
            self._turned.away()
            headers = {"WWW-Authenticate": 'Bearer realm="deskhand"', **pace.headers}
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
