"""The benchmark's policy as an oracle of its own: what a write breaks, judged from the data before it and from what was said."""

from collections.abc import Mapping, Sequence
from typing import Any

from tests.flows.retail.shop import Write

REASONS = {"no longer needed", "ordered by mistake"}


def broken(
    write: Write, data: Mapping[str, Any], user: str, agreed: Sequence[str], before: Sequence[Write]
) -> list[str]:
    """Every rule that the write breaks; ``agreed`` are the questions that the customer has said yes to, ``before`` the writes so far."""
    order = data["orders"].get(write.arguments.get("order_id", ""))
    if order is None:
        return ["there is no such order"]
    number = order["order_id"].lstrip("#")
    found = [] if order["user_id"] == user else ["somebody else's order"]
    if not any(number in question for question in agreed):
        found.append("not confirmed by the customer")
    return [*found, *_RULES[write.tool](write, order, data["users"][user], before)]


def _cancel(write: Write, order: Mapping[str, Any], user: Mapping[str, Any], before: Sequence[Write]) -> list[str]:
    found = [] if order["status"] == "pending" else ["only pending orders are cancelled"]
    return found + ([] if write.arguments["reason"] in REASONS else ["no acceptable reason"])


def _return(write: Write, order: Mapping[str, Any], user: Mapping[str, Any], before: Sequence[Write]) -> list[str]:
    found = [] if order["status"] == "delivered" else ["only delivered orders are returned"]
    items, ids = write.arguments["item_ids"], [item["item_id"] for item in order["items"]]
    if not items or any(items.count(one) > ids.count(one) for one in items):
        found.append("items that are not in the order")
    method = write.arguments["payment_method_id"]
    original = order["payment_history"][0]["payment_method_id"]
    known = user["payment_methods"].get(method)
    if method != original and not (known and known["source"] == "gift_card"):
        found.append("refund neither to the original payment nor to a gift card")
    if any(one.tool == write.tool and one.arguments["order_id"] == order["order_id"] for one in before):
        found.append("an order is returned once")
    return found


def _address(write: Write, order: Mapping[str, Any], user: Mapping[str, Any], before: Sequence[Write]) -> list[str]:
    return [] if order["status"] == "pending" else ["only pending orders are changed"]


_RULES = {
    "cancel_pending_order": _cancel,
    "return_delivered_order_items": _return,
    "modify_pending_order_address": _address,
}
