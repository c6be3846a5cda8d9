"""What customers ask to have changed: an order's address, the order itself, their money. Each looks first and says no with a reason."""

import re
from collections.abc import Mapping
from typing import Any

from app.engine.actions.orders import UNSENT, Facts, lines, number_of, order_of
from app.engine.actions.words import asked, done, handed
from app.engine.types import Reason
from app.engine.workflows.types import Action, Call, Move, Scene, Step

MOST = 500
PARTS = ("name", "street", "street2", "city", "zip", "region", "country", "phone")
_ZIP = re.compile(
    r"\b(?:[A-Z]{1,2}-)?(\d{5}(?:-\d{4})?|\d{4} ?[A-Z]{2}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4}(?:-\d{3})?)\b"
)
_STREET = re.compile(r"\d")
_LEAD = re.compile(
    r"^.*?\b(?:address is(?: now)?|address:|send it to|ship it to|deliver it to|change it to|to this address:?|adresse ist)\s*:?\s*",
    re.IGNORECASE | re.DOTALL,
)
_REGION = re.compile(r"\b([A-Z]{2,3})\b")


def address_in(text: str, before: Facts) -> dict[str, Any] | None:
    """The address that an answer gives, the rest as it was before; None unless street, town and postcode are all there."""
    parts = [part.strip(" .\t") for part in re.split(r"[\n,;]+", _LEAD.sub("", text[:MOST])) if part.strip(" .\t")]
    with_zip = next((n for n, part in reversed(list(enumerate(parts))) if n and _ZIP.search(part)), None)
    street = next((n for n, part in enumerate(parts) if _STREET.search(part)), None)
    if with_zip is None or street is None or street >= with_zip:
        return None
    found = _ZIP.search(parts[with_zip])
    rest = _ZIP.sub("", parts[with_zip]).strip() if found else ""
    region = _REGION.search(rest)
    town = (_REGION.sub("", rest) if region else rest).strip()
    between = parts[street + 1 : with_zip]
    city = town or (between.pop() if between else "")
    if not found or not city:
        return None
    after = parts[with_zip + 1 :]
    kept = {name: before.get(name) for name in ("name", "country", "phone")}
    given = {
        "street": parts[street],
        "street2": ", ".join(between) or None,
        "city": city,
        "zip": found[1],
        "region": region[1] if region else None,
    }
    return {**dict.fromkeys(PARTS), **kept, **given, **({"country": after[0]} if after else {})}


def _order(step: Step, scene: Scene) -> Facts | Move:
    """The order that is meant, seen by its buyer."""
    number = number_of(step, scene)
    return order_of(scene, number, str(step.settings.get("system", ""))) if isinstance(number, str) else number


def _unsent(order: Facts) -> Reason | None:
    """Why it is too late to change the order, or None."""
    if order.get("status") in UNSENT and not order.get("shipped_at"):
        return None
    return Reason("too_late", f"The order is {order.get('status')} already, so it cannot be changed at the shop.")


def _address(step: Step, scene: Scene) -> Move:
    order = _order(step, scene)
    if not isinstance(order, Mapping):
        return order
    if late := _unsent(order):
        return handed(scene, late, "too-late", {"number": order["number"]})
    said = scene.heard[-1] if scene.heard else scene.question
    address = address_in(said, order.get("address") or {})
    if address is None:
        fields = {"number": order["number"], "again": scene.asked or None}
        return asked(scene, "ask-address", ("address",), fields)
    call = Call("update_address", {"number": order["number"], "address": address}, str(step.settings.get("system", "")))
    answer = scene.answer(call)
    if answer is None:
        return call
    where = ", ".join(str(address[name]) for name in ("street", "street2", "zip", "city", "country") if address[name])
    fields = {"number": order["number"], "address": where}
    return done(scene, "address-changed", fields, outputs={"address": address}, notes=lines(order, scene.now))


def _cancel(step: Step, scene: Scene) -> Move:
    order = _order(step, scene)
    if not isinstance(order, Mapping):
        return order
    if order.get("status") == "cancelled":
        return handed(scene, Reason("already_cancelled", "The order is cancelled already."))
    if late := _unsent(order):
        return handed(scene, late, "too-late", {"number": order["number"]})
    inputs = {"number": order["number"], "reason": "customer"}
    call = Call("cancel_order", inputs, str(step.settings.get("system", "")))
    answer = scene.answer(call)
    if answer is None:
        return call
    return done(scene, "order-cancelled", {"number": order["number"]}, notes=lines(order, scene.now))


def _refund(step: Step, scene: Scene) -> Move:
    order = _order(step, scene)
    if not isinstance(order, Mapping):
        return order
    total, refunded = order.get("total"), order.get("refunded") or 0
    if not isinstance(total, int) or not order.get("payment"):
        return handed(scene, Reason("no_payment", "The shop shows no payment of this order that could be refunded."))
    if refunded >= total:
        return handed(scene, Reason("already_refunded", "The order has been refunded already."))
    inputs = {"payment": order["payment"], "amount": total - refunded, "currency": order["currency"]}
    call = Call("refund", inputs, str(step.settings.get("system", "")))
    answer = scene.answer(call)
    if answer is None:
        return call
    fields = {"number": order["number"], "amount": answer.outputs.get("amount"), "currency": order["currency"]}
    return done(scene, "refunded", fields, notes=lines(order, scene.now))


MOVED = Action(_address, (), ("address",), ("find_order", "orders_of", "update_address"))
CANCELLED = Action(_cancel, (), (), ("find_order", "orders_of", "cancel_order"))
REFUNDED = Action(_refund, (), (), ("find_order", "orders_of", "refund"))
