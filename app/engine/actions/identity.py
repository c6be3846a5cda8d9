"""Proving who writes before anything personal is said. The code itself is made, sent and compared elsewhere: no action ever sees it."""

from collections.abc import Sequence
from typing import Any

from app.engine.actions.words import filled
from app.engine.identity import METHODS, Challenge, Means, Way, challenge
from app.engine.otp import MARK
from app.engine.templates import NotFilled
from app.engine.types import Reason
from app.engine.workflows.types import Action, Call, Done, HandOver, Level, Move, Prove, Scene, Step

TRIES = 3
"""How often somebody is asked for a code before a person goes on."""
PREFIX = "code:"
"""``scene.offered`` has ``code:email`` where a code can reach this person by mail, and so on."""
ABOUT = {"balance-inquiry": "check your balance"}
"""What the customer wants, in the English sentence that asks for a code."""


def _verify(step: Step, scene: Scene) -> Move:
    move = proved(step, scene)
    if move is not None:
        return move
    outputs = {"verified": True, "proof": scene.identity.level.name.lower()}
    return Done(outputs, notes=("Identity: proven by a code.",))


def proved(step: Step, scene: Scene, level: Level = Level.CODE) -> Move | None:
    """What has to happen before it is proven at ``level`` who asks; None when it is. For any action that shows or changes much."""
    if scene.identity.level >= level:
        return None
    if scene.identity.level < Level.HOST:
        return HandOver(Reason("not_known", "The channel does not prove who writes, so only a person can check it."))
    if scene.asked >= TRIES:
        return HandOver(Reason("not_proven", f"No right code came in {TRIES} tries."))
    methods = _methods(step, scene)
    look_up = Call("find_customer", {"email": scene.identity.email}, needed=False)
    if _texts(methods) and scene.offers("find_customer") and scene.answer(look_up) is None:
        return look_up
    return _asked(scene, challenge(level, methods, _means(scene, look_up)))


def _asked(scene: Scene, found: Challenge | None) -> Move:
    if found is None:
        return HandOver(Reason("no_way", "No code can reach this customer by a method that the configuration allows."))
    try:
        words = filled(scene, "identity-code", _fields(found, scene))
    except NotFilled as refusal:
        return HandOver(refusal.reason)
    return Prove(found.level, words, found.way.value)


def _texts(methods: Sequence[str]) -> bool:
    return not methods or any(METHODS.get(one) is Way.SMS for one in methods)


def _methods(step: Step, scene: Scene) -> list[str]:
    """The category's own first, then the step's."""
    known = scene.configuration.category(scene.category)
    return [str(one) for one in (*(known.methods if known else ()), *(step.settings.get("methods") or ()))]


def _means(scene: Scene, look_up: Call) -> Means:
    """What the bank knows goes before what the helpdesk knows; what a text says counts nowhere."""
    known = scene.answer(look_up)
    phone = str(known.outputs.get("phone") or "") if known else ""
    ways = frozenset(way for way in Way if scene.offers(f"{PREFIX}{way}"))
    return Means(scene.identity.email, phone or scene.ticket.requester.phone, Way.APP in ways, ways)


def _fields(found: Challenge, scene: Scene) -> dict[str, Any]:
    name = {Way.SMS: "phone", Way.EMAIL: "mail", Way.APP: "app"}[found.way]
    shown = {Way.SMS: found.shown.strip("*"), Way.EMAIL: found.shown.partition("*")[0], Way.APP: "app"}[found.way]
    given = scene.heard[-1] if scene.heard else ""
    again = MARK in given or any(one.isdecimal() for one in given)
    return {name: shown, "about": ABOUT.get(scene.category), "again": again}


VERIFY = Action(_verify, outputs=("verified", "proof"), operations=("find_customer",))
