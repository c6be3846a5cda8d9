"""The inbox takes every delivery once, keeps the vendor's order, and says whom to ring."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.db import connections, ids, inbox, tickets
from app.db.connections import Installed
from app.db.database import Database
from app.db.models.account import AccountRow
from connectors.types import Click, Event, EventKind, Ref
from tests.builders import NOON, an_agent
from tests.tables import laid


def event(delivery: str = "d1", ref: str | None = "t1", minutes: int = 0, click: Click | None = None) -> Event:
    at = NOON + timedelta(minutes=minutes)
    return Event(delivery, EventKind.MESSAGE, Ref(ref) if ref is not None else None, at, click)


def accept(database: Database, connection: Installed, *events: Event) -> list[str]:
    with database.session() as session:
        return inbox.accept(session, connection.id, events, NOON)


def waiting(database: Database, ticket_id: str) -> list[Event]:
    with database.reading() as session:
        return [one.event for one in inbox.waiting(session, ticket_id)]


def test_a_delivery_is_taken_once_and_rings_once(database: Database, connection: Installed) -> None:
    here = ids.ticket(connection.id, "t1")
    assert accept(database, connection, event("d1"), event("d2")) == [here]
    assert accept(database, connection, event("d1")) == []
    assert len(waiting(database, here)) == 2


def test_events_come_back_whole_and_in_the_order_of_the_vendors_clock(
    database: Database, connection: Installed
) -> None:
    pressed = Click("share", "d1", an_agent(), "https://answer.example")
    late, early = event("d1", minutes=5), event("d2", minutes=1, click=pressed)
    accept(database, connection, late, early)
    assert waiting(database, ids.ticket(connection.id, "t1")) == [early, late]


def test_an_event_without_a_ticket_waits_under_the_connection_itself(database: Database, connection: Installed) -> None:
    (here,) = accept(database, connection, event(ref=None))
    assert waiting(database, here) == [event(ref=None)]


def test_the_same_delivery_of_two_connections_is_two_events(database: Database, connection: Installed) -> None:
    with database.session() as session:
        other = Installed("c2", connection.account_id, "desk", "https://other.example", {}, "sealed")
        connections.add(session, other, NOON)
    assert accept(database, connection, event()) != accept(database, other, event())


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=5), st.sampled_from(["t1", "t2", "C1:2.3"])), max_size=12))
def test_any_deliveries_in_any_order_leave_each_once(pairs: list[tuple[str, str]]) -> None:
    database = DATABASE
    with database.session() as session:
        connection_id = connections.new_id()
        new = Installed(connection_id, "a1", "desk", "https://desk.example", {}, "sealed")
        connections.add(session, new, NOON)
    events = [event(delivery.replace("\x00", ""), ref) for delivery, ref in pairs]
    for one in events + events[::-1]:
        accept(database, new, one)
    kept = [e.delivery for ref in ("t1", "t2", "C1:2.3") for e in waiting(database, ids.ticket(connection_id, ref))]
    assert sorted(kept) == sorted({e.delivery for e in events})


def test_the_sweep_leaves_alone_what_is_held_back(database: Database, connection: Installed) -> None:
    (here,) = accept(database, connection, event())

    def to_ring(minutes: int = 0) -> list[str]:
        with database.reading() as session:
            return inbox.to_ring(session, NOON + timedelta(minutes=minutes))

    assert to_ring() == [here]
    with database.session() as session:
        lease = tickets.take(session, here, "w1", NOON, NOON + timedelta(minutes=1))
    assert lease is not None
    assert to_ring() == []
    assert to_ring(2) == [here], "the lease ran out"
    with database.session() as session:
        tickets.release(session, lease, next_try=NOON + timedelta(minutes=5), failed=True)
    assert (to_ring(4), to_ring(5)) == ([], [here])
    with database.session() as session:
        connections.hold(session, connection.id, NOON + timedelta(minutes=9))
    assert (to_ring(8), to_ring(9)) == ([], [here])
    with database.session() as session:
        connections.pause(session, connection.id, "no token")
    assert to_ring(60) == []
    with database.session() as session:
        connections.resume(session, connection.id)
    assert to_ring(60) == [here]


def test_parked_events_get_another_chance_only_when_asked_for(database: Database, connection: Installed) -> None:
    (here,) = accept(database, connection, event())
    with database.session() as session:
        numbers = [one.id for one in inbox.waiting(session, here)]
        inbox.settle(session, numbers, "Refused", state=inbox.PARKED)
    assert waiting(database, here) == []
    with database.session() as session:
        assert inbox.unpark(session, here) == 1
    assert len(waiting(database, here)) == 1


@pytest.fixture(autouse=True, scope="module")
def _one_account() -> None:
    with DATABASE.session() as session:
        session.add(AccountRow(id="a1", name="any", created_at=NOON))


def _made() -> Database:
    database = Database("sqlite://", clock=lambda: NOON)
    laid(database)
    return database


DATABASE = _made()
