"""Every condition of the gate turned round, one at a time, in a copy of its source: for each such gate, some case tells.

Mutants are made from the syntax tree: a condition negated, a comparison or a boolean operator swapped, an operand left out, a returned
reason dropped. The cases are those of the gate's own table, asked of the copy.
"""

import ast
import copy
import importlib.util
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from types import ModuleType

import pytest

import app.engine.policy as real
from app.engine import evidence, holds
from app.engine.configuration import Configuration
from app.engine.escalation import escalated
from app.engine.types import Decision, Mode, Reason
from connectors.types import Reply
from tests.builders import a_classification, a_draft, a_passage, a_ticket
from tests.engine.desk import SETTLED, Desk, proof
from tests.engine.test_policy_gate import HELD, SILENT

GATE = {"gate", "_found", "_holds", "_assist", "_deflect", "_permit"}
"""The functions of ``policy`` between a case and a reply."""
EVIDENCE = {"newest", "allows", "_worth"}
SWAPS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One change to one source, and where."""

    where: str
    tree: ast.Module


def conditions(function: ast.FunctionDef) -> Iterator[tuple[str, Callable[[ast.AST], ast.AST], ast.AST]]:
    """Every place that can be turned round, with how."""
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp):
            yield "negated", lambda test: ast.UnaryOp(ast.Not(), test), node.test
        if isinstance(node, ast.Compare):
            for n, operator in enumerate(node.ops):
                if type(operator) in SWAPS:
                    yield f"compared[{n}]", _swapped(n), node
        if isinstance(node, ast.BoolOp):
            for n in range(len(node.values)):
                yield f"without[{n}]", _without(n), node


def _swapped(n: int) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.Compare)
        node.ops[n] = SWAPS[type(node.ops[n])]()
        return node

    return change


def _without(n: int) -> Callable[[ast.AST], ast.AST]:
    def change(node: ast.AST) -> ast.AST:
        assert isinstance(node, ast.BoolOp)
        left = node.values[:n] + node.values[n + 1 :]
        return left[0] if len(left) == 1 else ast.BoolOp(node.op, left)

    return change


class Replaced(ast.NodeTransformer):
    """Puts one node in the place of another."""

    def __init__(self, old: ast.AST, new: ast.AST) -> None:
        self.old, self.new = old, new

    def visit(self, node: ast.AST) -> ast.AST:
        return self.new if node is self.old else self.generic_visit(node)


def mutants(module: ModuleType, names: set[str]) -> Iterator[Mutant]:
    """Every source with one condition turned round."""
    assert module.__file__
    with open(module.__file__, encoding="utf-8") as file:  # noqa: PTH123
        whole = ast.parse(file.read())
    functions = [node for node in whole.body if isinstance(node, ast.FunctionDef) and node.name in names]
    assert {function.name for function in functions} == names
    for function in functions:
        for number, (kind, _, node) in enumerate(conditions(function)):
            tree = copy.deepcopy(whole)
            twin = next(f for f in tree.body if isinstance(f, ast.FunctionDef) and f.name == function.name)
            _, change, place = list(conditions(twin))[number]
            changed = change(place if kind.startswith("negated") else copy.copy(place))
            if kind == "negated":
                changed = ast.UnaryOp(ast.Not(), copy.deepcopy(place))
            tree = ast.fix_missing_locations(Replaced(place, changed).visit(tree))
            line = getattr(node, "lineno", 0)
            yield Mutant(f"{module.__name__}.{function.name}:{line} {kind} `{ast.unparse(node)}`", tree)


def loaded(module: ModuleType, tree: ast.Module) -> ModuleType:
    """A module of that source, beside the real one."""
    spec = importlib.util.spec_from_loader("mutant", loader=None)
    assert spec
    made = importlib.util.module_from_spec(spec)
    made.__dict__["__file__"] = module.__file__
    sys.modules["mutant"] = made
    try:
        exec(compile(tree, "mutant", "exec"), made.__dict__)
    finally:
        del sys.modules["mutant"]
    return made


def expected(decision: Decision) -> tuple[Mode, str, bool, frozenset[str]]:
    """What a decision comes to: its mode, what it says, whether it has leave to, and why."""
    says = "".join(change.text for change in decision.changes if isinstance(change, Reply))
    return decision.mode, says, decision.permission is not None, frozenset(r.code for r in decision.reasons)


TWO = (
    proof(a_classification(), a_draft(), digest="of another workflow", judged=400),
    proof(a_classification(), a_draft()),
)
UNSIGNED = replace(TWO[1], signature=evidence._signature(TWO[1], b""))


def limited(limit: str) -> Configuration:
    """The shop with one limit."""
    return replace(SETTLED, chatbot=replace(SETTLED.chatbot, limitations=(limit,)))


MORE = (
    {},
    {"standing": {"key": b"", "evidence": (UNSIGNED,)}},
    {"draft": a_draft(passages=(a_passage(score=0.4),))},
    {"draft": a_draft(reasons=(Reason("translated", "By a machine."),))},
    {"draft": a_draft("You should buy shares of it."), "configuration": replace(SETTLED, no_advice=True)},
    {"draft": a_draft("I have locked your card."), "configuration": limited("no-account-changes")},
    {"configuration": replace(SETTLED, disclaimers=True)},
    {"configuration": replace(SETTLED, rules=replace(SETTLED.rules, reviews=frozenset({"order-status"})))},
    {"classification": a_classification(language="de"), "draft": a_draft(passages=(a_passage(locale="fr"),))},
    {"draft": a_draft(passages=(a_passage(locale="fr"),))},
    {"classification": a_classification("chatter")},
    {"standing": {"coin": 0.05}},
    {"standing": {"evidence": TWO}},
    {"standing": {"evidence": TWO[::-1]}},
    {"standing": {"evidence": TWO[:1]}},
    {"standing": {"evidence": TWO, "attempts": 4}},
    {"ticket": a_ticket("Where is it? I want to talk to a person."), "classification": a_classification(flags=frozenset({"human"}))},
)  # fmt: skip
CASES = [change for _, change in (*HELD, *SILENT)] + list(MORE)
TRUTH = [expected(Desk(**change).decide()) for change in CASES]


def told(gate: Callable[..., Decision], patched: pytest.MonkeyPatch, truth: Sequence[object] = TRUTH) -> bool:
    """Whether some case sees that this is another gate."""
    patched.setattr("tests.engine.desk.gate", gate)
    for change, right in zip(CASES, truth, strict=True):
        try:
            seen = expected(Desk(**change).decide())
        except (AttributeError, LookupError, TypeError, ValueError, NameError):  # a gate that raises is another one
            return True
        if seen != right:
            return True
    return False


NO_OTHER_GATE = {
    "_permit": "its callers' types already say what it looks at once more",
    "without[2] `holds or locked or record is None`": "no record is locked as well; said for the type checker",
}


@pytest.mark.slow
def test_every_condition_of_the_gate_turned_round_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [one for one in mutants(real, GATE) if not any(name in one.where for name in NO_OTHER_GATE)]
    survived = [one.where for one in made if not told(loaded(real, one.tree).gate, monkeypatch)]
    assert len(made) >= 12
    assert survived == []


@pytest.mark.slow
def test_every_condition_on_evidence_turned_round_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    made, survived = list(mutants(evidence, EVIDENCE)), []
    for one in made:
        twin = loaded(evidence, one.tree)
        with monkeypatch.context() as patched:
            for name in EVIDENCE:
                patched.setattr(evidence, name, getattr(twin, name))
            if not told(real.gate, patched):
                survived.append(one.where)
    assert len(made) >= 12
    assert survived == []


@pytest.mark.slow
@pytest.mark.parametrize("name", ["SILENT", "HOLDS"])
def test_no_condition_can_be_left_out(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    # An angry customer and a VIP are escalated as well: here only the condition itself is looked at.
    monkeypatch.setattr(real, "escalated", lambda case: replace(escalated(case), holds=()))
    truth, survived = [expected(Desk(**change).decide()) for change in CASES], []
    for hold in getattr(holds, name):
        with monkeypatch.context() as patched:
            patched.setattr(real, name, tuple(one for one in getattr(holds, name) if one is not hold))
            if not told(real.gate, patched, truth):
                survived.append(hold.__name__)
    assert survived == []
