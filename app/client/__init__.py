"""A client for Deskhand's API, with the users' guide's names. This folder and ``requests`` are all it takes.

    from app.client import Deskhand

    support = Deskhand("https://deskhand.example", token)
    support.getMetrics(timeRange="last-30-days")["automationRate"]

Every call gives what the API's document (``/api/v1/openapi.json``) describes, as plain values; every refusal is a ``Refused``.
What is written is written once: each request gets a key of its own, so a lost answer is asked for again without doing it twice.
"""

# ruff: noqa: N802, N803  # the names are the guide's

import hashlib
import hmac
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Literal, cast
from urllib.parse import quote

import requests

from app.client.answers import (
    Assigned,
    AuditLog,
    BotMetrics,
    ComplianceReport,
    Conversation,
    Effectiveness,
    FoundAgent,
    Learnt,
    Metrics,
    Noted,
    Response,
)

ROOT = "/api/v1"
TRIES = 3
"""How often a call is made whose answer got lost, or that was told to come back."""
LONGEST_WAIT = 30.0
"""Seconds that are waited between two tries at most."""


class Refused(Exception):
    """The API said no. ``code`` is stable, ``detail`` says what would be right, ``errors`` where what was wrong."""

    def __init__(self, status: int, code: str, detail: str, errors: Sequence[Mapping[str, str]] = ()) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status = status
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)


class Unreachable(Exception):
    """No usable answer came, however often it was tried."""


class NotOffered(Exception):
    """The guide calls this, and the API does not offer it: the message says how it is done instead."""


