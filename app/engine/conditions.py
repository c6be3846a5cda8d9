"""Conditions, as in ``accountPlan == 'enterprise' && responseTime > 2h``: checked when read, weighed against facts later.

A condition holds only when it is certain: an unknown fact decides nothing, neither as it stands nor negated. Weighing is
simpleeval's work, on a tree that is made here of five kinds of node; text never reaches an evaluator.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from simpleeval import SimpleEval

from app.engine.facts import Fact, Kind, Value, value
from app.engine.grammar import Compared, ConditionError, Joined, Literal, Name, Negated, Node, Quantity, parsed
from app.engine.nearest import nearest

__all__ = ["Condition", "ConditionError", "Weighing", "condition", "trigger"]

MOST_SHOWN = 40
"""Characters of a text fact that a trace shows."""
_SIGNS: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
}
_OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
_OPERATORS: Mapping[type[ast.AST], Callable[..., Any]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Not: operator.not_,
}
_NODES = (ast.BoolOp, ast.UnaryOp, ast.Compare, ast.Name, ast.Constant)


@dataclass(frozen=True)
class Weighing:
    """Whether a condition holds, and the value of every fact that it asks about; None is unknown."""

    holds: bool
    values: Mapping[str, Value | None]

    @property
    def why(self) -> str:
        """The values in a line, such as ``sentiment -0.8, churnRisk unknown``."""
        return ", ".join(f"{name} {_shown(known)}" for name, known in self.values.items())


@dataclass(frozen=True)
class Condition:
    """A checked condition. Two of the same text are equal. Weigh it as often as you like, from any thread."""

    text: str
    kinds: Mapping[str, Kind] = field(compare=False, repr=False)
    """Every fact that it asks about, in the order of the text, with its kind."""
    tree: ast.expr = field(compare=False, repr=False)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it is certainly so. Never raises: a fact of another kind than declared is unknown."""
        return self.weigh(facts).holds

    def weigh(self, facts: Mapping[str, Any]) -> Weighing:
        """Whether it is certainly so, with the values that decided."""
        values = {name: value(facts.get(name), kind) for name, kind in self.kinds.items()}
        known = {name: found for name, found in values.items() if found is not None}
        return Weighing(_evaluated(_certain(self.tree, known), known), MappingProxyType(values))


def condition(text: str, known: Mapping[str, Fact]) -> Condition:
    """The condition that a text says. Raises ConditionError when it makes no sense with these facts."""
    node = parsed(text)
    kinds: dict[str, Kind] = {}
    _check_truth(node, known, kinds)
    return Condition(text.strip(), MappingProxyType(kinds), _translated(node, wanted=True))


def trigger(
    given: str | Mapping[str, str | float | bool], known: Mapping[str, Fact], named: Mapping[str, str]
) -> Condition:
    """``sentiment < -0.5``, ``{loyaltyTier: platinum}``, ``{confidence-threshold: 0.9}`` or a name such as ``customer-request``.

    ``named`` maps such names to the flags that they stand for. Raises ConditionError.
    """
    if isinstance(given, str):
        flag = named.get(given.strip())
        return condition(f"{flag} == true" if flag else given, known)
    name, wanted = next(iter(given.items()))
    if name == "confidence-threshold":
        if isinstance(wanted, bool | str):
            raise ConditionError(f"{wanted!r} is no confidence", 1, "write a number between 0 and 1")
        return condition(f"confidence < {wanted}", known)
    return condition(f"{name} == {_literal(wanted)}", known)


def _literal(wanted: str | float | bool) -> str:
    if isinstance(wanted, bool):
        return str(wanted).lower()
    if not isinstance(wanted, str):
        return f"{wanted:.15g}" if "e" not in f"{wanted:.15g}" else f"{wanted:.15f}"
    quote = '"' if "'" in wanted else "'"
    return f"{quote}{wanted}{quote}"


# --- does it make sense -------------------------------------------------------------------------------------


def _check_truth(node: Node, known: Mapping[str, Fact], kinds: dict[str, Kind]) -> None:
    """Whether the node is something that can be true. Notes the facts that it asks about."""
    if isinstance(node, Joined):
        for part in node.parts:
            _check_truth(part, known, kinds)
    elif isinstance(node, Negated):
        _check_truth(node.part, known, kinds)
    elif isinstance(node, Compared):
        _check_comparison(node, known, kinds)
    elif isinstance(node, Literal):
        raise ConditionError("a value alone is no condition", node.column, "compare a fact with it, as in attempts > 3")
    elif _fact(node, known, kinds).kind is not Kind.FLAG:
        what = f"{node.name} is a {known[node.name].kind}, which alone is neither true nor false"
        raise ConditionError(what, node.column, f"compare it, as in {node.name} == ...")


