"""The hot path stores what ``inbox.accept`` stores, on either database."""

import os
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import text

from app.db import accounts, connections, inbox
from app.db.connections import Installed
from app.db.database import Database
from app.db.ids import fresh
from app.db.taking import rows, take
from app.errors import DatabaseDown, UnknownRecord
from connectors.types import Click, Event, EventKind, Person, Ref, Role
from tests.tables import laid

NOW = datetime(2026, 3, 10, 12, 0, 0, 5, tzinfo=UTC)
ELSEWHERE = NOW.astimezone(timezone(timedelta(hours=9)))
EVENTS = (
    Event("plain", EventKind.MESSAGE, Ref("7"), NOW),
    Event("elsewhere", EventKind.CHANGED, Ref("7"), ELSEWHERE + timedelta(seconds=1)),
    Event("none", EventKind.DISCONNECTED, None, NOW),
    Event(
        "click",
        EventKind.CLICK,
        Ref("ü:1.5"),
        NOW,
        Click("human", "d1", Person("p", Role.CUSTOMER, "Ünal"), "https://a.example"),
    ),
)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.servers)])
def database(request, prepared):
    url = prepared.database_url if request.param == "sqlite" else os.environ["TEST_DATABASE_URL"]
    opened = Database(url)
    laid(opened)
    yield opened
    opened.dispose()


@pytest.fixture
def places(database):
    """Two fresh connections."""
    with database.session() as session:
        account = accounts.add(session, fresh(), NOW)
        made = [Installed(connections.new_id(), account.id, "v", "", {}, "") for _ in range(2)]
        return [connections.add(session, one, NOW).id for one in made]


def stored(database, place):
    chosen = text(
        f"select delivery, ref, kind, at, received_at, state, outcome from event where connection_id = '{place}' order by id"
    )
    with database.reading() as session:
        return [tuple(row) for row in session.execute(chosen)]


def waiting(database, tickets):
    with database.reading() as session:
        return [one.event for ticket in tickets for one in inbox.waiting(session, ticket)]


def test_what_is_stored_is_the_same_as_by_the_long_way(database, places):
    here = take(database, rows(database, places[0], EVENTS, NOW))
    with database.session() as session:
        there = inbox.accept(session, places[1], EVENTS, NOW)
    assert stored(database, places[0]) == stored(database, places[1])
    assert waiting(database, here) == waiting(database, there)
    assert sorted(waiting(database, here), key=lambda e: e.delivery) == sorted(EVENTS, key=lambda e: e.delivery)


def test_a_ticket_is_rung_once_and_repeats_ring_nobody(database, places):
    first, second = (rows(database, place, EVENTS[:2], NOW) for place in places)
    assert len(take(database, [*first, *second, *first])) == 2
    assert take(database, [*first, *second]) == []
    assert len(stored(database, places[0])) == 2


def test_what_is_new_among_repeats_is_rung(database, places):
    take(database, rows(database, places[0], EVENTS[:1], NOW))
    new = rows(database, places[0], EVENTS[2:3], NOW)
    assert new[0].ticket_id in take(database, [*rows(database, places[0], EVENTS[:1], NOW), *new])


def test_more_than_one_statement_holds_is_saved_all_the_same(database, places):
    many = [Event(f"e{n}", EventKind.MESSAGE, Ref(str(n % 7)), NOW) for n in range(1201)]
    assert len(take(database, rows(database, places[0], many, NOW))) == 7
    assert [line[0] for line in stored(database, places[0])] == [f"e{n}" for n in range(1201)]


@pytest.mark.parametrize("before", [1, 1201])
def test_a_connection_that_is_gone_keeps_the_whole_batch_out(database, places, before):
    good = [Event(f"e{n}", EventKind.MESSAGE, Ref("7"), NOW) for n in range(before)]
    with pytest.raises(UnknownRecord):
        take(database, [*rows(database, places[0], good, NOW), *rows(database, "nobody", EVENTS, NOW)])
    assert stored(database, places[0]) == []
    take(database, rows(database, places[0], EVENTS, NOW))
    assert len(stored(database, places[0])) == 4


def test_a_database_that_is_away_is_said_in_our_words(tmp_path):
    (tmp_path / "a-folder").mkdir()
    away = Database(f"sqlite:///{tmp_path}/a-folder")
    with pytest.raises(DatabaseDown):
        take(away, rows(away, "c", EVENTS, NOW))
