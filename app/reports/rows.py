"""The rows of an export, one at a time: an object a line, an array, pages as vendors' interfaces give them, or a table (CSV).

No more than one row is held, or one line. Whose rows they are, and what they say, is not known here.
"""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, dropwhile, islice
from typing import Any

Row = Mapping[str, Any]
Piece = tuple[int, str]
Numbered = tuple[int, Row]
PIECE = 1_000_000
"""Characters of a line that whoever reads a file hands over at once."""
LARGEST = 50_000_000
"""Characters of one row, or of one line of rows; what is larger is left out."""
FIELD = 1_000_000
"""Characters of one field of a table."""
PAGES = ("tickets", "conversations", "results")
"""Names under which a page has its rows."""
HEADERS: Mapping[str, str] = {
    "ticket_id": "id",
    "conversation_id": "id",
    "created": "created_at",
    "message": "text",
    "body": "text",
    "label": "category",
    "team": "group",
}
"""Other headers of a table -> ours."""
UNREADABLE = "unreadable"
"""The only name in a row that could not be read; its value says why."""
NO_JSON, NO_OBJECT, TOO_LARGE, CUT, NO_TABLE = (
    {UNREADABLE: why}
    for why in (
        "is no JSON: one object a line",
        "is no JSON object",
        f"is larger than {LARGEST:,} characters",
        "ends before the object does",
        "is no row of a table: look for a quotation mark without its other half",
    )
)
_BLANK = "\ufeff \t\r\n"
_HALF = re.compile(r"\\u[dD][89a-fA-F]")
_BARE = frozenset({"[", "{", "[{"})


def rows(pieces: Iterable[str]) -> Iterator[Numbered]:
    """Each row with the number of the line in which it begins. ``pieces`` are lines, or parts of very long ones."""
    given = dropwhile(lambda one: not one[1].strip(_BLANK), _numbered(pieces))
    begin = [*islice(given, 2)]
    first, second = ([piece for _, piece in begin] + ["", ""])[:2]
    whole = chain(begin, given)
    if not first.lstrip(_BLANK).startswith(("{", "[")):
        return _table(whole)
    return _objects(whole) if _by_line(first, second) else Scan().rows(whole)


def _numbered(pieces: Iterable[str]) -> Iterator[Piece]:
    number = 1
    for piece in pieces:
        yield number, piece
        number += _ends(piece)


def _ends(piece: str) -> bool:
    """Whether a line ends with it: only what is as long as a piece may be was cut."""
    return piece.endswith("\n") or len(piece) < PIECE


def _lines(pieces: Iterable[Piece]) -> Iterator[tuple[int, str | None]]:
    """Whole lines, whatever they were cut into; None for one that is too long."""
    parts: list[str] = []
    start, size = 0, 0
    for number, piece in pieces:
        start, size = start or number, size + len(piece)
        if size <= LARGEST:
            parts.append(piece)
        if _ends(piece):
            yield start, "".join(parts) if size <= LARGEST else None
            parts, start, size = [], 0, 0
    if start:
        yield start, "".join(parts) if size <= LARGEST else None


def _by_line(first: str, second: str) -> bool:
    """Whether each line is for itself, so that a bad one costs no other: as the first is, or else the second."""
    if _parsed(first) is not None:
        return True
    after = second.strip(_BLANK)
    if after.startswith("{") and after.rstrip(",").endswith("}"):
        return True
    whole = _ends(first) and first.strip(_BLANK) not in _BARE
    return whole and first.lstrip(_BLANK).startswith("{") and (not after or after.startswith("{"))


def _parsed(text: str) -> Any:
    """What the text says as JSON; None where it says nothing."""
    try:
        value = json.loads(text.strip(_BLANK).removesuffix(","))
        return _sound(value) if _HALF.search(text) else value
    except (ValueError, RecursionError):
        return None


