"""``PATCH /api/v1/tickets/<key>``: somebody's own tracker or pipeline says that an issue is resolved. Its customers are told by a job."""

import hashlib
import re
from datetime import UTC, datetime

from flask import Response, jsonify

from app.db import signals
from app.db.signals import Told
from app.web.api.auth import Caller, Door, body, text
from app.web.api.problems import ApiError

SOURCE = "api"
STATES = {"resolved": "issue.resolved", "reopened": "issue.changed", "in-progress": "issue.changed"}
_KEY = re.compile(r"#?[A-Za-z0-9][\w-]{0,99}")


def register(door: Door) -> None:
    """Hang the resource at the door."""

    @door.route("/tickets/<key>", scope="tickets", methods=("PATCH",))
    def update_ticket(caller: Caller, key: str) -> Response:
        database = door.services.database
        with database.reading() as session:
            told = _told(key, database.now(session))
        with database.session() as session:
            new = signals.accept(session, caller.account_id, SOURCE, [told], database.now(session))
        if new:
            door.services.work.signals(caller.account_id)
        answer = jsonify(ticketId=told.about, taken=bool(new))
        answer.status_code = 202
        return answer


def _told(key: str, now: datetime) -> Told:
    """The news; the same news twice has the same name. Raises ApiError which names the field."""
    given = body()
    if not _KEY.fullmatch(key) or text(given, "ticketId", most=101, needed=False) not in ("", key):
        raise ApiError(400, "bad_field", "ticketId: the issue's key, as in the address.")
    status = text(given, "status", most=40)
    if status not in STATES:
        raise ApiError(400, "bad_field", f"status: one of {', '.join(STATES)}.")
    values = {"status": status, "resolution": text(given, "resolution", most=200, needed=False)}
    at = _deployed(text(given, "deployedAt", most=40, needed=False), now)
    named = hashlib.sha256(repr((key, sorted(values.items()), given.get("deployedAt"))).encode()).hexdigest()
    return Told(named, STATES[status], at, key.removeprefix("#").upper(), values=values)


def _deployed(written: str, now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(written) if written else now
    except ValueError:
        raise ApiError(400, "bad_field", "deployedAt: a moment in ISO 8601 with its zone.") from None
    if at.tzinfo is None:
        raise ApiError(400, "bad_field", "deployedAt: a moment in ISO 8601 with its zone.")
    return at.astimezone(UTC)
