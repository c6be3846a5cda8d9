"""Orders: which one is meant, how it stands, and saying so. What the shop says of somebody else's order never gets here."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from app.engine.actions.words import asked, done, handed
from app.engine.types import Reason
from app.engine.workflows.types import Action, Answer, Call, Done, Failure, Move, Scene, Step
from connectors.money import decimal
from connectors.types import Role

_WORDS = r"orders?|purchase|bestell(?:ung|nummer)|auftrag|pedido|commande|ordine|bestelling|encomenda"
_LINK = r"(?:\s{0,2}(?:number|num|no\.?|nr\.?|id|nummer|número|numéro|numero|#|:|is|was|ist|es|est)){0,3}\s{0,2}#?\s?"
_NAMED = re.compile(
    rf"\b(?:{_WORDS}){_LINK}((?=[A-Z0-9-]{{0,20}}\d)[A-Z0-9][A-Z0-9-]{{2,20}})|(?<![\w#&/])#([A-Z0-9-]{{0,6}}\d{{3,14}})\b",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w.,-])#?([A-Z]{0,4}-?\d{3,14})(?![\w-])", re.IGNORECASE)
MOST = 5_000
OPEN = frozenset({"pending", "processing", "in-transit"})
UNSENT = frozenset({"pending", "processing"})
Facts = Mapping[str, Any]


def numbers(text: str, *, bare: bool = False) -> tuple[str, ...]:
    """The order numbers in a text, each once; ``bare``: the text answers the question for one, so any number will do."""
    named = [one or other for one, other in _NAMED.findall(text[:MOST])]
    found = named or (_BARE.findall(text[:MOST]) if bare else [])
    return tuple(dict.fromkeys(number.upper() for number in found))


def number_of(step: Step, scene: Scene) -> str | Move:
    """The order that is meant, or what has to be known first: from the message, the conversation, or the customer's open orders."""
    if given := scene.outputs.get("number"):
        return str(given)
    found = _said(scene)
    if len(found) > 1:
        return handed(scene, Reason("two_orders", f"The message names {len(found)} orders: a person sees to each."))
    if found:
        return found[0]
    if earlier := scene.before.get("number"):
        return str(earlier)
    return _only_open(step, scene)


def _said(scene: Scene) -> tuple[str, ...]:
    """What the newest message says that says anything, the subject last."""
    for text in reversed(scene.heard):
        if found := numbers(text, bare=True):
            return found
    written = [m.text for m in scene.ticket.messages if m.public and m.author.role is Role.CUSTOMER]
    return next((found for text in (*reversed(written), scene.ticket.subject) if (found := numbers(text))), ())


def _only_open(step: Step, scene: Scene) -> str | Move:
    """The customer's one order that is on its way, where the shop knows them, or the one they spoke of lately; else they are asked."""
    known = step.settings.get("source", ["email"])
    if "email" in known and scene.identity.email and scene.offers("orders_of") and not scene.asked:
        call = Call("orders_of", {"email": scene.identity.email}, needed=False)
        answer = scene.answer(call)
        if answer is None:
            return call
        some = [one for one in answer.outputs.get("orders") or () if one.get("status") in OPEN]
        if len(some) == 1:
            return str(some[0]["number"])
    if (spoken := scene.recalled.get("number")) and not scene.asked:
        return str(spoken)
    return asked(scene, "ask-order-number", ("number",), {"again": scene.asked or None})


def order_of(scene: Scene, number: str, system: str = "") -> Facts | Move:
    """The order as the shop shows it to its buyer, or what has to happen first."""
    call = Call("find_order", {"number": number}, system, needed=False)
    answer = scene.answer(call)
    if answer is None:
        return call
    return dict(answer.outputs) if answer else _unseen(scene, number, answer)


def meant(step: Step, scene: Scene, system: str = "") -> Facts | Move:
    """The order that is meant, seen by its buyer, or what has to happen first."""
    number = number_of(step, scene)
    return order_of(scene, number, system) if isinstance(number, str) else number


