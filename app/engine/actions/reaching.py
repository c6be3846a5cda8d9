"""The first words to a customer who has not written: as the configuration puts them, or about repeated errors."""

from app.engine.templates import NotFilled
from app.engine.workflows.types import Action, Done, HandOver, Move, Scene, Step

ERRORS = "repeated-errors"


def _reach(step: Step, scene: Scene) -> Move:
    """The account's own sentence is said as it stands: it is no customer's text."""
    message, about = str(step.settings.get("message") or ""), str(step.settings.get("about") or "")
    if message:
        return Done({"reached": True}, says=message)
    try:
        fields = {"feature": about} if about else {}
        said = scene.configuration.shelf.fill(ERRORS, fields, language=scene.classification.language)
    except NotFilled as refusal:
        return HandOver(refusal.reason)
    return Done({"reached": True}, says=said.text)


REACHED = Action(_reach, outputs=("reached",))
