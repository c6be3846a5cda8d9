"""Rows past their time go and the rest is verified all the same; what is held stays; what nobody signed away is missed."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text, update

from app.db import chains, holds, trail, trimming
from app.db.database import Database
from app.db.holds import Of
from app.db.models.trail import TrailRow
from app.db.trail import Entry, What
from app.engine.chain import Kind, Verdict, Walk
from app.engine.signatures import Signer
from app.errors import UnknownRecord
from tests.builders import NOON

SIGNER = Signer([b"k" * 32])
LATER = NOON + timedelta(days=8 * 365)


def record(database: Database, *entries: Entry) -> None:
    with database.session() as session:
        trail.record_all(session, "a", entries)
        chains.seal(session, "a", SIGNER, NOON)


def old(ticket: str = "", person: str = "") -> Entry:
    return Entry(What.DECIDED, "d", ticket, person, at=NOON)


def trim(database: Database, before=NOON + timedelta(days=365)) -> int:
    with database.session() as session:
        removed = trimming.trim(session, "a", SIGNER, before, LATER)
        chains.seal(session, "a", SIGNER, LATER)
    return removed


def verdict(database: Database) -> Verdict:
    with database.reading() as session:
        end = chains.signed_end(session, "a", SIGNER)
        walk = Walk(chains.holes(session, "a", SIGNER), known=chains.acknowledged(session, "a", SIGNER))
        return walk.verified(chains.links(session, "a"), end)


def places(database: Database) -> list[int]:
    with database.reading() as session:
        return [n for n in session.scalars(select(TrailRow.sequence).order_by(TrailRow.sequence)) if n]


def test_what_is_past_its_time_goes_and_the_rest_is_verified(database: Database) -> None:
    record(database, *(old() for _ in range(5)), Entry(What.DECIDED, "young", at=LATER))
    assert trim(database) == 5
    assert places(database) == [6, 7]
    assert verdict(database).fault is None
    assert trim(database) == 0
    record(database, *(old() for _ in range(3)))
    assert trim(database) == 3
    assert verdict(database).fault is None


def test_what_is_held_stays_and_goes_when_the_hold_is_lifted(database: Database) -> None:
    record(database, old("t1"), old("t2"), old("", "p1"), old("t2", "p1"), old())
    with database.session() as session:
        one = holds.place(session, "a", Of.TICKET, "t1", why="case 7", at=LATER)
        holds.place(session, "a", Of.PERSON, "p1", why="case 8", at=LATER)
    assert trim(database) == 2
    assert places(database)[:3] == [1, 3, 4]
    assert verdict(database).fault is None
    with database.session() as session:
        holds.lift(session, "a", one.id, why="over", at=LATER)
    assert trim(database) == 1
    assert places(database)[:2] == [3, 4]
    assert verdict(database).fault is None


def test_a_hold_on_the_account_keeps_everything(database: Database) -> None:
    record(database, old(), old())
    with database.session() as session:
        holds.place(session, "a", Of.ACCOUNT, "", why="audit", at=LATER)
    assert trim(database) == 0


def test_what_nobody_signed_away_is_missed(database: Database) -> None:
    record(database, *(old() for _ in range(4)), Entry(What.DECIDED, at=LATER), Entry(What.SENT, at=LATER))
    assert trim(database) == 4
    with database.session() as session:
        session.execute(text("delete from trail where sequence = 5"))
    fault = verdict(database).fault
    assert fault is not None
    assert (fault.kind, fault.sequence) == (Kind.REMOVED, 5)


def test_a_record_of_retention_that_somebody_made_up_explains_nothing(database: Database) -> None:
    record(database, *(old() for _ in range(4)))
    with database.session() as session:
        (row,) = session.execute(text("select digest from trail where sequence = 2")).all()
        session.execute(text("delete from trail where sequence <= 2"))
        detail = {"holes": [[1, 2, row[0]]], "signed_by": SIGNER.id, "signature": "00"}
        trail.record(session, "a", Entry(What.TRIMMED, "audit", detail=detail))
        chains.seal(session, "a", SIGNER, NOON)
    fault = verdict(database).fault
    assert fault is not None
    assert (fault.kind, fault.sequence) == (Kind.REMOVED, 1)


def test_what_is_known_of_a_row_stays_as_long_as_the_row_that_a_hold_keeps(database: Database) -> None:
    record(database, old("t1"), old())
    with database.session() as session:
        holds.place(session, "a", Of.TICKET, "t1", why="case 7", at=LATER)
        session.execute(text("update trail set who = 'somebody' where ticket_id = 't1'"))
    fault = verdict(database).fault
    assert fault is not None
    with database.session() as session:
        chains.acknowledge(session, "a", SIGNER, fault, "case 7")
        session.execute(update(TrailRow).where(TrailRow.what == What.ACKNOWLEDGED).values(at=NOON))
        chains.seal(session, "a", SIGNER, NOON)
    assert trim(database) == 1
    assert places(database)[:2] == [1, 3]
    assert (verdict(database).fault, len(verdict(database).acknowledged)) == (None, 1)
    with database.session() as session:
        session.execute(
            text("update trail set detail = json_set(detail, '$.signature', '00') where what = 'acknowledged'")
        )
    assert verdict(database).fault == fault
    with database.session() as session:
        session.execute(text("update trail set detail = '{}' where what = 'acknowledged'"))
    assert verdict(database).fault == fault


def test_holds_are_placed_and_lifted_on_record(database: Database) -> None:
    with database.session() as session, trail.acting("operator", "cli:root"):
        one = holds.place(session, "a", Of.PERSON, "p1", why="case 7", at=NOON)
        holds.lift(session, "a", one.id, why="over", at=NOON)
        with pytest.raises(UnknownRecord):
            holds.lift(session, "a", one.id, why="over", at=NOON)
        with pytest.raises(UnknownRecord):
            holds.lift(session, "b", one.id, why="over", at=NOON)
        assert [row.what for row in session.scalars(select(TrailRow).order_by(TrailRow.id))] == ["held", "released"]
        assert holds.of_account(session, "a") == []
        assert [hold.by for hold in holds.of_account(session, "a", lifted=True)] == ["operator"]
        assert not holds.kept(session, "a").covers("", "p1")
