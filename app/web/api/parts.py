"""Lists in parts: what a cursor says and how it is written. A cursor names a place, never a permission."""

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from app.db.listing import Part, Wanted
from app.web.api.declared import Page
from app.web.api.problems import ApiError

BAD = "cursor: there is no such part; give the next of the part before."
LONGEST = 200


def wanted(query: Page, **more: Any) -> Wanted:
    """The part that is asked for. Raises ApiError for a cursor that was not made here."""
    return Wanted(query.limit, place(query.cursor), **more)


def following(part: Part[Any]) -> str | None:
    """The cursor of the part after this one; None after the last."""
    if part.following is None:
        return None
    at, name = part.following
    return written(at, name)


def written(at: datetime, name: str) -> str:
    """A place in a list as a cursor."""
    return base64.urlsafe_b64encode(json.dumps([at.isoformat(), name]).encode()).decode().rstrip("=")


def place(cursor: str) -> tuple[datetime, str] | None:
    """The place that a cursor names; None for the beginning."""
    if not cursor:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        at, name = json.loads(base64.urlsafe_b64decode(padded))
        moment = datetime.fromisoformat(at)
        found = moment.astimezone(UTC), name
    except (ValueError, TypeError, RecursionError, OverflowError, binascii.Error):
        raise ApiError(404, "no_such_part", BAD) from None
    if moment.tzinfo is None or not isinstance(name, str) or not name.isascii() or len(name) > LONGEST:
        raise ApiError(404, "no_such_part", BAD)
    return found
