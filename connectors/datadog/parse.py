"""Datadog's JSON into neutral series and errors, and what we ask it into its query languages. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.operations import Fields

MOST_TRACE = 2000
_SCOPE = re.compile(r"\{([^{}]*)\}")
_UNSAFE = re.compile(r"[^a-z0-9_:./-]+")


def narrowed(query: str, tag: str, account: str) -> str:
    """A metric's query for one account only, by the tag that names accounts; without a tag, for all."""
    value = _UNSAFE.sub("_", account.casefold()).strip("_")
    if not (tag and value):
        return query
    return _SCOPE.sub(lambda scope: f"{{{_both(scope[1], f'{tag}:{value}')}}}", query, count=1)


def log_query(base: str, facets: Sequence[tuple[str, str]]) -> str:
    """A search of logs where each of these facets has exactly this value."""
    quoted = ((facet, value.replace("\\", "\\\\").replace('"', '\\"')) for facet, value in facets if facet and value)
    return " ".join((base, *(f'{facet}:"{value}"' for facet, value in quoted)))


def series(name: str, now: Mapping[str, Any], usual: Mapping[str, Any]) -> Fields | None:
    """One metric lately beside what is usual; None when nothing was measured lately."""
    points = _points(now)
    if not points:
        return None
    before = _points(usual)
    return {
        "name": name,
        "unit": _unit(now),
        "latest": points[-1],
        "mean": _mean(points),
        "highest": max(points),
        "usual": _mean(before) if before else None,
    }


def errors(answer: Mapping[str, Any]) -> list[Fields]:
    """Log lines as errors: the same message once, newest first, with how often it came."""
    found: dict[str, dict[str, Any]] = {}
    for row in answer.get("data") or ():
        said = row.get("attributes") or {}
        own = said.get("attributes") or {}
        error = own.get("error") if isinstance(own.get("error"), Mapping) else {}
        message = str((error or {}).get("message") or said.get("message") or "").strip()[:500]
        kind = str((error or {}).get("kind") or "")
        message = f"{kind}: {message}" if kind and not message.startswith(kind) else message
        if not message:
            continue
        line = found.setdefault(
            message,
            {
                "at": _utc(said.get("timestamp")),
                "message": message,
                "count": 0,
                "trace": str((error or {}).get("stack") or "")[:MOST_TRACE],
            },
        )
        line["count"] += 1
    return list(found.values())


def _points(answer: Mapping[str, Any]) -> list[float]:
    """The values of all series by time; where nothing was measured there is none."""
    every = [point for one in answer.get("series") or () for point in one.get("pointlist") or ()]
    return [float(value) for _, value in sorted((p[0], p[1]) for p in every if p[1] is not None)]


def _unit(answer: Mapping[str, Any]) -> str:
    for one in answer.get("series") or ():
        for unit in one.get("unit") or ():
            if isinstance(unit, Mapping):
                return str(unit.get("short_name") or unit.get("name") or "")
    return ""


def _mean(points: Sequence[float]) -> float:
    return sum(points) / len(points)


def _both(scope: str, more: str) -> str:
    return more if scope.strip() in ("", "*") else f"{scope},{more}"


def _utc(given: Any) -> str:
    return datetime.fromisoformat(str(given)).astimezone(UTC).isoformat()