def _check_comparison(node: Compared, known: Mapping[str, Fact], kinds: dict[str, Kind]) -> None:
    left, right = (_side(side, known, kinds) for side in (node.left, node.right))
    if not kinds.keys() & {side.name for side in (node.left, node.right) if isinstance(side, Name)}:
        raise ConditionError("two values are compared", node.column, "compare a fact with a value, as in attempts > 3")
    if not left & right:
        wrong = f"a {_word(left)} is compared with a {_word(right)}"
        raise ConditionError(wrong, node.column, _remedy(left | right))
    if node.sign not in ("==", "!=") and left & right <= {Kind.TEXT, Kind.FLAG}:
        raise ConditionError(f"{node.sign} compares numbers and lengths of time only", node.column, "write == or !=")
    for one, other in ((node.left, node.right), (node.right, node.left)):
        _check_word(one, other, known)


def _side(node: Node, known: Mapping[str, Fact], kinds: dict[str, Kind]) -> set[Kind]:
    """What a side of a comparison can be taken as."""
    if isinstance(node, Literal):
        return _LITERALS[node.quantity]
    if isinstance(node, Name):
        kind = _fact(node, known, kinds).kind
        return {kind, Kind.DURATION} if kind is Kind.SECONDS else {kind}
    raise ConditionError("only facts and values are compared", node.column, "join conditions with && or ||")


_LITERALS: Mapping[Quantity, set[Kind]] = {
    Quantity.NUMBER: {Kind.NUMBER, Kind.SECONDS},
    Quantity.LENGTH: {Kind.DURATION, Kind.SECONDS},
    Quantity.TEXT: {Kind.TEXT},
    Quantity.FLAG: {Kind.FLAG},
}


def _fact(node: Name, known: Mapping[str, Fact], kinds: dict[str, Kind]) -> Fact:
    if node.name not in known:
        raise ConditionError(f"{node.name!r} is no fact", node.column, nearest(node.name, known))
    kinds.setdefault(node.name, known[node.name].kind)
    return known[node.name]


def _check_word(fact: Node, given: Node, known: Mapping[str, Fact]) -> None:
    """A text that this fact can never be is a mistake in writing."""
    if not (isinstance(fact, Name) and isinstance(given, Literal) and isinstance(given.value, str)):
        return
    words = known[fact.name].words
    if words and given.value.strip().casefold() not in {word.casefold() for word in words}:
        raise ConditionError(
            f"{given.value[:MOST_SHOWN]!r} is no {fact.name}", given.column, nearest(given.value, words)
        )


def _word(kinds: set[Kind]) -> str:
    plain = sorted(kinds - {Kind.SECONDS}) or sorted(kinds)
    return "length of time" if Kind.DURATION in kinds else str(plain[0])


def _remedy(kinds: set[Kind]) -> str:
    if Kind.DURATION in kinds:
        return "write the unit, as in 2h or 30m"
    if Kind.TEXT in kinds:
        return "put texts in quotes, and nothing else"
    return "compare like with like"


# --- translation and weighing -------------------------------------------------------------------------------


def _translated(node: Node, *, wanted: bool) -> ast.expr:
    """The node, or its negation, with every negation at a single fact: there, unknown is plainly not certain."""
    if isinstance(node, Negated):
        return _translated(node.part, wanted=not wanted)
    if isinstance(node, Joined):
        both = (node.sign == "&&") == wanted
        parts = [_translated(part, wanted=wanted) for part in node.parts]
        return ast.BoolOp(op=ast.And() if both else ast.Or(), values=parts)
    if isinstance(node, Compared):
        sign = node.sign if wanted else _OPPOSITE[node.sign]
        return ast.Compare(left=_operand(node.left), ops=[_SIGNS[sign]()], comparators=[_operand(node.right)])
    return _operand(node) if wanted else ast.UnaryOp(op=ast.Not(), operand=_operand(node))


def _operand(node: Node) -> ast.expr:
    if isinstance(node, Name):
        return ast.Name(id=node.name, ctx=ast.Load())
    if isinstance(node, Literal):
        given = node.value
        return ast.Constant(value=given.strip().casefold() if isinstance(given, str) else given)
    raise TypeError("only names and literals are operands")


def _certain(tree: ast.expr, known: Mapping[str, Value]) -> ast.expr:
    """The tree with everything that asks about an unknown fact taken as not certain."""
    if isinstance(tree, ast.BoolOp):
        return ast.BoolOp(op=tree.op, values=[_certain(part, known) for part in tree.values])
    asked = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return tree if asked <= known.keys() else ast.Constant(value=False)


def _evaluated(tree: ast.expr, known: Mapping[str, Value]) -> bool:
    evaluator = SimpleEval(operators=_OPERATORS, functions={}, names=known)
    evaluator.nodes = {kind: act for kind, act in evaluator.nodes.items() if kind in _NODES}
    return bool(evaluator.eval("", previously_parsed=tree))


def _shown(known: Value | None) -> str:
    if known is None:
        return "unknown"
    if isinstance(known, bool):
        return str(known).lower()
    return known[:MOST_SHOWN] if isinstance(known, str) else f"{known:g}"
