"""Returns: whether something may come back, its label, its number at the shop, and what the customer does with both."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from app.engine.actions.confirming import confirming
from app.engine.actions.orders import Facts, lines, meant, moment
from app.engine.actions.words import asked, done, handed
from app.engine.sla import Unit, term
from app.engine.types import Reason
from app.engine.words import meaningful, stems, words
from app.engine.workflows.types import Action, Call, Done, Move, Scene, Step

WINDOW = timedelta(days=30)
_VARIANT = re.compile(r"\(.*| - .*")
_EXCLUDING = frozenset(words("but except not dont without keep only aber ausser nicht ohne nur sauf excepto menos pas"))
_ALL = frozenset(words("all everything both alles beide alle todo todos tout tous"))
_REASONS = ("damaged", "broken", "wrong", "defective", "small", "large", "late", "colour", "color", "size")


def _verify(step: Step, scene: Scene) -> Move:
    order = meant(step, scene)
    if not isinstance(order, Mapping):
        return order
    checks = _checks(step)
    if refusal := _refused(order, checks, scene.now):
        return handed(scene, refusal)
    items = _meant(order, scene)
    if not isinstance(items, Sequence):
        return items
    if checks.get("itemReturnable", True) and any(not item.get("returnable") for item in items):
        return handed(scene, Reason("not_returnable", "The shop does not take this item back."))
    wanted = [{"id": item["id"], "quantity": 1} for item in items]
    outputs = {"number": order["number"], "order": order, "items": wanted, "reason": _why(scene)}
    told = ", ".join(str(item["title"]) for item in items)
    return Done(outputs, notes=(*lines(order, scene.now), f"May come back: {told}"))


def _checks(step: Step) -> Mapping[str, Any]:
    """The checks as one mapping; the configuration lists them one by one."""
    given = step.settings.get("checks") or ()
    if isinstance(given, Mapping):
        return given
    return {name: value for one in given if isinstance(one, Mapping) for name, value in one.items()}


def _refused(order: Facts, checks: Mapping[str, Any], now: datetime) -> Reason | None:
    """Why nothing of the order comes back, or None."""
    window, delivered = _window(checks), moment(order.get("delivered_at"))
    if order.get("status") == "cancelled":
        return Reason("order_cancelled", "The order was cancelled.")
    if order.get("returns"):
        return Reason("already_returned", "A return of this order is open already.")
    if order.get("refunded") and order["refunded"] >= order.get("total", 0):
        return Reason("already_refunded", "The order has been refunded already.")
    if delivered is None:
        return Reason("not_delivered", "The order has not been delivered yet, so nothing can come back.")
    if now - delivered > window:
        days = f"{(now - delivered).days} days ago; the window is {window.days}"
        return Reason("return_window", f"It was delivered {days}.")
    return None


def _window(checks: Mapping[str, Any]) -> timedelta:
    """How long after the delivery something may come back; business time counts as time here, to the customer's favour."""
    if "withinReturnWindow" not in checks:
        return WINDOW
    given = term(str(checks["withinReturnWindow"]))
    return timedelta(days=given.amount) if given.unit is Unit.BUSINESS_DAYS else timedelta(minutes=given.amount)


def _meant(order: Facts, scene: Scene) -> Sequence[Facts] | Move:
    """The items that the customer means: the only one, or those whose titles their words fit best."""
    items = list(order.get("items") or ())
    if len(items) <= 1:
        return items or handed(scene, Reason("order_empty", "The shop shows no items of this order."))
    found = _named(items, scene.heard[-1]) if scene.heard else ()
    if found or (scene.heard and _EXCLUDING & set(words(scene.heard[-1]))):
        return found or _which(order, items, scene)
    said = set(meaningful(" ".join((*scene.heard, scene.question, scene.ticket.subject))))
    scores = [len(said & set(stems(str(item["title"])))) for item in items]
    best = max(scores)
    found = [item for item, score in zip(items, scores, strict=True) if score == best]
    return found if best and len(found) == 1 else _which(order, items, scene)


def _which(order: Facts, items: Sequence[Facts], scene: Scene) -> Move:
    titles = "; ".join(str(item["title"]) for item in items)
    return asked(scene, "ask-return-items", ("item",), {"number": order["number"], "items": titles})


def _named(items: Sequence[Facts], answer: str) -> Sequence[Facts]:
    """The items that an answer lists by their whole names, variants aside, or all of them where it names none.

    Nothing where it excludes some, or where two have one name.
    """
    if _EXCLUDING & set(words(answer)):
        return ()
    said, names = set(stems(answer)), [frozenset(meaningful(_VARIANT.sub("", str(item["title"])))) for item in items]
    found = [item for item, name in zip(items, names, strict=True) if name and name <= said]
    if any(name and name <= said and names.count(name) > 1 for name in names):
        return ()
    every = _ALL & set(words(answer)) and not any(name & said for name in names)
    return items if every else found


def _why(scene: Scene) -> str:
    """The reason in one of a few words: nothing that the customer wrote goes to the shop as it stands."""
    said = scene.question.casefold()
    return next((word for word in _REASONS if word in said), "unwanted")


def _label(step: Step, scene: Scene) -> Move:
    order = scene.outputs["order"]
    address = order.get("address")
    if not address:
        return handed(scene, Reason("no_address", "The shop shows no address of this order, so no label can be made."))
    sender = {**address, "email": scene.identity.email}
    provider = str(step.settings.get("provider", ""))
    call = Call("create_label", {"number": order["number"], "sender": sender, "parcel": {}}, provider)
    answer = scene.answer(call)
    if answer is None:
        return call
    given = {name: answer.outputs.get(name) for name in ("label", "carrier", "tracking_number", "tracking_url")}
    return Done({"return_label": given["label"], **given}, files=answer.files)


def _sure(step: Step, scene: Scene) -> Move:
    order, wanted = scene.outputs["order"], [item["id"] for item in scene.outputs["items"]]
    titles = "; ".join(str(item["title"]) for item in order["items"] if item["id"] in wanted)
    return confirming(scene, "confirm-return", {"number": order["number"], "items": titles})


def _open(step: Step, scene: Scene) -> Move:
    inputs = {name: scene.outputs[name] for name in ("number", "items", "reason")}
    call = Call("open_return", inputs, str(step.settings.get("system", "")))
    answer = scene.answer(call)
    if answer is None:
        return call
    return Done({"return_number": answer.outputs["return_number"]})


def _instruct(step: Step, scene: Scene) -> Move:
    names = ("number", "carrier", "return_number", "tracking_url")
    fields = {name: scene.outputs.get(name) for name in names}
    template = str(step.settings.get("template") or "return-instructions")
    return done(scene, template, fields, without_files=step.settings.get("includeLabel") is False)


VERIFIED = Action(_verify, (), ("number", "order", "items", "reason"), ("find_order", "orders_of"))
SURE = Action(_sure, ("order", "items"), ("confirmed",))
LABELLED = Action(_label, ("order",), ("label", "carrier", "tracking_number", "tracking_url"), ("create_label",))
OPENED = Action(_open, ("number", "items", "reason"), ("return_number",), ("open_return",))
INSTRUCTED = Action(_instruct, ("number", "carrier", "return_number"))