class Deskhand:
    """An account's Deskhand. ``address`` is where it runs, ``token`` what ``deskhand account token`` gave out.

    ``wait`` is called with seconds between two tries.
    """

    def __init__(
        self,
        address: str,
        token: str,
        *,
        timeout: float = 30.0,
        session: requests.Session | None = None,
        wait: Callable[[float], object] = time.sleep,
    ) -> None:
        if not address.startswith(("https://", "http://")):
            raise ValueError("the address begins with https://")
        self._root = address.rstrip("/") + ROOT
        self._token = token
        self._timeout = timeout
        self._session = session or requests.Session()
        self._wait = wait
        self.chat = Chat(self)
        self.routing = Routing(self)
        self.training = Training(self)

    def __repr__(self) -> str:
        return f"Deskhand({self._root!r})"

    # --- figures ------------------------------------------------------------------------------------------------

    def getMetrics(self, *, timeRange: str = "last-30-days") -> Metrics:
        """How the desk is doing."""
        return cast(Metrics, self.call("GET", "/metrics", query={"timeRange": timeRange}))

    def getBotMetrics(self, *, timeRange: str = "last-30-days") -> BotMetrics:
        """How Deskhand is doing."""
        return cast(BotMetrics, self.call("GET", "/metrics/bot", query={"timeRange": timeRange}))

    def getEffectiveness(self, *, timeRange: str = "last-30-days", metrics: Sequence[str] = ()) -> Effectiveness:
        """The figures of these names, as in ``automation-rate``; all five without any."""
        query = {"timeRange": timeRange, "metrics": ",".join(metrics)}
        return cast(Effectiveness, self.call("GET", "/metrics/effectiveness", query=query))

    def getAuditLog(
        self, *, customerId: str, timeRange: str = "last-90-days", includeType: Sequence[str] = ()
    ) -> AuditLog:
        """Who did what about a customer: the whole log of that time."""
        query = {"customerId": customerId, "timeRange": timeRange, "includeType": ",".join(includeType)}
        parts = list(self._parts("/audit/log", query))
        entries = [entry for part in parts for entry in part["entries"]]
        first = parts[0]
        return {"entries": entries, "complianceStatus": first["complianceStatus"], "violations": first["violations"]}

    def getComplianceReport(self, *, period: str, standards: Sequence[str] = ()) -> ComplianceReport:
        """What is known about a quarter, as in ``2026-Q3``."""
        query = {"period": period, "standards": ",".join(standards)}
        return cast(ComplianceReport, self.call("GET", "/audit/compliance", query=query))

    # --- tickets ------------------------------------------------------------------------------------------------

    def updateTicket(
        self,
        *,
        ticketId: str,
        status: Literal["resolved", "reopened", "in-progress"],
        resolution: str = "",
        deployedAt: str | None = None,
    ) -> Noted:
        """Say that an issue (by its key) or a ticket (by its id) is resolved, or open again."""
        body = {"ticketId": ticketId, "status": status, "resolution": resolution, "deployedAt": deployedAt}
        return cast(Noted, self.call("PATCH", f"/tickets/{_part(ticketId)}", body=body))

    def assignToAgent(
        self,
        *,
        conversationId: str,
        agentId: str,
        context: Mapping[str, Any] | None = None,
        notification: Mapping[str, str] | None = None,
    ) -> Assigned:
        """Give a ticket to an agent; ``conversationId`` is a conversation's id, or a ticket's."""
        body: dict[str, Any] = {"agentId": agentId, "context": dict(context or {})}
        body |= {"notification": dict(notification)} if notification else {}
        return cast(Assigned, self.call("POST", f"/tickets/{_part(conversationId)}/assignment", body=body))

    def change(self, changeId: str) -> dict[str, Any]:
        """How far a change in the helpdesk is."""
        return self.call("GET", f"/changes/{_part(changeId)}")

    def tickets(self) -> Iterator[dict[str, Any]]:
        """Every ticket, the newest first, asked for as they are needed."""
        return self._items("/tickets")

    def decisions(self, *, ticketId: str = "") -> Iterator[dict[str, Any]]:
        """Every decision with its reasons, the newest first."""
        return self._items("/decisions", {"ticketId": ticketId})

    def problems(self) -> Iterator[dict[str, Any]]:
        """What somebody has to look after."""
        return self._items("/problems")

    def agents(self) -> Iterator[dict[str, Any]]:
        """Everybody who can be given tickets."""
        return self._items("/agents")

    def evidence(self, *, category: str = "") -> dict[str, Any]:
        """What people's judgements prove."""
        return self.call("GET", "/evidence", query={"category": category})

    def tellSignal(self, signal: Mapping[str, Any]) -> dict[str, Any]:
        """Tell what a visitor did or met, signed."""
        return self.call("POST", "/signals", body=signal, signed=True)

    def abTest(self, **_: object) -> None:
        """Raises NotOffered."""
        raise NotOffered("experiments are part of the configuration; `deskhand experiment` tells how they go")

    # --- calls --------------------------------------------------------------------------------------------------

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Mapping[str, Any] | None = None,
        signed: bool = False,
    ) -> dict[str, Any]:
        """One call, tried again where that is safe: reading always, writing under one key. Raises Refused or Unreachable."""
        raw = json.dumps(body).encode() if body is not None else b""
        headers = {"Authorization": f"Bearer {self._token}"}
        if body is not None:
            headers |= {"Content-Type": "application/json", "Idempotency-Key": uuid.uuid4().hex}
        given = {name: value for name, value in (query or {}).items() if value}
        for last in (*[False] * (TRIES - 1), True):
            if signed:
                headers |= self._signature(raw)
            answer = self._try(method, path, given, raw, headers)
            if answer is not None and (last or answer.status_code not in (429, 503)):
                return _told(answer)
            if not last:
                self._wait(_patience(answer))
        raise Unreachable(f"{method} {path}: no answer in {TRIES} tries")

    def _try(
        self, method: str, path: str, query: Mapping[str, str], raw: bytes, headers: Mapping[str, str]
    ) -> requests.Response | None:
        """The answer, or None where none came. Nothing is followed elsewhere: the token is for this address."""
        try:
            return self._session.request(
                method,
                self._root + path,
                params=query,
                data=raw or None,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except (requests.ConnectionError, requests.Timeout):
            return None

    def _signature(self, raw: bytes) -> dict[str, str]:
        key = hashlib.sha256(self._token.encode()).hexdigest().encode()
        stamp = str(int(time.time()))
        made = hmac.new(key, stamp.encode() + b"." + raw, hashlib.sha256).hexdigest()
        return {"X-Deskhand-Signature": f"t={stamp},v1={made}"}

    def _parts(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        cursor: str | None = ""
        while cursor is not None:
            part = self.call("GET", path, query={**(query or {}), "cursor": cursor, "limit": "100"})
            yield part
            cursor = part["next"]

    def _items(self, path: str, query: Mapping[str, str] | None = None) -> Iterator[dict[str, Any]]:
        for part in self._parts(path, query):
            yield from part["items"]


class Chat:
    """Conversations in a customer's name."""

    def __init__(self, support: Deskhand) -> None:
        self._support = support

    def send(
        self,
        *,
        customerId: str,
        message: str,
        context: Mapping[str, Any] | None = None,
        email: str = "",
        conversationId: str = "",
        proactive: bool = False,
    ) -> Conversation:
        """Say it, and wait some seconds for the answer; ``answer(messageId)`` asks again.

        ``proactive``: the customer has not written. The words are proposed to the team, and ``email`` is needed.
        """
        given = {"customerId": customerId, "message": message, "email": email}
        body: dict[str, Any] = {**given, "conversationId": conversationId, "context": dict(context or {})}
        return _conversation(self._support.call("POST", "/chat", body=body | {"proactive": proactive}))

    def answer(self, messageId: str) -> Conversation:
        """The answer to a message, if there is one by now."""
        return _conversation(self._support.call("GET", f"/chat/messages/{_part(messageId)}"))


class Routing:
    """Who could take a ticket."""

    def __init__(self, support: Deskhand) -> None:
        self._support = support

    def findAgent(
        self,
        *,
        skills: Sequence[str] = (),
        availability: Literal["available", "any"] = "any",
        preferredLanguage: str = "",
        team: str = "",
    ) -> FoundAgent:
        """Who should have a ticket that asks for this, and why."""
        query = {"skills": ",".join(skills), "availability": availability, "team": team}
        found = self._support.call("GET", "/agents/find", query={**query, "preferredLanguage": preferredLanguage})
        return cast(FoundAgent, found)


class Training:
    """What categories are learnt from."""

    def __init__(self, support: Deskhand) -> None:
        self._support = support

    def addExample(
        self,
        *,
        intent: str,
        userMessage: str,
        botResponse: str = "",
        feedback: Literal["positive", "needs-improvement"] = "positive",
        reason: str = "",
    ) -> Learnt:
        """Teach an example; the next training learns from it."""
        given = {"intent": intent, "userMessage": userMessage, "botResponse": botResponse}
        body = {**given, "feedback": feedback, "reason": reason}
        return cast(Learnt, self._support.call("POST", "/training/examples", body=body))

    def retrain(self, **_: object) -> None:
        """Raises NotOffered."""
        raise NotOffered("training has its schedule in the configuration; `deskhand retrain` does it at once")


def _part(name: str) -> str:
    """A name as one part of an address, whatever it holds."""
    return quote(name, safe="")


def _patience(answer: requests.Response | None) -> float:
    """Seconds that the API asks for, or one."""
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    return min(float(asked), LONGEST_WAIT) if asked.isdigit() else 1.0


def _told(answer: requests.Response) -> dict[str, Any]:
    """What an answer says. Raises Refused for a no, Unreachable for what is no answer of the API's."""
    try:
        said = answer.json()
    except requests.JSONDecodeError:
        said = None
    if not isinstance(said, dict):
        raise Unreachable(f"{answer.status_code}: this is no answer of Deskhand's")
    if 200 <= answer.status_code < 300:
        return said
    code, detail = str(said.get("code", "")), str(said.get("detail", ""))
    raise Refused(answer.status_code, code, detail, said.get("errors") or ())


def _conversation(said: Mapping[str, Any]) -> Conversation:
    """The answer as the guide has it, with what was said in ``response``."""
    names = ("message", "confidence", "actions", "nextSteps")
    response = {name: said[name] for name in names} if "message" in said else None
    return {
        "status": said["status"],
        "conversationId": said["conversationId"],
        "messageId": said["messageId"],
        "response": cast(Response | None, response),
    }
