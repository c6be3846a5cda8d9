import random
import sqlite3
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db import ids
from app.db.problems import Problem
from app.errors import DatabaseDown, UnknownRecord
from app.web.intake import Intake
from connectors.types import Event, EventKind, Ref
from tests.web.conftest import Bells
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
            self.held.wait(60)
        if self.fail:
            raise sqlite3.OperationalError("database is locked")
        return self._database.engine.raw_connection()

    @contextmanager
    def session(self):
        raise DatabaseDown("the database cannot be reached or written")
        yield


class Flaky(Counted):
    """A database that fails ``fails`` times, at random moments."""

    def __init__(self, database, dice: random.Random, fails: int) -> None:
        super().__init__(database)
        self.dice, self.fails, self.failed = dice, fails, 0

    def raw_connection(self):
        if self.failed < self.fails and self.dice.random() < 0.5:
            self.failed += 1
            raise sqlite3.OperationalError("disk I/O error")
        return self._database.engine.raw_connection()


def until(holds) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        threading.Event().wait(0.001)


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
        until(lambda: counted.began)
        others = [pool.submit(intake.accept, connection, [event(f"e{n}", str(n))], NOW) for n in range(7)]
        until(lambda: len(intake._waiting) == 7)
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
    monkeypatch.setattr(receiver.services.database, "_engine", None)  # a mistake of ours
    with pytest.raises(AttributeError), monkeypatch.context():
        intake.accept(connection, [event("lost")], NOW)
    monkeypatch.undo()
    assert receiver.saved() == []
    intake.accept(connection, [event("next")], NOW)
    assert len(receiver.saved()) == 1


def test_who_is_of_a_connection_that_is_gone_fails_alone(receiver, connection):
    counted = Counted(receiver.services.database)
    intake = Intake(counted, receiver.bells)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(intake.accept, connection, [event("first")], NOW)
        until(lambda: counted.began)
        places = [connection, "gone", connection, "gone", connection]
        others = [pool.submit(intake.accept, place, [event(f"e{n}", str(n))], NOW) for n, place in enumerate(places)]
        until(lambda: len(intake._waiting) == len(places))
        counted.held.set()
        errors = [type(one.exception(10)) for one in (first, *others)]
    assert errors == [type(None), type(None), UnknownRecord, type(None), UnknownRecord, type(None)]
    assert {name for _, name in receiver.saved()} == {"first", "e0", "e2", "e4"}
    assert len(receiver.bells.rung) == 4


class Watching(Bells):
    """Bells that wait to be told to go on, as a Redis that is slow."""

    def __init__(self) -> None:
        super().__init__()
        self.may = threading.Event()

    def ring(self, *ticket_ids: str) -> None:
        assert self.may.wait(60)
        super().ring(*ticket_ids)


def test_a_slow_bell_holds_up_nobody_but_the_one_who_rings(receiver, connection):
    bells = Watching()
    intake = Intake(receiver.services.database, bells)
    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(intake.accept, connection, [event("first")], NOW)
        until(lambda: len(receiver.saved()) == 1)
        with ThreadPoolExecutor(1) as other:
            second = other.submit(intake.accept, connection, [event("second")], NOW)
            until(lambda: len(receiver.saved()) == 2)
            assert not slow.done()
            bells.may.set()
            second.result(10)
        slow.result(10)
    assert len(bells.rung) == 2


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(plan=st.lists(st.sampled_from(["good", "again", "gone", "down"]), min_size=1, max_size=24), seed=st.integers())
def test_an_answer_of_yes_means_that_it_is_saved_whatever_comes_together(receiver, connection, plan, seed):
    """Eight threads at once; some events repeated, some of a lost connection, some while the database fails."""
    dice, run = random.Random(seed), uuid.uuid4().hex
    flaky = Flaky(receiver.services.database, dice, fails=plan.count("down"))
    intake = Intake(flaky, receiver.bells)

    def accept(number: int, kind: str) -> type[Exception] | None:
        name = f"{run}-{0 if kind == 'again' else number}"
        try:
            intake.accept("gone" if kind == "gone" else connection, [event(name, name)], NOW)
        except (DatabaseDown, UnknownRecord) as error:
            return type(error)
        assert (connection, name) in receiver.saved(), "answered before it was saved"
        return None

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(accept, range(1, len(plan) + 1), plan))
    saved = {name for place, name in receiver.saved() if name.startswith(run)}
    told = {
        f"{run}-{0 if k == 'again' else n}" for n, (k, a) in enumerate(zip(plan, answers, strict=True), 1) if a is None
    }
    assert saved == told
    assert all(kind == "gone" for kind, answer in zip(plan, answers, strict=True) if answer is UnknownRecord)
    assert (flaky.failed > 0) >= (DatabaseDown in answers)
    assert {ids.ticket(connection, name) for name in saved} <= set(receiver.bells.rung)


def test_trouble_is_recorded_once_in_a_while_and_by_kind(receiver, connection):
    intake = Intake(receiver.services.database, receiver.bells)
    for kind in ("a", "b", "a", "a"):
        intake.record(Problem(kind, "text", connection_id=connection), NOW)
    with receiver.services.database.reading() as session:
        assert sorted(session.execute(text("select kind, times from problem")).all()) == [("a", 1), ("b", 1)]


def test_trouble_that_cannot_be_recorded_does_not_stop_the_answer(receiver, connection):
    Intake(Counted(receiver.services.database), receiver.bells).record(Problem("a", "text"), NOW)
    assert receiver.problems() == []
