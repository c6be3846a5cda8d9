"""GitHub's JSON into the neutral fields of an issue, and its webhooks into signals. Pure; knows no HTTP."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors import issues
from connectors.errors import BadPayload
from connectors.operations import Fields, Signal
from connectors.types import Inbound

TEAM = frozenset({"OWNER", "MEMBER", "COLLABORATOR"})
"""Whose word about a workaround counts: on a public repository anybody may write one."""
_HIDDEN = re.compile(r"<!--.*?-->", re.DOTALL)
_TALKS_TO = re.compile(r"(?<![\w/])([@#])(?=\w)")


def issue(row: Mapping[str, Any], comments: Sequence[Mapping[str, Any]] = ()) -> Fields:
    """A hit of a search, with what the team wrote below it."""
    trusted = [_text(one) for one in (row, *comments) if one.get("author_association") in TEAM]
    newest_first = list(reversed(trusted))
    return {
        "issue": str(row["number"]),
        "title": str(row["title"]),
        "status": "open" if row.get("state") == "open" else "resolved" if resolved(row) else "closed",
        "url": str(row.get("html_url") or ""),
        "text": _text(row)[: issues.MOST_TEXT],
        "workaround": next((found for text in newest_first if (found := issues.workaround(text))), ""),
        "eta": next((found for text in newest_first if (found := issues.eta(text))), "") or _due(row),
        "labels": [_name(label) for label in row.get("labels") or ()],
    }


def found(row: Mapping[str, Any]) -> Fields:
    """The outputs of ``find_issue``."""
    return {
        "issue": str(row["number"]),
        "title": str(row["title"]),
        "status": str(row.get("state") or ""),
        "resolved": resolved(row),
        "resolution": str(row.get("state_reason") or "") if row.get("state") == "closed" else "",
        "url": str(row.get("html_url") or ""),
    }


def resolved(row: Mapping[str, Any]) -> bool:
    """Closed because it was done; issues from before GitHub asked for a reason have none."""
    return row.get("state") == "closed" and row.get("state_reason") in (None, "completed")


def quiet(text: str) -> str:
    """Text that calls nobody, refers to no other issue and hides nothing: what a customer writes must not do any of it."""
    return _TALKS_TO.sub("\\1\u200b", _HIDDEN.sub("", text))


def signals(request: Inbound, repository: str) -> Sequence[Signal]:
    """What a verified webhook says about an issue of this repository. Raises BadPayload."""
    kind, delivery = request.headers.get("x-github-event", ""), request.headers.get("x-github-delivery", "")
    body = _body(request.body)
    if kind != "issues":
        return ()
    if not delivery:
        raise BadPayload("X-GitHub-Delivery", "the id that GitHub gives each delivery")
    whose = _at(body, "repository", "full_name")
    action, row = body.get("action"), body.get("issue")
    if not isinstance(row, Mapping) or not isinstance(row.get("number"), int):
        raise BadPayload("issue.number", "the issue that the event is about")
    if str(whose).casefold() != repository.casefold() or action not in ("closed", "reopened"):
        return ()
    what = "issue.resolved" if action == "closed" and resolved(row) else "issue.changed"
    at = _moment(row, "closed_at" if action == "closed" else "updated_at", request)
    values = {
        "title": str(row.get("title") or ""),
        "resolution": str(row.get("state_reason") or ""),
        "status": row["state"],
    }
    return (Signal(delivery, what, str(row["number"]), at, values),)


def _body(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadPayload("$", "a JSON object (choose the content type application/json)") from error
    if not isinstance(body, Mapping):
        raise BadPayload("$", "a JSON object")
    return body


def _at(body: Mapping[str, Any], *path: str) -> Any:
    value: Any = body
    for step in path:
        value = value.get(step) if isinstance(value, Mapping) else None
    if value is None:
        raise BadPayload(".".join(path), "what GitHub sends with every event")
    return value


def _moment(row: Mapping[str, Any], name: str, request: Inbound) -> datetime:
    try:
        return datetime.fromisoformat(row[name])
    except (KeyError, TypeError, ValueError):
        return request.at


def _text(row: Mapping[str, Any]) -> str:
    return _HIDDEN.sub("", str(row.get("body") or "")).replace("\r\n", "\n").strip()


def _name(label: Any) -> str:
    return str(label.get("name", "")) if isinstance(label, Mapping) else str(label)


def _due(row: Mapping[str, Any]) -> str:
    milestone = row.get("milestone")
    return str(milestone.get("due_on") or "")[:10] if isinstance(milestone, Mapping) else ""
