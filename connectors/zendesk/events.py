"""Zendesk's webhooks: the signature, and the two kinds of body (event-subscribed, trigger-driven) as events. No call is made."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from connectors import signing
from connectors.base import Connection
from connectors.errors import BadPayload, BadSignature, ForeignTenant, Untimely
from connectors.types import Event, EventKind, Inbound, Ref
from connectors.zendesk.parse import moment, name

SIGNATURE = "x-zendesk-webhook-signature"
TIMESTAMP = "x-zendesk-webhook-signature-timestamp"
WEBHOOK = "x-zendesk-webhook-id"
INVOCATION = "x-zendesk-webhook-invocation-id"

PREFIX = "zen:event-type:ticket."
KINDS: Mapping[str, EventKind] = {
    "created": EventKind.CREATED,
    "comment_added": EventKind.MESSAGE,
    **dict.fromkeys(
        (
            "agent_assignment_changed",
            "attachment_linked_to_comment",
            "brand_changed",
            "comment_made_private",
            "comment_redacted",
            "custom_field_changed",
            "custom_status_changed",
            "description_changed",
            "external_id_changed",
            "form_changed",
            "group_assignment_changed",
            "marked_as_spam",
            "merged",
            "organization_changed",
            "permanently_deleted",
            "priority_changed",
            "requester_changed",
            "soft_deleted",
            "status_changed",
            "subject_changed",
            "submitter_changed",
            "tags_changed",
            "type_changed",
            "undeleted",
        ),
        EventKind.CHANGED,
    ),
}
"""Ticket events by the end of their type; what is not here means nothing to us."""


def verify(request: Inbound, secret: str) -> datetime:
    """When Zendesk signed this request. Raises BadSignature, before anything of the body is read.

    Base64 of HMAC-SHA256 over the timestamp header and the body as it arrived. Freshness is judged by the signature's
    own time: the event may be many minutes older on a retry.
    """
    stamp, given = request.headers.get(TIMESTAMP, ""), request.headers.get(SIGNATURE, "")
    if not (stamp and given and secret):
        raise BadSignature("signature or timestamp is missing")
    message = stamp.encode("utf-8", "surrogateescape") + request.body
    expected = base64.b64encode(signing.mac(secret, message, "sha256")).decode()
    if not signing.same(expected, given):
        raise BadSignature("the signature does not fit")
    try:
        at = moment(stamp, TIMESTAMP)
    except BadPayload:
        raise BadSignature("the timestamp is no time") from None
    if not signing.fresh(at, request.at):
        raise Untimely("it was signed more than five minutes away")
    return at


def read(request: Inbound, signed_at: datetime, connection: Connection) -> Iterator[Event]:
    """The events in a verified body: one, or none for what is ours, unknown, or not about a ticket."""
    body = _json(request.body)
    _account(body, connection)
    us = connection.settings.get("user_id", "")
    if _zen(body):
        yield from _subscribed(body, us, signed_at)
    else:
        yield from _triggered(body, us, request, signed_at)


def _zen(body: Mapping[str, Any]) -> bool:
    """Whether Zendesk made this body, and not an admin's template."""
    return isinstance(body.get("type"), str) and body["type"].startswith("zen:")


def _json(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        # Placeholders are not escaped by Zendesk: a quote in a subject breaks a template that holds it.
        raise BadPayload("body", "JSON; a trigger's template should hold ids only") from None
    if not isinstance(body, dict):
        raise BadPayload("body", "a JSON object")
    return body


def _account(body: Mapping[str, Any], connection: Connection) -> None:
    """The headers are not signed, the body is: it must be this account's."""
    ours = connection.settings.get("account_id", "")
    given = body.get("account_id")
    subscribed = _zen(body)
    if ours and (given is not None or subscribed) and str(given) != ours:
        kind = BadPayload if given is None else ForeignTenant
        raise kind("account_id", "the number of the account that this connection belongs to")


def _subscribed(body: Mapping[str, Any], us: str, signed_at: datetime) -> Iterator[Event]:
    kind = KINDS.get(body["type"].removeprefix(PREFIX)) if body["type"].startswith(PREFIX) else None
    if kind is None:
        return
    delivery = body.get("id")
    if not isinstance(delivery, str) or not delivery:
        raise BadPayload("id", "the event's id")
    detail = body.get("detail")
    ref = _ticket(detail.get("id") if isinstance(detail, dict) else None, "detail.id")
    at = moment(body["time"], "time") if body.get("time") is not None else signed_at
    if not _ours(_actors(body), us):
        yield Event(delivery, kind, ref, at)


def _triggered(body: Mapping[str, Any], us: str, request: Inbound, signed_at: datetime) -> Iterator[Event]:
    """Bodies that admins wrote themselves: all that is asked of them is the ticket's number."""
    ticket = body.get("ticket")
    inner = ticket.get("id") if isinstance(ticket, dict) else ticket
    found = next((value for value in (body.get("ticket_id"), inner, body.get("id")) if value is not None), None)
    ref = _ticket(found, "ticket_id")
    if not _ours(_actors(body), us):
        yield Event(_delivery(body, ref, request), EventKind.CHANGED, ref, signed_at)


def _ticket(value: Any, path: str) -> Ref:
    """Ids are text in events and in rendered templates, and sometimes numbers."""
    text = "" if isinstance(value, bool) else str(value).strip()
    if not re.fullmatch(r"[1-9][0-9]{0,18}", text, re.ASCII):
        raise BadPayload(path, "the ticket's number")
    return Ref(text)


def _actors(body: Mapping[str, Any]) -> Iterator[Any]:
    """Whoever the body says did it: the actor, the person at the keyboard, the comment's author."""
    yield body.get("actor_id")
    for path in (("detail", "actor_id"), ("current_user", "id"), ("event", "comment", "author", "id")):
        value: Any = body
        for step in path:
            value = value.get(step) if isinstance(value, dict) else None
        yield value


def _ours(actors: Iterator[Any], us: str) -> bool:
    return bool(us) and any(name(actor) == us for actor in actors if isinstance(actor, int | str))


def _delivery(body: Mapping[str, Any], ref: Ref, request: Inbound) -> str:
    """The same for every attempt of one invocation. Its headers are not signed, so the content goes in as well.

    Without the headers nothing tells a resend from the next update by the same template, so each signature counts.
    """
    invocation = request.headers.get(INVOCATION, "")
    sign = (request.headers.get(WEBHOOK, ""), invocation) if invocation else (request.headers[TIMESTAMP],)
    parts = [*sign, ref.id, hashlib.sha256(request.body).hexdigest()]
    return "trigger:" + hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()[:40]
