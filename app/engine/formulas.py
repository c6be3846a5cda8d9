"""Figures of an account's own, as in ``resolved-by-kb / total-kb-suggestions``, and targets such as ``< 5m``.

A formula is read into a white-listed tree when a configuration is saved; simpleeval works it out later. A hyphen between letters
belongs to a name; a minus has spaces around it. What is divided by nothing, or rests on something unknown, is unknown.
"""

import ast
import operator
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from simpleeval import SimpleEval

from app.engine.grammar import SECONDS
from app.engine.nearest import nearest

LONGEST = 200
DEEPEST = 20
_TOKEN = re.compile(
    r"\s*(?:(?P<name>[A-Za-z][A-Za-z0-9]*(?:[-_][A-Za-z0-9]+)*)|(?P<number>\d{1,12}(?:\.\d{1,6})?)|(?P<sign>[-+*/()]))"
)
_TARGET = re.compile(r"\s*(<=|>=|<|>|==)\s*(-?\d{1,12}(?:\.\d{1,6})?)\s*(%|[A-Za-z]+)?\s*")
_WORK: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.USub: operator.neg,
}
_NODES = (ast.BinOp, ast.UnaryOp, ast.Name, ast.Constant)
_COMPARED: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}


class FormulaError(ValueError):
    """A formula or a target cannot be used: what is wrong, and what would be right."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(f"{wrong}; {remedy}")
        self.wrong, self.remedy = wrong, remedy


@dataclass(frozen=True)
class Formula:
    """A checked formula. Two of the same text are equal. ``names`` are the figures that it asks for."""

    text: str
    names: tuple[str, ...] = field(compare=False)
    tree: ast.expr = field(compare=False, repr=False)

    def worked_out(self, known: Mapping[str, float | None]) -> float | None:
        """Its value; None where something in it is unknown or divides by nothing."""
        given = {name.replace("-", "_"): known.get(name) for name in self.names}
        if any(one is None for one in given.values()):
            return None
        evaluator = SimpleEval(operators=_WORK, functions={}, names=given)
        evaluator.nodes = {kind: act for kind, act in evaluator.nodes.items() if kind in _NODES}
        try:
            return float(evaluator.eval("", previously_parsed=self.tree))
        except (ZeroDivisionError, OverflowError):
            return None


@dataclass(frozen=True)
class Target:
    """What a figure should be: ``< 5m``. ``value`` is in seconds where a length of time is given, a share for a percentage."""

    text: str
    sign: str
    value: float

    def met(self, value: float | None) -> bool | None:
        """Whether a figure is as it should be; None where it is unknown."""
        return None if value is None else _COMPARED[self.sign](value, self.value)


def kebab(name: str) -> str:
    """One form for ``automationRate``, ``automation_rate`` and ``automation-rate``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name.strip()).replace("_", "-").replace(" ", "-").lower()


def formula(text: str, known: Collection[str]) -> Formula:
    """The formula that a text says, over figures of these names. Raises FormulaError and nothing else, for any text."""
    if len(text) > LONGEST:
        raise FormulaError(f"is longer than {LONGEST} characters", "shorten it")
    names: dict[str, None] = {}
    words, place, depth = [], 0, 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise FormulaError(f"{text[place:].strip()[:1]!r} is not understood", "use names, numbers and + - * / ( )")
        words.append(_word(match, known, names))
        depth += {"(": 1, ")": -1}.get(words[-1], 0)
        if depth > DEEPEST:
            raise FormulaError(f"more than {DEEPEST} brackets deep", "split it")
        place = match.end()
    return Formula(text.strip(), tuple(names), _tree(" ".join(words)))


def _word(match: re.Match[str], known: Collection[str], names: dict[str, None]) -> str:
    """One token as Python writes it. Notes the figure that it asks for."""
    if match["name"] is None:
        return match["number"] or match["sign"]
    name = kebab(match["name"])
    if name not in known:
        raise FormulaError(f"{match['name']!r} is no figure", nearest(name, known))
    names[name] = None
    return name.replace("-", "_")


def _tree(text: str) -> ast.expr:
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise FormulaError("is no formula", "write one such as resolved-by-kb / total-kb-suggestions") from error
    allowed = (*_NODES, *_WORK, ast.Load)
    if wrong := next((node for node in ast.walk(tree) if not isinstance(node, allowed)), None):
        raise FormulaError(f"{type(wrong).__name__} is not worked out", "use names, numbers and + - * / ( )")
    return tree


def target(text: str) -> Target:
    """What a text such as ``< 5m`` or ``>= 90%`` wants. Raises FormulaError."""
    match = _TARGET.fullmatch(text[:LONGEST])
    if match is None:
        raise FormulaError(f"{text[:40]!r} is no target", "write one such as '< 5m' or '>= 90%'")
    sign, number, unit = match[1], float(match[2]), match[3]
    if unit and unit != "%" and unit.casefold() not in SECONDS:
        raise FormulaError(f"{unit!r} is no unit", "write 45s, 30m, 2h, 3d or a percentage")
    return Target(text.strip(), sign, number * (0.01 if unit == "%" else SECONDS[unit.casefold()] if unit else 1))
