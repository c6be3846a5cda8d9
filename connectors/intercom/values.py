"""Single values as Intercom writes them: ids, times, objects and lists of several generations. Pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

Json = Mapping[str, Any]


def identity(value: Any) -> str:
    """An id as text. Intercom writes them as text or numbers, and "none" as null, 0 or "0"."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return ""
    return "" if str(value) in ("0", "") else str(value)


def moment(value: Any) -> datetime | None:
    """Unix seconds or ISO 8601 as aware UTC; None for anything else."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value, UTC)
        if isinstance(value, str) and value.isdecimal():
            return datetime.fromtimestamp(int(value), UTC)
        at = datetime.fromisoformat(value) if isinstance(value, str) else None
    except (ValueError, OverflowError, OSError):
        return None
    if at is None:
        return None
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def table(value: Any) -> Json:
    """The value if it is an object, else an empty one."""
    return value if isinstance(value, Mapping) else {}


def rows(value: Any) -> list[Json]:
    """The objects in the value if it is a list, else none."""
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []
