"""How an action speaks: the account's message of that name, in the customer's language; what cannot be filled goes to a person."""

from collections.abc import Mapping
from typing import Any

from app.engine.templates import NotFilled
from app.engine.types import Reason
from app.engine.workflows.types import Ask, Done, HandOver, Scene

ENGLISH = "en"


def filled(scene: Scene, template: str, fields: Mapping[str, Any]) -> str:
    """The message for this customer and channel. Raises NotFilled."""
    language = scene.classification.language
    wordings = scene.configuration.shelf.find(template).wordings
    spoken = language if language in wordings or not language else ENGLISH
    return scene.configuration.shelf.fill(template, fields, language=spoken, channel=scene.ticket.channel).text


def done(scene: Scene, template: str, fields: Mapping[str, Any], **given: Any) -> Done | HandOver:
    """The step is over, with this message to the customer."""
    try:
        return Done(says=filled(scene, template, fields), **given)
    except NotFilled as error:
        return HandOver(error.reason)


def asked(scene: Scene, template: str, slots: tuple[str, ...], fields: Mapping[str, Any]) -> Ask | HandOver:
    """A question to the customer."""
    try:
        return Ask(slots, filled(scene, template, fields))
    except NotFilled as error:
        return HandOver(error.reason)


def handed(scene: Scene, reason: Reason, template: str = "", fields: Mapping[str, Any] | None = None) -> HandOver:
    """A person goes on, with this message as a draft for them where it can be filled."""
    try:
        says = filled(scene, template, fields or {}) if template else ""
    except NotFilled:
        says = ""
    return HandOver(reason, says)
