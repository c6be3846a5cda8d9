"""What a backend's ``tests/connectors/<backend>/stage.py`` offers, so that one suite can run every backend."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

from app.sandbox.world import World
from connectors.operations import Backend, Fields


class BackendStage(Protocol):
    """A backend facing its played system over real HTTP, with something in it for every operation."""

    world: World
    name: str
    """Where it is played."""
    backend: Backend
    secrets: tuple[str, ...]
    """None may appear in a log line or an error."""
    personal: tuple[str, ...]
    """What is known of customers there: the same."""
    examples: Mapping[str, Fields]
    """Inputs that work, for every operation but those that undo."""
    bare: frozenset[str]
    """Operations whose good answer is empty, or may be, so that no shape can be wrong.

    A stage may also have ``answers`` (statuses that mean something else there, by the vendor's documentation) and ``writes``
    (the fault that breaks the line after an effect, where that is not its first POST).
    """

    def seen(self, operation: str) -> int:
        """How often that effect stands in the played system now."""
        ...


class OpensBackend(Protocol):
    """``open()`` of a stage module."""

    def __call__(self) -> AbstractContextManager[BackendStage]:
        """Start the played system on a free port and stop it at the end."""
        ...


PARTS: Mapping[tuple[str, str], str] = {
    ("find_order", "items"): "id title quantity price returnable",
    ("find_order", "address"): "name street street2 city zip region country phone",
    ("find_order", "returns"): "number status",
    ("find_product", "products"): "id title options price currency available url",
    ("find_customer", "accounts"): "account kind last2 available current currency",
    ("find_customer", "cards"): "card last4 status",
    ("balances", "accounts"): "account kind last2 available current currency",
    ("transactions", "transactions"): "transaction at merchant amount currency place customer_place card",
    ("open_slots", "slots"): "slot at kind",
    ("search_issues", "issues"): "issue title status url text workaround eta labels",
    ("metrics", "series"): "name unit latest mean highest usual",
    ("errors", "errors"): "at message count trace",
    ("incidents", "incidents"): "incident title status impact url started_at resolved_at components text",
}
"""(operation, output) -> the names in it, or in each of it."""


def parts(value: Any) -> list[set[str]]:
    """The names in a value, or in each of a list."""
    rows = value if isinstance(value, list) else [value]
    return [set(row) for row in rows]
