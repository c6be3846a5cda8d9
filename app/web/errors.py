"""Errors as HTTP answers, in one place: a status and one plain line, never a page and never what came in."""

import logging
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app.db.members import ShutOut
from app.errors import BadInput, BrokerDown, DatabaseDown, DeskhandError, SealBroken, SettingsError, UnknownRecord
from app.routes import Route

log = logging.getLogger(__name__)

STATUS: dict[type[DeskhandError], int] = {
    BadInput: 400,
    ShutOut: 403,
    UnknownRecord: 404,
    DatabaseDown: 503,
    BrokerDown: 503,
    SealBroken: 503,
    SettingsError: 503,
}


def register(app: Flask) -> None:
    """Answer our own errors by the table and HTTP's own by their status; what nobody foresaw is a 500 and a log line."""
    app.register_error_handler(DeskhandError, _ours)
    app.register_error_handler(HTTPException, plain)


def status_of(error: DeskhandError) -> int:
    """The status by the table, 500 for an error that is not in it."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def _ours(error: DeskhandError) -> Response:
    status = status_of(error)
    log.warning("request.failed", extra={"status": status, "kind": type(error).__name__})
    headers = {"Retry-After": "10"} if status == 503 else {}
    return Response(f"{type(error).__name__}\n", status, headers, content_type="text/plain")


def plain(error: HTTPException) -> Response:
    """HTTP's own error as its number, with what tells the client how to go on."""
    status = error.code or 500
    return Response(f"{status}\n", status, hints(error), content_type="text/plain")


def hints(error: HTTPException) -> dict[str, str]:
    """What tells the client how to go on."""
    return {name: value for name, value in error.get_headers() if name in ("Allow", "Retry-After")}


class Web(Flask):
    """Flask, but for what it logs of a mistake of ours: the address holds links' secrets, so the log names the route."""

    url_rule_class = Route

    def log_exception(self, exc_info: Any) -> None:
        """One line, with where it happened and none of what came in."""
        log.error("request.crashed", extra={"route": request.endpoint or "none"}, exc_info=exc_info)
