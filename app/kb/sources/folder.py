"""A folder of documents, or one file. Hidden files and what links lead out of it are left alone."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from app.kb.sources.documents import LARGEST, document
from app.kb.sources.types import Document, Place, Unreadable

MOST = 100_000
"""Files."""
_SUFFIXES = {".md", ".markdown", ".txt", ".html", ".htm", ".pdf", ".json", ".yaml", ".yml", ""}
_INSIDE = frozenset({"internal", "restricted", "private"})


class Folder:
    """What is inside a folder named ``internal``, ``restricted`` or ``private`` never reaches a customer."""

    def __init__(self, path: Path) -> None:
        self._path = path.resolve()
        self.origin = self._path.as_uri()[-400:]

    def places(self) -> Iterator[Place]:
        """Every document, by its path within the folder."""
        if not self._path.exists():
            raise Unreadable("there is no such file or folder", "check the path")
        root = self._path if self._path.is_dir() else self._path.parent
        files = sorted(self._path.rglob("*")) if self._path.is_dir() else [self._path]
        for file in files[:MOST]:
            inside = file.relative_to(root)
            wanted = file.suffix.lower() in _SUFFIXES and not any(part.startswith(".") for part in inside.parts)
            if wanted and file.is_file() and file.resolve().is_relative_to(root):
                name = inside.as_posix()
                yield Place(name, _written(file), partial(_read, file, name))


def _read(file: Path, name: str) -> Document:
    try:
        if file.stat().st_size > LARGEST:
            raise Unreadable(f"it has more than {LARGEST // 1_000_000} MB", "split it")
        content = file.read_bytes()
    except OSError as error:
        raise Unreadable(f"it cannot be opened ({error.strerror})", "make it readable") from error
    restricted = bool(_INSIDE & {part.lower() for part in Path(name).parts[:-1]})
    return document(name, content, _written(file), url=name, restricted=restricted)


def _written(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
