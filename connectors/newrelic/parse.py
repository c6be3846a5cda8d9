"""NerdGraph's JSON into neutral series and errors, what we ask into NRQL, and its errors, which come with status 200. Pure."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connectors.errors import AuthFailed, ConnectorError, Forbidden, RateLimited, Refused, Unavailable
from connectors.http import SANE
from connectors.operations import Fields

QUERY = """query($account: Int!, $now: Nrql!, $usual: Nrql!) {
  actor { account(id: $account) { now: nrql(query: $now) { results } usual: nrql(query: $usual) { results } } }
}"""
ONE = "query($account: Int!, $now: Nrql!) { actor { account(id: $account) { now: nrql(query: $now) { results } } } }"
WHO = "{ actor { user { name email } } }"
WEEK = 7 * 24 * 60
"""Minutes."""
_FAULTS: tuple[tuple[str, type[ConnectorError]], ...] = (
    ("UNAUTHENTICATED", AuthFailed),
    ("UNAUTHORIZED", Forbidden),
    ("ACCESS_DENIED", Forbidden),
    ("FORBIDDEN", Forbidden),
    ("TIMEOUT", Unavailable),
    ("SERVER_ERROR", Unavailable),
    ("UNAVAILABLE", Unavailable),
)
_WHERE = re.compile(r"\bWHERE\b", re.IGNORECASE)


def failed(answer: Mapping[str, Any]) -> ConnectorError | None:
    """The error that an answer with status 200 tells of, by its class alone: its message may quote what was asked."""
    errors = answer.get("errors")
    if not errors:
        return None
    words = " ".join(_class(one) for one in errors) if isinstance(errors, Sequence) else ""
    if "TOO_MANY_REQUESTS" in words or "RATE_LIMIT" in words:
        return RateLimited("graphql: too many requests", SANE)
    kind = next((kind for word, kind in _FAULTS if word in words), Refused)
    return kind("graphql answered with errors")


def nrql(expression: str, minutes: int, *, facets: Sequence[tuple[str, str]] = (), ago: int = 0) -> str:
    """``average(duration) FROM Transaction`` over the minutes that ended ``ago`` minutes ago, where these attributes are so."""
    selected, _, source = expression.partition(" FROM ")
    event, *own = _WHERE.split(source, maxsplit=1)
    where = _where([part.strip() for part in own] + _conditions(facets))
    until = f" UNTIL {ago} minutes ago" if ago else ""
    return (
        f"FROM {event.strip()} SELECT {selected} AS 'value'{where} SINCE {minutes + ago} minutes ago{until} TIMESERIES"
    )


def error_nrql(minutes: int, facets: Sequence[tuple[str, str]]) -> str:
    """The commonest errors of that time."""
    counted = "SELECT count(*) AS 'count', latest(timestamp) AS 'at', latest(error.class) AS 'class'"
    where = _where(_conditions(facets))
    return f"FROM TransactionError {counted}{where} FACET error.message SINCE {minutes} minutes ago LIMIT 20"


def _conditions(facets: Sequence[tuple[str, str]]) -> list[str]:
    return [f"`{name}` = '{_quoted(value)}'" for name, value in facets if name and value]


def _where(conditions: Sequence[str]) -> str:
    return f" WHERE {' AND '.join(conditions)}" if conditions else ""


def results(answer: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The rows of one of the queries. A KeyError or TypeError says that the answer has another shape."""
    return list(answer["data"]["actor"]["account"][name]["results"])


def series(name: str, unit: str, now: Sequence[Mapping[str, Any]], usual: Sequence[Mapping[str, Any]]) -> Fields | None:
    """One metric lately beside what is usual; None when nothing was measured lately."""
    points, before = _points(now), _points(usual)
    if not points:
        return None
    return {
        "name": name,
        "unit": unit,
        "latest": points[-1],
        "mean": sum(points) / len(points),
        "highest": max(points),
        "usual": sum(before) / len(before) if before else None,
    }


def error(row: Mapping[str, Any]) -> Fields:
    """One error with how often it came. New Relic's faceted answer holds no trace."""
    message, kind = str(row.get("error.message") or row.get("facet") or "")[:500], str(row.get("class") or "")
    at = datetime.fromtimestamp(float(row["at"]) / 1000, UTC).isoformat()
    said = f"{kind}: {message}" if kind and not message.startswith(kind) else message
    return {"at": at, "message": said, "count": int(row["count"]), "trace": ""}


def _points(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    """The values by time; a percentile comes as ``{"95": 1.2}``."""
    found = []
    for row in sorted(rows, key=lambda one: one.get("beginTimeSeconds") or 0):
        value = row.get("value")
        value = next(iter(value.values()), None) if isinstance(value, Mapping) else value
        found += [float(value)] if isinstance(value, int | float) else []
    return found


def _class(error: Any) -> str:
    extensions = error.get("extensions") if isinstance(error, Mapping) else None
    return str((extensions or {}).get("errorClass") or (extensions or {}).get("code") or "").upper()


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace("'", "\\'")
