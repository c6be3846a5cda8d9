"""The actions there are: one line each. An action's module is loaded when a run comes to it."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any

_LINES: dict[str, str] = {}


class Registry(Mapping[str, Any]):
    """Name -> action; its module is imported when it is asked for."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = dict(lines)

    def __getitem__(self, name: str) -> Any:
        module, _, attribute = self._lines[name].partition(":")
        return getattr(import_module(module), attribute)

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


ACTIONS = Registry(_LINES)
