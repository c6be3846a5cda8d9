"""What is known about a customer's trouble before anybody asks: errors, browser, account, what was done last; and what is missing."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from app.engine.templates import NotFilled
from app.engine.types import Reason
from app.engine.workflows.types import Action, Answer, Ask, Call, Done, HandOver, Move, Scene, Step

RECENT = 5
"""Minutes of errors that belong to what the customer has just seen."""
MOST_ERRORS = 3
ASKING = "context-needed"
"""The template that asks for what is missing."""

_BROWSER = re.compile(
    r"\b(Chrome|Chromium|Firefox|Safari|Edge|Opera|Brave|Vivaldi)(?:[ /]+v?(\d{1,4}(?:\.\d+)*))?", re.I
)
_SYSTEM = re.compile(
    r"\b(macOS|Mac OS X|Windows|Linux|Ubuntu|Android|iOS|iPadOS|ChromeOS)(?:[ /]+v?(\d{1,3}(?:\.\d+)*))?", re.I
)
_DOING = re.compile(
    r"\b(?:when (?:i|we)|after|while|whenever|as soon as|trying to|try to|wenn ich|sobald|beim|al (?:intentar|exportar)|cuando|"
    r"quand je|en essayant|quando|als ik|wanneer)\b|^\s*(?:\d[.)]|[-*])\s",
    re.I | re.M,
)
_WIRE = re.compile(
    r"\b(?:GET|POST|PUT|PATCH|DELETE)\s+\S*/|https?://\S+/|\bcurl\b|\b(?:status|http|error|code)\D{0,10}[2345]\d\d\b",
    re.I,
)
_TIMING = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:ms|s|sec|secs|seconds?|min|minutes?|Sekunden|Minuten|segundos|secondes)\b", re.I
)


def context(scene: Scene) -> tuple[str, ...]:
    """What the configuration wants to know before a ticket of this category is worked on."""
    known = scene.configuration.category(scene.classification.category)
    return known.context if known else ()


def told(scene: Scene) -> str:
    """Everything that the customer has written here, newest last."""
    said = [m.text for m in scene.ticket.messages if m.public and m.author.id == scene.ticket.requester.id]
    return "\n".join(said[-10:])


def _browser(scene: Scene) -> str:
    known = [
        str(scene.facts[name]) for name in ("browser", "browserVersion", "os", "osVersion") if scene.facts.get(name)
    ]
    if known:
        return " ".join(known)
    text = told(scene)
    return ", ".join(match[0].strip() for kind in (_BROWSER, _SYSTEM) if (match := kind.search(text)))


def _account(scene: Scene) -> str:
    parts = [str(scene.facts[name]) for name in ("organisation", "company", "accountPlan") if scene.facts.get(name)]
    return ", ".join(dict.fromkeys(parts))


def _recent(scene: Scene) -> str:
    given = scene.facts.get("recentActions")
    return ", ".join(map(str, given)) if isinstance(given, list | tuple) else str(given or "")


def _errors(scene: Scene) -> str:
    return "; ".join(scene.classification.entities.get("error", ()))


def _steps(scene: Scene) -> str:
    return _recent(scene) or ("told" if _DOING.search(told(scene)) else "")


def _attached(scene: Scene) -> bool:
    return any(m.attachments for m in scene.ticket.messages if m.author.id == scene.ticket.requester.id)


def _logs(scene: Scene) -> str:
    return _errors(scene) or ("attached" if _attached(scene) else "")


def _wire(scene: Scene) -> str:
    return "told" if _WIRE.search(told(scene)) or _attached(scene) else ""


def _timing(scene: Scene) -> str:
    return "told" if _TIMING.search(told(scene)) else ""


def _measured(scene: Scene) -> str:
    return "measured" if scene.outputs.get("series") else _timing(scene)


FINDERS: Mapping[str, Callable[[Scene], str]] = {
    "errorLogs": _logs,
    "browserInfo": _browser,
    "accountInfo": _account,
    "recentActions": _recent,
    "steps": _steps,
    "apiLogs": _wire,
    "requestDetails": _wire,
    "performanceMetrics": _measured,
    "requestTiming": _timing,
}
"""What can be found of each kind of context without asking; an unknown kind is never found."""
TITLES: Mapping[str, str] = {
    "errorLogs": "Errors",
    "browserInfo": "Browser",
    "accountInfo": "Account",
    "recentActions": "Recent actions",
}


def missing(scene: Scene, wanted: Sequence[str], found: Mapping[str, str]) -> tuple[str, ...]:
    """What is wanted and not known: what we cannot name cannot be asked for either."""
    return tuple(name for name in wanted if name in FINDERS and not found.get(name) and not FINDERS[name](scene))


def asked_for(scene: Scene, wanted: Sequence[str]) -> Ask | HandOver:
    """Ask the customer for these, in their language."""
    try:
        fields = dict.fromkeys(wanted, True)
        text = scene.configuration.shelf.fill(ASKING, fields, language=scene.classification.language).text
    except NotFilled as refusal:
        return HandOver(refusal.reason)
    return Ask(tuple(wanted), text)


def _collect(step: Step, scene: Scene) -> Move:
    """Errors from the monitoring backends by the requester's proven address, the rest from what the host knows."""
    items = [str(one) for one in step.settings.get("items") or ()]
    found = {name: FINDERS[name](scene) for name in items if name in FINDERS}
    errors: list[Mapping[str, Any]] = []
    if "errorLogs" in items and scene.identity.email:
        for system in allowed(scene, "errors", "correlateErrors"):
            call = Call("errors", {"minutes": RECENT, "email": scene.identity.email}, system, needed=False)
            answer = scene.answer(call)
            if answer is None:
                return call
            errors += _read(answer)
    if errors:
        found["errorLogs"] = "; ".join(f"{one['message']} ({one['count']})" for one in errors[:MOST_ERRORS])
    lacking = missing(scene, context(scene), found)
    if lacking and not (scene.heard and scene.asked >= 2):
        return asked_for(scene, lacking)
    notes = tuple(f"{TITLES[name]}: {found[name]}" for name in items if name in TITLES and found.get(name))
    lines = (f"Not known: {', '.join(lacking)}.",) if lacking else ()
    outputs = {"diagnostics": {name: value for name, value in found.items() if value}, "errors": len(errors)}
    return Done({**outputs, "errorLogs": [dict(one) for one in errors[:MOST_ERRORS]]}, notes=(*notes, *lines))


def _read(answer: Answer) -> list[Mapping[str, Any]]:
    return [one for one in answer.outputs.get("errors") or () if one.get("message")] if answer else []


COLLECTED = Action(_collect, outputs=("diagnostics", "errors", "errorLogs"), operations=("errors",))


def integration(scene: Scene, system: str) -> Mapping[str, Any]:
    """What the configuration says of a system; empty where it says nothing."""
    return scene.configuration.integrations.get(system, {})


def allowed(scene: Scene, operation: str, flag: str) -> list[str]:
    """The connected systems for an operation, without those where the configuration switches it off."""
    offered = sorted(scene.offered.get(operation, ()))
    return [system for system in offered if integration(scene, system).get(flag) is not False]


def handed(code: str, text: str) -> HandOver:
    """A person goes on."""
    return HandOver(Reason(code, text))
