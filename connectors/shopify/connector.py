"""Shopify as a backend. Effects leave their mark in the order itself (a metafield, a staff note, a reason), and are looked for first."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, ClassVar

from connectors import rest
from connectors.base import Connection, Setting
from connectors.errors import Forbidden, NotFound, Refused
from connectors.operations import OPERATIONS, Fields, Operation, Result
from connectors.rest import Order
from connectors.shopify import documents, parse, shapes
from connectors.shopify.client import Client

_REASONS = {
    "customer": "CUSTOMER",
    "declined": "DECLINED",
    "fraud": "FRAUD",
    "inventory": "INVENTORY",
    "staff": "STAFF",
}
_WHY_BACK = {
    "damaged": "DEFECTIVE",
    "defective": "DEFECTIVE",
    "wrong": "WRONG_ITEM",
    "small": "SIZE_TOO_SMALL",
    "large": "SIZE_TOO_LARGE",
    "described": "NOT_AS_DESCRIBED",
    "color": "COLOR",
    "colour": "COLOR",
    "style": "STYLE",
}
LINES, LINES_IN_LISTS = 50, 10


class Shopify:
    """One shop. Needs the scopes read_orders, write_orders, read_customers, write_customers, read_products, read_returns, write_returns."""

    name: ClassVar[str] = "shopify"
    settings: ClassVar[tuple[Setting, ...]] = (
        Setting("access_token", "the custom app's Admin API access token", secret=True),
    )

    def __init__(self, connection: Connection) -> None:
        self._client = Client(connection)
        self._ways: Mapping[str, Callable[[Order], Result]] = {
            "find_order": self._find_order,
            "orders_of": self._orders_of,
            "find_product": self._find_product,
            "update_address": self._update_address,
            "restore_address": self._restore_address,
            "cancel_order": self._cancel_order,
            "open_return": self._open_return,
            "cancel_return": self._cancel_return,
            "update_customer": self._update_customer,
            "restore_customer": self._restore_customer,
        }

    @property
    def operations(self) -> Mapping[str, Operation]:
        """What it can do."""
        return {name: OPERATIONS[name] for name in self._ways}

    def check(self) -> Mapping[str, str]:
        """Whose shop this is. Raises a ConnectorError."""
        shop = self._client.ask(shapes.Shops, documents.SHOP).shop
        return {"account": shop.name, "user_id": shop.myshopify_domain}

    def run(self, operation: str, inputs: Fields, *, key: str = "", since: datetime | None = None) -> Result:
        """See ``Backend.run``. Every effect reads its order first, so that a mark left earlier is found with or without ``since``."""
        return rest.run(self._ways, self.operations, operation, Order(inputs, key, since))

    # --- reads -------------------------------------------------------------------------------------------------

    def _find_order(self, order: Order) -> Result:
        query = parse.by_number(order.text("number"))
        found = self._client.ask(shapes.Orders, documents.ORDER, query=query, lines=LINES).orders.nodes if query else []
        one = next((o for o in found if _same(o.name, order.text("number"))), None)
        if one is None:
            raise NotFound("shopify: no such order")
        return Result(parse.order(one, self._returnable_counts(one)))

    def _returnable_counts(self, one: shapes.Order) -> Mapping[str, int] | None:
        """How many of each line may come back; None where the token may not ask."""
        if not one.fulfillments:
            return {}
        try:
            lines = self._returnable(one.id)
        except Forbidden:
            return None
        return {line: sum(count for _, count in sent) for line, sent in lines.items()}

    def _returnable(self, order_id: str) -> dict[str, list[tuple[str, int]]]:
        return parse.returnable(self._client.ask(shapes.Returnables, documents.RETURNABLE, order=order_id))

    def _orders_of(self, order: Order) -> Result:
        email = order.text("email").casefold()
        query = parse.by_email(email)
        found = (
            self._client.ask(shapes.Customers, documents.CUSTOMER, query=query, lines=LINES_IN_LISTS) if query else None
        )
        for one in found.customers.nodes if found else []:
            outputs = parse.buyer(one)
            if outputs["owner"] == email:
                return Result(outputs)
        raise NotFound("shopify: no such customer")

    def _find_product(self, order: Order) -> Result:
        found = self._client.ask(shapes.Products, documents.PRODUCTS, query=parse.by_words(order.text("query")))
        return Result({"products": [parse.product(one) for one in found.products.nodes]})

    # --- effects -----------------------------------------------------------------------------------------------

    def _traced(self, number: str, mark: str) -> shapes.Traced:
        query = parse.by_number(number)
        found = self._client.ask(shapes.Traces, documents.TRACES, query=query, mark=mark).orders.nodes if query else []
        one = next((o for o in found if _same(o.name, number)), None)
        if one is None:
            raise NotFound("shopify: no such order")
        return one

    def _update_address(self, order: Order) -> Result:
        one = self._traced(order.text("number"), order.mark)
        if one.metafield:
            return Result({"previous": json.loads(one.metafield.value)}, recovered=True)
        _refuse_if_gone(one)
        previous = parse.address(one.shipping_address)
        mark = {"namespace": "deskhand", "key": order.mark, "type": "json", "value": json.dumps(previous)}
        self._set_address(one.id, order.inputs["address"], [mark])
        return Result({"previous": previous})

    def _restore_address(self, order: Order) -> Result:
        one = self._traced(order.text("number"), order.mark)
        _refuse_if_gone(one)
        self._set_address(one.id, order.inputs["previous"], [])
        return Result({})

    def _set_address(self, order_id: str, address: Any, metafields: list[dict[str, str]]) -> None:
        if not isinstance(address, Mapping) or not str(address.get("street") or "").strip():
            raise Refused("shopify: an address without a street")
        values = {"id": order_id, "shippingAddress": parse.mailing(address)}
        self._client.tell(documents.UPDATE, input={**values, "metafields": metafields} if metafields else values)

    def _cancel_order(self, order: Order) -> Result:
        one, note = self._traced(order.text("number"), order.mark), f"deskhand {order.mark}"
        if one.cancelled_at and one.cancellation and note in (one.cancellation.staff_note or ""):
            return Result({"status": "cancelled"}, recovered=True)
        _refuse_if_gone(one)
        reason = _REASONS.get(order.text("reason").casefold(), "CUSTOMER")
        self._client.tell(documents.CANCEL, order=one.id, reason=reason, note=note)
        after = self._traced(order.text("number"), order.mark)  # the shop cancels in a job of its own
        return Result({"status": "cancelled" if after.cancelled_at else "pending"})

    def _open_return(self, order: Order) -> Result:
        one = self._traced(order.text("number"), order.mark)
        for back in one.returns.nodes:
            if any(order.mark in line.return_reason_note for line in back.return_line_items.nodes):
                return Result({"return_number": back.name}, recovered=True)
        lines = self._lines(one.id, order)
        answer = self._client.tell(documents.OPEN_RETURN, **{"return": {"orderId": one.id, "returnLineItems": lines}})
        made = self._client.opened(shapes.Opening, answer).return_create.return_
        if made is None:
            raise Refused("shopify: the return was not opened")
        return Result({"return_number": made.name})

    def _lines(self, order_id: str, order: Order) -> list[dict[str, Any]]:
        """The sent lines to take back. Raises Refused when fewer than wanted may come back."""
        free, reason = self._returnable(order_id), order.text("reason")
        why = next((code for word, code in _WHY_BACK.items() if word in reason.casefold()), "OTHER")
        note = f"{reason[:180]} [deskhand {order.mark}]"
        lines: list[dict[str, Any]] = []
        for item, wanted in _wanted(order.inputs["items"]):
            left = wanted
            for sent, count in free.get(item, []):
                taken = min(left, count)
                if taken:
                    line = {"fulfillmentLineItemId": sent, "quantity": taken}
                    lines.append({**line, "returnReason": why, "returnReasonNote": note})
                left -= taken
            if left:
                raise Refused("shopify: an item cannot be returned")
        return lines

    def _cancel_return(self, order: Order) -> Result:
        number = order.text("return_number")
        one = self._traced(number.rpartition("-")[0], order.mark)
        back = next((r for r in one.returns.nodes if r.name == number), None)
        if back is None:
            raise NotFound("shopify: no such return")
        if back.status == "CANCELED":
            return Result({}, recovered=True)
        self._client.tell(documents.CANCEL_RETURN, id=back.id)
        return Result({})

    def _customer(self, email: str, mark: str) -> shapes.TracedCustomer | None:
        query = parse.by_email(email.casefold())
        if not query:
            return None
        found = self._client.ask(shapes.CustomerTraces, documents.CUSTOMER_TRACE, query=query, mark=mark)
        theirs = ((one, one.default_email_address) for one in found.customers.nodes)
        return next((one for one, address in theirs if address and _alike(address.email_address, email)), None)

    def _update_customer(self, order: Order) -> Result:
        """Whoever has the new address already may be the customer, changed by an earlier attempt."""
        changes = parse.details(order.inputs["changes"])
        for email in dict.fromkeys((order.text("email"), changes.get("email") or order.text("email"))):
            one = self._customer(email, order.mark)
            if one and one.metafield:
                return Result({"previous": json.loads(one.metafield.value)}, recovered=True)
        one = self._customer(order.text("email"), order.mark)
        if one is None:
            raise NotFound("shopify: no such customer")
        previous = {"customer": one.id, **{name: parse.known(one)[name] for name in changes}}
        mark = {"namespace": "deskhand", "key": order.mark, "type": "json", "value": json.dumps(previous)}
        self._client.tell(documents.UPDATE_CUSTOMER, input={"id": one.id, **changes, "metafields": [mark]})
        return Result({"previous": previous})

    def _restore_customer(self, order: Order) -> Result:
        """By the customer's own id: the address may be another one by now."""
        former = dict(order.inputs["previous"])
        self._client.tell(documents.UPDATE_CUSTOMER, input={"id": str(former.pop("customer")), **former})
        return Result({})


def _alike(one: str, other: str) -> bool:
    return one.strip().casefold() == other.strip().casefold()


def _same(name: str, number: str) -> bool:
    return name.lstrip("#").casefold() == number.lstrip("#").casefold()


def _refuse_if_gone(one: shapes.Traced) -> None:
    if one.cancelled_at:
        raise Refused("shopify: the order is cancelled already")
    if parse.shipped(one.display_fulfillment_status):
        raise Refused("shopify: the order has shipped already")


def _wanted(items: Any) -> list[tuple[str, int]]:
    """Which lines and how many: an id alone means one of it."""
    pairs = [(str(i["id"]), int(i.get("quantity") or 1)) if isinstance(i, Mapping) else (str(i), 1) for i in items]
    if any(count < 1 for _, count in pairs):
        raise Refused("shopify: a return of nothing")
    return pairs
