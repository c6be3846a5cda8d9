"""An appointment that is free and that the customer chose; a request to unlock an account, which only a person decides."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.engine.actions.identity import proved
from app.engine.actions.words import asked, done
from app.engine.types import Reason
from app.engine.workflows.types import Action, Call, Done, HandOver, Level, Move, Scene, Step

OFFERED = 3
"""Free times that a customer chooses from."""
_NUMBER = re.compile(r"(?<!\d)([1-9])(?!\d|[:.]\d)")
Slot = Mapping[str, Any]


def _book(step: Step, scene: Scene) -> Move:
    if (move := proved(step, scene, Level.HOST)) is not None:
        return move
    # From the ticket's own time on: the same call from the same scene, however often it is looked at.
    look = Call("open_slots", {"after": scene.ticket.created_at.isoformat()}, str(step.settings.get("calendar", "")))
    free = scene.answer(look)
    if free is None:
        return look
    slots = [one for one in free.outputs.get("slots") or () if _at(one) is not None][:OFFERED]
    if not slots:
        return HandOver(Reason("no_slot", "No appointment is free."))
    choice = _chosen(slots, scene.heard)
    if choice is None:
        return asked(scene, "appointment-choice", ("slot",), {"slots": [_shown(one) for one in slots]})
    return _booked(choice, look, scene)


def _booked(choice: Slot, look: Call, scene: Scene) -> Done | Call | HandOver:
    who = {"name": scene.ticket.requester.name or scene.identity.email, "email": scene.identity.email}
    call = Call("book_appointment", {"slot": choice["slot"], **who}, look.system)
    answer = scene.answer(call)
    if answer is None:
        return call
    said = _shown({**choice, **({"at": answer.outputs["at"]} if answer.outputs.get("at") else {})})
    return done(scene, "appointment-booked", said, outputs={"appointment": answer.outputs.get("appointment")})


def _chosen(slots: Sequence[Slot], heard: Sequence[str]) -> Slot | None:
    """The slot whose number the newest answer names; None for none, or more than one."""
    named = set(_NUMBER.findall(heard[-1])) if heard else set()
    number = int(named.pop()) if len(named) == 1 else 0
    return slots[number - 1] if 1 <= number <= len(slots) else None


def _at(slot: Slot) -> datetime | None:
    try:
        return datetime.fromisoformat(str(slot["at"]))
    except (KeyError, ValueError):
        return None


def _shown(slot: Slot) -> Slot:
    at = _at(slot)
    return {"at": str(slot["at"]), "time": f"{at:%H:%M} UTC" if at else ""}


def _unlock(step: Step, scene: Scene) -> Move:
    if (move := proved(step, scene)) is not None:
        return move
    look = Call("find_customer", {"email": scene.identity.email})
    known = scene.answer(look)
    if known is None:
        return look
    text = "The customer, proven by a code, asks to have their account unlocked."
    call = Call("open_case", {"customer": known.outputs["customer"], "kind": "account-unlock", "text": text})
    opened = scene.answer(call)
    if opened is None:
        return call
    return done(
        scene, "unlock-requested", {"case": opened.outputs.get("case")}, outputs={"case": opened.outputs.get("case")}
    )


BOOKED = Action(_book, outputs=("appointment",), operations=("open_slots", "book_appointment"))
UNLOCKED = Action(_unlock, outputs=("case",), operations=("find_customer", "open_case"))
