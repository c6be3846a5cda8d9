"""HTTP answers as our errors: the one table of status codes, and how long a vendor wants us to wait. No vendor's rule lives here."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from connectors.errors import (
    AuthFailed,
    Conflict,
    ConnectorError,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)

TABLE: Mapping[int, type[ConnectorError]] = {
    401: AuthFailed,
    403: Forbidden,
    404: NotFound,
    408: Unavailable,
    409: Conflict,
    410: NotFound,
    412: Conflict,
    425: Unavailable,
}
"""What is not here: 429 is RateLimited, 5xx Unavailable, every other answer outside 2xx Refused."""

SANE = 30.0
"""Seconds to wait when the vendor does not say."""
LONGEST = 3600.0


def error(status: int, headers: Mapping[str, str], where: str) -> ConnectorError | None:
    """The error for this answer, or None for 2xx. ``where`` names the call and must hold no secret and no query."""
    if 200 <= status < 300:
        return None
    message = f"{where} answered {status}"
    if status == 429:
        return RateLimited(message, retry_after(headers))
    if status >= 500:
        return Unavailable(message)
    return TABLE.get(status, Refused)(message)


def retry_after(headers: Mapping[str, str], default: float = SANE) -> float:
    """Seconds to wait: ``Retry-After`` as whole or broken seconds or as a date; at most an hour, never below zero."""
    lower = {name.lower(): value for name, value in headers.items()}
    given = lower.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", given):
        return min(float(given), LONGEST)
    then = _date(given)
    if then is None:
        return default
    sent = _date(lower.get("date", "")) or datetime.now(UTC)
    return min(max((then - sent).total_seconds(), 0.0), LONGEST)


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
