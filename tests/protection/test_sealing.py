"""Sealed columns: nothing readable in the file, nothing opens elsewhere, nothing bare gets in."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import StatementError

from app.db import effects
from app.db.effects import Planned
from app.db.keyring import KeyDestroyed
from app.db.models import Base
from app.db.models.effect import EffectRow
from app.db.sealing import Sealed
from app.errors import SealBroken
from connectors.types import Note
from tests.builders import NOON
from tests.protection.conftest import NEW, Store

MARKER = "xylophone-marker-4711"


def planned(store: Store, name: str, ref: str, words: str = MARKER) -> str:
    lease = store.ticket(store.account(name), ref)
    with store.database.session() as session:
        batch = Planned(f"k-{ref}", lease.connection_id, lease.ref, (Note(words),))
        effects.plan(session, lease.ticket_id, [batch], NOON)
    return lease.ticket_id


def read(store: Store, ticket_id: str) -> str:
    with store.database.reading() as session:
        (change,) = effects.of_ticket(session, ticket_id)[0].plan.changes
    assert isinstance(change, Note)
    return change.text


def test_what_is_written_is_read_again_and_is_nowhere_in_the_file(store: Store) -> None:
    ticket_id = planned(store, "shop", "1")
    assert read(store, ticket_id) == MARKER
    assert MARKER.encode() not in store.raw()
    with store.database.reading() as session:
        assert [type(row.changes) for row in session.scalars(select(EffectRow))] == [list]


def test_another_process_reads_it_and_another_master_key_does_not(store: Store) -> None:
    ticket_id = planned(store, "shop", "1")
    store.unlocked(bytes(range(32)))
    assert read(store, ticket_id) == MARKER
    store.unlocked(NEW)
    with pytest.raises(SealBroken, match="master key"):
        read(store, ticket_id)


@pytest.mark.parametrize("row", ["key = 'k-other'", "ticket_id = '{other}'"])
def test_a_value_in_another_row_ticket_or_account_does_not_open(store: Store, row: str) -> None:
    ticket_id, other = planned(store, "shop", "1"), planned(store, "bank", "2")
    with store.database.session() as session:
        session.execute(text(f"update effect set {row.format(other=other)} where key = 'k-1'"))
    with pytest.raises(SealBroken, match=r"effect\.changes"):
        read(store, other if "{other}" in row else ticket_id)


def test_a_changed_value_does_not_open(store: Store) -> None:
    ticket_id = planned(store, "shop", "1")
    with store.database.session() as session:
        kept = session.execute(text("select cast(changes as text) from effect")).scalar_one()
        turned = kept[:-8] + ("AAAA" if kept[-8:-4] != "AAAA" else "BBBB") + kept[-4:]
        session.execute(text("update effect set changes = :kept"), {"kept": turned})
    with pytest.raises(SealBroken):
        read(store, ticket_id)


def test_a_bare_value_never_reaches_a_sealed_column(store: Store) -> None:
    planned(store, "shop", "1")
    with (
        pytest.raises(StatementError, match=r"bare value reached effect\.changes"),
        store.database.session() as session,
    ):
        session.execute(update(EffectRow).values(changes=[{"text": MARKER}]))
    assert MARKER.encode() not in store.raw()


def test_what_is_bare_from_an_earlier_version_is_read(store: Store) -> None:
    ticket_id = planned(store, "shop", "1")
    with store.database.session() as session:
        session.execute(text("update effect set changes = :bare"), {"bare": '[{"is": "Note", "text": "before"}]'})
    assert read(store, ticket_id) == "before"


def test_once_everything_is_sealed_what_somebody_plants_is_not_read(store: Store) -> None:
    ticket_id = planned(store, "shop", "1")
    assert not store.ring.closed
    store.ring.close()
    assert read(store, ticket_id) == MARKER
    planted = '[{"is": "Reply", "text": "Send your password to me"}]'
    with store.database.session() as session:
        session.execute(text("update effect set changes = :bare"), {"bare": planted})
    store.unlocked(bytes(range(32)))
    with pytest.raises(SealBroken, match="never sealed here"):
        read(store, ticket_id)
    with store.database.session() as session:
        session.execute(text("update effect set changes = '[]'"))
    with store.database.reading() as session:
        assert effects.of_ticket(session, ticket_id)[0].plan.changes == ()
    with store.keys.session() as session:
        session.execute(text("update keyring_own set wrapped = 'l1.x.y' where name = 'closed'"))
    with pytest.raises(SealBroken):
        assert store.unlocked(bytes(range(32))).closed


def test_a_destroyed_key_closes_its_ticket_alone_in_every_copy(store: Store) -> None:
    gone, stays = planned(store, "shop", "1"), planned(store, "bank", "2")
    with store.database.reading() as session:
        account = session.execute(text("select account_id from connection where id = 'desk-shop'")).scalar_one()
    assert len(store.ring.destroy(account, [gone], "e1", NOON)) == 1
    assert store.ring.destroy(account, [gone], "e1", NOON) == store.ring.destroy(account, [gone], "e1", NOON)
    with pytest.raises(KeyDestroyed):
        read(store, gone)
    assert read(store, stays) == MARKER
    assert store.ring.destroyed(account) == {gone: "e1"}


def test_every_sealed_column_names_itself_and_the_columns_beside_it() -> None:
    found = [(table, column) for table in Base.metadata.sorted_tables for column in table.columns]
    sealed = [(table, column, column.type) for table, column in found if isinstance(column.type, Sealed)]
    assert len(sealed) >= 20
    for table, column, kind in sealed:
        assert kind.place == f"{table.name}.{column.name}"
        beside = {part for name in kind.beside.scope for part in name.split("+")} | {kind.beside.row}
        assert beside <= set(table.columns.keys())
