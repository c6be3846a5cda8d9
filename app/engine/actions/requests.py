"""A customer's call to the account's API: what of it can be seen in their words, what is wrong with it, and how it is done right.

What nobody has shown cannot be judged: a question about how to do it is answered from the articles.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.engine.actions.diagnostics import asked_for, context, missing, told
from app.engine.templates import NotFilled
from app.engine.workflows.types import Action, Call, Done, HandOver, Move, Scene, Step

FIX = "api-fix"
EXAMPLE = "api-example"
_URL = re.compile(r"https?://[^\s'\"<>)]+", re.IGNORECASE)
_STATUS = re.compile(
    r"\b(?:(?:status|http|error|code|get|getting|always|returns?|answers?)\D{0,12})?\b(4\d\d|5\d\d)\b", re.IGNORECASE
)
_METHOD = re.compile(
    r"(?:-X\s*|\b)(GET|POST|PUT|PATCH|DELETE)\b(?=\s+(?:https?://|/))|-X\s*(GET|POST|PUT|PATCH|DELETE)"
)
_IN_QUERY = re.compile(
    r"[?&](?:api[_-]?key|key|token|access_token)=|\bkey (?:as|in|with) (?:a |the )?(?:query|url|parameter|param)",
    re.IGNORECASE,
)
_BEARER = re.compile(r"authorization['\"]?\s*[:=]\s*['\"]?\s*(?:[f]['\"])?(bearer|basic|token)?\b", re.IGNORECASE)
_VERSION = re.compile(r"/v\d{1,2}(?:/|$|\?)")
_BODY = re.compile(r"(?:-d|--data(?:-raw)?)\s+'([^']{1,4000})'|```(?:json)?\s*(\{.{1,4000}?\})\s*```", re.DOTALL)
_FAILED = re.compile(
    r"\b(?:error|fails?|failed|failing|wrong|refused|denied|invalid|not work|doesn't|unauthori[sz]ed)\b", re.IGNORECASE
)
_LANGUAGES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("python", re.compile(r"\bimport requests\b|\brequests\.\w+\(|\bpython\b|\bhttpx\b", re.IGNORECASE)),
    ("javascript", re.compile(r"\bfetch\(|\baxios\b|\bjavascript\b|\bnode(?:\.?js)?\b|\btypescript\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Shown:
    """What can be seen of a request. ``None`` and empty are: not shown."""

    status: int | None
    shown: bool
    in_query: bool
    scheme: str
    versioned: bool | None
    body: bool | None


def shown(text: str) -> Shown:
    """Read a request out of words, a command line or code. Nothing of it is ever called or repeated."""
    statuses = [int(found) for found in _STATUS.findall(text)]
    urls = _URL.findall(text)
    scheme = _BEARER.search(text)
    bodies = [one or other for one, other in _BODY.findall(text)]
    return Shown(
        status=statuses[0] if statuses else None,
        shown=bool(urls or _METHOD.search(text) or scheme or "curl" in text),
        in_query=bool(_IN_QUERY.search(text)),
        scheme=(scheme[1] or "other").casefold() if scheme else "",
        versioned=any(_VERSION.search(url) for url in urls) if urls else None,
        body=all(_is_json(one) for one in bodies) if bodies else None,
    )


def _is_json(text: str) -> bool:
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return False
    return True


def _validate(step: Step, scene: Scene) -> Move:
    """What the request gets wrong, as far as it is shown; who reports a failure and shows nothing is asked for it."""
    text = told(scene)
    seen = shown(text)
    failing = seen.status is not None or bool(_FAILED.search(text))
    lacking = missing(scene, context(scene), {}) if failing and not (seen.shown or seen.status or seen.in_query) else ()
    if lacking and not (scene.heard and scene.asked >= 2):
        return asked_for(scene, lacking)
    checks = set(step.settings.get("check") or ("authentication", "apiVersion", "requestFormat"))
    wrong = [
        name
        for name, check, is_wrong in (
            ("keyInAddress", "authentication", seen.in_query),
            ("notBearer", "authentication", bool(seen.scheme) and seen.scheme != "bearer"),
            ("noVersion", "apiVersion", seen.versioned is False),
            ("badJson", "requestFormat", seen.body is False),
        )
        if check in checks and is_wrong
    ]
    outputs: dict[str, Any] = {"requestProblems": wrong, "status": seen.status or 0, "failing": failing}
    return Done(outputs, notes=tuple(f"The request: {TITLES[name]}." for name in wrong))


TITLES: Mapping[str, str] = {
    "keyInAddress": "the key is sent in the address",
    "notBearer": "the Authorization header is not a bearer token",
    "noVersion": "the address names no version",
    "badJson": "the body is not JSON",
}
MEANS: Mapping[int, str] = {
    401: "authentication",
    403: "permission",
    404: "address",
    429: "rateLimit",
    400: "format",
    422: "format",
}
"""What an answer's status says about the request."""


