"""What the API says when it says no: RFC 9457's ``application/problem+json``. Never holds a secret or what somebody wrote."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from flask import Blueprint, Response
from werkzeug.exceptions import HTTPException

from app.errors import DeskhandError
from app.web.errors import status_of

log = logging.getLogger(__name__)

TYPE = "application/problem+json"


class ApiError(Exception):
    """The request is answered with this problem. ``code`` is stable, ``detail`` says what would be right."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.detail = detail
        self.headers = dict(headers or {})


def register(pages: Blueprint) -> None:
    """Answer every error of this blueprint as a problem; what nobody foresaw stays a 500 and a log line."""
    pages.register_error_handler(ApiError, _told)
    pages.register_error_handler(DeskhandError, _ours)
    pages.register_error_handler(HTTPException, _plain)


def problem(status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer."""
    body = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "code": code, "detail": detail}
    return Response(json.dumps(body, ensure_ascii=False), status, dict(headers or {}), content_type=TYPE)


def _told(error: ApiError) -> Response:
    log.info("api.refused", extra={"status": error.status, "code": error.code})
    return problem(error.status, error.code, error.detail, error.headers)


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
