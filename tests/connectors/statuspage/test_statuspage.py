"""A status page's public API, played over real HTTP."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from app.sandbox.backends.statuspage import StatuspageBackend
from app.sandbox.world import World
from connectors.errors import BadPayload, NotFound, RateLimited, Unavailable, Unsupported
from connectors.statuspage import Statuspage, parse
from tests.connectors.backends import connection, order, played


@pytest.fixture
def page() -> StatuspageBackend:
    return StatuspageBackend(World())


@pytest.fixture
def statuspage(page: StatuspageBackend) -> Iterator[Statuspage]:
    with played(page) as base:
        yield Statuspage(connection(base))


def test_it_says_whose_page_it_is(statuspage: Statuspage) -> None:
    assert statuspage.check() == {"account": "Tallyboard"}


def test_what_is_going_on_is_told_with_the_newest_word_about_it(
    statuspage: Statuspage, page: StatuspageBackend
) -> None:
    id = page.publish("Slow exports", "We are looking into it.", components=("Exports", "API"))
    page.world.clock.advance(60)
    page.say(id, "Found: one database is slow.", "identified")
    (incident,) = statuspage.run("incidents", {}).outputs["incidents"]
    assert (incident["title"], incident["status"], incident["text"]) == (
        "Slow exports",
        "identified",
        "Found: one database is slow.",
    )
    assert incident["components"] == ["Exports", "API"]
    assert incident["resolved_at"] is None


def test_what_ended_is_told_to_who_asks_since_when(statuspage: Statuspage, page: StatuspageBackend) -> None:
    page.say(page.publish("Slow exports", "..."), "Fixed.", "resolved")
    now = page.world.clock.now()
    asked = [{}, {"since": (now - timedelta(hours=1)).isoformat()}, {"since": (now + timedelta(hours=1)).isoformat()}]
    assert [len(statuspage.run("incidents", one).outputs["incidents"]) for one in asked] == [0, 1, 0]


def test_a_moment_without_a_zone_is_utc(statuspage: Statuspage, page: StatuspageBackend) -> None:
    page.say(page.publish("Slow exports", "..."), "Fixed.", "resolved")
    since = (datetime.now(UTC) - timedelta(minutes=5)).replace(tzinfo=None).isoformat()
    assert statuspage.run("incidents", {"since": since}).outputs["incidents"]


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"status": 404}, NotFound),
        ({"status": 429}, RateLimited),
        ({"status": 502}, Unavailable),
        ({"kind": "reset_before"}, Unavailable),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_every_fault_is_one_of_our_errors(
    statuspage: Statuspage, page: StatuspageBackend, fault: dict, error: type[Exception]
) -> None:
    order(page.world, **fault)
    with pytest.raises(error):
        statuspage.run("incidents", {})


@pytest.mark.parametrize("answer", [[], {}, {"incidents": 3}, {"incidents": [{"id": 1}]}])
def test_an_answer_of_another_shape_is_said(statuspage: Statuspage, answer: object) -> None:
    statuspage._line.ask = lambda *_, **__: answer  # type: ignore[method-assign]
    with pytest.raises(BadPayload):
        statuspage.run("incidents", {})


def test_a_page_that_names_no_parts_is_read_by_what_was_said_about_them() -> None:
    row = {
        "id": "i1",
        "name": "Slow",
        "status": "monitoring",
        "created_at": "2026-11-01T10:00:00-06:00",
        "incident_updates": [
            {"body": "b", "created_at": "2026-11-01T10:00:00-06:00", "affected_components": [{"name": "API"}]}
        ],
    }
    incident = parse.incident(row)
    assert (incident["components"], incident["started_at"]) == (["API"], "2026-11-01T16:00:00+00:00")


def test_it_only_reads(statuspage: Statuspage) -> None:
    assert list(statuspage.operations) == ["incidents"]
    with pytest.raises(Unsupported):
        statuspage.run("metrics", {"minutes": 5})
