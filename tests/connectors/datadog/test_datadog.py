"""Datadog's metrics and logs facing a played organisation over real HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from app.sandbox.backends.datadog import DatadogBackend, Measured
from app.sandbox.world import World
from connectors.datadog import Datadog, parse
from connectors.errors import AuthFailed, BadPayload, RateLimited, Refused, Unavailable, Unsupported
from tests.connectors.backends import connection, order, played

LATENCY = "avg:trace.http.request.duration"
SETTINGS = {
    "queries": f"latency = {LATENCY}{{service:api}}; failures = sum:errors{{*}}",
    "account_tag": "account",
    "account_facet": "@account",
    "email_facet": "@usr.email",
}


@pytest.fixture
def organisation() -> DatadogBackend:
    return DatadogBackend(World())


@pytest.fixture
def base(organisation: DatadogBackend) -> Iterator[str]:
    with played(organisation) as address:
        yield address


def backend(base: str, organisation: DatadogBackend, app_key: str = "", **settings: str) -> Datadog:
    keys = {"api_key": organisation.api_key, "app_key": app_key or organisation.app_key}
    return Datadog(connection(base, SETTINGS | settings, **keys), clock=organisation.world.clock.now)


@pytest.fixture
def datadog(base: str, organisation: DatadogBackend) -> Datadog:
    return backend(base, organisation)


def test_it_says_whether_the_key_is_known(datadog: Datadog) -> None:
    assert datadog.check() == {"valid": "true"}


def test_a_metric_is_told_beside_what_is_usual(datadog: Datadog, organisation: DatadogBackend) -> None:
    organisation.metrics[LATENCY] = Measured(usual=0.2, unit="s", lately=1.4)
    (series,) = datadog.run("metrics", {"minutes": 30}).outputs["series"]
    assert (series["name"], series["unit"], series["latest"]) == ("latency", "s", 1.4)
    assert series["usual"] == pytest.approx(0.2)
    assert series["highest"] == 1.4
    assert series["mean"] > 1.3


def test_what_was_not_measured_is_left_out(datadog: Datadog) -> None:
    assert datadog.run("metrics", {"minutes": 30}).outputs == {"series": []}


def test_one_account_is_told_apart_by_its_tag(datadog: Datadog, organisation: DatadogBackend) -> None:
    organisation.metrics |= {LATENCY: Measured(0.2), "sum:errors": Measured(0)}
    datadog.run("metrics", {"minutes": 30, "account": "Acme} by {host"})
    assert organisation.metrics[LATENCY].scopes[0] == "service:api,account:acme_by_host"
    assert organisation.metrics["sum:errors"].scopes[0] == "account:acme_by_host"


def test_only_the_wanted_metrics_are_asked_for(datadog: Datadog, organisation: DatadogBackend) -> None:
    organisation.metrics |= {LATENCY: Measured(0.2), "sum:errors": Measured(3)}
    series = datadog.run("metrics", {"minutes": 5, "names": ["failures"]}).outputs["series"]
    assert [one["name"] for one in series] == ["failures"]
    assert organisation.metrics[LATENCY].scopes == []


def test_the_same_error_is_counted_with_its_trace(datadog: Datadog, organisation: DatadogBackend) -> None:
    for ago in (200, 100):
        organisation.log(
            "export failed", ago=ago, email="priya@northgrid.example", kind="TimeoutError", stack="at export()"
        )
    organisation.log("somebody else's", email="other@example.com")
    organisation.log("long ago", ago=7200, email="priya@northgrid.example")
    (error,) = datadog.run("errors", {"minutes": 30, "email": "priya@northgrid.example"}).outputs["errors"]
    assert (error["message"], error["count"], error["trace"]) == ("TimeoutError: export failed", 2, "at export()")


def test_errors_of_everybody_are_not_those_of_one(base: str, organisation: DatadogBackend) -> None:
    organisation.log("of somebody else", email="other@example.com")
    blind = backend(base, organisation, email_facet="", account_facet="")
    assert blind.run("errors", {"minutes": 30, "email": "priya@northgrid.example"}).outputs == {"errors": []}
    assert organisation.searches == []


@pytest.mark.parametrize("email", ['x" OR status:error OR "', "a\\", '"', "* OR *"])
def test_a_hostile_name_finds_nobody_elses_errors(datadog: Datadog, organisation: DatadogBackend, email: str) -> None:
    organisation.log("of somebody else", email="other@example.com")
    assert datadog.run("errors", {"minutes": 30, "email": email}).outputs == {"errors": []}
    quoted = organisation.searches[0].partition("@usr.email:")[2]
    assert quoted.replace("\\\\", "").replace('\\"', "").count('"') == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 403}, AuthFailed),
        ({"status": 401}, AuthFailed),
        ({"status": 400}, Refused),
        ({"status": 429, "headers": {"X-RateLimit-Reset": "12"}}, RateLimited),
        ({"status": 500}, Unavailable),
        ({"kind": "reset_before"}, Unavailable),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_every_fault_is_one_of_our_errors(
    datadog: Datadog, organisation: DatadogBackend, fault: dict[str, Any], error: type[Exception]
) -> None:
    order(organisation.world, **fault)
    with pytest.raises(error) as raised:
        datadog.run("errors", {"minutes": 30, "email": "grace@example.com"})
    assert "grace" not in str(raised.value)
    assert organisation.app_key not in str(raised.value)
    assert getattr(raised.value, "retry_after", 12) == 12


def test_an_application_key_that_is_wrong_is_told_when_it_matters(base: str, organisation: DatadogBackend) -> None:
    wrong = backend(base, organisation, app_key="other")
    with pytest.raises(AuthFailed):
        wrong.run("metrics", {"minutes": 5})


@pytest.mark.parametrize(
    "answer", [[], {"data": 3}, {"data": [3]}, {"data": [{"attributes": {"message": "m", "timestamp": 3}}]}]
)
def test_an_answer_of_another_shape_is_said(datadog: Datadog, answer: object) -> None:
    datadog._line.ask = lambda *_, **__: answer  # type: ignore[method-assign]
    with pytest.raises(BadPayload):
        datadog.run("errors", {"minutes": 5})


def test_it_only_reads(datadog: Datadog) -> None:
    assert {operation.risk for operation in datadog.operations.values()} == {"read"}
    with pytest.raises(Unsupported):
        datadog.run("create_issue", {"title": "a", "text": "b"}, key="k")


def test_points_that_were_not_measured_count_for_nothing() -> None:
    answer = {"series": [{"pointlist": [[2, None], [1, 4.0], [3, 6.0]]}]}
    assert parse.series("x", answer, {})["mean"] == 5.0
