"""Backups: everything that the database holds, and what lies beside it, in one sealed file; and back into an empty place.

A backup of the data holds no key of the key store, and a backup of the key store nothing else: whose key was destroyed stays erased in
every backup of the data.
"""

import base64
import hashlib
import json
import os
import tempfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app import stream
from app.db import dumping, migrations
from app.db.database import Database
from app.errors import BadInput, DeskhandError
from app.stream import Damaged

if TYPE_CHECKING:
    from sqlalchemy import Connection, Table

BESIDE = ("examples", "models")
"""Folders of the data directory that belong to the data."""
WHOLE = 5_000
"""Rows that are held at once while they are loaded."""
DATA, KEYS = "data", "keys"


class NotEmpty(DeskhandError):
    """Somebody's data are there."""

    def __init__(self) -> None:
        super().__init__(
            "the database is not empty, and nothing is ever restored over something",
            "name an empty one with DATABASE_URL or DESKHAND_DATA_DIR, and stop whatever runs on it",
        )


class Newer(DeskhandError):
    """A version of Deskhand that comes after this one made it."""

    def __init__(self, made_by: str) -> None:
        super().__init__(f"the backup was made by Deskhand {made_by}", "install that version, or a newer one")


@dataclass(frozen=True)
class Manifest:
    """What is in a backup. ``digest`` is of everything in it; ``rows`` by table, ``files`` by name with their digests."""

    kind: str
    made_at: datetime
    made_by: str
    revision: str
    database: str
    rows: Mapping[str, int] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""


@dataclass(frozen=True)
class Place:
    """What is backed up or restored: a database, the folder beside it, and the keys that seal the file, newest first."""

    database: Database
    folder: Path
    keys: Sequence[bytes]
    kind: str = DATA

    @property
    def tables(self) -> frozenset[str]:
        """Their names."""
        return dumping.names(keys=self.kind == KEYS)


def save(place: Place, target: Path, at: datetime) -> Manifest:
    """Write a backup: whole and for us alone, or not at all. Raises BadInput for a file that is there, DatabaseDown."""
    if target.exists():
        raise BadInput(str(target), "is there already: name another file")
    if place.kind == DATA and migrations.pending(place.database):
        raise BadInput("the database", "is not up to date: run `deskhand db upgrade` first")
    told: list[Manifest] = []
    with _whole(target) as path, path.open("wb") as file:
        stream.seal(file, place.keys[0], _packed(_lines(place, at, told)))
        file.flush()
        os.fsync(file.fileno())
    return told[0]


def check(target: Path, keys: Sequence[bytes]) -> Manifest:
    """Read all of it and write nothing. Raises Damaged, OtherKey, Newer and BadInput."""
    found = None
    for kind, value in _told(target, keys):
        if kind == "end":
            found = value
    if not isinstance(found, Manifest):
        raise Damaged("the backup has no end")
    if found.kind == DATA and found.revision not in migrations.revisions():
        raise Newer(found.made_by)
    return found


def restore(place: Place, target: Path) -> Manifest:
    """Load a backup that is whole into an empty place, and bring it up to date. Raises as ``check``, and NotEmpty."""
    manifest = check(target, place.keys)
    if manifest.kind != place.kind:
        raise BadInput(str(target), f"holds the {manifest.kind}: see --keys")
    _prepare(place, manifest.revision)
    with place.database.session() as session:
        _load(place, session.connection(), target)
    if place.kind == DATA:
        migrations.upgrade(place.database)
    return manifest


# --- writing ----------------------------------------------------------------------------------------------------------


def _lines(place: Place, at: datetime, told: list[Manifest]) -> Iterator[bytes]:
    """Every line of the backup; the last one tells what was before it."""
    digest, counted, files = hashlib.sha256(), dict[str, int](), dict[str, str]()
    revision = migrations.head() if place.kind == DATA else ""
    head = {"deskhand": version("deskhand"), "kind": place.kind, "revision": revision, "made_at": at.isoformat()}
    head["database"] = place.database.engine.dialect.name
    for line in _body(place, head, counted, files):
        digest.update(line)
        yield line
    made = Manifest(place.kind, at, head["deskhand"], revision, head["database"], counted, files, digest.hexdigest())
    told.append(made)
    yield _line({"end": {"rows": counted, "files": files, "digest": made.digest}})


def _body(place: Place, head: dict[str, str], counted: dict[str, int], files: dict[str, str]) -> Iterator[bytes]:
    yield _line(head)
    with dumping.snapshot(place.database) as connection:
        for table in dumping.tables(connection, place.tables):
            yield _line({"table": table.name, "columns": dumping.columns(table)})
            counted[table.name] = 0
            for row in dumping.rows(connection, table):
                counted[table.name] += 1
                yield _line(row)
    for path in _files(place):
        content = path.read_bytes()
        files[path.relative_to(place.folder).as_posix()] = hashlib.sha256(content).hexdigest()
        yield _line({"file": path.relative_to(place.folder).as_posix(), "content": base64.b64encode(content).decode()})


def _files(place: Place) -> Iterator[Path]:
    if place.kind == DATA:
        for folder in BESIDE:
            yield from sorted(one for one in (place.folder / folder).rglob("*") if one.is_file())


