"""Payments: the page on which a customer changes how they pay, and what they subscribe to. Refunds are with the orders."""

from typing import Any

from app.engine.actions.diagnostics import integration
from app.engine.actions.words import done, handed
from app.engine.types import Reason
from app.engine.workflows.types import Action, Answer, Call, Done, Failure, Level, Move, Scene, Step

_SHOWN = ("plan", "status", "seats", "renews_at", "amount", "currency")


def _link(step: Step, scene: Scene) -> Move:
    """A page for whoever is proven to ask, at the address that proves it: an address in a text opens nothing."""
    if integration(scene, _system(step)).get("updatePaymentMethod") is False:
        return handed(scene, Reason("forbidden", "The configuration leaves changes of how somebody pays to people."))
    if scene.identity.level < Level.HOST or not scene.identity.email:
        return handed(scene, Reason("not_known", "It is not proven who asks, so a person sends the link."))
    call = Call("payment_link", {"email": scene.identity.email}, _system(step), needed=False)
    answer = scene.answer(call)
    if answer is None:
        return call
    if not answer:
        return handed(scene, _without(answer, "payment link"))
    fields = {"url": answer.outputs["url"], "expires_at": answer.outputs.get("expires_at")}
    return done(
        scene, "payment-link", fields, outputs={"linked": True}, notes=("A link to the payment page was made.",)
    )


def _subscription(step: Step, scene: Scene) -> Move:
    """What conditions and later steps ask about: plan, status, seats. Somebody without one has none, which is an answer."""
    if scene.identity.level < Level.HOST or not scene.identity.email:
        return handed(scene, Reason("not_known", "It is not proven who asks."))
    call = Call("find_subscription", {"email": scene.identity.email}, _system(step), needed=False)
    answer = scene.answer(call)
    if answer is None:
        return call
    if answer.failure is Failure.NOT_FOUND:
        return Done({"subscribed": False}, notes=("No subscription under the customer's address.",))
    if not answer:
        return handed(scene, _without(answer, "subscription"))
    found: dict[str, Any] = {name: answer.outputs.get(name) for name in _SHOWN}
    line = f"Subscription: {found['plan'] or 'plan unknown'}, {found['status']}, {found['seats'] or 1} seats"
    return Done({"subscribed": True, "subscription": found, "plan": found["plan"]}, notes=(line,))


def _system(step: Step) -> str:
    return str(step.settings.get("system") or step.settings.get("api") or "")


def _without(answer: Answer, what: str) -> Reason:
    words = {
        Failure.NOT_FOUND: "the payment system does not know this customer",
        Failure.REJECTED: "a person said no",
        Failure.UNSUPPORTED: "no connected system makes one",
        Failure.LIMIT: "a limit of the configuration forbids it",
    }
    why = words.get(answer.failure or Failure.DOWN, "no usable answer came")
    return Reason(f"no_{what.replace(' ', '_')}", f"There is no {what}: {why}.")


LINKED = Action(_link, (), ("linked",), ("payment_link",))
SUBSCRIBED = Action(_subscription, (), ("subscribed", "subscription", "plan"), ("find_subscription",))
