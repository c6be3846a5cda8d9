"""The vendors there are, helpdesks and backends: one line each. A client library is loaded only when its vendor is used."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any, Generic, TypeVar, cast

from connectors.base import Helpdesk
from connectors.errors import BadPayload
from connectors.operations import Backend
from connectors.types import Ticket

_LINES = {
    "intercom": "connectors.intercom:Intercom",
    "slack": "connectors.slack:Slack",
    "zendesk": "connectors.zendesk:Zendesk",
}
_BACKEND_LINES: dict[str, str] = {
    "banking": "connectors.banking:Banking",
    "datadog": "connectors.datadog:Datadog",
    "github": "connectors.github:GitHub",
    "jira": "connectors.jira:Jira",
    "newrelic": "connectors.newrelic:NewRelic",
    "openapi": "connectors.openapi:OpenApi",
    "shippo": "connectors.shippo:Shippo",
    "shopify": "connectors.shopify:Shopify",
    "statuspage": "connectors.statuspage:Statuspage",
    "stripe": "connectors.stripe:Stripe",
    "twilio": "connectors.twilio:Twilio",
}
"""Annotated, so that a helpdesk's line is not put here by mistake."""
_EXPORT_LINES: dict[str, str] = {
    "intercom": "connectors.intercom.exported:exported",
    "zendesk": "connectors.zendesk.exported:exported",
}
"""What reads a line of the vendor's own export."""

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


def exported(row: Mapping[str, Any]) -> Ticket | None:
    """A line of any vendor's export as a ticket; None when it has no vendor's shape. Raises BadPayload."""
    for line in _EXPORT_LINES.values():
        module, _, attribute = line.partition(":")
        read: Callable[[Mapping[str, Any]], Ticket | None] = getattr(import_module(module), attribute)
        try:
            ticket = read(row)
        except (AttributeError, TypeError) as error:  # of a file that anybody may have written, and many lines follow
            raise BadPayload("line", "the shape that the vendor's own interface gives") from error
        if ticket:
            return ticket
    return None
