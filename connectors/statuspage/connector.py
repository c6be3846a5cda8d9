"""The backend Statuspage: a status page's public API. It needs no key and only reads."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import ClassVar

import requests
from requests.auth import AuthBase

from connectors.base import Connection, Setting
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.plain import Plain, reading
from connectors.rest import Order, Rest, run
from connectors.statuspage import parse


class Anybody(AuthBase):
    """Says nothing: the page is public."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Leave the request as it is."""
        return request


class Statuspage:
    """The connection's address is the page's own, such as ``https://status.example.com``."""

    name: ClassVar[str] = "statuspage"
    settings: ClassVar[tuple[Setting, ...]] = ()

    def __init__(self, connection: Connection) -> None:
        self._line = Plain(Rest("statuspage", connection, connection.base_url, Anybody()))

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {"incidents": OPERATIONS["incidents"]}

    def check(self) -> Mapping[str, str]:
        """Whose page it is."""
        page = self._line.row("GET", "/api/v2/status.json", "status").get("page")
        return {"account": str(page.get("name") or "") if isinstance(page, Mapping) else ""}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``connectors.operations.Backend``. The page lists its newest fifty incidents."""
        with reading(f"statuspage: {operation}"):
            return run({"incidents": self._incidents}, self.operations, operation, Order(inputs, key, since))

    def _incidents(self, order: Order) -> Result:
        given = order.text("since")
        after = datetime.fromisoformat(given) if given else None
        after = after.replace(tzinfo=UTC) if after and after.tzinfo is None else after
        found = self._line.row("GET", "/api/v2/incidents.json", "incidents")
        return Result({"incidents": parse.incidents(found, after)})
