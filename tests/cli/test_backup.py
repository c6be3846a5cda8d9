"""Backup and restore: what comes back is what was there, on both databases and from one to the other; and what is refused."""

import base64
import io
import json
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text

from app import backups, stream
from app.backups import DATA, KEYS, Manifest, Newer, NotEmpty, Place
from app.cli import cli
from app.db import accounts, connections, dumping, migrations
from app.db.connections import Installed
from app.db.database import Database
from app.db.models.judgement import JudgementRow
from app.db.models.ticket import TicketRow
from app.db.protecting import seal
from app.errors import BadInput
from app.services import Services
from app.settings import Settings
from app.stream import PIECE, Damaged, OtherKey
from tests.builders import NOON
from tests.cli.conftest import CONFIGURATION
from tests.filled import fill
from tests.server import schema
from tests.tables import laid

KEY, OTHER = b"k" * 32, b"o" * 32
SECRET = "4111 1111 1111 1111 is my card"
Makes = Callable[[str], Place]
Fills = Callable[[Place], Place]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Makes]:
    """``place(name)``: an empty SQLite database with a folder of that name; ``place("server")`` one on PostgreSQL."""
    opened: list[Database] = []

    def make(name: str) -> Place:
        folder = tmp_path / name
        folder.mkdir()
        url = schema(f"backup_{name}") if name.startswith("server") else f"sqlite:///{folder / 'deskhand.db'}"
        opened.append(Database(url))
        return Place(opened[-1], folder, (KEY,))

    yield make
    for database in opened:
        database.dispose()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with two rows in every table, made once."""
    file = tmp_path_factory.mktemp("filled") / "deskhand.db"
    _fill(Database(f"sqlite:///{file}"))
    return file


def _fill(database: Database) -> None:
    laid(database)
    with database.session() as session:
        fill(session.connection())
        session.execute(text("update account set name = :name where id = '0-id-é'"), {"name": SECRET})
    database.dispose()


@pytest.fixture
def filled(file: Path) -> Callable[[Place], Place]:
    """Fill a place: by copying where that can be done."""

    def act(place: Place) -> Place:
        if place.database.url.startswith("sqlite"):
            shutil.copy(file, place.folder / "deskhand.db")
        else:
            _fill(place.database)
        (place.folder / "examples").mkdir()
        (place.folder / "examples" / "a.jsonl").write_text('{"text": "x"}')
        return place

    return act


@pytest.fixture(scope="module")
def made(file: Path) -> Path:
    """A backup of it, made once."""
    folder = file.parent / "place"
    (folder / "examples").mkdir(parents=True)
    (folder / "examples" / "a.jsonl").write_text('{"text": "x"}')
    database = Database(f"sqlite:///{file}")
    backups.save(Place(database, folder, (KEY,)), file.parent / "backup", NOON)
    database.dispose()
    return file.parent / "backup"


def everything(place: Place) -> dict[str, list[dumping.Row]]:
    with dumping.snapshot(place.database) as connection:
        return {table.name: list(dumping.rows(connection, table)) for table in dumping.tables(connection, place.tables)}


WAYS = [
    ("one", "two"),
    pytest.param("server", "server2", marks=pytest.mark.servers),
    pytest.param("one", "server", marks=pytest.mark.servers),
    pytest.param("server", "one", marks=pytest.mark.servers),
]


@pytest.mark.parametrize(("source", "target"), WAYS)
def test_what_comes_back_is_what_was_there(
    place: Makes, filled: Fills, tmp_path: Path, source: str, target: str
) -> None:
    before, after = filled(place(source)), place(target)
    told = backups.save(before, tmp_path / "backup", NOON)
    assert len(told.rows) == len(dumping.names(keys=False)) and all(told.rows.values())
    backups.restore(after, tmp_path / "backup")
    assert everything(after) == everything(before)
    assert (after.folder / "examples" / "a.jsonl").read_text() == '{"text": "x"}'
    assert migrations.differences(after.database) == []
    with after.database.session() as session:  # numbers go on after those that came back
        columns = "account_id, at, who, authority, what, subject, ticket_id, person, why, detail, digest"
        values = "'', '2026-03-10 12:00:00+00:00', '', '', '', '', '', '', '', '{}', ''"
        session.execute(text(f"insert into trail ({columns}) values ({values})"))


def test_the_file_is_ours_alone_and_shows_nothing(made: Path) -> None:
    assert stat.S_IMODE(made.stat().st_mode) == 0o600
    content = made.read_bytes()
    assert b"4111" not in content and b"account" not in content
    assert not [one for one in made.parent.iterdir() if one.name.startswith(".")]


def test_a_file_that_is_there_is_never_written_over(place: Makes, filled: Fills, tmp_path: Path) -> None:
    (tmp_path / "backup").write_text("mine")
    with pytest.raises(BadInput):
        backups.save(filled(place("one")), tmp_path / "backup", NOON)
    assert (tmp_path / "backup").read_text() == "mine"


def test_every_byte_that_is_changed_or_missing_is_found(place: Makes, made: Path, tmp_path: Path) -> None:
    whole = made.read_bytes()
    broken = [whole[:cut] for cut in (0, 5, 17, 30, 150, len(whole) // 2, len(whole) - 1)]
    broken += [whole + b"x", b"SQLite format 3\0" + whole, whole.replace(b"BACKUP 1", b"BACKUP 2")]
    for at in range(0, len(whole), max(1, len(whole) // 30)):
        broken.append(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
    for content in broken:
        (tmp_path / "broken").write_bytes(content)
        with pytest.raises((Damaged, OtherKey)):
            backups.check(tmp_path / "broken", (KEY,))
    target = place("two")
    with pytest.raises(Damaged):
        backups.restore(target, tmp_path / "broken")
    assert everything(target) == {}, "nothing was begun"


def test_pieces_cannot_be_left_out_or_change_places(tmp_path: Path) -> None:
    text_, file = os.urandom(3 * PIECE + 7), io.BytesIO()
    stream.seal(file, KEY, [text_])
    whole = file.getvalue()
    assert b"".join(stream.opened(io.BytesIO(whole), (OTHER, KEY))) == text_
    head = len(stream.MAGIC) + 4
    start = head + int.from_bytes(whole[head - 4 : head])
    step = 4 + PIECE + 16
    first, second = whole[start : start + step], whole[start + step : start + 2 * step]
    rest = whole[start + 2 * step :]
    for content in (second + first + rest, first + rest, first + first + rest, first, first + second + rest[:step]):
        with pytest.raises(Damaged):
            list(stream.opened(io.BytesIO(whole[:start] + content), (KEY,)))


@pytest.mark.parametrize("size", [0, 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_any_size_comes_back(size: int) -> None:
    given, file = os.urandom(size), io.BytesIO()
    stream.seal(file, KEY, [given])
    file.seek(0)
    assert b"".join(stream.opened(file, (KEY,))) == given


def test_another_key_opens_nothing_and_is_named(made: Path) -> None:
    with pytest.raises(OtherKey):
        backups.check(made, (OTHER,))


@pytest.mark.slow
def test_nothing_is_restored_over_something(place: Makes, filled: Fills, made: Path) -> None:
    source = filled(place("one"))
    before = everything(source)
    with pytest.raises(NotEmpty):
        backups.restore(source, made)
    assert everything(source) == before


@pytest.mark.slow
def test_tables_without_rows_are_no_hindrance(place: Makes, made: Path) -> None:
    target = place("two")
    laid(target.database)
    backups.restore(target, made)
    with target.database.reading() as session:
        assert session.scalar(text("select count(*) from account")) == 2


def test_a_newer_version_is_refused_by_name(
    place: Makes, filled: Fills, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = filled(place("one"))
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "head", lambda: "9999")
        patch.setattr(migrations, "pending", lambda database: False)
        backups.save(source, tmp_path / "backup", NOON)
    with pytest.raises(Newer):
        backups.restore(place("two"), tmp_path / "backup")


@pytest.mark.slow
def test_an_older_version_is_brought_up_to_date(place: Makes, tmp_path: Path) -> None:
    source, target = place("one"), place("two")
    old = migrations.revisions()[2]
    migrations.upgrade(source.database, old)
    with source.database.session() as session:
        fill(session.connection())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "head", lambda: old)
        backups.save(source, tmp_path / "backup", NOON)
    backups.restore(target, tmp_path / "backup")
    assert not migrations.pending(target.database)
    assert migrations.differences(target.database) == []
    with target.database.reading() as session:
        assert session.scalar(text("select count(*) from account")) == 2


def test_the_keys_are_in_a_file_of_their_own_and_never_with_the_data(place: Makes, tmp_path: Path) -> None:
    assert not dumping.names(keys=True) & dumping.names(keys=False)
    source, target = place("one"), place("two")
    dumping.make_keys(source.database)
    with source.database.session() as session:
        fill(session.connection())
    keys = [Place(one.database, one.folder, one.keys, KEYS) for one in (source, target)]
    backups.save(keys[0], tmp_path / "keys", NOON)
    with pytest.raises(BadInput):
        backups.restore(target, tmp_path / "keys")
    backups.restore(keys[1], tmp_path / "keys")
    assert everything(keys[1]) == everything(keys[0])
    assert everything(keys[1]).keys() == dumping.names(keys=True)


@pytest.mark.parametrize("name", ["../outside", "/etc/deskhand", "examples/../../outside", "secret.key"])
def test_a_file_in_a_backup_stays_in_its_folder(place: Makes, name: str) -> None:
    with pytest.raises(Damaged):
        backups._kept(place("one"), name, b"x")


@pytest.mark.slow
def test_by_the_command_line(tmp_path: Path) -> None:
    def run(folder: str, *words: str) -> tuple[int, str]:
        environ = {"DESKHAND_DATA_DIR": str(tmp_path / folder), "DESKHAND_SECRET_KEY": "a2tr" * 10 + "a2s="}
        result = CliRunner().invoke(cli, words, env=environ)
        return result.exit_code, result.output

    config = tmp_path / "shop.yaml"
    config.write_text(CONFIGURATION)
    assert run("one", "account", "add", "acme", "--config", str(config))[0] == 0
    code, token = run("one", "account", "token", "acme", "--scope", "read", "--json")
    file = str(tmp_path / "backup")
    assert run("one", "backup", "--to", file)[0] == 0
    code, said = run("one", "restore", file, "--check", "--json")
    assert (code, json.loads(said)["kind"]) == (0, DATA)
    code, said = run("two", "restore", file, "--json")
    found = json.loads(said)
    assert (code, found["tokens"], found["accounts"]) == (0, 1, 1)
    assert "acme" not in token and run("two", "account", "tokens", "acme", "--json")[0] == 0
    assert run("two", "restore", file)[0] == 1


@pytest.mark.slow
def test_who_was_erased_after_the_backup_is_erased_again(tmp_path: Path) -> None:
    """The key store is no part of the backup, so it remembers."""
    before = Settings.load({"DESKHAND_DATA_DIR": str(tmp_path / "one")})
    services = Services(before)
    migrations.upgrade(services.database)
    with services.database.session() as session:
        account = accounts.add(session, "acme", NOON)
        new = Installed("c1", account.id, "zendesk", "https://x.example", {}, "sealed")
        connections.add(session, new, NOON)
        for ticket in ("gone", "kept"):
            row = TicketRow(id=ticket, connection_id="c1", ref=ticket, fence=0, attempts=0, created_at=NOON)
            session.add(row)
            session.flush()
            body = seal(session, JudgementRow.body, {"said": SECRET}, ticket, f"j-{ticket}", account.id)
            told = {"kind": "draft", "decision_id": "d", "question": "q", "revision": "r"}
            session.add(JudgementRow(id=f"j-{ticket}", ticket_id=ticket, body=body, at=NOON, **told))
    backups.save(Place(services.database, before.data_dir, before.keys), tmp_path / "backup", NOON)
    services.keyring.destroy(account.id, ["gone"], "e1", NOON)
    two = {
        "DESKHAND_DATA_DIR": str(tmp_path / "two"),
        "DESKHAND_SECRET_KEY": base64.b64encode(before.keys[0]).decode(),
        "DESKHAND_KEYS_URL": services.keyring.database.url,
    }
    result = CliRunner().invoke(cli, ["restore", str(tmp_path / "backup"), "--json"], env=two)
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["erased_again"] >= 1
    after = Database(f"sqlite:///{tmp_path / 'two' / 'deskhand.db'}")
    with after.reading() as session:
        assert [row[0] for row in session.execute(text("select ticket_id from judgement"))] == ["kept"]
    after.dispose()
    services.dispose()


def test_a_manifest_says_what_is_in_it(made: Path) -> None:
    found = backups.check(made, (KEY,))
    assert isinstance(found, Manifest)
    assert (found.revision, found.database, found.made_at) == (migrations.head(), "sqlite", NOON)
    assert found.files.keys() == {"examples/a.jsonl"} and set(found.rows.values()) == {2}
