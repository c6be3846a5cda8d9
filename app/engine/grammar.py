"""The grammar of conditions: from a text to a tree. Whether the tree makes sense, and whether it holds, is ``conditions``' part.

either     = both { "||" both }
both       = negated { "&&" negated }
negated    = "!" negated | comparison
comparison = operand [ ("==" | "!=" | "<" | "<=" | ">" | ">=") operand ]
operand    = "(" either ")" | 'text' | number [ unit | "%" ] | true | false | name
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

MOST_CHARACTERS = 2000
DEEPEST = 20
"""Brackets and negations within each other."""

SECONDS: Mapping[str, float] = {
    **dict.fromkeys(("s", "sec", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 7 * 86400),
}
_TOKEN = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<sign>&&|\|\||==|!=|<=|>=|[<>!()])"
    r"|(?P<text>'[^'\n]*'|\"[^\"\n]*\")"
    r"|(?P<number>-?[0-9]{1,15}(?:\.[0-9]{1,15})?)(?:(?P<percent>%)|\s*(?P<unit>[A-Za-z]+))?"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)"
)
_INSTEAD = {
    "=": "write == to compare",
    "&": "write && for and",
    "|": "write || for or",
    "'": "close the quotes",
    '"': "close the quotes",
}
_WORDS = {"and": "write && for and", "or": "write || for or", "not": "write ! for not"}
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")


class ConditionError(ValueError):
    """A condition cannot be used: what is wrong, at which column (from 1), and what would be right."""

    def __init__(self, wrong: str, column: int, remedy: str = "") -> None:
        super().__init__(f"{wrong} (column {column})" + (f"; {remedy}" if remedy else ""))
        self.wrong = wrong
        self.column = column
        self.remedy = remedy


class Quantity(StrEnum):
    """What a literal is."""

    NUMBER = "number"
    LENGTH = "length"
    TEXT = "text"
    FLAG = "flag"


@dataclass(frozen=True)
class Literal:
    """A value as written; lengths of time are in seconds."""

    quantity: Quantity
    value: str | float | bool
    column: int


@dataclass(frozen=True)
class Name:
    """A fact by its name."""

    name: str
    column: int


@dataclass(frozen=True)
class Negated:
    """True when ``part`` is not."""

    part: "Node"
    column: int


@dataclass(frozen=True)
class Joined:
    """``&&`` or ``||`` over two or more parts."""

    sign: str
    parts: tuple["Node", ...]
    column: int


@dataclass(frozen=True)
class Compared:
    """Two operands and the sign between them."""

    left: "Node"
    sign: str
    right: "Node"
    column: int


Node = Literal | Name | Negated | Joined | Compared


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    column: int
    node: Literal | Name | None = None


def parsed(text: str) -> Node:
    """The tree of a condition. Raises ConditionError, and nothing else, for any text; takes time in proportion to its length."""
    if len(text) > MOST_CHARACTERS:
        raise ConditionError(f"is longer than {MOST_CHARACTERS} characters", MOST_CHARACTERS, "split it")
    return _Parser(_tokens(text)).whole()


def _tokens(text: str) -> list[_Token]:
    found, place = [], 0
    while place < len(text):
        match = _TOKEN.match(text, place)
        if match is None:
            raise _unreadable(text, place)
        if match.lastgroup != "space":
            found.append(_token(match, place + 1))
        place = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _unreadable(text: str, place: int) -> ConditionError:
    sign = text[place]
    return ConditionError(
        f"{sign!r} is not understood", place + 1, _INSTEAD.get(sign, "compare facts, joined by && or ||")
    )


def _token(match: re.Match[str], column: int) -> _Token:
    if match["sign"]:
        return _Token(match["sign"], match["sign"], column)
    if match["text"]:
        return _Token("operand", match[0], column, Literal(Quantity.TEXT, match["text"][1:-1], column))
    if match["number"]:
        return _Token("operand", match[0], column, _number(match, column))
    word = match["name"]
    if word in _WORDS:
        raise ConditionError(f"{word!r} is not understood", column, _WORDS[word])
    if word in ("true", "false"):
        return _Token("operand", word, column, Literal(Quantity.FLAG, word == "true", column))
    return _Token("operand", word, column, Name(word, column))


def _number(match: re.Match[str], column: int) -> Literal:
    number, unit = float(match["number"]), match["unit"]
    if match["percent"]:
        return Literal(Quantity.NUMBER, number / 100, column)
    if not unit:
        return Literal(Quantity.NUMBER, number, column)
    if unit in _WORDS:
        raise ConditionError(f"{unit!r} is not understood", column + match.start("unit") - match.start(), _WORDS[unit])
    if unit.casefold() not in SECONDS:
        raise ConditionError(
            f"{unit!r} is no unit", column + match.start("unit") - match.start(), "write 45s, 30m, 2h or 3d"
        )
    return Literal(Quantity.LENGTH, number * SECONDS[unit.casefold()], column)


class _Parser:
    """Reads tokens from left to right; how deep it calls itself is bounded by ``DEEPEST``."""

    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def whole(self) -> Node:
        node = self._either()
        if self._now.kind != "end":
            raise ConditionError(
                f"{self._now.text!r} is one too many", self._now.column, "join comparisons with && or ||"
            )
        return node

    @property
    def _now(self) -> _Token:
        return self._tokens[self._place]

    def _take(self) -> _Token:
        token = self._now
        self._place += 1
        return token

    def _either(self) -> Node:
        parts = [self._both()]
        while self._now.kind == "||":
            self._take()
            parts.append(self._both())
        return Joined("||", tuple(parts), parts[0].column) if len(parts) > 1 else parts[0]

    def _both(self) -> Node:
        parts = [self._negated()]
        while self._now.kind == "&&":
            self._take()
            parts.append(self._negated())
        return Joined("&&", tuple(parts), parts[0].column) if len(parts) > 1 else parts[0]

    def _negated(self) -> Node:
        if self._now.kind != "!":
            return self._comparison()
        column = self._deeper()
        node = Negated(self._negated(), column)
        self._depth -= 1
        return node

    def _comparison(self) -> Node:
        left = self._operand()
        if self._now.kind not in COMPARISONS:
            return left
        sign = self._take()
        node = Compared(left, sign.text, self._operand(), left.column)
        if self._now.kind in COMPARISONS:
            raise ConditionError("two comparisons in a row", self._now.column, "join them with &&")
        return node

    def _operand(self) -> Node:
        if self._now.kind == "(":
            return self._bracket()
        token = self._take()
        if token.node is None:
            wrong = f"{token.text!r} stands where a fact or a value belongs" if token.text else "ends too soon"
            raise ConditionError(wrong, token.column, "compare a fact with a value, as in attempts > 3")
        return token.node

    def _bracket(self) -> Node:
        column = self._deeper()
        node = self._either()
        if self._now.kind != ")":
            raise ConditionError("a bracket is not closed", column, "write ) where it ends")
        self._take()
        self._depth -= 1
        return node

    def _deeper(self) -> int:
        token = self._take()
        self._depth += 1
        if self._depth > DEEPEST:
            raise ConditionError(f"more than {DEEPEST} levels deep", token.column, "split it")
        return token.column
