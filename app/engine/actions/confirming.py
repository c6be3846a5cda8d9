"""The customer's yes before something is done: its details, then the question.

A yes goes on; a no ends the run with nothing done, and says so; what is neither is asked once more, and then a person reads it.
"""

from collections.abc import Mapping
from typing import Any

from app.engine.actions.words import asked, done
from app.engine.dialogue import confirmed
from app.engine.words import words
from app.engine.workflows.types import Done, Move, Scene

_DOUBTS = frozenset(
    words(
        """dont doesnt cant wont but however except instead unless wait later first only if
        aber jedoch doch warten warte sondern nur erst wenn pero salvo espera solo mais sauf attends seulement
        ma aspetta solo maar wacht alleen mas espere apenas"""
    )
)
"""With one of these a yes is a yes to something else."""
_OF_CANCELLING = ("cancel", "stornier", "annul")
"""Who is asked whether to cancel answers with the word itself: it is no refusal there."""


def agreed(text: str) -> bool | None:
    """Whether the customer plainly wants it done; None where the answer holds a doubt or a question."""
    said = [word for word in words(text) if not word.startswith(_OF_CANCELLING)]
    answer = confirmed(" ".join(said))
    return None if answer and (_DOUBTS & set(said) or "?" in text) else answer


def confirming(scene: Scene, template: str, fields: Mapping[str, Any]) -> Move:
    """The step that asks. ``fields`` are the details; what is done afterwards is done with the same ones."""
    answer = agreed(scene.heard[-1]) if scene.heard else None
    if answer:
        return Done({"confirmed": True}, notes=("The customer said yes to it.",))
    if answer is False:
        outputs, notes = {"confirmed": False}, ("The customer said no, so nothing was done.",)
        return done(scene, "nothing-changed", {"number": fields["number"]}, outputs=outputs, notes=notes, last=True)
    return asked(scene, template, ("confirm",), {**fields, "again": scene.asked or None})