def _sound(value: Any) -> Any:
    """The value without halves of characters, which JSON can name and nobody can write down."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_sound(one) for one in value]
    return {_sound(name): _sound(one) for name, one in value.items()} if isinstance(value, dict) else value


def _expanded(value: Any) -> Iterator[Row]:
    """The rows of an array or a page; a row for itself."""
    if isinstance(value, list):
        for one in value:
            yield one if isinstance(one, dict) else NO_OBJECT
    elif not isinstance(value, dict):
        yield NO_JSON if value is None else NO_OBJECT
    else:
        held = [value[name] for name in PAGES if isinstance(value.get(name), list) and "id" not in value]
        yield from _expanded(held[0] if held else [value])


def _objects(pieces: Iterable[Piece]) -> Iterator[Numbered]:
    for number, line in _lines(pieces):
        if line is None:
            yield number, TOO_LARGE
        elif line.strip(_BLANK + "[],"):
            for row in _expanded(_parsed(line)):
                yield number, row


def _table(pieces: Iterable[Piece]) -> Iterator[Numbered]:
    """A table with a header, whatever its columns are parted by."""
    whole = _lines(pieces)
    start, header = next(whole, (0, None))
    if not header:
        return
    csv.field_size_limit(FIELD)
    lines = chain((header,), (line or "" for _, line in whole))
    reader = csv.reader(lines, delimiter=max(",;\t", key=header.count))
    names = [_header(name) for name in next(reader)]
    while True:
        number = start + reader.line_num
        try:
            values = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield number, NO_TABLE
            continue
        if any(values):
            yield number, dict(zip(names, values, strict=False))


def _header(given: str) -> str:
    name = re.sub(r"\W+", "_", given.strip(_BLANK).lower()).strip("_")
    return HEADERS.get(name, name)


class Scan:
    """Finds the rows of a text that is not one row a line, by its brackets, without holding more than one of them."""

    _TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[{}\[\]"]')
    _NONE = 10**9
    """A depth that there is not: what else a page has is no row."""

    def __init__(self) -> None:
        self._depth = 0
        self._at = 0
        """The depth at which a row begins."""
        self._parts: list[str] | None = None
        """The row that has begun."""
        self._size, self._start, self._key = 0, 0, ""

    def rows(self, pieces: Iterable[Piece]) -> Iterator[Numbered]:
        """Each row, in its order."""
        rest = ""
        for number, piece in pieces:
            text, rest = (rest + piece, "") if _ends(piece) else self._whole(rest + piece)
            begun = 0
            for token in self._TOKEN.finditer(text):
                if self._opens(token[0]):
                    self._parts, self._size, self._start, begun = [], 0, number, token.start()
                if self._closes(token[0]):
                    self._keep(text[begun : token.end()])
                    yield from self._row()
            self._keep(text[begun:])
        if self._parts is not None:
            yield self._start, CUT

    def _whole(self, text: str) -> tuple[str, str]:
        """The text up to a string that was cut, and that string. One that never ends is none."""
        if len(text) > LARGEST:
            return text, ""
        cut = next((token.start() for token in self._TOKEN.finditer(text) if token[0] == '"'), len(text))
        return text[:cut], text[cut:]

    def _opens(self, sign: str) -> bool:
        """Follow what opens and what is named; whether a row begins here."""
        if sign.startswith('"'):
            if self._depth == 1 and self._parts is not None:
                self._key = sign[1:-1]
            return False
        begins = sign == "{" and self._parts is None and self._depth == self._at
        if sign == "[":
            self._enter()
        self._depth += sign in "{["
        return begins

    def _enter(self) -> None:
        """An array opens: of rows, where nothing is around it or a page has its rows in it."""
        if self._parts is None and self._depth == self._at == 0:
            self._at = 1
        elif self._parts is not None and self._depth == 1 and self._at == 0 and self._key in PAGES:
            self._parts, self._at = None, 2

    def _closes(self, sign: str) -> bool:
        """Follow what closes; whether the row that has begun ends here."""
        if sign not in "}]":
            return False
        self._depth = max(0, self._depth - 1)
        ends = self._parts is not None and self._depth == self._at
        if self._parts is None and self._depth < self._at:
            self._at = self._NONE if self._depth else 0
        return ends

    def _keep(self, text: str) -> None:
        if self._parts is not None:
            self._size += len(text)
            if self._size > LARGEST:
                self._parts.clear()
            else:
                self._parts.append(text)

    def _row(self) -> Iterator[Numbered]:
        value = TOO_LARGE if self._size > LARGEST else _parsed("".join(self._parts or ()))
        self._parts = None
        if self._depth == 0:
            self._at = 0
        for row in _expanded(value):
            yield self._start, row
