"""Shopify's shapes into the catalogue's words. Pure: no call is made here."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.errors import Refused
from connectors.money import minor
from connectors.operations import Fields
from connectors.rest import folded, moment
from connectors.shopify.shapes import Address, Customer, Fulfillment, Money, Order, Product, Returnables, TracedCustomer

_NUMBER = re.compile(r"#?[\w.-]{1,40}", re.ASCII)
_EMAIL = re.compile(r"[\w.!#$%&*+/=?^`{|}~-]+@[\w.-]+", re.ASCII)
_SHIPPED = frozenset({"FULFILLED", "PARTIALLY_FULFILLED"})
_PENDING = frozenset({"PENDING", "AUTHORIZED", "EXPIRED"})
_PAID = frozenset({"SALE", "CAPTURE"})


def order(one: Order, returnable: Mapping[str, int] | None) -> Fields:
    """An order's outputs. ``returnable``: how many of each line may come back; None where nobody says."""
    parcel = _parcel(one)
    track = next((t for t in parcel.tracking_info), None) if parcel else None
    total, refunded = one.total_price_set.shop_money, one.total_refunded_set.shop_money
    return {
        "number": one.name.lstrip("#"),
        "owner": folded(one.email),
        "placed_at": moment(one.created_at),
        "status": status(one),
        "total": amount(total),
        "currency": total.currency_code,
        "items": [
            {
                "id": line.id,
                "title": f"{line.title} {line.variant_title}" if line.variant_title else line.title,
                "quantity": line.quantity,
                "price": amount(line.original_unit_price_set.shop_money),
                "returnable": None if returnable is None else returnable.get(line.id, 0) > 0,
            }
            for line in one.line_items.nodes
        ],
        "shipped_at": moment(parcel.created_at) if parcel else None,
        "expected_at": moment(parcel.estimated_delivery_at) if parcel else None,
        "delivered_at": moment(parcel.delivered_at) if parcel else None,
        "carrier": track.company if track else None,
        "tracking_number": track.number if track else None,
        "tracking_url": track.url if track else None,
        "address": address(one.shipping_address),
        "payment": _payment(one),
        "refunded": amount(refunded),
        "returns": [{"number": back.name, "status": back.status.lower()} for back in one.returns.nodes],
    }


def status(one: Order) -> str:
    """One word for where an order stands."""
    parcel = _parcel(one)
    if one.cancelled_at:
        return "cancelled"
    if one.return_status == "RETURNED":
        return "returned"
    if parcel and parcel.delivered_at:
        return "delivered"
    if one.display_fulfillment_status in _SHIPPED:
        return "in-transit"
    return "pending" if one.display_financial_status in _PENDING else "processing"


def shipped(display_fulfillment_status: str) -> bool:
    """Whether any of it has left."""
    return display_fulfillment_status in _SHIPPED


def buyer(one: Customer) -> Fields:
    """The outputs of ``orders_of``."""
    return {
        "owner": folded(one.default_email_address.email_address if one.default_email_address else None),
        "name": one.display_name,
        "lifetime_value": amount(one.amount_spent),
        "currency": one.amount_spent.currency_code,
        "count": int(one.number_of_orders) if one.number_of_orders.isdigit() else len(one.history.nodes),
        "returned": sum(past.return_status != "NO_RETURN" for past in one.history.nodes),
        "orders": [order(each, None) for each in one.orders.nodes],
    }


def product(one: Product) -> Fields:
    """One of ``products``."""
    price = one.price_range_v2.min_variant_price
    return {
        "id": one.id,
        "title": one.title,
        "options": {option.name: option.values for option in one.options},
        "price": amount(price),
        "currency": price.currency_code,
        "available": any(variant.available_for_sale for variant in one.variants.nodes),
        "url": one.online_store_url,
    }


def returnable(found: Returnables) -> dict[str, list[tuple[str, int]]]:
    """For each line of the order: which sent lines may come back, and how many of each."""
    lines: dict[str, list[tuple[str, int]]] = {}
    for parcel in found.returnable_fulfillments.nodes:
        for line in parcel.returnable_fulfillment_line_items.nodes:
            sent = line.fulfillment_line_item
            lines.setdefault(sent.line_item.id, []).append((sent.id, line.quantity))
    return lines


def amount(money: Money) -> int:
    """In the smallest unit."""
    return minor(money.amount, money.currency_code)


def address(one: Address | None) -> Fields | None:
    """An address in the catalogue's words."""
    if one is None:
        return None
    return {
        "name": one.name or "",
        "street": one.address1 or "",
        "street2": one.address2 or "",
        "city": one.city or "",
        "zip": one.zip or "",
        "region": one.province_code or "",
        "country": one.country_code_v2 or "",
        "phone": one.phone or "",
    }


def mailing(given: Mapping[str, Any]) -> dict[str, str]:
    """The catalogue's address as Shopify takes it."""
    first, _, last = str(given.get("name") or "").strip().rpartition(" ")
    names = {
        "address1": "street",
        "address2": "street2",
        "city": "city",
        "zip": "zip",
        "provinceCode": "region",
        "countryCode": "country",
        "phone": "phone",
    }
    plain = {theirs: str(given.get(ours) or "").strip() for theirs, ours in names.items()}
    return {"firstName": first, "lastName": last, **{name: value for name, value in plain.items() if value}}


def details(changes: Any) -> dict[str, str]:
    """What may be changed of a customer, as Shopify takes it. Raises Refused for anything else."""
    if not isinstance(changes, Mapping) or not changes or set(changes) - {"email", "phone"}:
        raise Refused("shopify: only an e-mail address and a telephone number are changed")
    given = {name: str(value).strip() for name, value in changes.items()}
    if "phone" in given:
        given["phone"] = re.sub(r"[^\d+]", "", given["phone"])
    if not all(given.values()) or ("email" in given and not _EMAIL.fullmatch(given["email"])):
        raise Refused("shopify: no such address or number")
    return given


def known(one: TracedCustomer) -> dict[str, str | None]:
    """The details as they are."""
    address, phone = one.default_email_address, one.default_phone_number
    return {"email": address.email_address if address else None, "phone": phone.phone_number if phone else None}


def by_number(number: str) -> str:
    """A search for an order's name; empty for what cannot be one, so that no text of a customer's becomes a search."""
    return f"name:{number.lstrip('#')}" if _NUMBER.fullmatch(number) else ""


def by_email(email: str) -> str:
    """A search for a buyer; empty for what cannot be an address."""
    return f"email:{email}" if _EMAIL.fullmatch(email) else ""


def by_words(text: str) -> str:
    """A search for products by plain words only."""
    return " ".join(word for word in re.findall(r"[\w-]+", text) if word not in ("AND", "OR", "NOT"))[:200]


def _parcel(one: Order) -> Fulfillment | None:
    """The parcel that matters to who waits: the last one that is not there yet, else the last."""
    open_ = [parcel for parcel in one.fulfillments if parcel.delivered_at is None]
    every = open_ or one.fulfillments
    return max(every, key=lambda parcel: parcel.created_at) if every else None


def _payment(one: Order) -> str:
    paid = [t.authorization_code for t in one.transactions if t.kind in _PAID and t.status == "SUCCESS"]
    return next((code for code in paid if code), "")
