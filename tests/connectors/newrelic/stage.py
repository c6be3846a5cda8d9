"""A played New Relic account with a series and an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from app.sandbox.backends.newrelic import NewRelicBackend
from app.sandbox.world import World
from connectors.newrelic import NewRelic
from tests.connectors.backends import connection, played


class AccountStage:
    name = "newrelic"
    personal = ("jane.doe@example.com",)
    bare: frozenset[str] = frozenset()
    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "metrics": {"minutes": 30},
        "errors": {"minutes": 30, "email": "jane.doe@example.com"},
    }

    def __init__(self, played_: NewRelicBackend, backend: NewRelic) -> None:
        self.world, self.backend, self.secrets = played_.world, backend, (played_.api_key,)

    def seen(self, operation: str) -> int:
        return 0


@contextmanager
def open() -> Iterator[AccountStage]:
    account = NewRelicBackend(World())
    account.fail("Export failed", "Timeout", userEmail="jane.doe@example.com")
    settings = {
        "account_id": "1234567",
        "queries": "latency = average(duration) FROM Transaction WHERE appName = 'api'",
        "email_attribute": "userEmail",
    }
    with played(account) as base:
        yield AccountStage(account, NewRelic(connection(base, settings, api_key=account.api_key)))
