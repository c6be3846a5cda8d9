"""Sealed columns: what is in them is closed in the table and open in the program. Knows no table.

A sealed column says where a value's key and its row's name stand beside it, and every SELECT of it brings both along
(``column_expression``): a value that was moved to another row, column or account does not open. Nothing reaches such a column but
what ``app.db.protecting.seal`` made; a bare value is refused before it is bound, so no statement can forget it.
What is there bare from earlier versions is read as it is, until everything is sealed: from then on a bare value is somebody's who
wrote to the database, and is not read.
"""

import json
from dataclasses import dataclass
from typing import Any, Protocol
from weakref import WeakKeyDictionary

from sqlalchemy import JSON, ColumnElement, Text, TypeDecorator, cast, func, literal_column, type_coerce
from sqlalchemy.engine import Dialect

MARK = "s1."
"""Begins whatever is sealed."""
BETWEEN = "\x1f"
EMPTY: tuple[Any, ...] = ("", {}, [])
"""What needs no seal: there is nothing in it."""
NOTHING = ("", "{}", "[]", "null", '""')
"""The same as it stands in a table."""


@dataclass(frozen=True)
class Place:
    """Where a value is: ``column`` is ``table.column``, ``scope`` names its key, ``row`` its row."""

    column: str
    scope: str
    row: str


class Opener(Protocol):
    """What opens sealed texts."""

    def open(self, token: str, place: Place) -> str:
        """The text again. Raises SealBroken."""

    def bare(self, place: Place) -> None:
        """Something stands there that nobody sealed. Raises SealBroken once everything is sealed."""


OPENERS: "WeakKeyDictionary[Dialect, Opener]" = WeakKeyDictionary()
"""One for each engine: a type is shared by all databases of a process and is told no more than the engine's dialect."""


class Token(str):
    """A sealed text."""

    __slots__ = ()


@dataclass(frozen=True)
class Beside:
    """The columns of a value's own row that name its key and the row.

    ``scope`` is the first of them that is not empty; ``a+b`` are two columns with a colon between them.
    """

    scope: tuple[str, ...]
    row: str

    def scoped(self, there: Any) -> ColumnElement[Any]:
        """The name of the key, of a table's or an alias's columns."""
        nothing: ColumnElement[Any] = literal_column("''")
        given = [func.nullif(_joined(there, name.split("+")), nothing) for name in self.scope]
        return func.coalesce(*given, nothing)

    def named(self, there: Any) -> ColumnElement[Any]:
        """The name of the row."""
        return cast(there[self.row], Text)

    def brought(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The value with both of them before it."""
        there = column.table.c
        mark = literal_column(f"'{BETWEEN}'", Text)
        found: ColumnElement[Any] = cast(self.scoped(there), Text).concat(mark).concat(self.named(there)).concat(mark)
        return found.concat(cast(column, Text))


def _joined(there: Any, names: list[str]) -> ColumnElement[Any]:
    found: ColumnElement[Any] = cast(there[names[0]], Text)
    for name in names[1:]:
        found = found.concat(literal_column("':'", Text)).concat(cast(there[name], Text))
    return found


class Opened(TypeDecorator[Any]):
    """What a SELECT of a sealed column brings, opened."""

    impl = Text
    cache_ok = True

    def __init__(self, place: str, reads_json: bool) -> None:
        super().__init__()
        self.place, self.reads_json = place, reads_json

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """The value, whether it was sealed or is bare from before all of them were. Raises SealBroken."""
        if value is None:
            return None
        scope, row, text = value.split(BETWEEN, 2)
        if sealed(text):
            text = OPENERS[dialect].open(text.strip('"'), Place(self.place, scope, row))
        elif text not in NOTHING and dialect in OPENERS:
            OPENERS[dialect].bare(Place(self.place, scope, row))
        return json.loads(text) if self.reads_json else text


def sealed(text: str) -> bool:
    """Whether what stands in a table is sealed."""
    return text.startswith((MARK, f'"{MARK}'))


class Sealed(TypeDecorator[Any]):
    """What both kinds of sealed columns share."""

    cache_ok = True
    reads_json = False

    def __init__(self, place: str, *, scope: str | tuple[str, ...], row: str) -> None:
        super().__init__()
        self.place = place
        self.beside = Beside((scope,) if isinstance(scope, str) else scope, row)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Only what is sealed, or empty. Raises TypeError."""
        if value is None or isinstance(value, Token) or value in EMPTY:
            return value
        raise TypeError(f"a bare value reached {self.place}: seal it first")

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """As it is selected."""
        return type_coerce(self.beside.brought(column), Opened(self.place, self.reads_json))

    def dump(self, value: Any) -> str:
        """The text that is sealed."""
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")) if self.reads_json else str(value)


class SealedText(Sealed):
    """A sealed text."""

    impl = Text
    cache_ok = True


class SealedJson(Sealed):
    """Sealed JSON: to the database a JSON text like any other."""

    impl = JSON(none_as_null=True)
    cache_ok = True
    reads_json = True
