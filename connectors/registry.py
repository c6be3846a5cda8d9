"""The vendors there are: one line each. A vendor's client library is loaded only when that vendor is used."""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import cast

from connectors.base import Helpdesk

_LINES = {
    "intercom": "connectors.intercom:Intercom",
    "slack": "connectors.slack:Slack",
    "zendesk": "connectors.zendesk:Zendesk",
}


class Registry(Mapping[str, type[Helpdesk]]):
    """Vendor name -> connector class; the class is imported when it is asked for."""

    def __init__(self, lines: Mapping[str, str]) -> None:
        self._lines = dict(lines)

    def __getitem__(self, name: str) -> type[Helpdesk]:
        module, _, attribute = self._lines[name].partition(":")
        return cast(type[Helpdesk], getattr(import_module(module), attribute))

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


HELPDESKS = Registry(_LINES)
