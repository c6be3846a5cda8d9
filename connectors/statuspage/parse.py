"""A public status page's JSON into neutral incidents. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from connectors.operations import Fields

MOST_TEXT = 1000


def incidents(answer: Mapping[str, Any], since: datetime | None) -> list[Fields]:
    """What is going on, newest first; with ``since`` also what ended or began after that."""
    every = [incident(row) for row in answer["incidents"]]
    return [one for one in every if _counts(one, since)]


def incident(row: Mapping[str, Any]) -> Fields:
    """One incident with the newest word about it."""
    updates = sorted(row.get("incident_updates") or (), key=lambda one: str(one.get("created_at") or ""))
    return {
        "incident": str(row["id"]),
        "title": str(row["name"]),
        "status": str(row["status"]),
        "impact": str(row.get("impact") or "none"),
        "url": str(row.get("shortlink") or ""),
        "started_at": _utc(row.get("started_at") or row["created_at"]),
        "resolved_at": _utc(row["resolved_at"]) if row.get("resolved_at") else None,
        "components": list(_names(row, updates)),
        "text": str(updates[-1].get("body") or "")[:MOST_TEXT] if updates else "",
    }


def _names(row: Mapping[str, Any], updates: Iterable[Mapping[str, Any]]) -> Iterable[str]:
    """The parts that are touched: incidents name them themselves, older pages only in what was said about them."""
    listed = [str(one.get("name") or "") for one in row.get("components") or ()]
    said = [str(one.get("name") or "") for update in updates for one in update.get("affected_components") or ()]
    return dict.fromkeys(name for name in (*listed, *said) if name)


def _counts(one: Fields, since: datetime | None) -> bool:
    if one["resolved_at"] is None:
        return True
    return since is not None and max(one["resolved_at"], one["started_at"]) >= since.astimezone(UTC).isoformat()


def _utc(given: Any) -> str:
    return datetime.fromisoformat(str(given)).astimezone(UTC).isoformat()
