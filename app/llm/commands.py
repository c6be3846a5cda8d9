"""What a model may ask to be looked up: closed commands that only read. The set is settled before it reads anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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


class Nothing(BaseModel):
    """No arguments."""

    model_config = ConfigDict(extra="forbid", strict=True)


PERSON = "create_support_ticket"
"""Asks for a person; the ticket is there already, so nothing is created."""


def _described(name: str, description: str, **properties: Mapping[str, str]) -> Mapping[str, Any]:
    parameters = {
        "type": "object",
        "additionalProperties": False,
        "required": list(properties),
        "properties": properties,
    }
    function = {"name": name, "description": description, "strict": True, "parameters": parameters}
    return {"type": "function", "function": function}


_SEARCH = "Search the public help pages for passages that answer a question."
COMMANDS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "search_documentation": _described("search_documentation", _SEARCH, query={"type": "string"}),
        "check_service_status": _described("check_service_status", "What the public status page says is going on now."),
        "get_account_info": _described("get_account_info", "What the helpdesk knows of this customer's plan."),
        PERSON: _described(PERSON, "Leave this ticket to a person, without an answer."),
    }
)
"""Name -> how it is described to a model. A configuration chooses among these; any other name is never offered."""


def offered(names: Sequence[str], wishes: Mapping[str, str] = MappingProxyType({})) -> tuple[Mapping[str, Any], ...]:
    """The descriptions of those commands that exist; ``wishes`` are an account's own words, which follow ours."""
    return tuple(_told(COMMANDS[name], wishes.get(name, "")) for name in dict.fromkeys(names) if name in COMMANDS)


def _told(command: Mapping[str, Any], wish: str) -> Mapping[str, Any]:
    function = command["function"]
    return {**command, "function": {**function, "description": f"{function['description']} {wish}".strip()}}


@dataclass
class Desk:
    """Runs the commands of one answer and keeps what they found citable. Nothing here can write."""

    knowledge: Knowledge
    names: frozenset[str]
    readable: Callable[[Passage], bool]
    passages: dict[str, Passage]
    more: Mapping[str, Callable[[], Sequence[Passage]]] = field(default_factory=dict)
    """Commands without arguments, and what they look up."""
    calls: int = 0
    wants_person: bool = False

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
            found = self._found(name, arguments)
        except ValidationError:
            return {}
        known = {(p.source, p.text) for p in self.passages.values()}
        fresh = [p for p in found if (p.source, p.text) not in known and len(p.text) <= 4 * MOST_CHARACTERS]
        first = len(self.passages) + 1
        new = {f"P{n}": passage for n, passage in enumerate(fresh, start=first)}
        self.passages.update(new)
        return new

    def _found(self, name: str, arguments: str) -> list[Passage]:
        """Raises ValidationError for arguments that the command does not take."""
        if name in COMMANDS and name != "search_documentation":
            Nothing.model_validate_json(arguments or "{}")
            self.wants_person = self.wants_person or name == PERSON
            return list(self.more[name]()) if name in self.more else []
        wanted = Search.model_validate_json(arguments)
        found = self.knowledge.search(wanted.query, limit=FOUND)
        return [p for p in found if not p.restricted and self.readable(p)]
