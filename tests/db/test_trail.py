"""What is appended to the trail: with what it records or not at all, by whoever acts."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.db import trail
from app.db.database import Database
from app.db.models.trail import TrailRow
from app.db.trail import Entry, What
from tests.builders import NOON


def rows(database: Database) -> list[TrailRow]:
    with database.reading() as session:
        return list(session.scalars(select(TrailRow).order_by(TrailRow.id)))


def test_an_entry_is_the_actors_of_the_moment_and_of_now(database: Database) -> None:
    with database.session() as session, trail.acting("zendesk:7", "session:abc"):
        trail.record(session, "a1", Entry(What.STOPPED, "account", why="asked", detail={"version": 3}))
    (row,) = rows(database)
    assert (row.who, row.authority, row.what, row.at) == ("zendesk:7", "session:abc", "stopped", NOON)
    assert (row.subject, row.why, row.detail, row.sequence) == ("account", "asked", {"version": 3}, None)


def test_without_anybody_it_was_our_own_rules(database: Database) -> None:
    with database.session() as session:
        trail.record(session, "a1", Entry(What.DECIDED, at=NOON - timedelta(hours=1)))
        trail.record(session, "a1", Entry(What.APPROVED, who="zendesk:9", authority="approval"))
    first, second = rows(database)
    assert (first.who, first.authority, first.at) == (trail.BOT, "rules", NOON - timedelta(hours=1))
    assert (second.who, second.authority) == ("zendesk:9", "approval")


def test_what_is_rolled_back_was_never_recorded(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.session() as session:
        trail.record(session, "a1", Entry(What.STOPPED))
        raise ZeroDivisionError
    assert rows(database) == []


def test_several_acts_are_one_statement(database: Database) -> None:
    with database.session() as session:
        trail.record_all(session, "a1", [Entry(What.SENT, subject=str(n)) for n in range(3)])
        trail.record_all(session, "a1", [])
    assert [row.subject for row in rows(database)] == ["0", "1", "2"]


def test_an_actor_ends_with_its_block(database: Database) -> None:
    with trail.acting("x", "token:1"):
        assert trail.actor().who == "x"
    assert trail.actor() == trail.RULES
