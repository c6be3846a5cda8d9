"""Lengths of time as configurations write them (``15m``, ``4h-business-hours``, ``'< 1 hour'``). No calendar lives here."""

import re
from dataclasses import dataclass

_UNITS = {
    "s": "second",
    "sec": "second",
    "m": "minute",
    "min": "minute",
    "h": "hour",
    "hr": "hour",
    "d": "day",
    "w": "week",
    "second": "second",
    "minute": "minute",
    "hour": "hour",
    "day": "day",
    "week": "week",
    "month": "month",
    "year": "year",
}
_SHAPE = re.compile(r"<?\s*(\d{1,6})[\s-]*([a-z]+?)s?(-business-hours)?", re.IGNORECASE)
_BUSINESS_DAYS = re.compile(r"<?\s*(\d{1,6})[\s-]*business[\s-](day|hour)s?", re.IGNORECASE)

EXAMPLES = "15m, 4h, 2d, 4h-business-hours, 10-business-days or '< 1 hour'"


@dataclass(frozen=True)
class Duration:
    """``amount`` of ``unit`` (second to year); ``business`` counts only hours in which somebody works."""

    amount: int
    unit: str
    business: bool = False


def duration(text: str) -> Duration | None:
    """What the text says, or None when it is no length of time."""
    if found := _BUSINESS_DAYS.fullmatch(text.strip()):
        return Duration(int(found[1]), found[2].lower(), business=True)
    found = _SHAPE.fullmatch(text.strip())
    if not found or found[2].lower() not in _UNITS:
        return None
    return Duration(int(found[1]), _UNITS[found[2].lower()], business=bool(found[3]))
