"""What customers ask to have changed: an order's address, the order itself, their money. Each looks first and says no with a reason."""

import re
from collections.abc import Mapping
from typing import Any

from app.engine.actions.confirming import confirming
from app.engine.actions.orders import UNSENT, Facts, lines, meant
from app.engine.actions.words import asked, done, handed
from app.engine.types import Reason
from app.engine.words import stems
from app.engine.workflows.types import Action, Call, Done, HandOver, Move, Scene, Step
from connectors.types import Role

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
    """The order that is meant, at the shop that the step names."""
    return meant(step, scene, str(step.settings.get("system", "")))


def _unsent(order: Facts) -> Reason | None:
    """Why it is too late to change the order, or None."""
    if order.get("status") in UNSENT and not order.get("shipped_at"):
        return None
    return Reason("too_late", f"The order is {order.get('status')} already, so it cannot be changed at the shop.")


def _changeable(step: Step, scene: Scene) -> Facts | Move:
    """The same, where it is not too late to change it."""
    order = _order(step, scene)
    if isinstance(order, Mapping) and (late := _unsent(order)):
        return handed(scene, late, "too-late", {"number": order["number"]})
    return order


def _wanted(order: Facts, scene: Scene) -> Facts | Move:
    """Where the order shall go: as an earlier step has collected it, else as the customer says here."""
    if given := scene.outputs.get("address"):
        return dict(given)
    said = scene.heard[-1] if scene.heard else scene.question
    address = address_in(said, order.get("address") or {})
    fields = {"number": order["number"], "again": scene.asked or None}
    return address or asked(scene, "ask-address", ("address",), fields)


def _where(address: Facts) -> str:
    return ", ".join(str(address[name]) for name in ("street", "street2", "zip", "city", "country") if address[name])


def _collect(step: Step, scene: Scene) -> Move:
    order = _changeable(step, scene)
    if not isinstance(order, Mapping):
        return order
    address = _wanted(order, scene)
    return Done({"number": order["number"], "address": address}) if isinstance(address, Mapping) else address


def _sure_of_address(step: Step, scene: Scene) -> Move:
    fields = {"number": scene.outputs["number"], "address": _where(scene.outputs["address"])}
    return confirming(scene, "confirm-address", fields)


def _address(step: Step, scene: Scene) -> Move:
    order = _changeable(step, scene)
    if not isinstance(order, Mapping):
        return order
    address = _wanted(order, scene)
    if not isinstance(address, Mapping):
        return address
    call = Call("update_address", {"number": order["number"], "address": address}, str(step.settings.get("system", "")))
    answer = scene.answer(call)
    if answer is None:
        return call
    fields = {"number": order["number"], "address": _where(address)}
    return done(scene, "address-changed", fields, outputs={"address": address}, notes=lines(order, scene.now))


def _cancellable(step: Step, scene: Scene) -> Facts | Move:
    order = _order(step, scene)
    if isinstance(order, Mapping) and order.get("status") == "cancelled":
        return handed(scene, Reason("already_cancelled", "The order is cancelled already."))
    return _changeable(step, scene) if isinstance(order, Mapping) else order


def _sure_of_cancelling(step: Step, scene: Scene) -> Move:
    if "number" not in scene.outputs:
        return HandOver(Reason("no_number", "No earlier step has said which order would be cancelled."))
    order = _cancellable(step, scene)
    if not isinstance(order, Mapping):
        return order
    items = "; ".join(str(item["title"]) for item in order.get("items") or ())
    return confirming(scene, "confirm-cancellation", {"number": order["number"], "items": items or None})


def _why(step: Step, scene: Scene) -> str | Move:
    """The reason for the shop: one that the configuration accepts, where it names some; any other is for a person."""
    accepted = [str(one) for one in step.settings.get("reasons") or ()]
    if not accepted:
        return "customer"
    texts = scene.heard or [m.text for m in scene.ticket.messages if m.public and m.author.role is Role.CUSTOMER]
    said = [set(stems(text)) for text in texts]
    meant = {one for one in accepted if any(set(stems(one)) <= text for text in said)}
    if len(meant) == 1:
        return meant.pop()
    if scene.heard:
        return handed(
            scene, Reason("no_reason", "The customer gave none of the reasons for which orders are cancelled.")
        )
    fields = {"number": scene.outputs.get("number"), "reasons": "; ".join(accepted)}
    return asked(scene, "ask-cancellation-reason", ("reason",), fields)


def _cancel(step: Step, scene: Scene) -> Move:
    order = _cancellable(step, scene)
    if not isinstance(order, Mapping):
        return order
    reason = _why(step, scene)
    if not isinstance(reason, str):
        return reason
    inputs = {"number": order["number"], "reason": reason}
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


COLLECTED = Action(_collect, (), ("number", "address"), ("find_order", "orders_of"))
SURE_OF_ADDRESS = Action(_sure_of_address, ("number", "address"), ("confirmed",))
SURE_OF_CANCELLING = Action(_sure_of_cancelling, ("number",), ("confirmed",), ("find_order",))
MOVED = Action(_address, (), ("address",), ("find_order", "orders_of", "update_address"))
CANCELLED = Action(_cancel, (), (), ("find_order", "orders_of", "cancel_order"))
REFUNDED = Action(_refund, (), (), ("find_order", "orders_of", "refund"))
