"""One run at a time, fenced; and a clock that leads alone."""

from datetime import timedelta

import pytest

from app.db import clocks, ids, inbox, tickets
from app.db.connections import Installed
from app.db.database import Database
from app.db.tickets import Lease, LeaseLost
from connectors.types import Event, EventKind, Ref
from tests.builders import NOON

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ticket_id(database: Database, connection: Installed) -> str:
    with database.session() as session:
        inbox.accept(session, connection.id, [Event("d1", EventKind.MESSAGE, Ref("t1"), NOON)], NOON)
    return ids.ticket(connection.id, "t1")


def take(database: Database, ticket_id: str, owner: str, minutes: int = 0) -> Lease | None:
    now = NOON + minutes * MINUTE
    with database.session() as session:
        return tickets.take(session, ticket_id, owner, now, now + MINUTE)


def test_one_at_a_time(database: Database, ticket_id: str) -> None:
    assert take(database, ticket_id, "w1") is not None
    assert take(database, ticket_id, "w2") is None


def test_a_ticket_that_no_event_named_cannot_be_taken(database: Database, ticket_id: str) -> None:
    assert take(database, "nobody", "w1") is None


def test_whoever_was_overtaken_can_write_nothing_more(database: Database, ticket_id: str) -> None:
    first = take(database, ticket_id, "w1")
    second = take(database, ticket_id, "w2", minutes=1)
    assert first is not None and second is not None
    assert second.fence > first.fence
    assert (first.attempts, second.attempts) == (0, 1), "a run that vanished counts as failed"
    with pytest.raises(LeaseLost), database.session() as session:
        tickets.renew(session, first, NOON, NOON + MINUTE)
    with database.session() as session:
        assert tickets.release(session, first) is False
        assert tickets.renew(session, second, NOON + MINUTE, NOON + 2 * MINUTE).until == NOON + 2 * MINUTE


def test_a_lease_that_ran_out_is_lost_even_if_nobody_took_it(database: Database, ticket_id: str) -> None:
    lease = take(database, ticket_id, "w1")
    assert lease is not None
    with pytest.raises(LeaseLost), database.session() as session:
        tickets.renew(session, lease, NOON + MINUTE, NOON + 2 * MINUTE)


def test_what_came_in_meanwhile_is_noticed_at_the_end(database: Database, ticket_id: str) -> None:
    lease = take(database, ticket_id, "w1")
    assert lease is not None
    with database.session() as session:
        assert tickets.release(session, lease) is True
    again = take(database, ticket_id, "w1")
    assert again is not None
    with database.session() as session:
        inbox.settle(session, [one.id for one in inbox.waiting(session, ticket_id)], "decided")
    with database.session() as session:
        assert tickets.release(session, again) is False


def test_failures_in_a_row_are_counted_and_forgotten(database: Database, ticket_id: str) -> None:
    for number in range(3):
        lease = take(database, ticket_id, "w1")
        assert lease is not None and lease.attempts == number
        with database.session() as session:
            tickets.release(session, lease, failed=True)
    lease = take(database, ticket_id, "w1")
    assert lease is not None
    with database.session() as session:
        tickets.release(session, lease)
    lease = take(database, ticket_id, "w1")
    assert lease is not None and lease.attempts == 0


def test_one_clock_leads_and_another_follows_when_it_is_gone(database: Database) -> None:
    def lead(owner: str, seconds: int) -> bool:
        now = NOON + timedelta(seconds=seconds)
        with database.session() as session:
            return clocks.lead(session, "clock", owner, now, now + timedelta(seconds=10))

    assert (lead("a", 0), lead("b", 1), lead("a", 5)) == (True, False, True)
    assert (lead("b", 14), lead("b", 15), lead("a", 16)) == (False, True, False)
    with database.session() as session:
        clocks.resign(session, "clock", "b", NOON + timedelta(seconds=17))
    assert lead("a", 17)


def test_a_periodic_job_is_begun_once_however_many_ask(database: Database) -> None:
    def due(seconds: int) -> bool:
        with database.session() as session:
            return clocks.due(session, "sweep", NOON + timedelta(seconds=seconds), timedelta(seconds=5))

    assert [due(0), due(0), due(4), due(5), due(5), due(100), due(101)] == [
        True,
        False,
        False,
        True,
        False,
        True,
        False,
    ]
