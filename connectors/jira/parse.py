"""Jira's JSON into the neutral fields of an issue, its document format to and from plain text, its webhooks into signals. Pure."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors import issues
from connectors.errors import BadPayload
from connectors.operations import Fields, Signal
from connectors.types import Inbound

DONE = "done"
"""The key of Jira's status category for what is finished, in every language and every workflow."""
_BLOCKS = frozenset({"paragraph", "heading", "codeBlock", "listItem", "blockquote", "rule", "panel"})
_DEEPEST = 50


def issue(row: Mapping[str, Any], site: str) -> Fields:
    """A hit of a search, with what colleagues wrote below it."""
    values = row.get("fields") or {}
    text = plain(values.get("description"))
    said = [plain(one.get("body")) for one in _comments(values) if _colleague(one)]
    trusted = [*reversed(said), *([text] if _colleague({"author": values.get("reporter")}) else [])]
    return {
        "issue": str(row["key"]),
        "title": str(values.get("summary") or ""),
        "status": "resolved" if resolved(values) else "open",
        "url": address(site, str(row["key"])),
        "text": text[: issues.MOST_TEXT],
        "workaround": next((one for part in trusted if (one := issues.workaround(part))), ""),
        "eta": next((one for part in trusted if (one := issues.eta(part))), "") or str(values.get("duedate") or ""),
        "labels": [str(label) for label in values.get("labels") or ()],
    }


def found(row: Mapping[str, Any], site: str) -> Fields:
    """The outputs of ``find_issue``."""
    values = row.get("fields") or {}
    return {
        "issue": str(row["key"]),
        "title": str(values.get("summary") or ""),
        "status": str((values.get("status") or {}).get("name") or ""),
        "resolved": resolved(values),
        "resolution": str((values.get("resolution") or {}).get("name") or ""),
        "url": address(site, str(row["key"])),
    }


def resolved(values: Mapping[str, Any]) -> bool:
    """Whether the status is one of those that mean done."""
    category = (values.get("status") or {}).get("statusCategory") or {}
    return category.get("key") == DONE


def address(site: str, key: str) -> str:
    """Where people read the issue."""
    return f"{site}/browse/{key}"


def document(text: str) -> Mapping[str, Any]:
    """Plain text in the Atlassian document format: a paragraph for each block, a code block for what is fenced."""
    pieces = re.split(r"^```[^\n]*\n(.*?)\n?^```[ \t]*$", text.replace("\r\n", "\n"), flags=re.MULTILINE | re.DOTALL)
    content: list[Mapping[str, Any]] = []
    for place, piece in enumerate(pieces):
        if place % 2:
            content.append({"type": "codeBlock", "content": [{"type": "text", "text": piece}] if piece else []})
        else:
            content += [_paragraph(block) for block in re.split(r"\n[ \t]*\n", piece) if block.strip()]
    return {"version": 1, "type": "doc", "content": content or [{"type": "paragraph", "content": []}]}


def plain(node: Any, depth: int = 0) -> str:
    """The words of a document, a line for each block; older issues have plain text already."""
    if isinstance(node, str):
        return node
    if not isinstance(node, Mapping) or depth > _DEEPEST:
        return ""
    if node.get("type") == "text":
        return str(node.get("text") or "")
    if node.get("type") == "hardBreak":
        return "\n"
    inner = "".join(plain(child, depth + 1) for child in node.get("content") or ())
    if node.get("type") == "heading":
        return f"\n## {inner}\n"
    return f"{inner}\n" if node.get("type") in _BLOCKS else inner


def label(word: str) -> str:
    """A word as a label: Jira's hold no blank."""
    return re.sub(r"[^\w-]+", "-", word).strip("-")[:100]


def signals(request: Inbound, project: str) -> Sequence[Signal]:
    """What a verified webhook says about an issue of this project. Raises BadPayload."""
    body = _body(request.body)
    if body.get("webhookEvent") != "jira:issue_updated":
        return ()
    row = body.get("issue")
    if not isinstance(row, Mapping) or not isinstance(row.get("key"), str):
        raise BadPayload("issue.key", "the issue that the event is about")
    if row["key"].rpartition("-")[0].casefold() != project.casefold():
        return ()
    changed = [one for one in (body.get("changelog") or {}).get("items") or () if isinstance(one, Mapping)]
    values = row.get("fields")
    if not isinstance(values, Mapping) or not any(one.get("field") in ("status", "resolution") for one in changed):
        return ()
    at = _moment(body, request)
    said = {
        "title": str(values.get("summary") or ""),
        "status": str((values.get("status") or {}).get("name") or ""),
        "resolution": _fixed_in(values),
    }
    kind = "issue.resolved" if resolved(values) else "issue.changed"
    return (Signal(_delivery(request, body, row["key"]), kind, row["key"], at, said),)


def _delivery(request: Inbound, body: Mapping[str, Any], key: str) -> str:
    """Jira names a delivery and keeps the name when it tries again; older sites do not, there the change has a number."""
    named = request.headers.get("x-atlassian-webhook-identifier", "")
    if named:
        return named
    change = (body.get("changelog") or {}).get("id")
    if change is None:
        raise BadPayload("X-Atlassian-Webhook-Identifier", "the name that Jira gives each delivery")
    return f"{key}:{change}"


def _fixed_in(values: Mapping[str, Any]) -> str:
    """``Fixed in v2.15.0`` where a version is set, else the resolution's own name."""
    versions = [str(one.get("name")) for one in values.get("fixVersions") or () if isinstance(one, Mapping)]
    if versions:
        return f"Fixed in {', '.join(versions)}"
    return str((values.get("resolution") or {}).get("name") or "")


def _body(raw: bytes) -> Mapping[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise BadPayload("$", "a JSON object") from error
    if not isinstance(body, Mapping):
        raise BadPayload("$", "a JSON object")
    return body


def _moment(body: Mapping[str, Any], request: Inbound) -> datetime:
    """Milliseconds since 1970 by Jira's clock."""
    try:
        return datetime.fromtimestamp(float(body["timestamp"]) / 1000, UTC)
    except (KeyError, TypeError, ValueError, OverflowError, OSError):
        return request.at


def _paragraph(block: str) -> Mapping[str, Any]:
    content: list[Mapping[str, Any]] = []
    for line in block.strip("\n").split("\n"):
        content += [{"type": "hardBreak"}] if content else []
        content += [{"type": "text", "text": line}] if line else []
    return {"type": "paragraph", "content": content}


def _comments(values: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    listed = (values.get("comment") or {}).get("comments") or ()
    return [one for one in listed if isinstance(one, Mapping)]


def _colleague(comment: Mapping[str, Any]) -> bool:
    """Whether a member of the site wrote it: in a service project customers write too, and their word is no workaround."""
    author = comment.get("author")
    return isinstance(author, Mapping) and author.get("accountType", "atlassian") in ("atlassian", "app")
