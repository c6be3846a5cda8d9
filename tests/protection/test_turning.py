"""New keys for tickets: everything stays readable, what is killed goes on, and what the old keys sealed is nowhere left."""

from itertools import islice

import pytest

from app.db import effects, rotation, turning
from app.db.effects import Planned
from app.db.models.effect import EffectRow
from app.db.models.keyring import DataKeyRow
from app.errors import SealBroken
from app.vault import Vault
from connectors.types import Note
from tests.builders import NOON
from tests.protection.conftest import OLD, Store
from tests.protection.test_keys import account_of
from tests.protection.test_sealing import MARKER, planned, read


def at_once(seconds: float) -> None:
    """Other processes are not there."""
    assert seconds > turning.TRUSTED


def key_ids(store: Store) -> set[str]:
    with store.keys.reading() as session:
        return {row.id for row in session.query(DataKeyRow)}


def begun(store: Store) -> str:
    """An account with a new key, which its data keys are older than."""
    account = account_of(store)
    assert sum(rotation.account(store.ring, account, new=True)) == 1
    return account


def texts(store: Store) -> set[str]:
    """The ids of the keys that something is sealed with."""
    with store.database.engine.connect() as line:
        rows = line.exec_driver_sql("select changes from effect").scalars().all()
    return {row.strip('"').split(".")[1] for row in rows}


def test_a_ticket_has_a_new_key_and_reads_the_same_all_the_time(store: Store) -> None:
    ticket = planned(store, "shop", "1")
    before = key_ids(store)
    account = begun(store)
    assert turning.turn(store.ring, account) == 1
    assert turning.turn(store.ring, account) == 0
    assert read(store, ticket) == MARKER
    assert list(turning.finish(store.ring, store.database, at_once)) == [1]
    assert read(store, ticket) == MARKER
    assert not before & (key_ids(store) | texts(store))
    store.unlocked(OLD)
    assert read(store, ticket) == MARKER
    with store.database.reading() as session:
        assert rotation.old(store.ring, session, Vault([OLD])).none


def test_killed_between_any_two_steps_it_goes_on(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    ticket, lease = planned(store, "shop", "1"), store.ticket
    account = begun(store)
    with store.database.session() as session:
        row = session.query(EffectRow).one()
        more = [Planned(f"m-{n}", row.connection_id, lease_ref(row), (Note(f"{MARKER}{n}"),)) for n in range(4)]
        effects.plan(session, ticket, more, NOON)
    monkeypatch.setattr(turning, "BATCH", 2)
    turning.turn(store.ring, account)
    assert list(islice(turning.finish(store.ring, store.database, at_once), 1)) == [2]
    store.unlocked(OLD)
    assert len(texts(store)) == 2
    with store.database.reading() as session:
        assert len(effects.of_ticket(session, ticket)) == 5
        assert rotation.old(store.ring, session, Vault([OLD])).aside == 1
    assert sum(turning.finish(store.ring, store.database, at_once)) == 3
    assert len(texts(store)) == 1
    assert turning.put_aside(store.ring) == set()
    with store.database.reading() as session:
        assert len(effects.of_ticket(session, ticket)) == 5
    assert lease is not None


def lease_ref(row: EffectRow) -> "turning.Any":
    from connectors.types import Ref  # noqa: PLC0415

    return Ref(row.ref)


def test_what_another_process_sealed_with_the_old_key_meanwhile_is_found_before_that_key_goes(store: Store) -> None:
    """It had asked for the key a moment before, and its transaction ends while we are already looking."""
    ticket, before = planned(store, "shop", "1"), store.ring
    after = store.unlocked(OLD)
    turning.turn(after, begun(store))
    before.serve(store.database.engine)
    with store.database.session() as session:
        row = session.query(EffectRow).one()
        effects.plan(session, ticket, [Planned("late", row.connection_id, lease_ref(row), (Note("late"),))], NOON)
    after.serve(store.database.engine)
    assert len(texts(store)) == 1
    assert sum(turning.finish(after, store.database, at_once)) == 2
    store.unlocked(OLD)
    with store.database.reading() as session:
        assert [one.plan.changes[0] for one in effects.of_ticket(session, ticket)][-1] == Note("late")


def test_an_erasure_in_the_middle_destroys_both_keys(store: Store) -> None:
    ticket = planned(store, "shop", "1")
    account = begun(store)
    turning.turn(store.ring, account)
    assert len(store.ring.destroy(account, [ticket], "e1", NOON)) == 2
    assert store.ring.destroyed(account) == {ticket: "e1"}
    with pytest.raises(SealBroken):
        read(store, ticket)
    assert sum(turning.finish(store.ring, store.database, at_once)) == 0
