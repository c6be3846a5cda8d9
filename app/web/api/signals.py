"""What an account's own site or product tells of somebody there, signed and taken once; and what came of it. What follows is a job's.

Signed: ``X-Deskhand-Signature: t=<unix seconds>,v1=<hex>``, the HMAC-SHA256 over ``<t>.<body>`` under the hex SHA-256 of the
token. A signature is good for five minutes, and a signal of the same ``id`` is taken once, so that nothing can be replayed.
"""

import hashlib
import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

from flask import request
from pydantic import Field, StringConstraints

from app.db import listing, signals
from app.db.signals import SITE
from app.db.signals import Told as Signal
from app.web.api import parts
from app.web.api.auth import Caller
from app.web.api.declared import BLANK, Given, Moment, Operation, Page, Told, text
from app.web.api.door import Answer, Door
from app.web.api.problems import ApiError
from connectors import signing

HEADER = "X-Deskhand-Signature"
OLDEST, AHEAD = timedelta(hours=1), timedelta(minutes=5)
"""A visitor of an hour ago is not there any more."""
_SIGNED = re.compile(r"t=(\d{9,11}),v1=([0-9a-f]{64})")
MAIL = rf"^[^{BLANK}@]{{1,64}}@[^{BLANK}@]{{1,190}}$"
Fact = bool | int | float | Annotated[str, StringConstraints(max_length=200)]
NAME = r"^[A-Za-z][A-Za-z0-9_]{0,59}$"
Name = Annotated[str, StringConstraints(pattern=NAME)]


class Visitor(Given):
    """Who it is about."""

    email: str = text(254, pattern=MAIL)
    name: str = text(100, default="")
    timezone: str = text(60, default="", about="As in `Europe/Berlin`: nobody is written to at night.")


class Happened(Given):
    """Something that a visitor or a customer did or met."""

    id: str = text(200, about="The caller's own name for it: taken once.")
    kind: Literal["page", "error"]
    at: Moment = Field(description="When, within the last hour.")
    user: Visitor
    about: str = text(200, default="", about="The page, or the feature.")
    facts: dict[Name, Fact] = Field(
        default_factory=dict,
        max_length=30,
        description="What the configuration's triggers ask about.",
        json_schema_extra={"propertyNames": {"pattern": NAME}},
    )


class Taken(Told):
    """Whether it is news."""

    id: str
    taken: bool


class Kept(Told):
    """A signal as it is kept, without what it said about anybody. ``source``: ``site``, ``api``, or a connection's id."""

    id: str
    source: str
    kind: str
    about: str
    at: datetime
    received_at: datetime
    state: str
    outcome: str


class Signals(Told):
    """Some signals, the newest first."""

    items: list[Kept]
    next: str | None


TELL = Operation(
    "tellSignal",
    "POST",
    "/signals",
    "signals",
    "Tell what a visitor did or met.",
    {202: Taken},
    body=Happened,
    refusals={401: "No good token, or the body is not signed."},
    keyed=True,
    headers=((HEADER, "`t=<unix seconds>,v1=<HMAC-SHA256 of t.body under the hex SHA-256 of the token>`."),),
    details="Whether anybody is written to is decided by the triggers of the configuration, within budgets, never at night.",
)
LIST = Operation(
    "listSignals",
    "GET",
    "/signals",
    "read",
    "What was told, and what came of it.",
    {200: Signals},
    query=Page,
    personal="signals",
)


def register(door: Door) -> None:
    """Hang the operations at the door."""

    @door.serves(TELL)
    def tell_signal(caller: Caller, body: Happened) -> Answer:
        database = door.services.database
        _signed(datetime.now(UTC))
        with database.session() as session:
            now = database.now(session)
            new = signals.accept(session, caller.account_id, SITE, [_signal(body, now)], now)
        if new:
            door.services.work.signals(caller.account_id)
        return Answer(Taken(id=body.id, taken=bool(new)))

    @door.serves(LIST)
    def list_signals(caller: Caller, query: Page) -> Signals:
        with door.services.database.reading() as session:
            found = listing.signals(session, caller.account_id, parts.wanted(query))
        return Signals(items=[_kept(one) for one in found.items], next=parts.following(found))


def _signed(now: datetime) -> None:
    """Raises ApiError unless these very bytes were signed just now by who holds the token."""
    found = _SIGNED.fullmatch(request.headers.get(HEADER, ""))
    token = request.headers.get("Authorization", "").partition(" ")[2]
    key = hashlib.sha256(token.encode()).hexdigest()
    at = datetime.fromtimestamp(int(found[1]), UTC) if found else now - timedelta(days=1)
    expected = signing.mac(key, (found[1] if found else "").encode() + b"." + request.get_data(), "sha256").hex()
    if not found or not signing.same(expected, found[2]) or not signing.fresh(at, now):
        raise ApiError(401, "bad_signature", f"Sign the body: {HEADER}: t=<now>,v1=<HMAC-SHA256 of t.body>.")


def _signal(given: Happened, now: datetime) -> Signal:
    """Raises ApiError for what is long over, or has not been yet."""
    if not now - OLDEST <= given.at <= now + AHEAD:
        raise ApiError(400, "bad_field", "at: a moment of the last hour.")
    email = given.user.email.casefold()
    user = {"email": email, "name": given.user.name, "timezone": given.user.timezone}
    return Signal(given.id, given.kind, given.at, given.about, email, {**user, "facts": dict(given.facts)})


def _kept(one: listing.Heard) -> Kept:
    return Kept(
        id=one.delivery,
        source=one.source,
        kind=one.kind,
        about=one.about,
        at=one.at,
        received_at=one.received_at,
        state=one.state,
        outcome=one.outcome,
    )
