"""The vendors there are, helpdesks and backends: one line each. A client library is loaded only when its vendor is used."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Generic, TypeVar, cast

from connectors.base import Helpdesk
from connectors.operations import Backend

_LINES = {
    "intercom": "connectors.intercom:Intercom",
    "slack": "connectors.slack:Slack",
    "zendesk": "connectors.zendesk:Zendesk",
}
_BACKEND_LINES: dict[str, str] = {}
"""Annotated, so that a helpdesk's line is not put here by mistake."""


C = TypeVar("C")


class Registry(Mapping[str, type[C]], Generic[C]):
    """Vendor name -> connector class; the class is imported when it is asked for."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = dict(lines)

    def __getitem__(self, name: str) -> type[C]:
        module, _, attribute = self._lines[name].partition(":")
        return cast(type[C], getattr(import_module(module), attribute))

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


HELPDESKS: Registry[Helpdesk] = Registry(_LINES)
BACKENDS: Registry[Backend] = Registry(_BACKEND_LINES)
