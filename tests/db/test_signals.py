"""Signals are taken once, hold nobody's name where they are counted, and forget what they were told."""

from datetime import timedelta

from app.db import signals
from app.db.signals import DONE, OPENED, UNHEARD, Told
from tests.builders import NOON

DAY = timedelta(days=1)


def told(delivery: str = "s1", person: str = "Ana@Customer.example", **changes) -> Told:
    return Told(delivery, "error", NOON, "export", person, {"email": "ana@customer.example"} | changes)


def kept(database, connection):
    with database.reading() as session:
        return signals.waiting(session, connection.account_id)


def test_a_signal_is_taken_once_for_each_source(database, connection) -> None:
    with database.session() as session:
        taken = [
            signals.accept(session, connection.account_id, source, [told()], NOON) for source in ("site", "site", "c1")
        ]
    assert taken == [1, 0, 1]
    assert [one.source for one in kept(database, connection)] == ["site", "c1"]


def test_a_person_is_a_hash_whatever_the_spelling(database, connection) -> None:
    assert signals.hashed(" ANA@customer.example") == signals.hashed("ana@customer.example")
    assert signals.hashed("") == ""
    with database.session() as session:
        signals.accept(session, connection.account_id, "site", [told()], NOON)
    assert "ana" not in kept(database, connection)[0].told.person


def test_what_is_dealt_with_is_forgotten(database, connection) -> None:
    with database.session() as session:
        signals.accept(session, connection.account_id, "site", [told("a"), told("b")], NOON)
        first, second = signals.waiting(session, connection.account_id)
        signals.end(session, first, "no_trigger", state=DONE)
        signals.end(session, second, "nobody", state=UNHEARD)
    with database.reading() as session:
        assert signals.waiting(session, connection.account_id) == []
        (again,) = signals.unheard(session, connection.account_id, NOON - DAY)
        assert again.told.values
        assert signals.unheard(session, connection.account_id, NOON) == []
        row = session.execute(signals.select(signals.SignalRow).order_by(signals.SignalRow.id)).scalars().first()
        assert row.values == {}


def test_what_was_begun_counts_for_person_and_account(database, connection) -> None:
    account = connection.account_id
    with database.session() as session:
        signals.accept(session, account, "site", [told("a"), told("b", "other@x.example"), told("c")], NOON)
        one, other, _ = signals.waiting(session, account)
        signals.begin(session, one, NOON)
        signals.end(session, other, OPENED)
        counted = signals.begun(session, account, one.told.person, NOON, DAY)
        assert (counted.person, counted.account) == (1, 2)
        later = signals.begun(session, account, one.told.person, NOON + DAY, DAY)
        assert (later.person, later.account) == (0, 0)


def test_errors_are_counted_by_person_and_by_what_failed(database, connection) -> None:
    account = connection.account_id
    with database.session() as session:
        many = [told(str(n)) for n in range(6)] + [told("x", "other@x.example")]
        signals.accept(session, account, "site", many, NOON)
        first = signals.waiting(session, account)[0]
        assert signals.errors(session, first, NOON, DAY) == 6


def test_beginning_twice_keeps_when_it_was_begun_first(database, connection) -> None:
    with database.session() as session:
        signals.accept(session, connection.account_id, "site", [told()], NOON)
        (one,) = signals.waiting(session, connection.account_id)
        signals.begin(session, one, NOON)
    (again,) = kept(database, connection)
    with database.session() as session:
        assert signals.begin(session, again, NOON + DAY) == NOON
