"""One played shop: orders, buyers, products and returns behind the Admin API's GraphQL endpoint. A real GraphQL engine answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, request
from graphql import GraphQLSchema, build_schema, graphql_sync

from app.sandbox.backends.buyers import Buyers
from app.sandbox.faulty import faulty
from app.sandbox.world import World
from connectors.money import decimal

Row = dict[str, Any]
SCHEMA = Path(__file__).with_name("shopify.graphql")


@cache
def schema() -> GraphQLSchema:
    """The part of the API that is played."""
    return build_schema(SCHEMA.read_text("utf-8"))


@dataclass(frozen=True)
class Item:
    """One line of an order, ``price`` in the smallest unit; ``final``: it cannot come back."""

    title: str
    price: int
    quantity: int = 1
    variant: str = ""
    final: bool = False


@dataclass(frozen=True)
class Back:
    """A return: how many of which lines, and the note on each."""

    id: str
    name: str
    lines: tuple[tuple[str, int, str], ...]
    status: str = "OPEN"


@dataclass
class Purchase:
    """An order as the shop keeps it."""

    id: str
    number: str
    email: str
    placed_at: datetime
    items: tuple[Item, ...]
    address: Mapping[str, str]
    currency: str = "USD"
    payment: str = ""
    shipped_at: datetime | None = None
    expected_at: datetime | None = None
    delivered_at: datetime | None = None
    carrier: str = ""
    tracking: str = ""
    cancelled_at: datetime | None = None
    staff_note: str = ""
    metafields: dict[str, str] = field(default_factory=dict)
    returns: list[Back] = field(default_factory=list)
    returned: bool = False

    @property
    def total(self) -> int:
        """In the smallest unit."""
        return sum(item.price * item.quantity for item in self.items)

    def line(self, place: int) -> str:
        """The id of a line."""
        return f"gid://shopify/LineItem/{self.number}{place:02}"

    def sent(self, place: int) -> str:
        """The id of a line in its parcel."""
        return f"gid://shopify/FulfillmentLineItem/{self.number}{place:02}"

    def free(self, place: int) -> int:
        """How many of a line may still come back."""
        taken = sum(
            n for b in self.returns if b.status != "CANCELED" for line, n, _ in b.lines if line == self.sent(place)
        )
        item = self.items[place]
        return 0 if item.final or not self.delivered_at else item.quantity - taken


@dataclass(frozen=True)
class Ware:
    """A product; ``options`` by name, and whether any of it can be bought."""

    title: str
    price: int
    options: Mapping[str, Sequence[str]] = field(default_factory=dict)
    available: bool = True
    url: str = ""


class Invalid(Exception):
    """The shop says no, with its code."""


class ShopifyBackend:
    """``http://127.0.0.1:PORT/<name>`` stands for ``https://<name>.myshopify.com``."""

    vendor = "shopify"

    def __init__(
        self,
        world: World,
        name: str = "shopify",
        *,
        title: str = "Juniper & Pine",
        token: str = "shpat_sandbox",  # noqa: S107 - a played account's
    ) -> None:
        self.world, self.name, self.title, self.token = world, name, title, token
        self.orders: list[Purchase] = []
        self.wares: list[Ware] = []
        self.buyers = Buyers(world)
        self.people, self.spent = self.buyers.people, self.buyers.spent
        self.may_ask_returns = True
        """Whether the token has the scope ``read_returns``."""
        self.trouble: tuple[str, Row | None] | None = None
        """The code of an error with status 200 for every call, and what it says of cost."""

    def sell(self, number: str, email: str, *items: Item, **more: Any) -> Purchase:
        """Somebody has bought something."""
        made = Purchase(
            f"gid://shopify/Order/{self.world.ids.next('shopify-order')}",
            number,
            email,
            more.pop("placed_at", None) or self.world.clock.now(),
            items,
            more.pop("address", {}),
            **more,
        )
        self.orders.append(made)
        return made

    def order(self, number: str) -> Purchase:
        """That order. Raises LookupError."""
        found = next((one for one in self.orders if one.number == number.lstrip("#")), None)
        if found is None:
            raise LookupError(number)
        return found

    def blueprint(self) -> Blueprint:
        """The GraphQL endpoint; faults first."""
        api = faulty(Blueprint(self.name, __name__), self.world, self.name)
        api.post("/admin/api/<version>/graphql.json")(self._graphql)
        return api

    def _graphql(self, version: str) -> tuple[Response, int]:
        if request.headers.get("X-Shopify-Access-Token") != self.token:
            return jsonify(errors="[API] Invalid API key or access token (unrecognized login or wrong password)"), 401
        given = request.get_json()
        if self.trouble or ("returnableFulfillments" in given["query"] and not self.may_ask_returns):
            code, cost = self.trouble or ("ACCESS_DENIED", None)
            return jsonify(errors=[{"message": "...", "extensions": {"code": code}}], extensions={"cost": cost}), 200
        done = graphql_sync(
            schema(),
            given.get("query") or "",
            root_value=self._root(),
            variable_values=given.get("variables"),
            operation_name=given.get("operationName"),
        )
        answer: Row = {"data": done.data}
        if done.errors:
            answer["errors"] = [
                {"message": e.message, "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}} for e in done.errors
            ]
        changed = given.get("query", "").lstrip().startswith("mutation")
        if changed and self.world.faults.take(self.name, "MUTATION", request.path, ("reset_after",)):
            request.environ["sandbox.reset"] = True  # every call is a POST: a fault says which are meant by this word
        bucket = {"maximumAvailable": 2000.0, "currentlyAvailable": 1990.0, "restoreRate": 100.0}
        answer["extensions"] = {"cost": {"requestedQueryCost": 10, "actualQueryCost": 5, "throttleStatus": bucket}}
        return jsonify(answer), 200

    def _root(self) -> Row:
        return {
            "shop": {"name": self.title, "myshopifyDomain": f"{self.name}.myshopify.com"},
            "orders": lambda info, first=10, query="": _nodes([self._show(o) for o in self._named(query)][:first]),
            "customers": lambda info, first=10, query="": _nodes(self._customers(query)[:first]),
            "products": lambda info, first=10, query="": _nodes([_ware(w) for w in self._wares(query)][:first]),
            "returnableFulfillments": lambda info, first=10, **of: _nodes(self._returnable(of["orderId"])),
            "customerUpdate": self.buyers.update,
            "orderUpdate": self._update,
            "orderCancel": self._cancel,
            "returnCreate": self._open_return,
            "returnCancel": self._cancel_return,
        }

    # --- searches ----------------------------------------------------------------------------------------------

    def _named(self, query: str) -> list[Purchase]:
        """``name:1001`` finds #1001; other searches find everything, as a search that is not understood does."""
        wanted = query.removeprefix("name:").lstrip("#")
        return [one for one in self.orders if not query.startswith("name:") or one.number == wanted]

    def _customers(self, query: str) -> list[Row]:
        every = ((email, [one for one in self.orders if one.email == email]) for email in self.buyers.found(query))
        return [self.buyers.shown(email, bought, self._show) for email, bought in every]

    def _wares(self, query: str) -> list[Ware]:
        words = query.casefold().split()
        return [one for one in self.wares if any(word in one.title.casefold() for word in words)]

    def _by_id(self, id: str) -> Purchase:
        found = next((one for one in self.orders if one.id == id), None)
        if found is None:
            raise Invalid("NOT_FOUND")
        return found

    def _open_order(self, id: str) -> Purchase:
        one = self._by_id(id)
        if one.cancelled_at or one.shipped_at:
            raise Invalid("INVALID")
        return one

    def _returnable(self, order_id: str) -> list[Row]:
        one = self._by_id(order_id)
        lines = [
            {
                "quantity": one.free(place),
                "fulfillmentLineItem": {"id": one.sent(place), "lineItem": self._line(one, place)},
            }
            for place in range(len(one.items))
            if one.free(place)
        ]
        return [{"id": f"{one.id}/parcel", "returnableFulfillmentLineItems": _nodes(lines)}] if lines else []

    # --- showing -----------------------------------------------------------------------------------------------

    def _show(self, one: Purchase) -> Row:
        came_back = one.returned or any(back.status == "CLOSED" for back in one.returns)
        open_ = any(back.status == "OPEN" for back in one.returns)
        return {
            "id": one.id,
            "name": f"#{one.number}",
            "email": one.email,
            "createdAt": _at(one.placed_at),
            "cancelledAt": _at(one.cancelled_at),
            "cancellation": {"staffNote": one.staff_note} if one.cancelled_at else None,
            "displayFinancialStatus": "PAID",
            "displayFulfillmentStatus": "FULFILLED" if one.shipped_at else "UNFULFILLED",
            "returnStatus": "RETURNED" if came_back else "IN_PROGRESS" if open_ else "NO_RETURN",
            "totalPriceSet": _bag(one.total, one.currency),
            "totalRefundedSet": _bag(0, one.currency),
            "shippingAddress": dict(one.address) if one.address else None,
            "lineItems": lambda info, first=10: _nodes([self._line(one, n) for n in range(len(one.items))][:first]),
            "fulfillments": lambda info, first=10: [self._parcel(one)] if one.shipped_at else [],
            "transactions": [{"kind": "SALE", "status": "SUCCESS", "authorizationCode": one.payment or None}],
            "returns": lambda info, first=10: _nodes([_return(back) for back in one.returns][:first]),
            "metafield": lambda info, key, namespace="": self._metafield(one, f"{namespace}.{key}"),
        }

    def _metafield(self, one: Purchase, name: str) -> Row | None:
        space, _, key = name.partition(".")
        return {"namespace": space, "key": key, "value": one.metafields[name]} if name in one.metafields else None

    def _line(self, one: Purchase, place: int) -> Row:
        item = one.items[place]
        return {
            "id": one.line(place),
            "title": item.title,
            "variantTitle": item.variant or None,
            "quantity": item.quantity,
            "refundableQuantity": item.quantity,
            "originalUnitPriceSet": _bag(item.price, one.currency),
        }

    def _parcel(self, one: Purchase) -> Row:
        url = f"https://tools.usps.com/go/TrackConfirmAction?tLabels={one.tracking}"
        return {
            "id": f"{one.id}/parcel",
            "createdAt": _at(one.shipped_at),
            "inTransitAt": _at(one.shipped_at),
            "estimatedDeliveryAt": _at(one.expected_at),
            "deliveredAt": _at(one.delivered_at),
            "displayStatus": "DELIVERED" if one.delivered_at else "IN_TRANSIT",
            "trackingInfo": lambda info, first=1: [{"company": one.carrier, "number": one.tracking, "url": url}],
        }

    # --- mutations ---------------------------------------------------------------------------------------------

    def _update(self, info: Any, input: Row) -> Row:
        try:
            one = self._by_id(input["id"])
        except Invalid:
            return {"order": None, "userErrors": [{"field": ["id"], "message": "Order does not exist"}]}
        if "shippingAddress" in input:
            given = input["shippingAddress"]
            name = f"{given.get('firstName') or ''} {given.get('lastName') or ''}".strip()
            rest = {key: given.get(key) for key in ("address1", "address2", "city", "provinceCode", "zip", "phone")}
            one.address = {**rest, "name": name, "countryCodeV2": given.get("countryCode")}
        for each in input.get("metafields") or ():
            one.metafields[f"{each['namespace']}.{each['key']}"] = each["value"]
        return {"order": self._show(one), "userErrors": []}

    def _cancel(self, info: Any, orderId: str, staffNote: str = "", **more: Any) -> Row:  # noqa: N803
        try:
            one = self._open_order(orderId)
        except Invalid as why:
            error = {"code": str(why), "field": ["orderId"], "message": "Cannot cancel this order"}
            return {"job": None, "orderCancelUserErrors": [error]}
        one.cancelled_at, one.staff_note = self.world.clock.now(), staffNote
        return {"job": {"id": f"{one.id}/job", "done": False}, "orderCancelUserErrors": []}

    def _open_return(self, info: Any, returnInput: Row) -> Row:  # noqa: N803
        try:
            one = self._by_id(returnInput["orderId"])
            _check_lines(one, returnInput["returnLineItems"])
        except Invalid as why:
            return {"return": None, "userErrors": [{"code": str(why), "field": None, "message": "Cannot return this"}]}
        lines = tuple(
            (line["fulfillmentLineItemId"], line["quantity"], line["returnReasonNote"])
            for line in returnInput["returnLineItems"]
        )
        id = f"gid://shopify/Return/{self.world.ids.next('shopify-return')}"
        made = Back(id, f"#{one.number}-R{len(one.returns) + 1}", lines)
        one.returns.append(made)
        return {"return": _return(made), "userErrors": []}

    def _cancel_return(self, info: Any, id: str, **more: Any) -> Row:
        for one in self.orders:
            for place, back in enumerate(one.returns):
                if back.id == id and back.status == "OPEN":
                    one.returns[place] = replace(back, status="CANCELED")
                    return {"return": _return(one.returns[place]), "userErrors": []}
        return {"return": None, "userErrors": [{"code": "NOT_FOUND", "field": ["id"], "message": "Return not found"}]}


def _check_lines(one: Purchase, lines: Sequence[Row]) -> None:
    places = {one.sent(place): place for place in range(len(one.items))}
    for line in lines:
        place = places.get(line["fulfillmentLineItemId"])
        if place is None or not 0 < line["quantity"] <= one.free(place):
            raise Invalid("INVALID")


def _nodes(rows: list[Any]) -> Row:
    return {"nodes": rows}


def _bag(units: int, currency: str) -> Row:
    money = {"amount": decimal(units, currency), "currencyCode": currency}
    return {"shopMoney": money, "presentmentMoney": money}


def _at(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def _return(back: Back) -> Row:
    lines = [{"id": line, "quantity": n, "returnReasonNote": note} for line, n, note in back.lines]
    return {
        "id": back.id,
        "name": back.name,
        "status": back.status,
        "returnLineItems": lambda info, first=10: _nodes(lines),
    }


def _ware(one: Ware) -> Row:
    money = {"amount": decimal(one.price, "USD"), "currencyCode": "USD"}
    return {
        "id": f"gid://shopify/Product/{abs(hash(one.title)) % 10**9}",
        "title": one.title,
        "onlineStoreUrl": one.url or None,
        "options": lambda info, first=3: [{"name": name, "values": list(of)} for name, of in one.options.items()],
        "priceRangeV2": {"minVariantPrice": money, "maxVariantPrice": money},
        "variants": lambda info, first=10: _nodes([{"title": "Default", "availableForSale": one.available}]),
    }
