import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from app.db.problems import Problem
from app.errors import DatabaseDown
from app.web.intake import Intake
from connectors.types import Event, EventKind, Ref
from tests.web.vendors import VENDORS

NOW = datetime(2026, 3, 10, 12, 0, tzinfo=UTC)


def event(name: str, ticket: str = "1") -> Event:
    return Event(name, EventKind.MESSAGE, Ref(ticket), NOW)


class Counted:
    """A database that counts its transactions, lets the first one wait, and can be told to fail."""

    def __init__(self, database, fail: bool = False) -> None:
        self._database = database
        self.began = 0
        self.held = threading.Event()
        self.fail = fail

    @property
    def engine(self):
        return self

    @property
    def dialect(self):
        return self._database.engine.dialect

    def raw_connection(self):
        self.began += 1
        if self.began == 1:
            self.held.wait(10)
        if self.fail:
            raise sqlite3.OperationalError("database is locked")
        return self._database.engine.raw_connection()

    @contextmanager
    def session(self):
        raise DatabaseDown("the database cannot be reached or written")
        yield


@pytest.fixture
def connection(receiver):
    return receiver.connect(VENDORS[0])


def test_a_ticket_is_rung_once_for_several_events(receiver, connection):
    intake = Intake(receiver.services.database, receiver.bells)
    intake.accept(connection, [event("a"), event("b"), event("c", "2")], NOW)
    assert len(receiver.bells.rung) == 2
    assert len(receiver.saved()) == 3


def test_those_who_come_while_one_waits_for_the_disk_share_the_next_transaction(receiver, connection):
    counted = Counted(receiver.services.database)
    intake = Intake(counted, receiver.bells)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(intake.accept, connection, [event("first")], NOW)
        while not counted.began:
            threading.Event().wait(0.001)
        others = [pool.submit(intake.accept, connection, [event(f"e{n}", str(n))], NOW) for n in range(7)]
        while len(intake._waiting) < 7:
            threading.Event().wait(0.001)
        counted.held.set()
        for one in (first, *others):
            one.result(10)
    assert counted.began == 2
    assert len(receiver.saved()) == 8
    assert len(receiver.bells.rung) == 8


def test_a_failed_transaction_fails_for_everybody_in_it(receiver, connection):
    counted = Counted(receiver.services.database, fail=True)
    intake = Intake(counted, receiver.bells)
    with ThreadPoolExecutor(4) as pool:
        tries = [pool.submit(intake.accept, connection, [event(f"e{n}")], NOW) for n in range(4)]
        counted.held.set()
        errors = [one.exception(10) for one in tries]
    assert [type(error) for error in errors] == [DatabaseDown] * 4
    assert receiver.bells.rung == []


def test_what_is_no_failure_of_the_database_leaves_nobody_believing_it_was_saved(receiver, connection, monkeypatch):
    intake = Intake(receiver.services.database, receiver.bells)
    with pytest.raises(AttributeError):
        intake.accept(connection, [None], NOW)  # a mistake of ours
    assert receiver.saved() == []
    intake.accept(connection, [event("next")], NOW)
    assert len(receiver.saved()) == 1


def test_trouble_is_recorded_once_in_a_while_and_by_kind(receiver, connection):
    intake = Intake(receiver.services.database, receiver.bells)
    for kind in ("a", "b", "a", "a"):
        intake.record(Problem(kind, "text", connection_id=connection), NOW)
    with receiver.services.database.reading() as session:
        assert sorted(session.execute(text("select kind, times from problem")).all()) == [("a", 1), ("b", 1)]


def test_trouble_that_cannot_be_recorded_does_not_stop_the_answer(receiver, connection):
    Intake(Counted(receiver.services.database), receiver.bells).record(Problem("a", "text"), NOW)
    assert receiver.problems() == []
