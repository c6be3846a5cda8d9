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
from typing import Any, Literal

from flask import request
from pydantic import Field

from app.db import connections, conversations, deadlines, ids, signals, tickets
from app.db.conversations import Outcome, Said, Utterance
from app.db.signals import SITE
from app.db.signals import Told as Signal
from app.engine.sla import Metric
from app.services import Services
from app.web.api.auth import Caller
from app.web.api.declared import BLANK, Given, Operation, Told, text
from app.web.api.door import Answer, Door, idempotency_key
from app.web.api.problems import ApiError
from connectors.types import Person, Role

WAIT, MOST_WAIT = 8.0, 20.0
"""Seconds that an answer is waited for; ``Prefer: wait=20`` asks for others."""
TOGETHER = 3
"""Requests that wait at once in a process: the other threads are the webhooks'."""
ASKED = "asked"
"""The kind of signal by which a program asks for a conversation: as in ``engine.reaching``."""
LOOK = 0.15
"""Seconds between two looks."""
_WAIT = re.compile(r"(?:^|[,;]\s*)wait=(\d{1,3})\b")
_SEEN = rf"[^{BLANK}@<>,;]"
MAIL = rf"^({_SEEN}{{1,64}}@{_SEEN}{{1,190}}\.{_SEEN}{{2,24}})?$"
"""One mail address, or nothing."""
PREFER = ("Prefer", "`wait=8`: for how many seconds an answer is waited for, 0 to 20.")
KEY = ("Idempotency-Key", "Names the message: sent again with the same key it is said once, and its answer is told.")


class Message(Given):
    """What a customer says. Who the customer is is the caller's word, so a token belongs on a server."""

    customer_id: str = text(200, about="The customer's id at the account.")
    message: str = text(4000, about="What the customer says.")
    email: str = text(280, default="", pattern=MAIL, about="Finds the customer in the helpdesk.")
    name: str = text(200, default="")
    conversation_id: str = text(32, default="", about="The conversation that goes on; a new one without it.")
    context: dict[str, Any] | None = Field(None, description="Taken, and not kept.")
    proactive: bool = Field(False, description="The customer has not written: the words are to be said to them.")


class Passed(Told):
    """The message is on its way; the answer will be at the address in Location. ``proposed``: the team decides whether it is said."""

    status: Literal["pending", "proposed"]
    conversation_id: str
    message_id: str


class Spoken(Told):
    """What the customer was sent, word for word; or, with the status ``person``, that a person answers."""

    message: str
    confidence: float
    actions: list[str]
    next_steps: list[str]
    status: Literal["answered", "person"]
    conversation_id: str
    message_id: str


class Which(Given):
    """A message by its id."""

    message_id: str = text(32)


CHAT = Operation(
    "chatSend",
    "POST",
    "/chat",
    "chat",
    "Say something in a customer's name and get the answer.",
    {200: Spoken, 202: Passed},
    body=Message,
    refusals={
        404: "The customer has no such conversation.",
        409: "No helpdesk is connected in which a ticket can be opened, or the key was used for another message.",
    },
    headers=(PREFER, KEY),
    details=(
        "The message becomes one in the account's helpdesk. What may be said to it is decided as for every ticket there. "
        "With `proactive` nothing is said in the customer's name: a ticket that only the team reads holds the words as a draft."
    ),
)
LATER = Operation(
    "chatMessage",
    "GET",
    "/chat/messages/{messageId}",
    "chat",
    "The answer to a message, once there is one.",
    {200: Spoken, 202: Passed},
    path=Which,
    headers=(PREFER,),
    personal="conversation",
)


def register(door: Door) -> None:
    """Hang the operations at the door."""
    services = door.services
    places = threading.BoundedSemaphore(TOGETHER)

    @door.serves(CHAT)
    def chat(caller: Caller, body: Message) -> Answer:
        if body.proactive:
            return _proposed(services, caller, body)
        said = _said(services, caller, body)
        connection = _helpdesk(services, caller.account_id)
        with services.database.session() as session:
            now = services.database.now(session)
            try:
                utterance, new = conversations.take(session, said, connection, now)
            except conversations.OtherContent as error:
                raise ApiError(409, "key_reused", error.remedy) from error
        if new:
            services.work.ring(utterance.ticket_id)
        return _answer(services, utterance, _patience(places))

    @door.serves(LATER)
    def chat_message(caller: Caller, path: Which) -> Answer:
        with services.database.reading() as session:
            utterance = conversations.find(session, caller.account_id, path.message_id)
        return _answer(services, utterance, _patience(places))


