"""What a model may ask to be looked up: closed commands that only read. The set is settled before it reads anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.engine.draft import MOST_CHARACTERS
from app.engine.ports import Knowledge
from app.engine.types import Passage

MOST_CALLS = 3
"""Look-ups for one answer."""
FOUND = 3
"""Passages that one search adds."""


class Search(BaseModel):
    """The arguments of ``search_documentation``."""

    model_config = ConfigDict(extra="forbid", strict=True)

    query: str = Field(min_length=1, max_length=300)


COMMANDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "search_documentation": {
            "type": "function",
            "function": {
                "name": "search_documentation",
                "description": "Search the public help pages for passages that answer a question.",
                "strict": True,
                "parameters": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["query"],
                    "properties": {"query": {"type": "string"}},
                },
            },
        }
    }
)
"""Name -> how it is described to a model. A configuration chooses among these; any other name is never offered."""


def offered(names: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """The descriptions of those commands that exist."""
    return tuple(COMMANDS[name] for name in dict.fromkeys(names) if name in COMMANDS)


@dataclass
class Desk:
    """Runs the commands of one answer and keeps what they found citable. Nothing here can write."""

    knowledge: Knowledge
    names: frozenset[str]
    readable: Callable[[Passage], bool]
    passages: dict[str, Passage]
    calls: int = 0

    @property
    def open(self) -> bool:
        """Whether another look-up is allowed."""
        return bool(self.names) and self.calls < MOST_CALLS

    def run(self, name: str, arguments: str) -> Mapping[str, Passage]:
        """What the look-up found that was not known yet, by id; nothing for a command or arguments that are not allowed."""
        self.calls += 1
        if name not in self.names or self.calls > MOST_CALLS:
            return {}
        try:
            wanted = Search.model_validate_json(arguments)
        except ValidationError:
            return {}
        known = {(p.source, p.text) for p in self.passages.values()}
        found = [p for p in self.knowledge.search(wanted.query, limit=FOUND) if not p.restricted and self.readable(p)]
        fresh = [p for p in found if (p.source, p.text) not in known and len(p.text) <= 4 * MOST_CHARACTERS]
        first = len(self.passages) + 1
        new = {f"P{n}": passage for n, passage in enumerate(fresh, start=first)}
        self.passages.update(new)
        return new
