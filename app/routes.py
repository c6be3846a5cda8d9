"""An address that our own servers answer at, whoever they play. Knows no page and no vendor."""

from collections.abc import Callable

from werkzeug.routing import Rule


class Route(Rule):
    """A route whose addresses can be built as everybody's can; what builds them is made when one is first wanted.

    Werkzeug writes and compiles two functions for each route as it is added. Few routes are ever built an address
    for, and for all of ours together that took longer than anything else before the first request.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Callable[..., tuple[str, str]]:
        compiled, made = super()._compile_builder, list[Callable[..., tuple[str, str]]]()

        def built(rule: Rule, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return built
