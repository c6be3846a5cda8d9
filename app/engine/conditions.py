"""One comparison of one fact, as in ``sentiment < -0.6``, read without ever evaluating code.

Conditions joined by ``&&``, ``||`` and ``!`` are not read here: ``comparison`` says None and the check lists them as not yet.
"""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Fact = str | int | float | bool
_SHAPE = re.compile(r"\s*([A-Za-z][\w.-]*)\s*(==|!=|<=|>=|<|>)\s*('[^']*'|\"[^\"]*\"|true|false|-?\d+(?:\.\d+)?)\s*")
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Comparison:
    """``name`` compared with ``value``; ``operator`` is one of ``== != < <= > >=``."""

    name: str
    operator: str
    value: Fact

    def holds(self, facts: Mapping[str, Any]) -> bool:
        """Whether it is so; a fact that is unknown or of another type makes it false, never an error."""
        known = facts.get(self.name)
        if known is None:
            return False
        if isinstance(known, str) and isinstance(self.value, str):
            return _OPERATORS[self.operator](known.casefold(), self.value.casefold())
        if (
            isinstance(known, str)
            or isinstance(self.value, str)
            or isinstance(known, bool) != isinstance(self.value, bool)
        ):
            return False
        return _OPERATORS[self.operator](known, self.value)


def comparison(text: str) -> Comparison | None:
    """The one comparison that the text is, or None when it is anything else."""
    found = _SHAPE.fullmatch(text)
    if not found:
        return None
    name, sign, literal = found.groups()
    if literal in {"true", "false"}:
        return Comparison(name, sign, literal == "true")
    if literal[0] in "'\"":
        return Comparison(name, sign, literal[1:-1])
    return Comparison(name, sign, float(literal))
