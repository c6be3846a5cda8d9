"""``POST /api/v1/chat``: a customer's message becomes one in the helpdesk, and the answer is what the gate let be sent there.

The web calls nobody: the message waits in the outbox, a worker passes it on and answers. Whoever wants to wait does so for
some seconds and gets 200 with the answer, or 202 with the place where it will be.
"""

import hashlib
import hmac
import json
import re
import threading
import time
from collections.abc import Mapping
from typing import Any

from flask import Response, request

from app.db import connections, conversations, deadlines, ids, tickets
from app.db.conversations import Outcome, Said, Utterance
from app.engine.sla import Metric
from app.services import Services
from app.web.api.auth import Caller, Door, body, text
from app.web.api.problems import ApiError
from connectors.types import OpenTicket, Person, Role

LONGEST = 4_000
"""Characters of a message."""
WAIT, MOST_WAIT = 8.0, 20.0
"""Seconds that an answer is waited for; ``Prefer: wait=20`` asks for others."""
TOGETHER = 3
"""Requests that wait at once in a process: the other threads are the webhooks'."""
LOOK = 0.15
"""Seconds between two looks."""
_WAIT = re.compile(r"(?:^|[,;]\s*)wait=(\d{1,3})\b")
_MAIL = re.compile(r"[^@\s<>,;]{1,64}@[^@\s<>,;]{1,190}\.[^@\s<>,;]{2,24}")


def register(door: Door) -> None:
    """``POST /chat`` and ``GET /chat/messages/<id>``."""
    services = door.services
    places = threading.BoundedSemaphore(TOGETHER)

    @door.route("/chat", scope="chat")
    def chat(caller: Caller) -> Response:
        said = _said(services, caller)
        connection = _helpdesk(services, caller.account_id)
        with services.database.session() as session:
            now = services.database.now(session)
            try:
                utterance, new = conversations.take(session, said, connection, now)
            except conversations.OtherContent as error:
                raise ApiError(422, "key_reused", error.remedy) from error
        if new:
            services.work.ring(utterance.ticket_id)
        return _answer(services, utterance, _patience(places))

    @door.route("/chat/messages/<message_id>", scope="chat", methods=("GET",))
    def chat_message(caller: Caller, message_id: str) -> Response:
        with services.database.reading() as session:
            utterance = conversations.find(session, caller.account_id, message_id)
        return _answer(services, utterance, _patience(places))


def _said(services: Services, caller: Caller) -> Said:
    """What the request says. Who the customer is comes from the account's own server, which the token proves; no text can change it."""
    given = body()
    customer, words = text(given, "customerId", most=200), text(given, "message", most=LONGEST)
    email, name = text(given, "email", most=280, needed=False), text(given, "name", most=200, needed=False)
    if email and not _MAIL.fullmatch(email):
        raise ApiError(400, "bad_field", "email: give one mail address.")
    if given.get("context") is not None and not isinstance(given["context"], dict):
        raise ApiError(400, "bad_field", "context: give an object.")
    key = request.headers.get("Idempotency-Key", "").strip() or ids.fresh()
    if len(key) > 100 or not key.isprintable():
        raise ApiError(400, "bad_key", "Idempotency-Key: give at most 100 printable characters.")
    talk = text(given, "conversationId", most=32, needed=False)
    digest = hashlib.sha256(json.dumps([customer, words, email, name, talk]).encode()).hexdigest()
    person = Person(f"chat:{customer}", Role.CUSTOMER, name=name, email=email)
    hashed = hmac.new(services.settings.keys[0], f"{caller.account_id}:{customer}".encode(), hashlib.sha256).hexdigest()
    return Said(caller.account_id, hashed, person, words, f"{caller.access_id}:{key}", digest, talk)


def _helpdesk(services: Services, account_id: str) -> str:
    """The helpdesk that holds the account's tickets. Raises ApiError where there is none."""
    with services.database.reading() as session:
        every = connections.of_account(session, account_id)
    takes = (one for one in every if OpenTicket in _supports(services, one.vendor))
    found = next(takes, None)
    if found is None:
        raise ApiError(409, "no_helpdesk", "The account has no helpdesk in which a ticket can be opened: connect one.")
    return found.id


