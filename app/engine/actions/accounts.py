"""Self-service for a customer's own account: a link to set a new password, and a change of what the account holds."""

import re
from collections.abc import Sequence
from typing import Any

from app.engine.actions.identity import proved
from app.engine.actions.words import asked, done
from app.engine.workflows.types import Action, Call, Done, Level, Move, Scene, Step
from connectors.types import Role

_PASSWORD = re.compile(
    r"\b(?:pass ?word|passwor[dt]|passe|contraseña|wachtwoord|password|senha|log ?in|sign ?in|locked out)\b",
    re.IGNORECASE,
)
_PROFILE = re.compile(
    r"\b(?:chang|updat|correct|edit)\w*\b[^.!?\n]{0,40}\b(e-?mail|phone|telephone|address|profile)", re.IGNORECASE
)
_MAIL = re.compile(r"[^\s@<>,;]{1,64}@[^\s@<>,;]{1,190}\.[A-Za-z]{2,24}")
_PHONE = re.compile(r"\+?\d[\d ()/-]{6,18}\d")
_VALUES = {"email": _MAIL, "phone": _PHONE}
_FIELDS = {"e-mail": "email", "telephone": "phone"}


def _reset(step: Step, scene: Scene) -> Move:
    """A link goes to the address that the host knows; never to one that a text names."""
    if not _PASSWORD.search(scene.question) or not scene.offers("send_password_link"):
        return Done()
    if (move := proved(step, scene, Level.HOST)) is not None:
        return move
    inputs: dict[str, Any] = {"email": scene.identity.email, "lasts": str(step.settings.get("expiration", "1h"))}
    call = Call("send_password_link", inputs)
    answer = scene.answer(call)
    if answer is None:
        return call
    return done(scene, "password-link", {"lasts": inputs["lasts"]})


def _update(step: Step, scene: Scene) -> Move:
    """A code first: whoever changes an address or a number takes the account over."""
    said = [m.text for m in scene.ticket.messages if m.public and m.author.role is Role.CUSTOMER]
    wanted = next((found for text in reversed(said) if (found := _PROFILE.search(text))), None)
    if wanted is None or not scene.offers("update_customer"):
        return Done()
    word = wanted[1].casefold()
    field = _FIELDS.get(word, word)
    if field not in step.settings.get("allowedFields", ()) or field not in _VALUES:
        return Done()
    if (move := proved(step, scene)) is not None:
        return move
    return _changed(field, scene, (*scene.heard, wanted.string))


def _changed(field: str, scene: Scene, said: Sequence[str]) -> Move:
    found = next((one for text in reversed(said) if (one := _VALUES[field].search(text))), None)
    if found is None:
        return asked(scene, "ask-profile-field", (field,), {"field": field})
    call = Call("update_customer", {"email": scene.identity.email, "changes": {field: found[0]}})
    answer = scene.answer(call)
    if answer is None:
        return call
    return done(scene, "profile-changed", {"field": field})


RESET = Action(_reset, operations=("send_password_link",))
UPDATED = Action(_update, operations=("update_customer",))
