"""Codes fail closed: another ticket, person, purpose or address, a second use, too late, too often, all prove nothing."""

import itertools
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from app.db import accounts, codes
from app.db.authenticators import Authenticators
from app.db.codes import Outcome, Said, TooManyCodes
from app.db.database import Database
from app.engine import otp
from app.engine.identity import Way
from app.engine.otp import Bound
from app.engine.workflows.types import Level
from app.errors import SealBroken
from app.vault import Vault
from tests.builders import NOON
from tests.tables import laid

KEY = b"k" * 32
MINUTE = timedelta(minutes=1)


@pytest.fixture
def bound(connection) -> Bound:
    return Bound(connection.account_id, "t1", "p1", "ana@customer.example", "balance")


def no_app(code: str) -> bool:
    return False


def send(session, bound: Bound, at=NOON, way=Way.EMAIL) -> str:
    issued = codes.issue(session, bound, way, KEY, at)
    codes.sent(session, issued.id, at)
    return issued.code


def answer(session, bound: Bound, code: str, at=NOON, message="m2", app=no_app) -> Outcome:
    return codes.attempt(session, bound, Said(message, otp.codes_in(code)), KEY, at, app)


def test_the_right_code_proves_it_once(database, bound):
    with database.session() as session:
        code = send(session, bound)
        assert codes.awaited(session, "t1", NOON) is Way.EMAIL
        assert answer(session, bound, code, NOON + 9 * MINUTE) is Outcome.PROVEN
        assert codes.proven(session, bound, KEY, NOON + 9 * MINUTE) is Level.CODE
        assert answer(session, bound, code, NOON + 9 * MINUTE, "m3") is Outcome.NONE
        assert codes.proven(session, bound, KEY, NOON + 9 * MINUTE + codes.HOLDS) is Level.NOBODY


@pytest.mark.parametrize("field", ["account", "ticket", "person", "address", "purpose"])
def test_what_is_proven_is_proven_for_nothing_else(database, bound, field):
    with database.session() as session:
        answer(session, bound, send(session, bound))
        assert codes.proven(session, bound, KEY, NOON) is Level.CODE
        assert codes.proven(session, replace(bound, **{field: "other"}), KEY, NOON) is Level.NOBODY


def test_a_code_that_was_not_sent_or_is_late_proves_nothing(database, bound):
    with database.session() as session:
        unsent = codes.issue(session, bound, Way.SMS, KEY, NOON)
        assert answer(session, bound, unsent.code) is Outcome.NONE
        code = send(session, bound)
        assert answer(session, bound, code, NOON + otp.LASTS) is Outcome.NONE
        assert codes.proven(session, bound, KEY, NOON + otp.LASTS) is Level.NOBODY


def test_three_tries_and_no_more(database, bound):
    with database.session() as session:
        code = send(session, bound)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        found = [answer(session, bound, wrong, message=f"m{n}") for n in range(3)]
        assert found == [Outcome.WRONG, Outcome.WRONG, Outcome.SPENT]
        assert answer(session, bound, code, message="m9") is Outcome.NONE
        assert codes.proven(session, bound, KEY, NOON) is Level.NOBODY


def test_a_message_that_is_read_again_costs_no_try_and_one_with_several_codes_is_wrong(database, bound):
    with database.session() as session:
        code = send(session, bound)
        wrong = f"{(int(code) + 1) % 10**6:06d}"
        assert answer(session, bound, wrong, message="m2") is Outcome.WRONG
        assert answer(session, bound, wrong, message="m2") is Outcome.NONE
        assert answer(session, bound, f"{code} {wrong}", message="m3") is Outcome.WRONG
        assert answer(session, bound, code, message="m4") is Outcome.PROVEN


def test_a_new_code_makes_the_one_before_worthless(database, bound):
    with database.session() as session:
        first = send(session, bound)
        second = send(session, bound, NOON + MINUTE)
        if first != second:
            assert answer(session, bound, first, NOON + MINUTE) is Outcome.WRONG
        assert answer(session, bound, second, NOON + MINUTE, "m3") is Outcome.PROVEN


def test_nobody_is_sent_codes_without_end(database, bound):
    with database.session() as session:
        for n in range(codes.PER_TICKET):
            send(session, bound, NOON + n * MINUTE)
        with pytest.raises(TooManyCodes):
            codes.issue(session, bound, Way.EMAIL, KEY, NOON + 5 * MINUTE)
        for n in range(codes.PER_PERSON - codes.PER_TICKET):
            send(session, replace(bound, ticket="t2"), NOON + n * MINUTE)
        with pytest.raises(TooManyCodes):
            codes.issue(session, replace(bound, ticket="t3"), Way.EMAIL, KEY, NOON + 5 * MINUTE)
        assert codes.issue(session, replace(bound, ticket="t4", person="p2"), Way.EMAIL, KEY, NOON)
        assert codes.issue(session, bound, Way.EMAIL, KEY, NOON + 2 * codes.HOUR)


