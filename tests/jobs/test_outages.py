"""A vendor that is away for a day: it is not asked more and more, and when it is back only what is still owed is done, once."""

from collections import Counter
from collections.abc import Iterator

import pytest

from app.db import effects, ids
from connectors.errors import Unavailable
from connectors.types import Reply
from jobs import reconcile, schedule
from tests.flows.played import VENDORS, Vendor
from tests.flows.stage import QUESTION, Stage

DAY, AFTERWARDS = 24 * 60, 30
"""Minutes."""
STEP = 10
"""Minutes from one look to the next while the vendor is away."""
EVERY = 180
"""Minutes from one customer to the next."""


class Away:
    """A vendor that answers nothing while it is ``down``; counts by the minute what it is asked, in vain or not."""

    def __init__(self, stage: Stage) -> None:
        self.stage, self.down = stage, False
        self.connection, self.vendor = stage.connect("desk")
        self.vendor.at = self.asked
        self.calls: Counter[int] = Counter()
        self.minute = 0
        stage.earn()

    def asked(self, moment: str) -> None:
        self.calls[self.minute] += 1
        if self.down:
            raise Unavailable("away")

    def pass_minutes(self, minutes: int = 1) -> None:
        self.minute += minutes
        self.stage.pass_time(60 * minutes)
        self.stage.deliver(self.connection, self.vendor)
        schedule.sweep(self.stage.services)
        if self.minute % 3 == 0 and not self.down:
            reconcile.run(self.connection)
        self.stage.work()


def replies(vendor: Vendor, ticket: str) -> int:
    return sum(isinstance(change, Reply) for _, change in vendor.tickets[ticket].log)


@pytest.fixture(scope="module")
def day() -> Iterator[tuple[Away, list[str]]]:
    """A day without the vendor's API, with a customer every three hours, and the half hour after it."""
    stage = Stage()
    yield played(Away(stage))
    stage.database.dispose()
    VENDORS.clear()


def played(away: Away) -> tuple[Away, list[str]]:
    tickets: list[str] = []
    away.down = True
    for minute in range(0, DAY, STEP):
        if minute % EVERY == 0:
            tickets.append(away.vendor.customer_writes(QUESTION))
        away.pass_minutes(STEP)
    away.vendor.agent_writes(tickets[0])
    away.vendor.agent_writes(tickets[4])
    away.vendor.closes(tickets[2])
    away.down = False
    for _ in range(AFTERWARDS):
        away.pass_minutes()
    return away, tickets


@pytest.mark.slow
def test_after_a_day_without_the_vendor_only_what_is_still_owed_is_done(day: tuple[Away, list[str]]) -> None:
    away, tickets = day
    taken_over = {tickets[0], tickets[2], tickets[4]}
    done = {ticket: replies(away.vendor, ticket) for ticket in tickets}
    assert {ticket for ticket, times in done.items() if not times} == taken_over
    assert max(done.values()) == 1
    with away.stage.database.reading() as session:
        for ticket in tickets:
            planned = effects.of_ticket(session, ids.ticket(away.connection, ticket))
            assert {one.state for one in planned} <= {effects.SENT, effects.DROPPED}


@pytest.mark.slow
def test_a_vendor_that_is_away_is_not_asked_more_and_more_and_not_flooded_when_it_is_back(
    day: tuple[Away, list[str]],
) -> None:
    away, tickets = day
    hours = [sum(away.calls[n] for n in range(first, first + 60)) for first in range(0, DAY, 60)]
    assert max(hours) <= 12 * len(tickets)
    assert max(away.calls[n] for n in range(DAY + 1, DAY + AFTERWARDS)) <= 4 * len(tickets)
