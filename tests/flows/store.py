"""A shop played in memory as one backend: it keeps the contract, counts what it does, and fails as it is told to."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar

from connectors.base import Connection, Setting
from connectors.errors import NotFound, Refused, Unavailable
from connectors.operations import OPERATIONS, ORDER, Fields, Operation, Result
from connectors.types import File
from tests.builders import NOON

LABEL = File("label.pdf", "application/pdf", b"%PDF-1.4 a label")
ANA = "ana@customer.example"
NAMES = (
    "find_order", "orders_of", "update_address", "restore_address", "cancel_order", "open_return", "cancel_return",
    "create_label", "void_label", "refund",
)  # fmt: skip


def an_order(number: str = "12345", **changes: Any) -> dict[str, Any]:
    """An order of Ana's on its way."""
    values: dict[str, Any] = dict.fromkeys(ORDER.split()) | {
        "number": number,
        "owner": ANA,
        "placed_at": (NOON - timedelta(days=6)).isoformat(),
        "status": "in-transit",
        "total": 29999,
        "currency": "USD",
        "items": [{"id": "i1", "title": "blue sweater", "quantity": 1, "price": 29999, "returnable": True}],
        "shipped_at": (NOON - timedelta(days=4)).isoformat(),
        "expected_at": (NOON + timedelta(days=2)).isoformat(),
        "carrier": "USPS",
        "tracking_number": "9400123456789",
        "tracking_url": "https://track.example/9400123456789",
        "address": {"name": "Ana Silva", "street": "1 Main St", "city": "Springfield", "zip": "62701", "country": "US"},
        "payment": "pay_1",
        "refunded": 0,
        "returns": [],
    }
    return values | changes


def delivered(number: str = "12346", days: int = 5, **changes: Any) -> dict[str, Any]:
    """An order that came some days ago."""
    at = (NOON - timedelta(days=days)).isoformat()
    return an_order(number, **({"status": "delivered", "delivered_at": at, "expected_at": None} | changes))


@dataclass
class Shop:
    """The shop's side. ``log`` is every effect that was carried out, by key; ``faults`` are taken by the next calls, one each."""

    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    log: list[tuple[str, str, Fields]] = field(default_factory=list)
    taken: dict[str, Result] = field(default_factory=dict)
    faults: dict[str, list[str]] = field(default_factory=dict)
    """Operation -> what happens to its next calls: ``down``, ``lost`` (done, and the answer lost), ``refused``, ``shape``."""
    asked: list[str] = field(default_factory=list)
    at: Callable[[str], None] = lambda moment: None

    def counts(self) -> Counter[str]:
        """How often each effect's key was carried out."""
        return Counter(key for key, _, _ in self.log)

    def did(self, name: str) -> list[Fields]:
        """The inputs of every time that this was carried out."""
        return [inputs for _, operation, inputs in self.log if operation == name]


SHOPS: dict[str, Shop] = {}
"""By base address."""


class Store:
    """The backend: the contract of ``connectors.operations`` over a ``Shop``."""

    name: ClassVar[str] = "store"
    settings: ClassVar[tuple[Setting, ...]] = ()

    def __init__(self, connection: Connection) -> None:
        self.shop = SHOPS[connection.base_url]

    @property
    def operations(self) -> Mapping[str, Operation]:
        return {name: OPERATIONS[name] for name in NAMES}

    def check(self) -> Mapping[str, str]:
        return {"account": "shop"}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        self.shop.at(f"ask {operation}")
        self.shop.asked.append(operation)
        fault = self.shop.faults.get(operation, [])
        what = fault.pop(0) if fault else ""
        if what == "down":
            raise Unavailable("no answer")
        if what == "refused":
            raise Refused("not that one")
        if what == "shape":
            return Result({"unexpected": True})
        if operation in ("find_order", "orders_of"):
            return getattr(self, f"_{operation}")(inputs)
        assert key, "an effect has a key"
        if since is not None and key in self.shop.taken:
            done = self.shop.taken[key]
            return Result(done.outputs, done.files, recovered=True)
        result = self._carry_out(operation, inputs)
        self.shop.log.append((key, operation, dict(inputs)))
        self.shop.taken[key] = result
        self.shop.at(f"did {operation}")
        if what == "lost":
            raise Unavailable("the answer got lost")
        return result

    def _find_order(self, inputs: Fields) -> Result:
        if inputs["number"] not in self.shop.orders:
            raise NotFound("no such order")
        return Result(dict(self.shop.orders[inputs["number"]]))

    def _orders_of(self, inputs: Fields) -> Result:
        mine = [one for one in self.shop.orders.values() if one["owner"] == inputs["email"]]
        return Result({
            "owner": inputs["email"], "name": "Ana Silva", "lifetime_value": 50000, "currency": "USD",
            "count": len(mine), "returned": 0, "orders": mine,
        })  # fmt: skip

    def _carry_out(self, operation: str, inputs: Fields) -> Result:
        if operation == "update_address":
            order = self.shop.orders[inputs["number"]]
            previous, order["address"] = order["address"], inputs["address"]
            return Result({"previous": previous})
        if operation == "open_return":
            return Result({"return_number": f"RET-{len(self.shop.log) + 1}"})
        if operation == "create_label":
            outputs = {
                "label": "l1",
                "carrier": "USPS",
                "tracking_number": "94",
                "tracking_url": "https://t.example/94",
            }
            return Result(outputs, (LABEL,))
        if operation == "refund":
            return Result({"refund": "re_1", "amount": inputs["amount"], "status": "succeeded"})
        return Result({"status": "cancelled"} if operation == "cancel_order" else {})
