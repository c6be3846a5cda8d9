"""New Relic's metrics and errors facing a played account behind NerdGraph over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.sandbox.backends.datadog import Measured
from app.sandbox.backends.newrelic import NewRelicBackend
from app.sandbox.world import World
from connectors.errors import AuthFailed, BadPayload, Forbidden, RateLimited, Refused, Unavailable, Unsupported
from connectors.newrelic import NewRelic, parse
from tests.connectors.backends import connection, order, played

LATENCY = "average(duration) FROM Transaction"
SETTINGS = {
    "account_id": "1234567",
    "queries": f"latency = {LATENCY} WHERE appName = 'api'",
    "account_attribute": "account",
    "email_attribute": "userEmail",
}


@pytest.fixture
def account() -> NewRelicBackend:
    return NewRelicBackend(World())


@pytest.fixture
def base(account: NewRelicBackend) -> Iterator[str]:
    with played(account) as address:
        yield address


def backend(base: str, account: NewRelicBackend, **settings: str) -> NewRelic:
    return NewRelic(connection(base, SETTINGS | settings, api_key=account.api_key))


@pytest.fixture
def newrelic(base: str, account: NewRelicBackend) -> NewRelic:
    return backend(base, account)


def test_it_says_whose_key_it_is(newrelic: NewRelic) -> None:
    assert newrelic.check() == {"account": "1234567", "user": "Deskhand"}


def test_a_metric_is_told_beside_what_is_usual(newrelic: NewRelic, account: NewRelicBackend) -> None:
    account.metrics[LATENCY] = Measured(usual=0.2, lately=1.5)
    (series,) = newrelic.run("metrics", {"minutes": 30, "account": "acme"}).outputs["series"]
    assert (series["name"], series["usual"], series["latest"]) == ("latency", pytest.approx(0.2), 1.5)
    now, usual = account.queries
    assert now == (
        "FROM Transaction SELECT average(duration) AS 'value' WHERE appName = 'api' AND `account` = 'acme' "
        "SINCE 30 minutes ago TIMESERIES"
    )
    assert usual.endswith("SINCE 10110 minutes ago UNTIL 10080 minutes ago TIMESERIES")


def test_the_same_error_is_counted(newrelic: NewRelic, account: NewRelicBackend) -> None:
    for ago in (50, 100):
        account.fail("export failed", "TimeoutError", ago=ago, userEmail="priya@northgrid.example")
    account.fail("somebody else's", "KeyError", userEmail="other@example.com")
    (error,) = newrelic.run("errors", {"minutes": 30, "email": "priya@northgrid.example"}).outputs["errors"]
    assert (error["message"], error["count"], error["trace"]) == ("TimeoutError: export failed", 2, "")
    assert error["at"].endswith("+00:00")


def test_errors_of_everybody_are_not_those_of_one(base: str, account: NewRelicBackend) -> None:
    account.fail("of somebody else", "KeyError")
    blind = backend(base, account, email_attribute="", account_attribute="")
    assert blind.run("errors", {"minutes": 30, "email": "priya@northgrid.example"}).outputs == {"errors": []}


@pytest.mark.parametrize("email", ["x' OR 1 = 1 OR 'a' = 'a", "\\' OR true", "'"])
def test_a_hostile_name_finds_nobody_elses_errors(newrelic: NewRelic, account: NewRelicBackend, email: str) -> None:
    account.fail("of somebody else", "KeyError", userEmail="other@example.com")
    assert newrelic.run("errors", {"minutes": 30, "email": email}).outputs == {"errors": []}
    quoted = account.queries[0].partition("`userEmail` = ")[2].partition(" FACET ")[0]
    assert quoted.replace("\\\\", "").replace("\\'", "").count("'") == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 401}, AuthFailed),
        ({"status": 403}, Forbidden),
        ({"status": 429, "headers": {"Retry-After": "9"}}, RateLimited),
        ({"status": 503}, Unavailable),
        ({"kind": "reset_before"}, Unavailable),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_every_fault_is_one_of_our_errors(
    newrelic: NewRelic, account: NewRelicBackend, fault: dict[str, Any], error: type[Exception]
) -> None:
    order(account.world, **fault)
    with pytest.raises(error) as raised:
        newrelic.run("errors", {"minutes": 30, "email": "grace@example.com"})
    assert "grace" not in str(raised.value)
    assert account.api_key not in str(raised.value)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("ACCESS_DENIED", Forbidden),
        ("TIMEOUT", Unavailable),
        ("SERVER_ERROR", Unavailable),
        ("TOO_MANY_REQUESTS", RateLimited),
        ("INVALID_INPUT", Refused),
    ],
)
def test_an_error_that_comes_with_status_200_is_one_too(
    newrelic: NewRelic, account: NewRelicBackend, kind: str, error: type[Exception]
) -> None:
    account.trouble = kind
    with pytest.raises(error):
        newrelic.run("metrics", {"minutes": 5})


@pytest.mark.parametrize("data", [None, {}, {"actor": None}, {"actor": {"account": {"now": {"results": 3}}}}])
def test_an_answer_of_another_shape_is_said(newrelic: NewRelic, data: object) -> None:
    newrelic._line.ask = lambda *_, **__: {"data": data}  # type: ignore[method-assign]
    with pytest.raises(BadPayload):
        newrelic.run("errors", {"minutes": 5})


def test_it_only_reads(newrelic: NewRelic) -> None:
    assert {operation.risk for operation in newrelic.operations.values()} == {"read"}
    with pytest.raises(Unsupported):
        newrelic.run("create_issue", {"title": "a", "text": "b"}, key="k")


def test_a_percentile_is_a_number_too() -> None:
    rows = [
        {"beginTimeSeconds": 2, "value": {"95": 3.0}},
        {"beginTimeSeconds": 1, "value": {"95": 1.0}},
        {"value": None},
    ]
    assert parse.series("p95", "", rows, [])["latest"] == 3.0
