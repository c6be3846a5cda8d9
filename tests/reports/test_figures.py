"""Figures of a period: which tickets are in it, who came back later, and the guide's own fields."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from app.db import ids, inbox, stories, tickets
from app.engine.configuration import load
from app.engine.outcomes import Costs, Story
from app.errors import BadInput
from app.reports import figures
from connectors.types import Event, EventKind, Ref
from tests.flows.stage import Stage

NOW = datetime(2026, 11, 18, 9, 30, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
SAMPLE = {
    "totalTickets", "autoResolved", "escalatedToHuman", "avgResolutionTime", "csat", "automationRate", "costPerTicket",
}  # fmt: skip
BOT = {
    "conversations", "resolved", "escalated", "avgConfidence", "accuracy", "avgResolutionTime", "topIntents", "toolUsage",
    "customerSatisfaction",
}  # fmt: skip
OWN = """
service: shop
classification: {categories: [{name: billing, keywords: [invoice]}]}
analytics:
  customMetrics:
    - {name: time-to-first-response, target: '< 5m'}
    - {name: documentation-effectiveness, calculation: resolved-by-kb / total-kb-suggestions}
    - {name: bot-accuracy, calculation: correct-responses / total-responses}
"""


class Desk:
    """An account whose tickets' stories are written down by hand."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.connection, _ = stage.connect("desk")
        self.count = 0

    def tell(self, at: datetime, **changes: Any) -> None:
        self.count += 1
        ref = str(self.count)
        with self.stage.database.session() as session:
            inbox.accept(session, self.connection, [Event(f"e{ref}", EventKind.CREATED, Ref(ref), at)], at)
            name = ids.ticket(self.connection, ref)
            assert tickets.take(session, name, "test", at, at)
            solved = at + MINUTE
            given = {"ticket": name, "person": f"p{ref}", "problem": "billing", "category": "billing", "opened_at": at}
            told = given | {"answered_at": solved, "solved_at": solved, "ours": True, "quoted": True} | changes
            stories.keep(session, self.stage.account.id, Story(**told))

    def found(self, name: str = "last-30-days") -> figures.Figures:
        with self.stage.database.reading() as session:
            when = figures.period(name, NOW)
            return figures.figures(session, self.stage.account.id, when, NOW, Costs(20, 0.5))


@pytest.fixture
def desk(stage: Stage) -> Desk:
    return Desk(stage)


@pytest.mark.parametrize(
    ("name", "since", "until"),
    [
        ("last-30-days", NOW - 30 * DAY, NOW),
        ("last-1-day", NOW - DAY, NOW),
        ("last-12-hours", NOW - DAY / 2, NOW),
        ("last-2-weeks", NOW - 14 * DAY, NOW),
        ("today", datetime(2026, 11, 18, tzinfo=UTC), NOW),
        ("Yesterday", datetime(2026, 11, 17, tzinfo=UTC), datetime(2026, 11, 18, tzinfo=UTC)),
        ("this-month", datetime(2026, 11, 1, tzinfo=UTC), NOW),
        ("last-month", datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-02", datetime(2026, 2, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)),
    ],
)
def test_periods(name: str, since: datetime, until: datetime) -> None:
    found = figures.period(name, NOW)
    assert (found.since, found.until) == (since, until)


def test_days_begin_where_the_account_is() -> None:
    found = figures.period("yesterday", NOW, ZoneInfo("America/Los_Angeles"))
    assert (found.since, found.until) == (
        datetime(2026, 11, 17, 8, tzinfo=UTC),
        datetime(2026, 11, 18, 8, tzinfo=UTC),
    )


@pytest.mark.parametrize("name", ["", "last-0-days", "last-9999-weeks", "2026-13", "1e9", "last-30", "soon", "0000-01"])
def test_what_is_no_period_is_named(name: str) -> None:
    with pytest.raises(BadInput, match="last-30-days"):
        figures.period(name, NOW)


def test_only_tickets_of_the_period_count_but_later_ones_say_who_came_back(desk: Desk) -> None:
    desk.tell(NOW - 60 * DAY)
    desk.tell(NOW - 45 * DAY, person="ana")
    desk.tell(NOW - 40 * DAY, person="ana", ours=False, touched=True, agent="a1")
    found = desk.found("2026-10")
    assert found.values["total-tickets"] == 2
    early = desk.found("last-30-days")
    assert early.values["total-tickets"] == 0
    assert found.values["postponed"] == 1


def test_the_guides_fields(desk: Desk) -> None:
    desk.tell(NOW - 10 * DAY, rating=5, confidence=0.9)
    desk.tell(NOW - 10 * DAY, ours=False, touched=True, agent="a1", confidence=0.7, solved_at=NOW - 9 * DAY)
    found = desk.found()
    told = figures.metrics(found)
    assert told.keys() >= SAMPLE
    assert (told["autoResolved"], told["escalatedToHuman"], told["csat"]) == (1, 1, 5.0)
    assert told["costPerTicket"] == {"automated": 0.5, "human": 480.0, "blended": 240.25}
    bot = figures.bot_metrics(found)
    assert bot.keys() >= BOT
    assert (bot["avgConfidence"], bot["toolUsage"]) == (0.8, {"search_documentation": 0})
    assert figures.effectiveness(found, ["automation-rate", "nonsense"]) == {"automationRate": 0.5}


def test_the_accounts_own_figures(desk: Desk) -> None:
    desk.tell(NOW - 10 * DAY)
    desk.tell(NOW - 10 * DAY, solved_at=None)
    watched = load(OWN, name="x").watched
    told = {one.name: one for one in figures.custom(desk.found(), watched)}
    assert (told["time-to-first-response"].value, told["time-to-first-response"].met) == (60.0, True)
    assert told["documentation-effectiveness"].value == 0.5
    assert (told["bot-accuracy"].value, told["bot-accuracy"].met) == (None, None)


def test_figures_by_name(desk: Desk) -> None:
    desk.tell(NOW - 10 * DAY)
    (one,) = figures.listed(desk.found(), ["automationRate", "nonsense"])
    assert (one["name"], one["value"], one["shown"], one["unit"]) == ("automation-rate", 1.0, "100.0%", "share")
    assert len(figures.listed(desk.found())) > 30
