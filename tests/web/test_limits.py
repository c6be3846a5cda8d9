"""Who fails again and again is told to wait; who proves a right is let in all the same; nobody's memory grows without end."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from werkzeug.exceptions import TooManyRequests
from werkzeug.test import TestResponse

from app.settings import Settings
from app.web.limits import FAILURES, MOST, TOGETHER, Failures, Rates, source
from tests.web.conftest import Receiver, open_receiver
from tests.web.vendors import Vendor

NOBODY = {"REMOTE_ADDR": "203.0.113.9"}
OTHERS = {"REMOTE_ADDR": "203.0.113.10"}

GUESSES = {
    "a sign-in link": ("GET", "/app/signin/made-up"),
    "using a sign-in link": ("POST", "/app/signin/made-up"),
    "an approval's link": ("GET", "/approvals/made.up"),
    "pressing an approval": ("POST", "/approvals/made.up"),
    "a token": ("GET", "/api/v1/tickets"),
    "a webhook's address": ("POST", "/webhooks/zendesk/made-up"),
    "an app's address": ("POST", "/apps/zendesk/made-up/sidebar"),
}


@pytest.mark.parametrize("what", GUESSES)
def test_guessing_is_told_to_wait_and_how_long(receiver: Receiver, what: str) -> None:
    method, path = GUESSES[what]
    headers = {"Authorization": "Bearer dh_made-up"}

    def answers(where: dict[str, str]) -> Iterator[TestResponse]:
        for _ in range(FAILURES * 3):
            yield receiver.client.open(path, method=method, headers=headers, environ_overrides=where)

    statuses = []
    for answer in answers(NOBODY):
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            assert 0 < int(answer.headers["Retry-After"]) <= 60
            break
    assert len(statuses) > FAILURES and set(statuses[:-1]) <= {401, 404, 410} and statuses[-1] == 429
    assert next(answers(OTHERS)).status_code in (401, 404, 410)


def test_a_vendor_that_signs_is_heard_whatever_a_stranger_at_the_same_address_does(
    receiver: Receiver, vendor: Vendor
) -> None:
    id = receiver.connect(vendor)
    body = json.dumps(vendor.event("d-1")).encode()
    assert 429 in [receiver.post(vendor, id, body, {}).status_code for _ in range(FAILURES + 30)]
    assert receiver.post(vendor, id, body).status_code == 200
    assert len(receiver.saved()) == 1
    assert [one.times for one in receiver.problems()] == [1], "a flood is one line for the admin"


def test_one_target_is_guarded_against_many_sources(receiver: Receiver) -> None:
    failures = Failures("webhooks", lambda: 0.0)

    def fails(number: int, target: str = "c1") -> float:
        where = {"REMOTE_ADDR": f"198.51.{number // 250}.{number % 250}"}
        with receiver.client.application.test_request_context(environ_overrides=where):
            return failures.count(target)

    assert [fails(number) for number in range(TOGETHER)] == [0.0] * TOGETHER
    assert fails(TOGETHER) > 0
    assert fails(TOGETHER + 1, "c2") == 0


def test_memory_is_bounded_and_time_forgives() -> None:
    now = [0.0]
    rates = Rates(2, lambda: now[0])
    for number in range(MOST + 50):
        rates.take(str(number))
    assert len(rates) == MOST
    assert [rates.take("x").wait > 0 for _ in range(3)] == [False, False, True]
    now[0] += 30
    assert rates.take("x").wait == 0


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("unix", "unix"),
    ],
)
def test_a_source_is_an_address_or_the_network_of_one_customer(receiver: Receiver, given: str, expected: str) -> None:
    with receiver.client.application.test_request_context(environ_overrides={"REMOTE_ADDR": given}):
        assert source() == expected


@pytest.mark.parametrize("proxies", [0, 1])
def test_only_proxies_that_were_named_say_where_a_request_comes_from(prepared: Settings, proxies: int) -> None:
    opened = open_receiver(replace(prepared, proxies=proxies))
    told = [{"X-Forwarded-For": f"9.9.9.9, 198.51.100.{number}"} for number in range(FAILURES + 30)]
    statuses = [opened.client.get("/approvals/x", headers=headers).status_code for headers in told]
    assert (429 in statuses) is (proxies == 0)
    opened.services.dispose()


def test_failures_say_so_by_themselves(receiver: Receiver) -> None:
    failures = Failures("approvals", lambda: 0.0)
    with receiver.client.application.test_request_context():
        for _ in range(FAILURES):
            failures.failed()
        with pytest.raises(TooManyRequests):
            failures.failed()
