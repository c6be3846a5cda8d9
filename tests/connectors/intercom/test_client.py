"""One table from the library's errors to ours, and nothing of theirs that holds a secret or a customer's words."""

import logging
import time
import traceback
from collections.abc import Mapping
from typing import Any

import pytest
from intercom.core.api_error import ApiError

from app.sandbox.server import Served
from connectors.errors import (
    AuthFailed,
    Closed,
    Conflict,
    ConnectorError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from connectors.intercom.client import Client, translated
from connectors.intercom.settings import address

TABLE: Mapping[int, type[ConnectorError]] = {
    301: Refused,
    400: Refused,
    401: AuthFailed,
    402: Refused,
    403: Forbidden,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    413: Refused,
    422: Refused,
    429: RateLimited,
    500: Unavailable,
    502: Unavailable,
    504: Unavailable,
    200: Unavailable,
}


REPEATED = b"what the vendor repeats of a text"
SAID = "<p>what a customer said</p>"


def answering(status: int, body: bytes = b"{}", headers: tuple[tuple[str, str], ...] = ()) -> Any:
    def application(_: Any, start: Any) -> list[bytes]:
        start(f"{status} x", [("Content-Type", "application/json"), ("Content-Length", str(len(body))), *headers])
        return [body]

    return Served(application)  # type: ignore[arg-type]


@pytest.mark.parametrize("status", sorted(TABLE))
def test_each_status_has_its_error(status: int) -> None:
    assert type(translated(ApiError(status_code=status, headers={}, body={}), "GET x")) is TABLE[status]


@pytest.mark.parametrize("status", [400, 409, 422])
def test_a_closed_conversation_says_so_in_its_code(status: int) -> None:
    body = {"type": "error.list", "errors": [{"code": "conversation_closed", "message": "x"}]}
    assert type(translated(ApiError(status_code=status, headers={}, body=body), "POST reply")) is Closed


@pytest.mark.parametrize("body", [None, "text", [], {"errors": None}, {"errors": ["x", {}]}])
def test_odd_error_bodies_do_no_harm(body: Any) -> None:
    assert type(translated(ApiError(status_code=422, headers=None, body=body), "POST reply")) is Refused


@pytest.mark.parametrize(
    ("headers", "least", "most"),
    [
        ({"Retry-After": "7"}, 7, 7),
        ({"X-RateLimit-Reset": "RESET"}, 3, 5),
        ({"Retry-After": "7", "X-RateLimit-Reset": "RESET"}, 7, 7),
        ({"X-RateLimit-Reset": "1"}, 1, 1),
        ({"X-RateLimit-Reset": "soon"}, 30, 30),
        ({}, 30, 30),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], least: float, most: float) -> None:
    given = {name: value.replace("RESET", str(int(time.time()) + 5)) for name, value in headers.items()}
    error = translated(ApiError(status_code=429, headers=given, body={}), "GET x")
    assert isinstance(error, RateLimited)
    assert least <= error.retry_after <= most


@pytest.mark.parametrize(
    ("status", "body", "wanted"),
    [
        (200, b"<html>", Unavailable),
        (200, b"\xff\xfe", Unavailable),
        (200, b"[1]", Unavailable),
        (200, b"null", Unavailable),
        (503, b"<html>", Unavailable),
        (404, b"<html>", NotFound),
        (401, b"", AuthFailed),
        (403, b"<html>", Forbidden),
    ],
)
def test_answers_that_are_no_json(status: int, body: bytes, wanted: type[ConnectorError]) -> None:
    with answering(status, body) as base:
        client = Client("t", base)
        with pytest.raises(wanted):
            client.conversation("1")
        client.close()


def test_members_of_unknown_kinds_come_through_untouched() -> None:
    body = b'{"id": 1, "statistics": [1], "priority": "urgent", "new": {"a": [null]}}'
    with answering(200, body) as base:
        client = Client("t", base)
        found = client.conversation("1")
        client.close()
    wanted = {"id": 1, "statistics": [1], "priority": "urgent", "new": {"a": [None]}}
    assert {name: found[name] for name in wanted} == wanted


def test_a_redirect_is_not_followed() -> None:
    with answering(302, headers=(("Location", "http://127.0.0.1:9/elsewhere"),)) as base:
        client = Client("t", base)
        with pytest.raises(Refused):
            client.conversation("1")
        client.close()


def test_nobody_there() -> None:
    client = Client("t", "http://127.0.0.1:9")
    with pytest.raises(Unavailable):
        client.conversation("1")
    client.close()


def test_closing_an_unused_client_opens_nothing() -> None:
    client = Client("t", "http://127.0.0.1:9")
    client.close()
    assert "_http" not in vars(client)


def test_neither_token_nor_words_are_told(caplog: pytest.LogCaptureFixture) -> None:
    """Not even in the traceback of the library's own error, which prints the answer's body."""
    caplog.set_level(logging.DEBUG)
    body = b'{"type":"error.list","errors":[{"code":"parameter_invalid","message":"' + REPEATED + b'"}]}'
    with answering(400, body) as base:
        client = Client("a-secret-token", base)
        with pytest.raises(Refused) as refusal:
            client.reply("1", {"message_type": "note", "type": "admin", "admin_id": "1", "body": SAID})
        client.close()
    told = caplog.text + "".join(traceback.format_exception(refusal.value))
    assert "a-secret-token" not in told
    assert REPEATED.decode() not in told
    assert SAID not in told


@pytest.mark.parametrize(
    ("given", "region", "wanted"),
    [
        ("", "", "https://api.intercom.io"),
        ("", "eu", "https://api.eu.intercom.io"),
        ("", "au", "https://api.au.intercom.io"),
        ("", "EU", "https://api.eu.intercom.io"),
        ("https://proxy.example/x/", "eu", "https://proxy.example/x"),
        ("http://127.0.0.1:8000/intercom", "", "http://127.0.0.1:8000/intercom"),
        ("http://localhost:1", "", "http://localhost:1"),
        ("http://[::1]:1", "", "http://[::1]:1"),
    ],
)
def test_addresses(given: str, region: str, wanted: str) -> None:
    assert address(given, region) == wanted


@pytest.mark.parametrize(
    "given", ["http://api.intercom.io", "ftp://x", "api.intercom.io", "https://", "http://127.0.0.1.evil.example"]
)
def test_addresses_that_are_refused(given: str) -> None:
    with pytest.raises(Refused):
        address(given, "")


def test_an_unknown_region_is_refused() -> None:
    with pytest.raises(Refused):
        address("", "moon")
