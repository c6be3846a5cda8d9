"""``POST /api/v1/signals``: what visitors of the account's site or product do, signed and taken once. What follows is a job's.

Signed: ``X-Deskhand-Signature: t=<unix seconds>,v1=<hex>``, the HMAC-SHA256 over ``<t>.<body>`` under the hex SHA-256 of the
token. A signature is good for five minutes, and a signal of the same ``id`` is taken once, so that nothing can be replayed.
"""

import hashlib
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from flask import Response, jsonify, request

from app.db import signals
from app.db.signals import SITE, Told
from app.web.api.auth import Caller, Door, body, text
from app.web.api.problems import ApiError
from connectors import signing

HEADER = "X-Deskhand-Signature"
MOST_FACTS = 30
LONGEST_FACT = 200
OLDEST = timedelta(hours=1)
"""A visitor of an hour ago is not there any more."""
_SIGNED = re.compile(r"t=(\d{9,11}),v1=([0-9a-f]{64})")
_NAME = re.compile(r"[A-Za-z]\w{0,59}")
_MAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


def register(door: Door) -> None:
    """Hang the resource at the door."""

    @door.route("/signals", scope="signals")
    def tell_signal(caller: Caller) -> Response:
        database = door.services.database
        _signed(datetime.now(UTC))
        with database.reading() as session:
            told = _told(body(), database.now(session))
        with database.session() as session:
            new = signals.accept(session, caller.account_id, SITE, [told], database.now(session))
        if new:
            door.services.work.signals(caller.account_id)
        answer = jsonify(id=told.delivery, taken=bool(new))
        answer.status_code = 202
        return answer


def _signed(now: datetime) -> None:
    """Raises ApiError unless these very bytes were signed just now by who holds the token."""
    found = _SIGNED.fullmatch(request.headers.get(HEADER, ""))
    token = request.headers.get("Authorization", "").partition(" ")[2]
    key = hashlib.sha256(token.encode()).hexdigest()
    at = datetime.fromtimestamp(int(found[1]), UTC) if found else now - timedelta(days=1)
    expected = signing.mac(key, (found[1] if found else "").encode() + b"." + request.get_data(), "sha256").hex()
    if not found or not signing.same(expected, found[2]) or not signing.fresh(at, now):
        raise ApiError(401, "bad_signature", f"Sign the body: {HEADER}: t=<now>,v1=<HMAC-SHA256 of t.body>.")


def _told(given: Mapping[str, Any], now: datetime) -> Told:
    """The signal. Raises ApiError which names the field."""
    from app.engine.reaching import KINDS  # noqa: PLC0415  # the web takes webhooks without the engine's rules

    kind = text(given, "kind", most=20)
    if kind not in KINDS:
        raise ApiError(400, "bad_field", f"kind: one of {', '.join(KINDS)}.")
    who = given.get("user")
    if not isinstance(who, dict):
        raise ApiError(400, "missing_field", "user: an object with the visitor's email and name.")
    email = text(who, "email", most=254).casefold()
    if not _MAIL.fullmatch(email):
        raise ApiError(400, "bad_field", "user.email: give a mail address.")
    at = _moment(given, now)
    values = {
        "email": email,
        "name": text(who, "name", most=100, needed=False),
        "timezone": text(who, "timezone", most=60, needed=False),
        "facts": _facts(given),
    }
    about = text(given, "about", most=200, needed=False)
    return Told(text(given, "id", most=200), kind, at, about, email, values)


def _moment(given: Mapping[str, Any], now: datetime) -> datetime:
    try:
        at = datetime.fromisoformat(text(given, "at", most=40))
    except ValueError:
        raise ApiError(400, "bad_field", "at: a moment in ISO 8601 with its zone.") from None
    if at.tzinfo is None or not now - OLDEST <= at <= now + timedelta(minutes=5):
        raise ApiError(400, "bad_field", "at: a moment of the last hour, with its zone.")
    return at


def _facts(given: Mapping[str, Any]) -> dict[str, Any]:
    """Flat facts for conditions: flags, finite numbers, short texts."""
    facts = given.get("facts", {})
    if not isinstance(facts, dict) or len(facts) > MOST_FACTS:
        raise ApiError(400, "bad_field", f"facts: an object of at most {MOST_FACTS} facts.")
    for name, value in facts.items():
        plain = isinstance(value, bool | int | float | str) and len(str(value)) <= LONGEST_FACT
        if not _NAME.fullmatch(name) or not plain or (isinstance(value, float) and not math.isfinite(value)):
            raise ApiError(400, "bad_field", "facts: names of letters, each a flag, a number or a short text.")
    return dict(facts)
