"""An address that our own servers answer at, whoever they play. Knows no page and no vendor."""

from collections.abc import Callable, Iterable

from werkzeug.routing import Rule
from werkzeug.routing.converters import BaseConverter
from werkzeug.routing.rules import RulePart

_READ: dict[str, tuple[tuple[RulePart, ...], list[tuple[bool, str]], dict[str, BaseConverter]]] = {}
"""What each address was found to consist of: its parts, their order, what reads its variables."""


class Route(Rule):
    """A route whose addresses can be matched and built as everybody's can, but which costs little to add.

    Werkzeug takes each route's address apart anew, and writes and compiles two functions that build it: for all of ours
    together that took longer than anything else before the first request. An address is taken apart once in a process,
    however many methods and applications answer there (all with Werkzeug's own converters), and what builds it is made
    when one is first wanted.
    """

    def _parse_rule(self, rule: str) -> Iterable[RulePart]:
        if rule not in _READ:
            before = len(self._trace)
            parts = tuple(super()._parse_rule(rule))
            _READ[rule] = parts, self._trace[before:], self._converters
            del self._trace[before:]
        parts, trace, converters = _READ[rule]
        self._trace += trace
        self._converters = {**self._converters, **converters}
        self.arguments.update(converters)
        return parts

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled, made = super()._compile_builder, list[Callable[..., tuple[str, str]]]()

        def built(rule: Rule, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return built
