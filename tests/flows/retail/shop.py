"""A public benchmark's shop behind our neutral operations: its orders and users, changed as its own tools would change them."""

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from connectors.errors import NotFound, Refused
from connectors.operations import OPERATIONS, Result

STATUS = {"pending": "pending", "processed": "in-transit", "delivered": "delivered", "cancelled": "cancelled"}
"""The benchmark's words -> ours: what it calls processed is packed and has a tracking number."""
OFFERED = (
    "find_order",
    "orders_of",
    "cancel_order",
    "open_return",
    "cancel_return",
    "update_address",
    "restore_address",
)
DELIVERED = "2026-11-10T12:00:00+00:00"
PARTS = (("street", "address1"), ("street2", "address2"), ("city", "city"), ("zip", "zip"), ("region", "state"))


@dataclass(frozen=True)
class Write:
    """One change that reached the shop: the benchmark's tool and its arguments."""

    tool: str
    arguments: Mapping[str, Any]


@dataclass
class Shop:
    """The benchmark's data for one conversation. ``writes`` are the changes in order."""

    data: dict[str, Any]
    writes: list[Write] = field(default_factory=list)

    @classmethod
    def opened(cls, data: Mapping[str, Any]) -> "Shop":
        """A copy of its own: products are never changed and are shared."""
        return cls({**data, "orders": copy.deepcopy(data["orders"]), "users": copy.deepcopy(data["users"])})

    def run(self, operation: str, inputs: Mapping[str, Any]) -> Result:
        """One operation. Raises NotFound and Refused as a backend does."""
        outputs = getattr(self, f"_{operation}")(inputs)
        return Result({name: outputs.get(name) for name in OPERATIONS[operation].outputs})

    def _order(self, number: str) -> dict[str, Any]:
        found = self.data["orders"].get(f"#{number.lstrip('#').upper()}")
        if found is None:
            raise NotFound("no such order")
        return found

    def _find_order(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        return self._shown(self._order(str(inputs["number"])))

    def _shown(self, order: Mapping[str, Any]) -> dict[str, Any]:
        user, status = self.data["users"][order["user_id"]], order["status"].split(" ")[0]
        word = STATUS.get(order["status"], STATUS.get(status, "delivered"))
        paid = order["payment_history"][0]
        return {
            "number": order["order_id"].lstrip("#"),
            "owner": user["email"].casefold(),
            "status": word if order["status"] in STATUS else "returned" if status in ("return", "exchange") else word,
            "total": round(paid["amount"] * 100),
            "currency": "USD",
            "items": [_item(item) for item in order["items"]],
            "delivered_at": DELIVERED if word == "delivered" else None,
            "address": _address(order["address"], user),
            "payment": paid["payment_method_id"],
            "refunded": 0,
            "returns": [],
        }

    def _orders_of(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        user = next(
            (u for u in self.data["users"].values() if u["email"].casefold() == inputs["email"].casefold()), None
        )
        if user is None:
            raise NotFound("no such customer")
        orders = [self._shown(self.data["orders"][number]) for number in user["orders"]]
        return {
            "owner": user["email"].casefold(),
            "count": len(orders),
            "returned": 0,
            "orders": orders,
            "currency": "USD",
        }

    def _cancel_order(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        order = self._order(str(inputs["number"]))
        if order["status"] != "pending":
            raise Refused("not pending")
        apply(
            self.data, self._write("cancel_pending_order", {"order_id": order["order_id"], "reason": inputs["reason"]})
        )
        return {"status": "cancelled"}

    def _open_return(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        order = self._order(str(inputs["number"]))
        if order["status"] != "delivered":
            raise Refused("not delivered")
        arguments = {
            "order_id": order["order_id"],
            "item_ids": [item["id"] for item in inputs["items"]],
            "payment_method_id": order["payment_history"][0]["payment_method_id"],
        }
        apply(self.data, self._write("return_delivered_order_items", arguments))
        return {"return_number": f"R{order['order_id'].lstrip('#')}"}

    def _update_address(self, inputs: Mapping[str, Any]) -> dict[str, Any]:
        order = self._order(str(inputs["number"]))
        if order["status"] != "pending":
            raise Refused("not pending")
        before, given = dict(order["address"]), inputs["address"]
        parts = {theirs: given.get(ours) or "" for ours, theirs in PARTS}
        country = given.get("country") or before["country"]
        apply(
            self.data,
            self._write("modify_pending_order_address", {"order_id": order["order_id"], **parts, "country": country}),
        )
        return {"previous": before}

    def _write(self, tool: str, arguments: Mapping[str, Any]) -> Write:
        self.writes.append(Write(tool, arguments))
        return self.writes[-1]


def apply(data: dict[str, Any], write: Write) -> None:
    """What the benchmark's tool does to its data, as far as its final state is compared. Unknown tools change nothing."""
    given = write.arguments
    if write.tool == "modify_user_address":
        data["users"][given["user_id"]]["address"] = {k: v for k, v in given.items() if k != "user_id"}
        return
    order = data["orders"].get(given.get("order_id", ""))
    if order is None:
        return
    if write.tool == "cancel_pending_order":
        order |= {"status": "cancelled", "cancel_reason": given["reason"]}
    elif write.tool == "return_delivered_order_items":
        order |= {"status": "return requested", "return_items": sorted(given["item_ids"])}
        order |= {"return_payment_method_id": given["payment_method_id"]}
    elif write.tool == "modify_pending_order_address":
        order["address"] = {k: v for k, v in given.items() if k != "order_id"}
    elif write.tool in ("exchange_delivered_order_items", "modify_pending_order_items"):
        order |= {"status": f"{write.tool} done", "new_items": sorted(given["new_item_ids"])}
    elif write.tool == "modify_pending_order_payment":
        order["payment_history"].append({"payment_method_id": given["payment_method_id"]})


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    options = ", ".join(str(value) for value in item["options"].values())
    return {
        "id": item["item_id"],
        "title": f"{item['name']} ({options})",
        "quantity": 1,
        "price": round(item["price"] * 100),
        "returnable": True,
    }


def _address(given: Mapping[str, Any], user: Mapping[str, Any]) -> dict[str, Any]:
    name = f"{user['name']['first_name']} {user['name']['last_name']}"
    return {
        "name": name,
        **{ours: given.get(theirs) for ours, theirs in PARTS},
        "country": given["country"],
        "phone": None,
    }
