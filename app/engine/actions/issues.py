"""A bug from the customer's words to an issue: known ones are found, new ones are opened and linked, and the customer is told."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from app.engine.actions.diagnostics import allowed, handed, integration, told
from app.engine.configuration.settled import PRIORITIES
from app.engine.templates import NotFilled
from app.engine.words import meaningful, stem
from app.engine.workflows.types import Action, Call, Done, HandOver, Move, Scene, Step

MOST_QUERY = 12
"""Words that are searched for, the most telling first."""
ALIKE = 0.25
"""The share of what the customer describes that an issue has to speak of, to be the same."""
MOST_TEXT = 3_000
_COMMON = """
error bug issue problem fail failure fails failed broken wrong crash crashes exception code status work works not get gets getting
got try trying tried server intern internal http fehler have having use using see seeing keep keeps happen happens tell tells say
says always again every time since today yesterday now
"""
_GENERIC = frozenset(stem(word) for word in _COMMON.split())
"""Stems that every trouble is told with: they make no two of them one."""
_NUMBER = re.compile(r"\d+")
_FRAME = re.compile(r"^\s*(?:at\s+([\w.$<>]{3,80})|File \"[^\"]{1,200}\", line \d+, in (\w{2,60}))", re.MULTILINE)
_FUNCTION = re.compile(r"\s*(\w+)\s*\(\s*(\w+)\s*(?:,\s*(\w+)\s*)?\)\s*")
LADDER = ("low", "normal", "high", "urgent")
MANY, VERY_MANY = 10, 100
"""Users from which a trouble is one step more urgent, and two."""


# --- searchKnownIssues ----------------------------------------------------------------------------------------


def _search(step: Step, scene: Scene) -> Move:
    """By what the customer's error says and where it came from; the likeliest that is not dropped counts."""
    system = _system(str(step.settings.get("source") or ""), allowed(scene, "search_issues", "searchIssues"))
    if not system:
        return Done(_unknown(), notes=("No issue tracker is connected to search for known issues.",))
    wanted = _wanted(step, scene)
    if not wanted:
        return Done(_unknown(), notes=("Nothing to search known issues for: no error is named.",))
    call = Call("search_issues", {"query": " ".join(wanted)}, system, needed=False)
    answer = scene.answer(call)
    if answer is None:
        return call
    if not answer:
        return Done(_unknown(), notes=("Known issues could not be searched.",))
    best = likeliest(told(scene), wanted, answer.outputs.get("issues") or ())
    if best is None:
        return Done(_unknown(), notes=("No known issue is like it.",))
    outputs = {
        "knownIssue": True,
        "workaroundAvailable": bool(best["workaround"]),
        "known": str(best["issue"]),
        "knownTitle": str(best["title"]),
        "knownUrl": str(best["url"]),
        "knownIn": system,
        "knownStatus": str(best["status"]),
        "workaround": str(best["workaround"]),
        "eta": str(best["eta"]),
    }
    return Done(outputs, notes=(f"Known issue {best['issue']} ({best['status']}): {best['url']}",))


def _unknown() -> Mapping[str, Any]:
    return {"knownIssue": False, "workaroundAvailable": False, "workaround": "", "eta": "", "known": ""}


def _wanted(step: Step, scene: Scene) -> list[str]:
    """Words by which the trouble is known elsewhere: numbers and names out of errors and traces first."""
    by = set(step.settings.get("matchBy") or ("errorMessage", "stackTrace"))
    logged = scene.outputs.get("errorLogs") or ()
    said: list[str] = []
    if "errorMessage" in by:
        said += [*scene.classification.entities.get("error", ()), *(str(one.get("message") or "") for one in logged)]
    if "stackTrace" in by:
        traces = [str(one.get("trace") or "") for one in logged] + [told(scene)]
        said += [name for trace in traces for found in _FRAME.findall(trace) for name in found if name][:3]
    if not said:
        return []
    subject = [word for word in meaningful(scene.question) if word not in _GENERIC]
    words = [word for text in said for word in re.findall(r"[\w.]{2,}", text)]
    telling = [word for word in words if _NUMBER.search(word) or (word[:1].isupper() and word.lower() not in _GENERIC)]
    return list(dict.fromkeys([*(w for w in telling), *_plain(subject, scene.question)]))[:MOST_QUERY]