def _line(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _packed(lines: Iterable[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(6)
    for line in lines:
        if piece := packer.compress(line):
            yield piece
    yield packer.flush()


@contextmanager
def _whole(target: Path) -> Iterator[Path]:
    """A file that is there whole, or not at all, and that nobody else reads."""
    try:
        handle, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.")
    except OSError as error:
        raise BadInput(str(target), f"cannot be written ({error.strerror})") from error
    os.close(handle)
    part = Path(name)
    try:
        yield part
        os.link(part, target)  # fails where somebody else was faster
    except FileExistsError as error:
        raise BadInput(str(target), "is there already: name another file") from error
    finally:
        part.unlink()


# --- reading ----------------------------------------------------------------------------------------------------------


def _told(target: Path, keys: Sequence[bytes]) -> Iterator[tuple[str, Any]]:
    """What a backup holds, in order: ``table``, ``row``, ``file`` and at the ``end`` its manifest. Raises Damaged."""
    digest, counted, files = hashlib.sha256(), dict[str, int](), dict[str, str]()
    head: dict[str, Any] = {}
    table = ""
    for line in _unpacked(target, keys):
        value = _value(line)
        if isinstance(value, dict) and "end" in value:
            expected = {"rows": counted, "files": files, "digest": digest.hexdigest()}
            if value["end"] != expected:
                raise Damaged("the backup does not hold what it says")
            yield "end", _manifest(head, expected)
            continue  # to the end of the file: nothing may come behind
        digest.update(line)
        if isinstance(value, list):
            counted[table] += 1
            yield "row", value
        elif "table" in value:
            table = value["table"]
            counted[table] = 0
            yield "table", value
        elif "file" in value:
            content = base64.b64decode(value["content"])
            files[value["file"]] = hashlib.sha256(content).hexdigest()
            yield "file", (value["file"], content)
        else:
            head = value


def _value(line: bytes) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise Damaged("a line of the backup cannot be read") from error


def _manifest(head: Mapping[str, Any], found: Mapping[str, Any]) -> Manifest:
    try:
        made_at = datetime.fromisoformat(head["made_at"]).astimezone(UTC)
        said = (head["kind"], made_at, head["deskhand"], head["revision"], head["database"])
    except (KeyError, ValueError) as error:
        raise Damaged("the backup does not say what it is") from error
    return Manifest(*said, found["rows"], found["files"], found["digest"])


def _unpacked(target: Path, keys: Sequence[bytes]) -> Iterator[bytes]:
    unpacker, held = zlib.decompressobj(), b""
    try:
        with target.open("rb") as file:
            for piece in stream.opened(file, keys):
                lines = (held + unpacker.decompress(piece)).splitlines(keepends=True)
                held = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
                yield from lines
    except OSError as error:
        raise BadInput(str(target), f"cannot be read ({error.strerror})") from error
    except zlib.error as error:
        raise Damaged("the backup cannot be unpacked") from error


def _prepare(place: Place, revision: str) -> None:
    """Empty tables as the backup's version knew them. Raises NotEmpty."""
    with place.database.session() as session:
        connection = session.connection()
        if not dumping.empty(connection, place.tables):
            raise NotEmpty
        dumping.clear(connection, place.tables, versions=place.kind == DATA)
    if place.kind == DATA:
        migrations.upgrade(place.database, revision)
    else:
        dumping.make_keys(place.database)


def _load(place: Place, connection: "Connection", target: Path) -> None:
    """Every row and file, in one transaction."""
    loading = _Loading(connection, {table.name: table for table in dumping.tables(connection, place.tables)})
    for kind, value in _told(target, place.keys):
        if kind == "row":
            loading.row(value)
        elif kind == "table":
            loading.begin(value["table"], value["columns"])
        elif kind == "file":
            _kept(place, *value)
    loading.put()
    for table in loading.tables.values():
        dumping.count_on(connection, table)


@dataclass
class _Loading:
    """Rows on their way into the table that was named last."""

    connection: "Connection"
    tables: "Mapping[str, Table]"
    current: str = ""
    columns: Sequence[str] = ()
    waiting: list[dumping.Row] = field(default_factory=list)

    def begin(self, table: str, columns: Sequence[str]) -> None:
        """The rows from now on are of that table. Raises Damaged for one that is not there."""
        self.put()
        if table not in self.tables:
            raise Damaged(f"the table {table} is not known here")
        self.current, self.columns = table, columns

    def row(self, row: dumping.Row) -> None:
        """One more; many go in together."""
        self.waiting.append(row)
        if len(self.waiting) >= WHOLE:
            self.put()

    def put(self) -> None:
        """Those that wait."""
        if self.waiting:
            dumping.load(self.connection, self.tables[self.current], self.columns, self.waiting)
            self.waiting.clear()


def _kept(place: Place, name: str, content: bytes) -> None:
    """One file beside the database; a name that leads elsewhere was put there by somebody."""
    path = place.folder / name
    if Path(name).parts[0] not in BESIDE or ".." in Path(name).parts:
        raise Damaged("a file in the backup wants to be elsewhere")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o600)
