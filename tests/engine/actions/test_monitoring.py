"""Why it is slow, from what is measured, published and counted; never from nothing."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.engine.actions.monitoring import _minutes
from app.engine.workflows.types import Ask, Ended, Failure
from tests.engine.actions.saas import Walk

SLOW = {"series": [{"name": "latency", "unit": "s", "latest": 3.0, "mean": 2.4, "highest": 3.1, "usual": 0.4}]}
CALM = {"series": [{"name": "latency", "unit": "s", "latest": 0.4, "mean": 0.4, "highest": 0.5, "usual": 0.4}]}
INCIDENT = {
    "incident": "i1",
    "title": "Slow dashboards",
    "status": "identified",
    "impact": "major",
    "url": "https://stspg.io/i1",
    "started_at": "2026-03-02T11:30:00+00:00",
    "resolved_at": None,
    "components": ["API"],
    "text": "We know why.",
}


def slow(metrics: Any = CALM, incidents: Any = None, errors: int = 0, **changes: Any) -> Walk:
    found = {"incidents": list(incidents or ())} if not isinstance(incidents, Failure) else incidents
    told = {"errors": [{"at": "x", "message": "Timeout", "count": errors, "trace": ""}] if errors else []}

    def datadog(operation: str, inputs: Mapping[str, Any]) -> Any:
        return metrics if operation == "metrics" else told

    systems = {"datadog": ("metrics errors", datadog), "statuspage": ("incidents", lambda *_: found)}
    return Walk("The dashboards are slow since 10 minutes", "performance", **({"systems": systems} | changes)).go()


def test_an_incident_is_what_the_customer_is_told_first() -> None:
    walk = slow(SLOW, [INCIDENT])
    assert "Slow dashboards (identified)" in walk.says
    assert "(https://stspg.io/i1)" in walk.says
    assert "slower than usual" not in walk.says
    assert "latency (datadog): 2.4 s on average, usually 0.4, at most 3.1" in walk.progress.notes


def test_what_is_slower_than_usual_is_on_our_side() -> None:
    walk = slow(SLOW)
    assert "on our side" in walk.says
    assert walk.outputs["slow"] == ["latency"]


def test_what_is_unusual_about_the_customer_is_what_they_can_change() -> None:
    walk = slow(facts={"dataVolume": 5_000_000, "concurrentRequests": 3})
    assert walk.outputs["pattern"] == ["dataVolume"]
    assert "a shorter range of dates" in walk.says
    assert "Not known about this customer: queryComplexity." in walk.progress.notes


def test_many_errors_are_part_of_it() -> None:
    assert slow(errors=9).outputs["pattern"] == ["errors"]
    assert slow(errors=1).outputs["pattern"] == []


def test_where_nothing_was_found_nothing_is_claimed() -> None:
    walk = slow()
    assert walk.says == ""
    assert "Nothing unusual was found." in walk.progress.notes
    assert walk.progress.ended is Ended.DONE


def test_what_is_over_is_for_the_team_only() -> None:
    walk = slow(incidents=[INCIDENT | {"resolved_at": "2026-03-02T11:50:00+00:00"}])
    assert walk.says == ""
    assert any("over since" in note for note in walk.progress.notes)


@pytest.mark.parametrize("failure", [Failure.DOWN, Failure.REFUSED])
def test_systems_that_fail_are_said_and_stop_nothing(failure: Failure) -> None:
    walk = slow(failure, failure)
    assert walk.progress.ended is Ended.DONE
    assert {"datadog: no metrics could be read.", "The status page could not be read."} <= set(walk.progress.notes)


def test_only_what_is_connected_is_asked_and_what_is_needed_is_asked_of_the_customer() -> None:
    walk = Walk("It is slow", "performance").go()
    assert isinstance(walk.progress.waiting, Ask)
    assert "what is slow" in walk.says
    walk.hear("Loading a board takes 20 seconds")
    assert walk.progress.ended is Ended.DONE
    assert walk.calls == []


def test_metrics_are_those_of_the_customers_account() -> None:
    walk = slow(SLOW, facts={"organisation": "Northgrid"})
    assert walk.calls[0] == ("datadog", "metrics", {"minutes": 30, "account": "Northgrid"})


def test_errors_are_those_of_the_proven_person() -> None:
    walk = slow(errors=1)
    assert ("datadog", "errors", {"minutes": 30, "email": "priya@northgrid.example"}) in walk.calls
    assert not [one for one in slow(errors=1, email="").calls if one[1] == "errors"]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("last-30m", 30), ("2h", 120), ("last-1d", 1440), ("last-9d", 1440), ("", 30), ("soon", 30)],
)
def test_a_range_of_time_is_minutes(written: str, minutes: int) -> None:
    assert _minutes(written) == minutes