def _said(services: Services, caller: Caller, given: Message) -> Said:
    """What the request says. Who the customer is comes from the account's own server, which the token proves; no text can change it."""
    key = idempotency_key() or ids.fresh()
    asked = [given.customer_id, given.message, given.email, given.name, given.conversation_id]
    digest = hashlib.sha256(json.dumps(asked).encode()).hexdigest()
    person = Person(f"chat:{given.customer_id}", Role.CUSTOMER, name=given.name, email=given.email)
    hashed = customer(services, caller.account_id, given.customer_id)
    named = f"{caller.access_id}:{key}"
    return Said(caller.account_id, hashed, person, given.message, named, digest, given.conversation_id)


def _proposed(services: Services, caller: Caller, given: Message) -> Answer:
    """Reaching out is a signal: within budgets, in the account's hours, and a person sends the first words. Raises ApiError."""
    if not given.email or given.conversation_id:
        raise ApiError(409, "not_possible", "proactive: give the customer's email, and no conversationId.")
    email = given.email.casefold()
    values = {"email": email, "name": given.name, "timezone": "", "facts": {}, "message": given.message}
    key = _digest(caller.access_id, idempotency_key() or ids.fresh())
    named = f"{key}-{_digest(given.customer_id, *map(str, values.values()))}"
    with services.database.session() as session:
        now = services.database.now(session)
        if signals.delivered(session, caller.account_id, SITE, f"{key}-") not in ("", named):
            raise ApiError(409, "key_reused", "This Idempotency-Key was used for another message: send a new one.")
        told = Signal(named, ASKED, now, "", email, values)
        new = signals.accept(session, caller.account_id, SITE, [told], now)
    if new:
        services.work.signals(caller.account_id)
    return Answer(Passed(status="proposed", conversation_id="", message_id=key), 202)


def _digest(*parts: str) -> str:
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


def customer(services: Services, account_id: str, customer_id: str) -> str:
    """The customer's id at the account as a hash that tells nobody anything without our key."""
    key = services.root
    return hmac.new(key, f"{account_id}:{customer_id}".encode(), hashlib.sha256).hexdigest()


def _helpdesk(services: Services, account_id: str) -> str:
    """The helpdesk that holds the account's tickets. Raises ApiError where there is none."""
    with services.database.reading() as session:
        every = connections.of_account(session, account_id)
    found = next(iter(services.connected.opening(every)), None)
    if found is None:
        raise ApiError(409, "no_helpdesk", "The account has no helpdesk in which a ticket can be opened: connect one.")
    return found.id


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


def _answer(services: Services, utterance: Utterance, patience: _Patience) -> Answer:
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


def _not_yet(utterance: Utterance) -> Answer:
    where = f"/api/v1/chat/messages/{utterance.id}"
    told = Passed(status="pending", conversation_id=utterance.conversation, message_id=utterance.id)
    return Answer(told, 202, {"Location": where, "Retry-After": "1"})


def _told(services: Services, utterance: Utterance, found: Outcome) -> Answer:
    """What the customer was sent, word for word; else that a person answers, and by when if that is promised."""
    judged, answered = found.judged, bool(found.told)
    message = found.told
    actions: tuple[str, ...] = ()
    steps: tuple[str, ...] = ("person-answers",)
    if not answered:
        message = _from_a_person(services, utterance, judged.classification.language if judged else "")
    else:
        actions, steps = _ahead(services, utterance)
    told = Spoken(
        message=message,
        confidence=round(judged.classification.confidence, 2) if judged else 0.0,
        actions=list(actions),
        next_steps=list(steps),
        status="answered" if answered else "person",
        conversation_id=utterance.conversation,
        message_id=utterance.id,
    )
    return Answer(told, 200)


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