def _supports(services: Services, vendor: str) -> frozenset[type]:
    kind = services.helpdesks.get(vendor)
    return frozenset(kind.supports) if kind else frozenset()


class _Patience:
    """For how long this request waits: not at all while too many others do."""

    def __init__(self, places: threading.BoundedSemaphore, seconds: float) -> None:
        self._places = places
        self._seconds = seconds
        self._mine = False

    def __enter__(self) -> float:
        self._mine = self._seconds > 0 and self._places.acquire(blocking=False)
        return self._seconds if self._mine else 0.0

    def __exit__(self, *_: object) -> None:
        if self._mine:
            self._places.release()


def _patience(places: threading.BoundedSemaphore) -> _Patience:
    wanted = _WAIT.search(request.headers.get("Prefer", ""))
    return _Patience(places, min(float(wanted[1]), MOST_WAIT) if wanted else WAIT)


def _answer(services: Services, utterance: Utterance, patience: _Patience) -> Response:
    with patience as seconds:
        until = time.monotonic() + seconds
        while True:
            with services.database.reading() as session:
                found = conversations.outcome(session, utterance)
            if found.refused or (found.read and not found.pending):
                return _told(services, utterance, found)
            if time.monotonic() >= until:
                return _not_yet(utterance)
            time.sleep(LOOK)


def _not_yet(utterance: Utterance) -> Response:
    where = f"/api/v1/chat/messages/{utterance.id}"
    values = {"status": "pending", "conversationId": utterance.conversation, "messageId": utterance.id}
    return _json(202, values, {"Location": where, "Retry-After": "1"})


def _told(services: Services, utterance: Utterance, found: Outcome) -> Response:
    """What the customer was sent, word for word; else that a person answers, and by when if that is promised."""
    judged, answered = found.judged, bool(found.told)
    message = found.told
    actions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ("person-answers",)
    if not answered:
        message = _from_a_person(services, utterance, judged.classification.language if judged else "")
    else:
        actions, steps = _ahead(services, utterance)
    values = {
        "message": message,
        "confidence": round(judged.classification.confidence, 2) if judged else 0.0,
        "actions": actions,
        "nextSteps": steps,
        "status": "answered" if answered else "person",
        "conversationId": utterance.conversation,
        "messageId": utterance.id,
    }
    return _json(200, values)


def _from_a_person(services: Services, utterance: Utterance, language: str) -> str:
    from app.engine.dialogue import a_person  # noqa: PLC0415  # the web takes webhooks without it

    with services.database.reading() as session:
        now, there = services.database.now(session), _there(session, utterance)
        due = deadlines.promised(session, there, Metric.FIRST_REPLY, now) if there else None
    zone = services.configuration(utterance.account_id).rules.hours.zone
    when = f"{due.astimezone(zone):%Y-%m-%d, %H:%M} ({zone.key})" if due else ""
    return a_person(language, due, when)


def _ahead(services: Services, utterance: Utterance) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What the customer can do now, and what follows."""
    from app.db import runs  # noqa: PLC0415  # the web takes webhooks without workflows
    from app.engine.dialogue import outlook  # noqa: PLC0415

    with services.database.reading() as session:
        there = _there(session, utterance)
        every = runs.of_ticket(session, there) if there else []
    ahead = outlook(every[-1].progress if every else None)
    return ahead.actions, ahead.steps


def _there(session: Any, utterance: Utterance) -> str:
    """Our name for the helpdesk's ticket, once there is one."""
    linked = tickets.remembered(session, utterance.ticket_id).linked
    return ids.ticket(linked[0], linked[1].id) if linked else ""


def _json(status: int, values: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    words = json.dumps(values, ensure_ascii=False)
    return Response(words, status, dict(headers or {}), content_type="application/json")