def _diagnose(step: Step, scene: Scene) -> Move:
    """What the status means, and whether the service itself is in trouble: then nothing is the customer's to mend."""
    checks = step.settings.get("checks") or {}
    found = list(scene.outputs.get("requestProblems") or ())
    status = int(scene.outputs.get("status") or 0)
    if "endpointAvailability" in checks and scene.outputs.get("failing") and scene.offers("incidents"):
        call = Call("incidents", needed=False)
        answer = scene.answer(call)
        if answer is None:
            return call
        going_on = [one for one in answer.outputs.get("incidents") or () if not one["resolved_at"]]
        if going_on:
            said = {"incidentTitle": str(going_on[0]["title"]), "incidentUrl": str(going_on[0]["url"])}
            return Done({"diagnosis": ["incident"], **said}, notes=(f"Incident: {going_on[0]['title']}",))
    if status >= 500:
        found = ["server"]
    elif meaning := MEANS.get(status):
        found.append(meaning)
    return Done({"diagnosis": list(dict.fromkeys(found))}, notes=(f"Diagnosis: {', '.join(found)}",) if found else ())


def _fix(step: Step, scene: Scene) -> Move:
    """A sentence for each thing that was found. A failure of the service is for people."""
    diagnosis = scene.outputs.get("diagnosis") or ()
    if not diagnosis:
        return Done({"fixed": False})
    if "server" in diagnosis:
        return Done({"fixed": False}, notes=("The service itself failed: engineering has to look.",))
    fields: dict[str, Any] = {str(name): True for name in diagnosis}
    if "incident" in diagnosis:
        fields |= {"title": scene.outputs["incidentTitle"]}
        fields |= {"url": scene.outputs["incidentUrl"]} if scene.outputs.get("incidentUrl") else {}
    return _told(scene, FIX, fields, {"fixed": True})


def _example(step: Step, scene: Scene) -> Move:
    """How a request is authenticated in the customer's own language, where that is what was wrong."""
    language = next((name for name, pattern in _LANGUAGES if pattern.search(told(scene))), "curl")
    wrong = {"keyInAddress", "notBearer", "authentication"} & set(scene.outputs.get("diagnosis") or ())
    if not wrong or not step.settings.get("includeCodeSamples", True):
        return Done({"language": language})
    return _told(scene, EXAMPLE, {language: True}, {"language": language})


def _told(scene: Scene, template: str, fields: Mapping[str, Any], outputs: Mapping[str, Any]) -> Move:
    try:
        language = scene.classification.language
        said = scene.configuration.shelf.fill(template, fields, language=language, channel=scene.ticket.channel)
    except NotFilled as refusal:
        return HandOver(refusal.reason)
    return Done(outputs, says=said.text)


VALIDATED = Action(_validate, outputs=("requestProblems", "status", "failing"))
DIAGNOSED = Action(
    _diagnose,
    inputs=("requestProblems", "status", "failing"),
    outputs=("diagnosis", "incidentTitle", "incidentUrl"),
    operations=("incidents",),
)
FIXED = Action(_fix, inputs=("diagnosis",), outputs=("fixed",))
EXEMPLIFIED = Action(_example, inputs=("diagnosis",), outputs=("language",))
