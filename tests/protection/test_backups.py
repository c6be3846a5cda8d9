"""What was erased stays erased in every backup of the data that was made before: its keys are not in it, and are destroyed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from app import backups
from app.backups import KEYS, Place
from app.db import effects
from app.db.database import Database
from app.db.keyring import KeyDestroyed, Keyring
from app.db.models import Base
from app.db.models.keyring import KeyBase
from app.rights import erasing, restored
from tests.builders import NOON
from tests.protection.test_erasing import MARK, Desk, desk
from tests.server import schema

__all__ = ["desk"]
SEAL = b"b" * 32
"""Seals the backup's file: whoever restores it has it."""


@pytest.fixture
def elsewhere(tmp_path: Path, desk: Desk) -> Iterator[Database]:
    """An empty place of the same kind, to which a backup comes back."""
    served = not desk.stage.database.url.startswith("sqlite")
    database = Database(
        schema("protection_restored") if served else f"sqlite:///{tmp_path / 'restored' / 'deskhand.db'}",
        clock=lambda: NOON,
    )
    (tmp_path / "restored").mkdir()
    yield database
    database.dispose()


def test_a_backup_of_the_data_holds_no_key_and_the_keys_backup_nothing_else(desk: Desk) -> None:
    data = backups.dumping.names(keys=False)
    assert data == frozenset(Base.metadata.tables)
    assert not data & frozenset(KeyBase.metadata.tables)
    assert backups.dumping.names(keys=True) == frozenset(KeyBase.metadata.tables)
    assert Place(desk.stage.database, desk.folder, (SEAL,), KEYS).tables == frozenset(KeyBase.metadata.tables)


@pytest.mark.slow
def test_a_backup_from_before_that_comes_back_shows_nothing_of_whoever_was_erased_and_all_of_others(
    desk: Desk, elsewhere: Database, tmp_path: Path
) -> None:
    desk.plant()
    target = tmp_path / "before.backup"
    backups.save(Place(desk.stage.database, desk.services.settings.data_dir, (SEAL,)), target, NOON)
    erasing.go_on(desk.services, desk.ask())
    backups.restore(Place(elsewhere, tmp_path / "restored", (SEAL,)), target)

    ring: Keyring = desk.services.keyring
    ring.serve(elsewhere.engine)
    with pytest.raises(KeyDestroyed), elsewhere.reading() as session:
        effects.of_ticket(session, desk.ticket)
    with elsewhere.reading() as session:
        assert effects.of_ticket(session, erasing.who.ids.ticket(desk.connection, desk.other))
        assert MARK not in _bare(session)

    desk.services.database = elsewhere
    assert restored.erase(desk.services, desk.account) > 0
    with elsewhere.reading() as session:
        assert all(not one.plan.changes for one in effects.of_ticket(session, desk.ticket))
        tables = [one for one in Base.metadata.sorted_tables if one.name != "rights_request"]
        assert MARK not in repr([session.execute(one.select()).all() for one in tables])
    desk.services.database = desk.stage.database


def _bare(session: Session) -> str:
    """Every cell of every table as it stands there, no seal opened."""
    tables = Base.metadata.sorted_tables
    return repr([session.execute(select(*(cast(one, Text) for one in table.columns))).all() for table in tables])
