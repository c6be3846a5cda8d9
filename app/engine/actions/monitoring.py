"""Why it is slow: metrics beside what is usual, incidents, what is unusual about this customer, and what follows from it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from app.engine.actions.diagnostics import allowed, asked_for, context, missing
from app.engine.templates import NotFilled
from app.engine.workflows.types import Action, Call, Done, HandOver, Move, Scene, Step

WORSE = 1.5
"""Times what is usual, from which a metric stands out."""
DEFAULT = 30
"""Minutes that are looked at, where the configuration does not say."""
LONGEST = 24 * 60
LATELY = timedelta(hours=24)
"""An incident that ended within this may still be what the customer means."""
MANY_ERRORS = 5
FINDINGS = "performance-findings"
_RANGE = re.compile(r"(?:last-)?(\d{1,4})\s?(m|h|d)", re.IGNORECASE)
_MINUTES = {"m": 1, "h": 60, "d": 24 * 60}

CHECKS: Mapping[str, tuple[str, float]] = {
    "queryComplexity": ("queryComplexity", 0.8),
    "dataVolume": ("dataVolume", 1_000_000),
    "concurrentRequests": ("concurrentRequests", 20),
}
"""Check -> the host's fact about the customer, and from where on it is a lot."""


def _fetch(step: Step, scene: Scene) -> Move:
    """From each named source that is connected, for the customer's account where the host names one."""
    minutes = _minutes(str(step.settings.get("timeRange") or ""))
    offered = allowed(scene, "metrics", "fetchMetrics")
    sources = [str(one) for one in step.settings.get("sources") or offered]
    account = next((str(scene.facts[name]) for name in ("accountId", "organisation") if scene.facts.get(name)), "")
    inputs: dict[str, Any] = {"minutes": minutes, **({"account": account} if account else {})}
    series: list[Mapping[str, Any]] = []
    notes: list[str] = []
    for source in (one for one in sources if one in offered):
        call = Call("metrics", inputs, source, needed=False)
        answer = scene.answer(call)
        if answer is None:
            return call
        series += [{**one, "source": source} for one in answer.outputs.get("series") or ()]
        notes += [] if answer else [f"{source}: no metrics could be read."]
    notes += [_line(one) for one in series]
    if not series and not any(one in offered for one in sources):
        notes.append("No connected system has metrics.")
    lacking = missing(scene, context(scene), {"performanceMetrics": "measured" if series else ""})
    if lacking and not (scene.heard and scene.asked >= 2):
        return asked_for(scene, lacking)
    slow = [one["name"] for one in series if _stands_out(one)]
    return Done({"series": series, "minutes": minutes, "slow": slow}, notes=tuple(notes))


def _stands_out(one: Mapping[str, Any]) -> bool:
    mean, usual = one.get("mean"), one.get("usual")
    return isinstance(mean, int | float) and isinstance(usual, int | float) and usual > 0 and mean > WORSE * usual


def _line(one: Mapping[str, Any]) -> str:
    usual = f", usually {_number(one['usual'])}" if one.get("usual") is not None else ""
    unit = f" {one['unit']}" if one.get("unit") else ""
    return f"{one['name']} ({one['source']}): {_number(one['mean'])}{unit} on average{usual}, at most {_number(one['highest'])}"


def _number(value: Any) -> str:
    return f"{float(value):.3g}"


def _minutes(written: str) -> int:
    found = _RANGE.fullmatch(written.strip())
    return min(int(found[1]) * _MINUTES[found[2].lower()], LONGEST) if found else DEFAULT


def _correlate(step: Step, scene: Scene) -> Move:
    """What the status page says is going on, or was within a day."""
    if not scene.offers("incidents"):
        return Done({"incident": ""}, notes=("No status page is connected.",))
    source = str(step.settings.get("source") or "")
    call = Call(
        "incidents",
        {"since": (scene.ticket.created_at - LATELY).isoformat()},
        source if scene.offers("incidents", source) else "",
        needed=False,
    )
    answer = scene.answer(call)
    if answer is None:
        return call
    if not answer:
        return Done({"incident": ""}, notes=("The status page could not be read.",))
    found = answer.outputs.get("incidents") or ()
    going_on = [one for one in found if not one["resolved_at"]]
    for one in going_on[:1]:
        outputs = {
            "incident": str(one["incident"]),
            "incidentTitle": str(one["title"]),
            "incidentStatus": str(one["status"]),
            "incidentUrl": str(one["url"]),
        }
        return Done(outputs, notes=(f"Incident: {one['title']} ({one['status']}), {one['url']}",))
    ended = tuple(f"Incident, over since {one['resolved_at']}: {one['title']}" for one in found[:2])
    return Done({"incident": ""}, notes=ended or ("The status page tells of no incident.",))


def _analyze(step: Step, scene: Scene) -> Move:
    """What is unusual about this customer: what the host counts of their use, and the errors that they met."""
    minutes = int(scene.outputs.get("minutes") or DEFAULT)
    counted = 0
    for system in allowed(scene, "errors", "correlateErrors") if scene.identity.email else ():
        call = Call("errors", {"minutes": minutes, "email": scene.identity.email}, system, needed=False)
        answer = scene.answer(call)
        if answer is None:
            return call
        counted += sum(int(one.get("count") or 0) for one in answer.outputs.get("errors") or ())
    wanted = [str(one).replace(" ", "") for one in step.settings.get("checks") or ()]
    known = {name: scene.facts.get(CHECKS[name][0]) for name in wanted if name in CHECKS}
    high = [name for name, value in known.items() if isinstance(value, int | float) and value >= CHECKS[name][1]]
    unknown = [name for name in wanted if known.get(name) is None]
    notes = [f"Unusual for this customer: {name} {known[name]}" for name in high]
    notes += [f"This customer met {counted} errors."] if counted else []
    notes += [f"Not known about this customer: {', '.join(unknown)}."] if unknown else []
    pattern = [*high, *(["errors"] if counted >= MANY_ERRORS else [])]
    return Done({"pattern": pattern, "errorsMet": counted}, notes=tuple(notes))


def _suggest(step: Step, scene: Scene) -> Move:
    """Say what was found and what helps. Where nothing was found nothing is claimed: articles answer, or a person."""
    fields: dict[str, Any] = dict.fromkeys(scene.outputs.get("pattern") or (), True)
    if scene.outputs.get("incident"):
        fields |= {"incident": scene.outputs["incidentTitle"], "status": scene.outputs["incidentStatus"]}
        fields |= {"url": scene.outputs["incidentUrl"]} if scene.outputs.get("incidentUrl") else {}
    if scene.outputs.get("slow"):
        fields["slow"] = True
    if not fields:
        return Done({"optimizations": []}, notes=("Nothing unusual was found.",))
    try:
        language = scene.classification.language
        said = scene.configuration.shelf.fill(FINDINGS, fields, language=language, channel=scene.ticket.channel)
    except NotFilled as refusal:
        return HandOver(refusal.reason)
    return Done({"optimizations": sorted(fields)}, says=said.text)


FETCHED = Action(_fetch, outputs=("series", "minutes", "slow"), operations=("metrics",))
CORRELATED = Action(
    _correlate, outputs=("incident", "incidentTitle", "incidentStatus", "incidentUrl"), operations=("incidents",)
)
ANALYZED = Action(_analyze, inputs=("minutes",), outputs=("pattern", "errorsMet"), operations=("errors",))
SUGGESTED = Action(_suggest, inputs=("incident", "slow", "pattern"), outputs=("optimizations",))
