"""A notification becomes an event, or nothing. Pure; verifies no signature and makes no call."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.errors import BadPayload, ForeignTenant
from connectors.intercom.marks import Owner
from connectors.intercom.parse import parts
from connectors.intercom.values import Json, identity, moment, rows, table
from connectors.types import Event, EventKind, Ref

KINDS: Mapping[str, EventKind] = {
    "conversation.user.created": EventKind.CREATED,
    "conversation.user.replied": EventKind.MESSAGE,
    "conversation.admin.single.created": EventKind.CREATED,
    "conversation.admin.replied": EventKind.MESSAGE,
    "conversation.admin.noted": EventKind.MESSAGE,
    "conversation.admin.assigned": EventKind.CHANGED,
    "conversation.admin.open.assigned": EventKind.CHANGED,
    "conversation.admin.closed": EventKind.CHANGED,
    "conversation.admin.opened": EventKind.CHANGED,
    "conversation.admin.snoozed": EventKind.CHANGED,
    "conversation.admin.unsnoozed": EventKind.CHANGED,
    "conversation.rating.added": EventKind.RATING,
    "conversation.deleted": EventKind.CHANGED,
    "conversation_part.redacted": EventKind.CHANGED,
    "ticket.created": EventKind.CREATED,
    "ticket.contact.replied": EventKind.MESSAGE,
    "ticket.admin.replied": EventKind.MESSAGE,
    "ticket.note.created": EventKind.MESSAGE,
    "ticket.admin.assigned": EventKind.CHANGED,
    "ticket.team.assigned": EventKind.CHANGED,
    "ticket.state.updated": EventKind.CHANGED,
    "ticket.closed": EventKind.CHANGED,
    "ticket.resolved": EventKind.CHANGED,
    "ticket.rating.provided": EventKind.RATING,
}
"""Every topic that wakes a ticket. Bots' replies, reads, tags and all others do not."""

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


def payload(body: bytes) -> Json:
    """The notification. Raises BadPayload where it is no JSON object."""
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadPayload("body", "a JSON object") from error
    if not isinstance(read, dict):
        raise BadPayload("body", "a JSON object")
    return read


def event(given: Json, app_id: str, owner: Owner, arrived: datetime) -> Event | None:
    """The event that this notification is, or None for a ping, a topic we do not need, or an echo of our own writing."""
    if given.get("app_id") != app_id:
        kind = ForeignTenant if given.get("app_id") else BadPayload
        raise kind("app_id", "the code of the workspace that this connection is for")
    topic = given.get("topic")
    if not isinstance(topic, str) or not topic:
        raise BadPayload("topic", "the name of a topic")
    if topic not in KINDS:
        return None
    item = _object(_object(given, "data", ""), "item", "data.")
    delivery = identity(given.get("id"))
    if not delivery:
        raise BadPayload("id", "the notification's id")
    name = _ticket(item) if topic.startswith("ticket.") else _conversation(item, topic)
    if not name or _echo(item, owner):
        return None
    return Event(delivery, KINDS[topic], Ref(name), moment(given.get("created_at")) or arrived)


def _object(given: Json, name: str, where: str) -> Json:
    inner = given.get(name)
    if not isinstance(inner, Mapping):
        raise BadPayload(where + name, "an object")
    return inner


def _named(given: Json, field: str, path: str) -> str:
    name = identity(given.get(field))
    if not _NAME.fullmatch(name):
        raise BadPayload(path, "an id")
    return name


def _conversation(item: Json, topic: str) -> str:
    # conversation.deleted holds nothing but conversation_id (seen 2026-01).
    field = "conversation_id" if topic == "conversation.deleted" and "id" not in item else "id"
    return _named(item, field, f"data.item.{field}")


def _ticket(item: Json) -> str:
    """A customer's ticket is a conversation of the same id; other categories count by the conversation they are linked to."""
    wrapped = isinstance(item.get("ticket"), Mapping)
    inner = table(item["ticket"]) if wrapped else item
    name = _named(inner, "id", "data.item.ticket.id" if wrapped else "data.item.id")
    if str(inner.get("category") or "Customer") == "Customer":
        return name
    linked = rows(table(inner.get("linked_objects")).get("data"))
    return next((identity(one.get("id")) for one in linked if one.get("type") == "conversation"), "")


def _echo(item: Json, owner: Owner) -> bool:
    """Whether all that this tells of is our own writing."""
    told: list[Any] = [*parts(item), *([item["ticket_part"]] if isinstance(item.get("ticket_part"), Mapping) else [])]
    return bool(told) and all(owner.sent(part) for part in told)
