"""A played Datadog organisation with a series and an error."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from app.sandbox.backends.datadog import DatadogBackend
from app.sandbox.world import World
from connectors.datadog import Datadog
from connectors.errors import AuthFailed, ConnectorError
from tests.connectors.backends import connection, played


class OrganisationStage:
    name = "datadog"
    personal = ("jane.doe@example.com",)
    bare = frozenset({"metrics", "errors"})
    """Every field of its answers is optional in the API's own description."""
    answers: ClassVar[dict[int, type[ConnectorError]]] = {403: AuthFailed}
    examples: ClassVar[dict[str, dict[str, Any]]] = {
        "metrics": {"minutes": 30},
        "errors": {"minutes": 30, "email": "jane.doe@example.com"},
    }

    def __init__(self, played_: DatadogBackend, backend: Datadog) -> None:
        self.world, self.backend = played_.world, backend
        self.secrets = (played_.api_key, played_.app_key)

    def seen(self, operation: str) -> int:
        return 0


@contextmanager
def open() -> Iterator[OrganisationStage]:
    organisation = DatadogBackend(World())
    organisation.log("Export failed", email="jane.doe@example.com", kind="Timeout")
    settings = {"queries": "latency = avg:trace.http.request.duration{service:api}", "email_facet": "@usr.email"}
    with played(organisation) as base:
        keys = {"api_key": organisation.api_key, "app_key": organisation.app_key}
        yield OrganisationStage(organisation, Datadog(connection(base, settings, **keys)))
