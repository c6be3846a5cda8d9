"""What the API says when it says no: RFC 9457's ``application/problem+json``. Never holds a secret or what somebody wrote."""

import json
import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from app.errors import DeskhandError
from app.web import errors
from app.web.errors import status_of

log = logging.getLogger(__name__)

TYPE = "application/problem+json"
SAFE = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
"""On every answer: nobody keeps it, nobody takes it for something else."""


class ApiError(Exception):
    """The request is answered with this problem. ``code`` is stable, ``detail`` says what would be right."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        headers: Mapping[str, str] | None = None,
        errors: Sequence[Mapping[str, str]] = (),
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})
        self.errors = tuple(errors)


def register(pages: Blueprint) -> None:
    """Answer every error below the blueprint's address as a problem; what nobody foresaw stays a 500 and a log line."""
    pages.register_error_handler(ApiError, _told)
    pages.register_error_handler(DeskhandError, _ours)
    pages.register_error_handler(HTTPException, _plain)
    # Where no rule fits, Flask knows of no blueprint: these two are heard by the application.
    for kind in (NotFound, MethodNotAllowed):
        pages.app_errorhandler(kind)(lambda error: _plain(error) if _here(pages) else errors.plain(error))


def _here(pages: Blueprint) -> bool:
    return request.path.startswith(f"{pages.url_prefix}/")


def problem(
    status: int,
    code: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[Mapping[str, str]] = (),
) -> Response:
    """The problem as an answer."""
    title = HTTPStatus(status).phrase
    body: dict[str, Any] = {"type": "about:blank", "title": title, "status": status, "code": code, "detail": detail}
    if errors:
        body["errors"] = list(errors)
    words = json.dumps(body, ensure_ascii=False)
    return Response(words, status, {**SAFE, **(headers or {})}, content_type=TYPE)


def _told(error: ApiError) -> Response:
    log.info("api.refused", extra={"status": error.status, "code": error.code})
    return problem(error.status, error.code, error.detail, error.headers, error.errors)


def _ours(error: DeskhandError) -> Response:
    status = status_of(error)
    log.warning("request.failed", extra={"status": status, "kind": type(error).__name__})
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return problem(status, "unavailable", "Try again in a moment.", {"Retry-After": "10"})
    return problem(status, type(error).__name__, str(error))


def _plain(error: HTTPException) -> Response:
    status = error.code or 500
    allowed = {name: value for name, value in error.get_response().headers.items() if name in ("Allow", "Retry-After")}
    return problem(status, HTTPStatus(status).name.lower(), HTTPStatus(status).description, allowed)
