"""What every call at the played API passes: bearer, version, rate limit, error bodies, and a log of calls."""

import uuid
from collections import deque
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, jsonify, request

from app.sandbox.intercom.render import Json, Renderer
from app.sandbox.intercom.state import Workspace

WINDOW = 10
"""Seconds over which Intercom spreads its limit of a minute."""
VERSIONS = frozenset({(2, minor) for minor in range(17)} | {(1, minor) for minor in range(5)})


class Refusal(Exception):
    """The API says no, in Intercom's words."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def not_found(what: str) -> Refusal:
    """404 for this kind of thing."""
    return Refusal(404, "not_found", f"{what} not found")


def invalid(message: str) -> Refusal:
    """400 for a parameter."""
    return Refusal(400, "parameter_invalid", message)


@dataclass(frozen=True)
class Call:
    """One call as it came and was answered; what tests hold against the vendor's OpenAPI document."""

    method: str
    path: str
    sent: Any
    status: int
    answer: Any


class Door:
    """Guards a blueprint. ``limit`` is the number of calls in ten seconds."""

    def __init__(self, workspace: Workspace, app_id: str, token: str) -> None:
        self.limit = 1667
        self.default_version = (2, 14)
        self.calls: deque[Call] = deque(maxlen=2000)
        self._workspace = workspace
        self._app_id = app_id
        self._token = token
        self._window = (0, 0)

    def renderer(self) -> Renderer:
        """Renders for the version that this request asks for."""
        return Renderer(self._workspace, self._app_id, self._version())

    def guard(self, blueprint: Blueprint) -> None:
        """Put the checks before and the headers after every call."""
        blueprint.before_request(self._enter)
        blueprint.after_request(self._leave)
        blueprint.register_error_handler(Refusal, _refused)
        blueprint.register_error_handler(404, lambda _: _refused(not_found("Resource")))

    def _enter(self) -> None:
        if _open():
            return
        if request.headers.get("Authorization") != f"Bearer {self._token}":
            raise Refusal(401, "unauthorized", "Access Token Invalid")
        self._version()
        now = self._workspace.now() // WINDOW
        with self._workspace.lock:
            self._window = (now, self._window[1] + 1 if self._window[0] == now else 1)
        if self._window[1] > self.limit:
            raise Refusal(429, "rate_limit_exceeded", "Exceeded rate limit")

    def _leave(self, response: Response) -> Response:
        window, used = self._window
        response.headers["X-RateLimit-Limit"] = str(self.limit)
        response.headers["X-RateLimit-Remaining"] = str(max(0, self.limit - used))
        response.headers["X-RateLimit-Reset"] = str((window + 1) * WINDOW)
        if _open(("inbox_",)):
            return response
        path = request.path.removeprefix(f"/{request.blueprint}")
        self.calls.append(
            Call(
                request.method,
                path,
                request.get_json(silent=True),
                response.status_code,
                response.get_json(silent=True),
            )
        )
        return response

    def _version(self) -> tuple[int, int]:
        given = request.headers.get("Intercom-Version")
        if not given:
            return self.default_version
        major, _, minor = given.partition(".")
        version = (int(major), int(minor)) if major.isdecimal() and minor.isdecimal() else (0, 0)
        if version not in VERSIONS:
            raise Refusal(400, "intercom_version_invalid", "The requested version could not be found")
        return version


def _open(names: tuple[str, ...] = ("oauth_", "inbox_")) -> bool:
    """Whether this is no call of the API but a page, or the way to a token."""
    return (request.endpoint or "").rpartition(".")[2].startswith(names)


def sent() -> Json:
    """The JSON object of this request."""
    body = request.get_json(silent=True)
    if not isinstance(body, dict):
        raise invalid("body must be a JSON object")
    return body


def text(body: Json, name: str) -> str:
    """A member that has to be there; numbers are taken as text, as Intercom does."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
        raise Refusal(400, "parameter_not_found", f"{name} not specified")
    return str(value)


def listed(rows: list[Json], name: str, kind: str) -> Json:
    """A page of results, by the cursor in the request: ``pagination`` in a search, the query string elsewhere."""
    body = request.get_json(silent=True)
    given = body.get("pagination") or {} if isinstance(body, dict) else request.args
    size = min(max(1, int(given.get("per_page") or 20)), 150)
    after = given.get("starting_after")
    start = int(given.get("page") or 1) * size - size if not after else int(str(after))
    end = start + size
    pages: Json = {
        "type": "pages",
        "page": start // size + 1,
        "per_page": size,
        "total_pages": max(1, -(-len(rows) // size)),
    }
    if end < len(rows):
        pages["next"] = {"per_page": size, "starting_after": str(end)}
    return {"type": kind, name: rows[start:end], "total_count": len(rows), "pages": pages}


def _refused(refusal: Refusal) -> Response:
    error = {"code": refusal.code, "message": str(refusal)}
    response = jsonify({"type": "error.list", "request_id": str(uuid.uuid4()), "errors": [error]})
    response.status_code = refusal.status
    return response
