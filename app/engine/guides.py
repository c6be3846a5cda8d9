"""Troubleshooting guides: questions with answers that lead on, as an account writes them. Walking one is an action's part.

Every node asks, says something, or brings a person. No path leads back, so every conversation has an end.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from app.engine.words import stem, words

END = "end"
"""Where a guide is over; also what ``then`` means when it is left out."""
MOST = 40
"""Nodes of one guide."""
YES, NO = "yes", "no"


@dataclass(frozen=True)
class Node:
    """One step: a question with its answers, or words and what follows, or a person."""

    ask: str = ""
    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """What the customer may say -> the node that follows."""
    say: str = ""
    then: str = END
    human: bool = False

    @property
    def words(self) -> str:
        """What the customer reads."""
        return self.ask or self.say

    @property
    def next(self) -> tuple[str, ...]:
        """Every node that may follow, the end left out."""
        onward = tuple(self.answers.values()) if self.ask else () if self.human else (self.then,)
        return tuple(one for one in onward if one != END)


@dataclass(frozen=True)
class Guide:
    """A tree of nodes about one category."""

    name: str
    title: str
    category: str
    start: str
    nodes: Mapping[str, Node]
    language: str = "en"

    @property
    def depth(self) -> int:
        """How many nodes the longest way through it has. Only for a guide without ``problems``."""
        return self._below(self.start)

    def _below(self, name: str) -> int:
        return 1 + max((self._below(one) for one in self.nodes[name].next), default=0)

    def template(self, node: str) -> str:
        """The name of the message with a node's words: what an account approves."""
        return f"guide:{self.name}:{node}"


def problems(guide: Guide) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What is wrong with it: the place below the guide, what, and what would be right."""
    if guide.start not in guide.nodes:
        yield ("start",), f"{guide.start} is no step", f"name one of {', '.join(guide.nodes)}"
        return
    if len(guide.nodes) > MOST:
        yield ("steps",), f"has more than {MOST} steps", "make two guides of it"
        return
    found = list(_of_nodes(guide))
    yield from found
    if found:
        return
    if around := _cycle(guide, guide.start, ()):
        yield ("steps", around), "leads back to itself", "let every way end: with `say`, or with `human: true`"
        return
    reached = _reached(guide)
    for name in guide.nodes:
        if name not in reached:
            yield ("steps", name), "is never reached", "let an answer or a `then` lead to it, or leave it out"


def _of_nodes(guide: Guide) -> Iterator[tuple[tuple[str, ...], str, str]]:
    for name, node in guide.nodes.items():
        place = ("steps", name)
        if bool(node.ask) + bool(node.say) + (node.human and not node.say) != 1:
            yield place, "has to ask, say or bring a person", "give it one of `ask`, `say` and `human: true`"
        elif node.ask and len(node.answers) < 2:
            yield place, "asks without a choice", "give it `answers` with at least two"
        elif node.answers and not node.ask:
            yield place, "has answers and no question", "give it `ask`"
        for said, target in node.answers.items():
            if target not in guide.nodes and target != END:
                yield (
                    (*place, "answers", said),
                    f"{target} is no step",
                    f"name one of {', '.join(guide.nodes)} or {END}",
                )
        if not node.ask and node.then != END and node.then not in guide.nodes:
            yield (*place, "then"), f"{node.then} is no step", f"name one of {', '.join(guide.nodes)} or {END}"


def _cycle(guide: Guide, name: str, above: tuple[str, ...]) -> str:
    if name in above:
        return name
    return next((found for one in guide.nodes[name].next if (found := _cycle(guide, one, (*above, name)))), "")


def _reached(guide: Guide) -> set[str]:
    seen, waiting = {guide.start}, [guide.start]
    while waiting:
        fresh = [one for one in guide.nodes[waiting.pop()].next if one not in seen]
        seen.update(fresh)
        waiting += fresh
    return seen


def chosen(node: Node, said: str, yes: bool | None) -> str | None:
    """The node that an answer leads to, None for one that names no choice or several. ``yes``: it is plainly yes, or no."""
    plain = {answer.casefold(): target for answer, target in node.answers.items()}
    if yes is not None and (word := YES if yes else NO) in plain:
        return plain[word]
    told = {stem(word) for word in words(said)}
    fitting = [(answer, target) for answer, target in node.answers.items() if {stem(w) for w in words(answer)} <= told]
    longest = max((len(words(answer)) for answer, _ in fitting), default=0)
    best = {target for answer, target in fitting if len(words(answer)) == longest}
    return best.pop() if len(best) == 1 else None
