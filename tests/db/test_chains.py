"""Sealing, on both databases: every row gets one place, in the order of ids as far as they are there, whoever dies or comes late."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select, text, update

from app.db import chains, trail
from app.db.chains import EndForged
from app.db.database import Database
from app.db.models.trail import ChainRow, TrailRow
from app.db.trail import Entry, What
from app.engine.chain import Kind, Verdict, Walk
from app.engine.signatures import Signer
from app.errors import BadInput
from tests.builders import NOON
from tests.server import schema
from tests.tables import laid

SIGNER = Signer([b"k" * 32])


@pytest.fixture(scope="module")
def server() -> Iterator[Database]:
    """A PostgreSQL with tables of its own, made once."""
    database = laid(Database(schema("chains_test"), clock=lambda: NOON))
    yield database
    database.dispose()


@pytest.fixture(params=["sqlite", pytest.param("server", marks=pytest.mark.servers)])
def store(request: pytest.FixtureRequest) -> Iterator[Database]:
    if request.param == "sqlite":
        database = laid(Database("sqlite://", clock=lambda: NOON))
        yield database
        database.dispose()
        return
    database = request.getfixturevalue("server")
    with database.session() as session:
        for table in ("trail", "chain"):
            session.execute(text(f"delete from {table}"))
    yield database


def record(database: Database, count: int, account_id: str = "a") -> None:
    with database.session() as session:
        entries = [Entry(What.DECIDED, str(n), detail={"p": 0.1 * n, "ü": [1, None]}) for n in range(count)]
        trail.record_all(session, account_id, entries)


def seal(database: Database, account_id: str = "a", limit: int = chains.BATCH) -> int:
    with database.session() as session:
        return chains.seal(session, account_id, SIGNER, NOON, limit)


def verdict(database: Database, account_id: str = "a") -> Verdict:
    with database.reading() as session:
        end = chains.signed_end(session, account_id, SIGNER)
        return Walk(chains.holes(session, account_id, SIGNER)).verified(chains.links(session, account_id), end)


def test_rows_are_sealed_in_batches_and_each_account_has_its_own_chain(store: Database) -> None:
    record(store, 5)
    record(store, 2, "b")
    with store.reading() as session:
        assert sorted(chains.waiting(session)) == ["a", "b"]
        assert chains.lag(session) == (7, NOON)
    assert [seal(store, limit=3), seal(store, limit=3), seal(store, limit=3)] == [3, 2, 0]
    assert verdict(store).rows == 5
    assert verdict(store).fault is None
    assert verdict(store, "b").rows == 0
    assert seal(store, "b") == 2
    assert verdict(store, "b").fault is None
    with store.reading() as session:
        assert chains.lag(session) == (0, None)
        assert chains.accounts(session) == ["a", "b"]


def test_a_chain_longer_than_a_page_is_read_page_by_page(store: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "PAGE", 4)
    record(store, 9)
    seal(store)
    assert (verdict(store).rows, verdict(store).fault) == (9, None)


@pytest.mark.servers
def test_an_id_that_commits_late_is_sealed_late_and_never_skipped(server: Database) -> None:
    """PostgreSQL hands ids out before it commits: a lower one may come into sight after higher ones were sealed."""
    with server.session() as session:
        session.execute(text("delete from trail"))
        session.execute(text("delete from chain"))
    with server.session() as slow:
        trail.record(slow, "a", Entry(What.DECIDED, "early"))
        record(server, 2)
        assert seal(server) == 2
    assert seal(server) == 1
    with server.reading() as session:
        rows = session.execute(select(TrailRow.sequence, TrailRow.subject).order_by(TrailRow.id)).all()
    assert [tuple(row) for row in rows] == [(3, "early"), (1, "0"), (2, "1")]
    assert verdict(server).fault is None


class Died(Exception):
    """As a killed process does it: nothing after this point happens."""


def test_a_sealer_that_dies_leaves_a_whole_batch_or_none(store: Database) -> None:
    record(store, 6)
    seal(store, limit=2)
    with pytest.raises(Died), store.session() as session:
        chains.seal(session, "a", SIGNER, NOON)
        raise Died
    assert verdict(store).rows == 2
    assert seal(store) == 4
    assert (verdict(store).rows, verdict(store).fault) == (6, None)


@pytest.mark.servers
def test_rows_that_are_sealed_while_somebody_verifies_are_no_fault(server: Database) -> None:
    record(server, 3, "busy")
    seal(server, "busy")
    with server.reading() as session:
        end = chains.signed_end(session, "busy", SIGNER)
        record(server, 2, "busy")
        seal(server, "busy")
        found = Walk().verified(chains.links(session, "busy"), end)
    assert (found.rows, found.fault) == (3, None)
    assert verdict(server, "busy").rows == 5


@pytest.mark.parametrize(
    ("act", "kind", "first"),
    [
        ("update trail set who = 'somebody' where sequence = 3", Kind.CHANGED, 3),
        ("update trail set detail = '{}' where sequence = 2", Kind.CHANGED, 2),
        ("update trail set at = '2020-01-01 00:00:00.000000' where sequence = 4", Kind.CHANGED, 4),
        ("delete from trail where sequence = 3", Kind.REMOVED, 3),
        ("update trail set sequence = null where sequence = 3", Kind.REMOVED, 3),
        ("delete from trail where sequence > 4", Kind.REMOVED, 5),
        ("update trail set sequence = 9 where sequence = 1", Kind.REMOVED, 1),
        ("update chain set sequence = 4", Kind.UNSIGNED, 6),
        ("delete from chain", Kind.UNSIGNED, 6),
    ],
)
def test_what_is_done_by_hand_in_the_database_is_found(store: Database, act: str, kind: Kind, first: int) -> None:
    record(store, 6)
    seal(store)
    with store.session() as session:
        session.execute(text(act))
    fault = verdict(store).fault
    assert fault is not None
    assert (fault.kind, fault.sequence) == (kind, first)


def test_nothing_is_put_behind_a_forged_end(store: Database) -> None:
    record(store, 3)
    seal(store)
    with store.session() as session:
        session.execute(update(ChainRow).values(digest="0" * 64))
    record(store, 1)
    with pytest.raises(EndForged):
        seal(store)
    with store.session() as session:
        chains.adopt(session, "a", SIGNER, NOON)
    assert seal(store) == 1
    assert verdict(store).fault is None


def test_an_end_that_is_as_it_was_signed_is_not_moved(store: Database) -> None:
    record(store, 3)
    seal(store)
    with store.session() as session:
        session.execute(text("delete from trail where sequence = 3"))
    with pytest.raises(BadInput, match="as it was signed"), store.session() as session:
        chains.adopt(session, "a", SIGNER, NOON)
    fault = verdict(store).fault
    assert fault is not None
    assert fault.kind is Kind.REMOVED


def test_a_chain_whose_end_was_taken_away_does_not_begin_anew(store: Database) -> None:
    record(store, 3)
    seal(store)
    with store.session() as session:
        session.execute(text("delete from chain"))
    record(store, 1)
    with pytest.raises(EndForged):
        seal(store)
