"""After an issue was opened: its customer is told when it is resolved, asked a day later, and the ticket is solved when they agree."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.engine.actions.diagnostics import handed
from app.engine.templates import NotFilled
from app.engine.words import fold
from app.engine.workflows.types import Action, Ask, Done, HandOver, Move, Scene, Step, Wait
from connectors.types import Role

RESOLVED = "issue.resolved"
DAY = timedelta(hours=24)
"""From the news to the question whether it holds."""
FIXED, CONFIRM, CLOSED = "issue-resolved", "issue-follow-up", "issue-confirmed"
TIME = "time"

_NO = re.compile(
    r"\b(?:no|nope|not|still|isnt|doesnt|nein|nicht|noch|non|pas|toujours|todavia|sigue|ancora|niet|nee|nog|nao|ainda)\b"
)
_YES = re.compile(
    r"\b(?:yes|yep|yeah|works?|working|fixed|solved|resolved|great|perfect|ja|geht|funktioniert|behoben|si|funciona|resuelto|arreglado|"
    r"oui|fonctionne|marche|corrige|funziona|risolto|werkt|opgelost|sim|resolvido)\b"
)
_THANKS_NO = re.compile(
    r"\s*(?:no|nope|nein|non|nee|nao|no need|not necessary)\b"
    r"(?:[ ,.!]*(?:thanks?|thank you|danke|gracias|merci|grazie|dank|obrigad[oa]))?[ ,.!]*"
)


def agrees(text: str) -> bool | None:
    """Whether somebody says yes or no; None when it cannot be told. A yes with any no in it is none."""
    said = fold(text)
    if _NO.search(said):
        return False
    return True if _YES.search(said) else None


def _follow(step: Step, scene: Scene) -> Move:
    """Wait for the news, tell it, wait a day, ask, and say whether it is over. Whoever declined is not written to."""
    issue = str(scene.outputs.get("issue") or "")
    if not issue:
        return Done({"followed": False})
    if scene.heard:
        return _answered(scene, issue)
    if not scene.happened:
        return Wait(event=f"{RESOLVED}:{issue}")
    if TIME in scene.happened:
        return _asked(scene, issue)
    if _declined(scene):
        return Done({"followed": False}, notes=(f"{issue} is resolved; the customer did not want to be told.",))
    fields = {"issue": issue, **_named("resolution", scene.happened)}
    said = _words(scene, FIXED, fields)
    return said if isinstance(said, HandOver) else Wait(until=scene.now + DAY, says=said)


def _asked(scene: Scene, issue: str) -> Move:
    """Ask, unless the customer has said by themselves since then."""
    written = [text for text in _since(scene) if agrees(text) is not None]
    if written:
        return _over(scene, issue, written[-1])
    said = _words(scene, CONFIRM, {"issue": issue})
    return said if isinstance(said, HandOver) else Ask(("confirmation",), said)


def _answered(scene: Scene, issue: str) -> Move:
    if agrees(scene.heard[-1]) is None:
        said = _words(scene, CONFIRM, {"issue": issue})
        return said if isinstance(said, HandOver) else Ask(("confirmation",), said)
    return _over(scene, issue, scene.heard[-1])


def _over(scene: Scene, issue: str, text: str) -> Move:
    if not agrees(text):
        return handed("not_fixed", f"{issue} is resolved, and the customer says that it is not.")
    said = _words(scene, CLOSED, {"issue": issue})
    if isinstance(said, HandOver):
        return said
    return Done({"followed": True, "solved": True}, says=said, notes=(f"The customer confirms that {issue} is fixed.",))


def _since(scene: Scene) -> list[str]:
    """What the requester wrote since the wait began, oldest first."""
    return [
        message.text
        for message in scene.ticket.messages
        if message.public
        and message.author.role is Role.CUSTOMER
        and message.author.id == scene.ticket.requester.id
        and (scene.since is None or message.at > scene.since)
    ]


def _declined(scene: Scene) -> bool:
    """Whether the offer to be told was answered with a plain no."""
    return any(_THANKS_NO.fullmatch(fold(text)) for text in _since(scene)[:1])


def _named(name: str, values: Mapping[str, Any]) -> dict[str, str]:
    value = str(values.get(name) or "")
    return {name: value.rstrip(".")} if value else {}


def _words(scene: Scene, template: str, fields: Mapping[str, Any]) -> str | HandOver:
    try:
        language = scene.classification.language
        return scene.configuration.shelf.fill(template, fields, language=language, channel=scene.ticket.channel).text
    except NotFilled as refusal:
        return HandOver(refusal.reason)


FOLLOWED = Action(_follow, inputs=("issue",), outputs=("followed", "solved"))