def _plain(subject: Sequence[str], question: str) -> list[str]:
    """The words as they were written: other systems do not stem as we do."""
    written = re.findall(r"[^\W_]{3,}", question)
    return [next((word for word in written if meaningful(word) == [stem]), "") or stem for stem in subject]


def likeliest(question: str, wanted: Sequence[str], found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    """The issue that speaks of the same, or None: an error's number alone makes no two troubles one."""
    asked = set(meaningful(question)) | set(meaningful(" ".join(wanted)))
    specific = {word for word in asked if word not in _GENERIC and not _NUMBER.fullmatch(word)}
    ranked = []
    for one in found:
        title, text = set(meaningful(str(one["title"]))), set(meaningful(str(one["text"])))
        shared = asked & (title | text)
        if not specific & title or len(shared) < 2 or one["status"] == "closed":
            continue
        score = (len(shared) + len(asked & title)) / (2 * max(len(asked), 1))
        ranked.append((score, bool(one["workaround"]), str(one["issue"]), one))
    best = max(ranked, key=lambda entry: entry[:3], default=None)
    return best[3] if best and best[0] >= ALIKE / 2 and len(best[3]["title"]) > 0 else None


# --- applyWorkaround, createJiraTicket ------------------------------------------------------------------------


def _apply(step: Step, scene: Scene) -> Move:
    """Have the workaround told; where the account wants every bug tracked, open an issue for it that is linked with the known one."""
    workaround = str(scene.outputs.get("workaround") or "")
    if not workaround:
        return Done({"workaroundApplied": False}, notes=("There is no workaround.",))
    system = next((one for one in sorted(_trackers(scene)) if integration(scene, one).get("autoCreateTickets")), "")
    outputs = {"workaroundApplied": True}
    notes = (f"Workaround of {scene.outputs.get('known')}: {workaround}",)
    if not system or scene.outputs.get("issue"):
        return Done(outputs, notes=notes)
    tracked = _track(step, scene, system)
    if not isinstance(tracked, Done):
        return tracked
    return Done({**outputs, **tracked.outputs}, notes=(*notes, *tracked.notes))


def _create(step: Step, scene: Scene) -> Move:
    """Open an issue in the tracker that the action is named after, or in the only other one that may create them."""
    if scene.outputs.get("issue"):
        return Done({}, notes=(f"{scene.outputs['issue']} is open already.",))
    offered = _trackers(scene)
    named = next((one for one in sorted(offered) if one in step.action.casefold()), "")
    others = [one for one in sorted(offered) if integration(scene, one).get("createIssues")]
    system = named or next(iter(others), "")
    if not system:
        return handed("no_tracker", "No issue tracker is connected that an issue could be opened in.")
    return _track(step, scene, system)


def _track(step: Step, scene: Scene, system: str) -> Call | Done:
    """The issue, then a link each way where a known one lies elsewhere. A link that fails costs a line, not the issue."""
    create = Call("create_issue", _issue(step, scene, system), system)
    made = scene.answer(create)
    if made is None:
        return create
    issue, url = str(made.outputs["issue"]), str(made.outputs["url"])
    notes = [f"Issue {issue}: {url}"]
    known, elsewhere = str(scene.outputs.get("known") or ""), str(scene.outputs.get("knownIn") or "")
    if known and elsewhere != system:
        there = {"issue": issue, "url": scene.outputs["knownUrl"], "title": f"{known}: {scene.outputs['knownTitle']}"}
        back = {"issue": known, "url": url, "title": issue}
        for where, inputs in ((system, there), (elsewhere, back)):
            if scene.offers("link_issue", where):
                link = Call("link_issue", inputs, where, needed=False)
                answer = scene.answer(link)
                if answer is None:
                    return link
                notes += [] if answer else [f"{issue} and {known} could not be linked ({answer.failure})."]
    return Done({"issue": issue, "issueUrl": url, "issueIn": system}, notes=tuple(notes))


def _issue(step: Step, scene: Scene, system: str) -> dict[str, Any]:
    category = scene.classification.category
    mapped: Mapping[str, str] = integration(scene, system).get("labelMapping") or {}
    known = scene.configuration.category(category)
    error = next(iter(scene.classification.entities.get("error", ())), "")
    inputs: dict[str, Any] = {
        "title": (f"{error}: " if error else "") + (scene.ticket.subject or category or "A customer's problem"),
        "text": _text(scene),
        "labels": [mapped.get(category, category)] if category else [],
        "priority": priority(str(step.settings.get("priority") or ""), scene),
    }
    team = str(step.settings.get("assignTo") or (known.team if known else ""))
    return {**inputs, **({"assignee": team} if team else {})}


def _text(scene: Scene) -> str:
    """What engineers need: the words, what was found out, and the way back to the ticket."""
    diagnostics: Mapping[str, str] = scene.outputs.get("diagnostics") or {}
    lines = [f"{name}: {value}" for name, value in diagnostics.items()]
    traces = [str(one.get("trace")) for one in scene.outputs.get("errorLogs") or () if one.get("trace")]
    quoted = scene.question.replace("```", "'''")[:MOST_TEXT]
    parts = (
        f"```\n{quoted}\n```",
        "\n".join(lines),
        f"```\n{traces[0]}\n```" if traces else "",
        f"Ticket: {scene.ticket.url or scene.ticket.ref.id}",
    )
    return "\n\n".join(part for part in parts if part)


def priority(written: str, scene: Scene) -> str:
    """A word as it stands, or ``calculatePriority(severity, affectedUsers)``: a fact's urgency, raised by how many it hits."""
    called = _FUNCTION.fullmatch(written)
    if not called:
        return str(PRIORITIES.get(written.casefold(), "normal"))
    severity = str(scene.facts.get(called[2]) or "normal").casefold()
    level = LADDER.index(str(PRIORITIES.get(severity, "normal")))
    hit = scene.facts.get(called[3] or "")
    users = float(hit) if isinstance(hit, int | float) and not isinstance(hit, bool) else 1.0
    return LADDER[min(level + (users >= MANY) + (users >= VERY_MANY), len(LADDER) - 1)]


# --- respondToCustomer ----------------------------------------------------------------------------------------


def _respond(step: Step, scene: Scene) -> Move:
    """The named message with what the earlier steps found. A field that cannot be told leaves it all to a person."""
    fields = {"known": bool(scene.outputs.get("known"))}
    if step.settings.get("includeWorkaround", True):
        fields |= _filled(scene, "workaround")
    if step.settings.get("includeETA", True):
        fields |= _filled(scene, "eta")
    fields |= _filled(scene, "issue")
    try:
        name, channel = str(step.settings.get("template") or ""), scene.ticket.channel
        said = scene.configuration.shelf.fill(name, fields, language=scene.classification.language, channel=channel)
    except NotFilled as refusal:
        return HandOver(refusal.reason)
    return Done({"answered": True}, says=said.text)


def _filled(scene: Scene, name: str) -> dict[str, Any]:
    value = str(scene.outputs.get(name) or "")
    return {name: value.rstrip(".") if name == "eta" else value} if value else {}


# --- trackers -------------------------------------------------------------------------------------------------


def _trackers(scene: Scene) -> frozenset[str]:
    return scene.offered.get("create_issue", frozenset())


def _system(source: str, offered: Sequence[str]) -> str:
    """The system that ``source`` (``github-issues``) is named after; the only one where it names none."""
    named = next((one for one in offered if source.casefold().startswith(one)), "")
    return named or (offered[0] if len(offered) == 1 and not source else "")


SEARCHED = Action(
    _search,
    inputs=("errorLogs",),
    outputs=("knownIssue", "workaroundAvailable", "known", "knownTitle", "knownUrl", "knownIn", "workaround", "eta"),
    operations=("search_issues",),
)
APPLIED = Action(
    _apply,
    inputs=("workaround", "known"),
    outputs=("workaroundApplied", "issue", "issueUrl", "issueIn"),
    operations=("create_issue", "link_issue"),
)
CREATED = Action(
    _create,
    inputs=("known", "diagnostics"),
    outputs=("issue", "issueUrl", "issueIn"),
    operations=("create_issue", "link_issue"),
)
RESPONDED = Action(_respond, inputs=("workaround", "eta", "issue", "known"), outputs=("answered",))
