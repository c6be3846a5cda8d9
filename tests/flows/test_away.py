"""A vendor that is away for a day: people are told at once, nothing is given up, and when it is back nobody is flooded."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from app.db import effects, ids, problems
from connectors.errors import RateLimited
from connectors.types import Note, Person, Role, Status
from jobs import away, reconcile, schedule
from tests.flows.played import VENDORS, Vendor
from tests.flows.stage import QUESTION, Stage

DAY, MINUTE = 86_400, 60
BEAT = 900
"""Seconds between two looks while nobody is there; every second would say the same for longer."""


class Outage:
    """One desk, its tickets in the order in which they were written, and what was asked of it."""

    def __init__(self) -> None:
        self.stage = Stage()
        self.connection, self.vendor = self.stage.connect("desk")
        self.written: list[str] = []
        self.asked: list[float] = []
        self.began = self.stage.time
        self.vendor.at = self._at

    def _at(self, moment: str) -> None:
        if moment == "asked":
            self.asked.append((self.stage.time - self.began).total_seconds())

    def writes(self) -> str:
        """A customer who never wrote before; the webhook comes."""
        self.written.append(self.somebody())
        self.stage.deliver(self.connection, self.vendor)
        return self.written[-1]

    def somebody(self) -> str:
        name = f"c{len(self.vendor.tickets)}"
        return self.vendor.customer_writes(QUESTION, who=Person(name, Role.CUSTOMER, name, f"{name}@{name}.example"))

    def beat(self, seconds: float = 1) -> None:
        """Time passes, the clock looks, workers do all that was rung for."""
        self.stage.pass_time(seconds)
        self.stage.deliver(self.connection, self.vendor)
        schedule.sweep(self.stage.services)
        self.stage.work()

    def noted(self) -> list[str]:
        """Tickets with a note of ours, in the order of those."""
        return [held.id for held in self.vendor.tickets.values() if notes(self.vendor, held.id)]

    def asks_within(self, seconds: float) -> int:
        """How often it was asked anything, at most, in any time so long."""
        return max((sum(begun <= one < begun + seconds for one in self.asked) for begun in self.asked), default=0)

    def problems(self) -> list[str]:
        with self.stage.database.reading() as session:
            return [one.kind for one in problems.newest(session)]


def notes(vendor: Vendor, ticket: str) -> int:
    return sum(isinstance(change, Note) for _, change in vendor.tickets[ticket].log)


@pytest.fixture
def outage() -> Iterator[Outage]:
    found = Outage()
    yield found
    found.stage.database.dispose()
    VENDORS.clear()


def test_after_a_day_without_the_vendor_each_unanswered_ticket_has_its_note_and_no_other(outage: Outage) -> None:
    vendor = outage.vendor
    vendor.down = True
    for beat in range(DAY // BEAT):
        if beat % 12 == 0:
            outage.writes()
        outage.beat(BEAT)
    assert outage.problems() == ["vendor_away"], "nothing was given up"
    answered, closed, again = outage.written[1], outage.written[2], outage.written[3]
    vendor.agent_writes(answered, "It comes tomorrow.")
    vendor.closes(closed)
    vendor.customer_writes("Hello? Where is my order?", again)
    vendor.down = False
    for _ in range(2 * len(outage.written)):
        outage.beat(10)
    owed = [one for one in outage.written if one not in (answered, closed)]
    assert {one: notes(vendor, one) for one in outage.written} == {one: int(one in owed) for one in outage.written}
    assert vendor.tickets[closed].status is Status.CLOSED
    assert outage.problems() == ["vendor_away"]


@pytest.mark.parametrize("pace", [1, 4])
def test_what_waited_comes_back_at_a_pace_with_the_oldest_first(outage: Outage, pace: int) -> None:
    outage.stage.services.settings = replace(outage.stage.services.settings, return_pace=pace)
    outage.vendor.down = True
    for _ in range(12):
        outage.writes()
        outage.beat(BEAT)
    outage.vendor.down = False
    outage.stage.pass_time(MINUTE)
    outage.asked.clear()
    done: list[str] = []
    for second in range(1, 12 // pace + 1):
        outage.beat()
        done += [one for one in outage.noted() if one not in done]
        assert len(done) <= second * pace
    assert done == outage.written
    assert outage.asks_within(MINUTE) <= 4 * MINUTE * pace, "a ticket takes four calls at most"
    assert outage.asks_within(1) <= 4 * pace


def test_a_vendor_that_is_asked_what_was_missed_is_not_flooded_either(outage: Outage) -> None:
    outage.vendor.down = True
    outage.writes()
    outage.beat()
    for _ in range(9):
        outage.written.append(outage.somebody())
    outage.vendor.hooks.clear()
    outage.vendor.down = False
    outage.stage.pass_time(MINUTE)
    reconcile.run(outage.connection)
    assert outage.stage.bells.rung == {}, "the sweep rings, a few each second"
    for second in range(1, 12):
        outage.beat()
        assert len(outage.noted()) <= second
    assert outage.noted() == outage.written


def test_a_limit_of_the_vendors_that_was_waited_for_slows_nobody_down(outage: Outage) -> None:
    vendor = outage.vendor

    def refuses(_moment: str) -> None:
        raise RateLimited("slow down", retry_after=30)

    vendor.at = refuses
    for _ in range(12):
        outage.writes()
    outage.beat()
    vendor.at = lambda moment: None
    outage.beat(20)
    assert outage.noted() == [], "it asked for patience"
    outage.beat(MINUTE)
    assert sorted(outage.noted()) == sorted(outage.written)
    assert outage.problems() == []


def test_while_one_vendor_is_away_people_are_told_and_another_goes_on(outage: Outage) -> None:
    stage = outage.stage
    other, desk = stage.connect("desk")
    outage.vendor.down = True
    for _ in range(5):
        outage.writes()
    outage.beat()
    assert outage.problems() == ["vendor_away"], "within a minute of the first ticket that it did not answer"
    mine = desk.customer_writes(QUESTION)
    stage.deliver(other, desk)
    outage.beat()
    assert notes(desk, mine) == 1
    outage.vendor.down = False
    outage.beat(MINUTE)
    mine = desk.customer_writes(QUESTION)
    stage.deliver(other, desk)
    outage.beat()
    assert notes(desk, mine) == 1, "nor does it wait for what comes back"


def test_a_vendor_that_is_away_is_asked_now_and_then_by_one_ticket(outage: Outage) -> None:
    outage.vendor.down = True
    for _ in range(30):
        outage.writes()
    outage.stage.work()
    outage.asked.clear()
    for _ in range(MINUTE):
        outage.beat(5)
    assert 0 < len(outage.asked) <= 2 * (5 * MINUTE // away.PROBE.seconds + 1)


def test_a_write_that_the_outage_cut_off_is_looked_for_and_made_once(outage: Outage) -> None:
    vendor, stage = outage.vendor, outage.stage

    def goes(moment: str) -> None:
        vendor.down = vendor.down or moment == "apply"

    vendor.at = goes
    ticket = outage.writes()
    outage.beat()
    assert vendor.down
    for _ in range(DAY // BEAT):
        outage.beat(BEAT)
    with stage.database.reading() as session:
        (planned,) = effects.of_ticket(session, ids.ticket(outage.connection, ticket))
    assert (planned.state, planned.attempts) == (effects.PENDING, 0), "nobody was there: no attempt"
    vendor.at, vendor.down = (lambda moment: None), False
    outage.beat(BEAT)
    assert notes(vendor, ticket) == 1
