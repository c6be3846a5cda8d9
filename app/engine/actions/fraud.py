"""A suspicion of fraud at a bank: what was paid and what the bank's own risk system thinks, then the card and a case.

Locking and opening are a person's to release; what they need to decide that is told to them first.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.engine.actions.banking import FETCHED_AT_MOST, LONGEST_TEXT, Facts, customer_of, found, lines, masked, units
from app.engine.actions.words import done
from app.engine.robbed import Sign, sign
from app.engine.sla import Unit, term
from app.engine.templates import words
from app.engine.types import Reason
from app.engine.workflows.types import Action, Call, Done, HandOver, Level, Move, Scene, Step

SOON = 120
"""Minutes within which a call is announced as such."""
_KEPT = ("transaction", "at", "merchant", "amount", "currency", "place", "customer_place", "card")


def _assess(step: Step, scene: Scene) -> Move:
    """The payment that the customer means, if the bank shows one like it, and the risk; either may stay unknown."""
    if scene.identity.level < Level.HOST:
        return HandOver(Reason("not_known", "The channel does not prove who writes, so a person looks at it."))
    customer = customer_of(step, scene)
    if not isinstance(customer, Mapping):
        return customer
    recent = Call("transactions", {"customer": customer["customer"], "limit": FETCHED_AT_MOST}, needed=False)
    risk = Call("risk", {"customer": customer["customer"]}, needed=False)
    for call in (recent, risk):
        if scene.answer(call) is None:
            return call
    paid, known = _meant(found(scene, recent, "transactions"), scene), scene.answer(risk)
    facts = {name: value for name, value in known.outputs.items() if name != "owner"} if known else {}
    outputs = {
        "customer": customer["customer"],
        "cards": list(customer.get("cards") or ()),
        "phone": re.sub(r"\D", "", str(customer.get("phone") or ""))[-2:],
        "paid": {name: paid.get(name) for name in _KEPT} if paid else {},
        "risk": facts,
    }
    shown = (
        lines(paid, customer) if paid else ("No single transaction of the named amount was found.", *_cards(outputs))
    )
    return Done(outputs, notes=(*shown, *_risk_lines(facts)))


def _cards(known: Facts) -> list[str]:
    return [f"Card: ending in {one['last4']} ({one['status']})" for one in known["cards"]]


def _meant(spent: Sequence[Facts], scene: Scene) -> Facts:
    """The one payment of an amount that the customer names; empty where none or several fit."""
    named = {amount for text in scene.classification.entities.get("amount", ()) if (amount := units(text))}
    fitting = [one for one in spent if (one["amount"], one["currency"]) in named]
    return fitting[0] if len(fitting) == 1 else {}


def _risk_lines(risk: Facts) -> tuple[str, ...]:
    if not risk:
        return ("Risk facts are not known.",)
    low, high = (words.money(int(risk[name]), risk["currency"], "en") for name in ("typical_low", "typical_high"))
    return (
        f"Previous fraud: {risk['previous_fraud'] or 'none'}",
        f"Account age: {risk['account_years']} years",
        f"Typical spending: {low} to {high} a month",
        f"Risk score: {risk['score']} ({str(risk['level']).upper()})",
    )


def _freeze(step: Step, scene: Scene) -> Move:
    """Lock the card, where the configuration's condition holds, and open a case. A lock that was not released is not claimed."""
    customer = scene.outputs.get("customer")
    if not customer:
        return HandOver(Reason("no_customer", "It is not known whose card it would be."))
    paid = scene.outputs.get("paid") or {}
    text = masked(scene.question[:LONGEST_TEXT], frozenset({"ssn"}))
    details = {name: str(paid[name]) for name in ("transaction", "at", "merchant") if paid.get(name)}
    known = scene.configuration.category(scene.category)
    inputs = {"customer": customer, "kind": "fraud", "text": text, "details": details}
    case = Call("open_case", inputs | ({"team": known.team} if known and known.team else {}))
    card = _card(scene.outputs) if _applies(step, scene) else ""
    lock = Call("lock_card", {"card": card}, needed=False, then=(case,))
    if card and scene.answer(lock) is None:
        return lock
    answer = scene.answer(lock) if card else None
    locked = bool(answer and answer.outputs.get("status") == "locked")
    opened = scene.answer(case)
    if opened is None:
        return case
    outputs = {"case": opened.outputs["case"], "locked": locked}
    notes = ("The card is locked." if locked else "The card is NOT locked.", f"Case {outputs['case']} was opened.")
    return done(scene, "fraud-reported", _told(outputs, scene), outputs=outputs, notes=notes)


def _applies(step: Step, scene: Scene) -> bool:
    """``conditional``: the bank knows the payment, its own risk system is worried, or the card is said to be in other hands."""
    when, known = str(step.settings.get("when", "conditional")).casefold(), scene.outputs
    worried = (known.get("risk") or {}).get("level") == "high"
    return when != "conditional" or bool(known.get("paid")) or worried or sign(scene.question) is Sign.TAKEN


def _card(known: Facts) -> str:
    """The card that was used; the only active one where that is not known."""
    active = [str(one["card"]) for one in known.get("cards") or () if one.get("status") == "active"]
    used = str((known.get("paid") or {}).get("card") or "")
    return used if used in active else active[0] if len(active) == 1 and not used else ""


def _told(outputs: Facts, scene: Scene) -> dict[str, Any]:
    category = scene.configuration.category(scene.category)
    return {
        "case": outputs["case"],
        "locked": outputs["locked"] or None,
        "phone": scene.outputs.get("phone") or None,
        "within": _minutes(category.sla) if category and category.sla else None,
    }


def _minutes(sla: str) -> int | None:
    """Minutes of a plain target such as ``15m``; nothing for one in business time, which nobody can count off a clock."""
    try:
        counted = term(sla)
    except ValueError:
        return None
    return counted.amount if counted.unit is Unit.MINUTES and counted.amount < SOON else None


ASSESSED = Action(
    _assess, (), ("customer", "cards", "phone", "paid", "risk"), ("find_customer", "transactions", "risk")
)
FROZEN = Action(_freeze, ("customer", "cards", "phone", "paid", "risk"), ("case", "locked"), ("lock_card", "open_case"))