def _unseen(scene: Scene, number: str, answer: Answer) -> Move:
    """Nobody but its buyer learns whether an order exists: what is not theirs and what is not there are told alike."""
    told = {
        Failure.NOT_FOUND: Reason("order_not_found", "The shop has no order of that number."),
        Failure.FOREIGN: Reason(
            "order_foreign", "The order is not that of whoever is proven to ask: nothing of it was used."
        ),
    }
    reason = told.get(answer.failure or Failure.DOWN)
    if reason:
        return handed(scene, reason, "order-not-found", {"number": number})
    return handed(scene, Reason(f"order_{answer.failure}", "The shop could not be asked: no usable answer came."))


def lines(order: Facts, now: datetime) -> tuple[str, ...]:
    """What the team wants to see of an order at a glance."""
    said = [f"Order {order['number']}: {order['status']}, {money(order.get('total'), order.get('currency'))}"]
    late = moment(order.get("expected_at"))
    if order.get("status") == "in-transit" and late and late < now:
        said.append(f"It is late: it was expected by {late:%Y-%m-%d}")
    if order.get("tracking_number"):
        said.append(f"{order.get('carrier') or 'Carrier unknown'}, tracking {order['tracking_number']}")
    if order.get("refunded"):
        said.append(f"Refunded so far: {money(order['refunded'], order.get('currency'))}")
    return tuple(said)


def money(units: Any, currency: Any) -> str:
    """An amount as the note shows it: exact, with the decimals that its currency has."""
    return f"{decimal(units, str(currency))} {currency}" if isinstance(units, int) and currency else "amount unknown"


def moment(text: Any) -> datetime | None:
    """A backend's moment, or None for one that it does not know."""
    return datetime.fromisoformat(text) if isinstance(text, str) and text else None


# --- actions ------------------------------------------------------------------------------------------------


def _extract(step: Step, scene: Scene) -> Move:
    number = number_of(step, scene)
    return Done({"number": number}) if isinstance(number, str) else number


def _fetch(step: Step, scene: Scene) -> Move:
    order = order_of(scene, str(scene.outputs["number"]), str(step.settings.get("api", "")))
    if not isinstance(order, Mapping):
        return order
    person = _person(scene)
    if isinstance(person, Call):
        return person
    return Done({"order": order, **person}, notes=(*lines(order, scene.now), *_history(person)))


def _person(scene: Scene) -> Facts | Call:
    """What the shop knows of the buyer, as facts that conditions ask about; nothing where it does not say."""
    if not scene.offers("orders_of") or not scene.identity.email:
        return {}
    call = Call("orders_of", {"email": scene.identity.email}, needed=False)
    answer = scene.answer(call)
    if answer is None:
        return call
    given = answer.outputs
    known = {
        "lifetimeValue": (given.get("lifetime_value") or 0) / 100 if given.get("lifetime_value") is not None else None,
        "orders": given.get("count"),
        "returned": given.get("returned"),
    }
    return {name: value for name, value in known.items() if value is not None}


def _history(person: Facts) -> tuple[str, ...]:
    if "orders" not in person:
        return ()
    worth = f", lifetime value {person['lifetimeValue']:.2f}" if "lifetimeValue" in person else ""
    return (f"History: {person['orders']} orders, {person.get('returned', 0)} returns{worth}",)


def _respond(step: Step, scene: Scene) -> Move:
    fields = dict(scene.outputs["order"])
    if step.settings.get("includeTrackingLink") is False:
        fields["tracking_url"] = None
    template = str(step.settings.get("template") or "order-status-template")
    return done(scene, template, fields, outputs={"status": fields["status"]})


EXTRACTED = Action(_extract, outputs=("number",), operations=("orders_of",))
FETCHED = Action(_fetch, ("number",), ("order", "lifetimeValue", "orders", "returned"), ("find_order", "orders_of"))
RESPONDED = Action(_respond, ("order",), ("status",))
