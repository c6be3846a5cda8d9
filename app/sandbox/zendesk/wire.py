"""HTTP as Zendesk does it: both forms of each path, who may call, page links, rate headers, and errors as JSON."""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Response, jsonify, request

from app.sandbox.zendesk.state import Problem, Row, State

Route = tuple[str, str, Callable[..., Any]]
"""Method, rule below ``/api/v2``, and the function that answers."""

PER_MINUTE = 700
PER_TICKET = 30
TEN_MINUTES = 600


def mount(blueprint: Blueprint, routes: Iterable[Route]) -> None:
    """Answer every rule with and without ``.json``."""
    for method, rule, view in routes:
        endpoint = f"{method}_{rule}".translate(str.maketrans("/<>:.", "_____"))
        for ending in ("", ".json"):
            blueprint.add_url_rule(f"/api/v2{rule}{ending}", endpoint + ending[1:], view, methods=[method])


def problem(error: Problem) -> tuple[Response, int]:
    """A Problem as its answer."""
    return jsonify(error.body), error.status


def sent(name: str) -> Row:
    """The object under ``name`` in the request's body. Raises Problem 400."""
    body = body_of()
    if not isinstance(body.get(name), dict):
        raise Problem(400, "RecordInvalid", f"{name} is missing")
    return dict(body[name])


def body_of() -> Row:
    """The request's JSON object. Raises Problem 400."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise Problem(400, "InvalidJSON", "Unexpected character")
    return body


def ids_of(text: str) -> list[int]:
    """The numbers in ``ids=1,2``. Raises Problem 400 for more than a hundred."""
    ids = [int(part) for part in text.split(",") if part.strip().isdecimal()]
    few(ids)
    return ids


def few(things: Sequence[Any]) -> None:
    """Raise Problem 400 for more than a hundred."""
    if len(things) > 100:
        text = "Parameter  cannot specify more than 100 values"
        raise Problem(400, "TooManyValues", text, max_count=100)


def page(rows: Sequence[Row], key: str, *, always: bool = False) -> Row:
    """One page: by cursor when ``page[size]`` is asked for, or ``always``; else by number."""
    size = request.args.get("page[size]", 100 if always else None, type=int)
    if size is None:
        return _numbered(rows, key)
    size = max(1, min(size, 100))
    start = _start(request.args.get("page[after]"))
    end = start + size
    more = end < len(rows)
    after = base64.b64encode(f"o:{end}".encode()).decode() if rows else None
    before = base64.b64encode(f"o:{start}".encode()).decode() if rows else None
    meta = {"has_more": more, "after_cursor": after, "before_cursor": before}
    links = {"prev": _link({"page[after]": before}) if start else None, "next": _link({"page[after]": after})}
    return {key: list(rows[start:end]), "meta": meta, "links": links if more else links | {"next": None}}


def _numbered(rows: Sequence[Row], key: str) -> Row:
    size = max(1, min(request.args.get("per_page", 100, type=int), 100))
    number = max(1, request.args.get("page", 1, type=int))
    if number > 100:
        raise Problem(400, "InvalidPaginationDepth", "Pagination past 100 pages is not allowed")
    end = number * size
    return {
        key: list(rows[end - size : end]),
        "next_page": _link({"page": str(number + 1)}) if end < len(rows) else None,
        "previous_page": _link({"page": str(number - 1)}) if number > 1 else None,
        "count": len(rows),
    }


def _start(cursor: str | None) -> int:
    try:
        return int(base64.b64decode(cursor or "bzow").decode().removeprefix("o:"))
    except (ValueError, binascii.Error):
        raise Problem(400, "InvalidCursor", "page[after] is not valid") from None


def _link(changed: dict[str, str | None]) -> str:
    asked = [(name, value) for name, value in request.args.items(multi=True) if name not in changed]
    return f"{request.base_url}?{urlencode(asked + [(k, v) for k, v in changed.items() if v])}"


class Door:
    """Who may call, and how often."""

    def __init__(self, state: State, email: str, token: str) -> None:
        self._state = state
        self._email = email
        self._token = token
        self.enforce = False
        """Makes the limits bite; their headers are always there."""
        self.bearers: dict[str, float] = {}
        """OAuth access tokens and the unix time at which each ends."""
        self.scopes: dict[str, str] = {}
        self._calls: list[float] = []
        self._updates: dict[int, list[float]] = {}

    def check(self) -> None:
        """Raise Problem 401 for strangers, 403 for a missing scope, 429 beyond the limits."""
        given = request.authorization
        if given is None or not (self._basic(given.username, given.password) or self._bearer(given.token)):
            raise Problem(401, "Couldn't authenticate you")
        scope = self.scopes.get(given.token or "", "read write")
        needed = "read" if request.method == "GET" else "write"
        if needed not in scope:
            raise Problem(403, "Forbidden", "You do not have access to this page.")
        self._count()

    def headers(self, response: Response) -> Response:
        """Zendesk's headers on every answer."""
        left = max(0, PER_MINUTE - len(self._calls))
        for prefix in ("x-rate-limit", "ratelimit"):
            response.headers[prefix if prefix[0] == "x" else f"{prefix}-limit"] = str(PER_MINUTE)
            response.headers[f"{prefix}-remaining"] = str(left)
        response.headers["ratelimit-reset"] = "60"
        response.headers["x-zendesk-api-version"] = "v2"
        id = (request.view_args or {}).get("id")
        if request.method == "PUT" and isinstance(id, int):
            used = len(self._updates.get(id, ()))
            text = f"total={PER_TICKET}; remaining={max(0, PER_TICKET - used)}; resets={TEN_MINUTES}"
            response.headers["zendesk-ratelimit-per-ticket-updates"] = text
        return response

    def _basic(self, user: str | None, password: str | None) -> bool:
        return user == f"{self._email}/token" and password == self._token

    def _bearer(self, token: str | None) -> bool:
        return token is not None and self.bearers.get(token, 0.0) > self._state.world.clock.now().timestamp()

    def _count(self) -> None:
        with self._state.lock:
            now = self._state.world.clock.now().timestamp()
            self._calls = [*(at for at in self._calls[-PER_MINUTE:] if at > now - 60), now]
            if self.enforce and len(self._calls) > PER_MINUTE:
                raise TooMany(60)
            id = (request.view_args or {}).get("id")
            if request.method == "PUT" and isinstance(id, int) and "/tickets/" in request.path:
                recent = [at for at in self._updates.get(id, ()) if at > now - TEN_MINUTES]
                self._updates[id] = [*recent, now]
                if self.enforce and len(recent) >= PER_TICKET:
                    raise TooMany(int(recent[0] + TEN_MINUTES - now) + 1)


class TooMany(Problem):
    """A 429 with its wait."""

    def __init__(self, wait: int) -> None:
        super().__init__(429, "TooManyRequests", "Number of allowed API requests per minute exceeded")
        self.wait = wait