def test_who_guessed_too_often_is_sent_nothing_for_a_day(database, bound):
    with database.session() as session:
        for hour in range(3):
            code = send(session, replace(bound, ticket=f"t{hour}"), NOON + hour * 2 * codes.HOUR)
            wrong = f"{(int(code) + 1) % 10**6:06d}"
            for n in range(3):
                answer(session, replace(bound, ticket=f"t{hour}"), wrong, NOON + hour * 2 * codes.HOUR, f"m{n}")
        with pytest.raises(TooManyCodes):
            codes.issue(session, replace(bound, ticket="t9"), Way.EMAIL, KEY, NOON + 8 * codes.HOUR)
        assert codes.issue(session, replace(bound, ticket="t9"), Way.EMAIL, KEY, NOON + 30 * codes.HOUR)


def test_no_code_is_anywhere_in_the_database_or_a_repr(database, bound):
    with database.session() as session:
        issued = codes.issue(session, bound, Way.SMS, KEY, NOON)
        rows = str(session.execute(text("select * from code")).all())
    assert issued.code not in rows
    assert issued.code not in repr(issued)
    assert issued.code not in repr(Said("m", (issued.code,)))
    assert "ana@customer.example" not in rows


def test_texts_are_kept_without_codes_while_one_may_come(database, bound):
    with database.session() as session:
        send(session, bound)
        ((begin, end),) = codes.windows(session, "t1")
        assert begin < NOON < NOON + otp.LASTS + 30 * MINUTE < end
        assert codes.windows(session, "t2") == []


@pytest.fixture
def own(connection) -> Authenticators:
    return Authenticators(connection.account_id, Vault([b"v" * 32]), KEY)


def test_an_authenticator_proves_more_and_each_of_its_codes_once(database, bound, own):
    with database.session() as session:
        secret = own.enrol(session, "Ana@customer.example", NOON)
        shown = otp.pyotp.TOTP(secret).at(NOON)

        def accepted(code: str) -> bool:
            return own.accepts(session, "ana@customer.example", code, NOON)

        send(session, bound, way=Way.APP)
        assert answer(session, bound, shown, app=accepted) is Outcome.PROVEN
        assert codes.proven(session, bound, KEY, NOON) is Level.APP
        other = replace(bound, ticket="t2")
        send(session, other, way=Way.APP)
        assert answer(session, other, shown, app=accepted) is Outcome.WRONG


def test_an_authenticators_code_is_not_even_compared_for_another_bond(database, bound, own):
    asked: list[str] = []
    with database.session() as session:
        send(session, bound, way=Way.APP)
        said = answer(
            session, replace(bound, purpose="other"), "123456", app=lambda code: bool(asked.append(code)) or True
        )
    assert (said, asked) == (Outcome.WRONG, [])


def test_authenticators_are_sealed_for_their_account_and_person(database, connection, own):
    with database.session() as session:
        secret = own.enrol(session, "ana@customer.example", NOON)
        assert own.known(session, "ANA@customer.example")
        assert not own.known(session, "bob@customer.example")
        assert not own.known(session, "")
        assert secret not in str(session.execute(text("select * from authenticator")).all())
        other = accounts.add(session, "other", NOON)
        assert not Authenticators(other.id, Vault([b"v" * 32]), KEY).known(session, "ana@customer.example")
        with pytest.raises(SealBroken):
            Authenticators(connection.account_id, Vault([b"w" * 32]), KEY).accepts(
                session, "ana@customer.example", "123456", NOON
            )


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "right", "wrong", "old", "both", "none", "wait"]),
        st.sampled_from(["", "account", "ticket", "person", "address", "purpose"]),
    ),
    max_size=14,
)


@pytest.fixture(scope="module")
def bank():
    """One database for all of what is tried; each try has a ticket and a person of its own."""
    database = Database("sqlite://")
    laid(database)
    with database.session() as session:
        account = accounts.add(session, "bank", NOON)
    names = itertools.count()
    yield database, lambda: replace(Bound(account.id, "", "", "ana@customer.example", "balance"), **_fresh(names))
    database.dispose()


def _fresh(names) -> dict[str, str]:
    number = next(names)
    return {"ticket": f"t{number}", "person": f"p{number}"}


@settings(max_examples=20, deadline=None)
@given(steps=STEPS)
def test_whatever_is_tried_only_the_right_code_in_time_for_the_same_thing_proves_it(bank, steps):
    database, a_bond = bank
    with database.session() as session:
        _play(session, a_bond(), steps)


def _play(session, bound, steps) -> None:
    """A small model beside the real thing: what may be proven at each moment, and what must not be."""
    now, code, old, tries, ends, good_until = NOON, "", "000000", 0, NOON, NOON
    for n, (step, changed) in enumerate(steps):
        given = replace(bound, **{changed: f"{bound.ticket} other"}) if changed else bound
        if step == "wait":
            now += 4 * MINUTE
        elif step == "send":
            try:
                old, code = code or old, send(session, bound, now)
                tries, ends = 0, now + otp.LASTS
            except TooManyCodes:
                continue
        else:
            words = {"right": code, "wrong": "999999", "old": old, "both": f"{code} 111111", "none": "hello"}[step]
            waits = bool(code) and tries < otp.TRIES and now < ends
            right = waits and changed == "" and otp.codes_in(words) == (code,)
            assert (answer(session, given, words, now, f"m{n}") is Outcome.PROVEN) is right
            tries += waits and changed != "ticket"
            if right:
                tries, good_until = otp.TRIES, now + codes.HOLDS
        assert (codes.proven(session, bound, KEY, now) > Level.NOBODY) is (now < good_until)
