"""The shared table of status codes and the reading of Retry-After."""

import pytest

from connectors.errors import AuthFailed, Conflict, Forbidden, NotFound, RateLimited, Refused, Unavailable
from connectors.http import LONGEST, SANE, error, retry_after

EXPECTED = {
    401: AuthFailed,
    403: Forbidden,
    404: NotFound,
    410: NotFound,
    409: Conflict,
    412: Conflict,
    429: RateLimited,
    408: Unavailable,
    425: Unavailable,
    500: Unavailable,
    502: Unavailable,
    503: Unavailable,
    599: Unavailable,
    301: Refused,
    400: Refused,
    405: Refused,
    413: Refused,
    422: Refused,
}


@pytest.mark.parametrize(("status", "kind"), EXPECTED.items())
def test_a_status_becomes_its_leaf(status, kind):
    assert type(error(status, {}, "GET /x")) is kind


def test_every_status_outside_2xx_is_an_error_and_no_2xx_is():
    assert [s for s in range(100, 600) if error(s, {}, "GET /x") is None] == list(range(200, 300))


def test_the_message_names_the_call_and_the_status():
    assert str(error(404, {}, "GET /api/v2/tickets/1.json")) == "GET /api/v2/tickets/1.json answered 404"


def test_a_limit_carries_the_wait():
    limited = error(429, {"Retry-After": "42"}, "GET /x")
    assert isinstance(limited, RateLimited)
    assert limited.retry_after == 42.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"RETRY-AFTER": " 1.5 "}, 1.5),
        ({"Retry-After": "0"}, 0.0),
        ({}, SANE),
        ({"Retry-After": "soon"}, SANE),
        ({"Retry-After": "-5"}, SANE),
        ({"Retry-After": "nan"}, SANE),
        ({"Retry-After": "9999999"}, LONGEST),
        ({"Retry-After": "Wed, 21 Oct 2026 07:28:30 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 30.0),
        ({"Retry-After": "Wed, 21 Oct 2026 07:27:00 GMT", "Date": "Wed, 21 Oct 2026 07:28:00 GMT"}, 0.0),
        ({"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0.0),
    ],
)
def test_how_long_to_wait(headers, seconds):
    assert retry_after(headers) == seconds


def test_a_vendor_may_have_its_own_default():
    assert retry_after({}, default=10.0) == 10.0
