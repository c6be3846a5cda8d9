"""What an earlier attempt already did, read from the conversation itself. Pure; makes no call.

A note is known by its reference. A reply, and a message copied for a customer, are known by who wrote them, when and in
which words: the same words twice on one seat within the grace are taken for one message, which at worst sends too little.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from connectors.intercom.marks import Owner, reference, references
from connectors.intercom.markup import gist, spoken, to_text
from connectors.intercom.parse import CUSTOMERS, author_of, parts, source, state, tag_ids
from connectors.intercom.values import Json, identity, moment, table
from connectors.redaction import Redact
from connectors.types import AddMessage, Change, Note, Reply, SetField, SetPriority, SetStatus, Tag, Untag

SKEW = timedelta(seconds=60)
"""How far Intercom's clock, which counts whole seconds, may lie behind ours."""


def attribute(change: SetField | SetPriority) -> tuple[str, Any]:
    """The custom attribute that this change sets, and its value. Intercom's API has no priority: ours goes into an attribute."""
    if isinstance(change, SetPriority):
        return "deskhand_priority", change.priority.value
    return change.name, change.value


def wanted_state(change: SetStatus) -> str:
    """Intercom's state for the status asked for, or empty where it has none: it has no "pending" but by a time."""
    if change.status.value in ("new", "open"):
        return "open"
    if change.status.value in ("solved", "closed"):
        return "closed"
    return "snoozed" if change.until else ""


def made(changes: Sequence[Change], conversation: Json, owner: Owner, key: str, since: datetime) -> Mapping[int, str]:
    """The changes, by place, that the conversation already shows; with the part's id for messages, else empty."""
    found = {place: "" for place, change in enumerate(changes) if _shown(change, conversation)}
    taken: set[str] = set()
    notes = 0
    for place, change in enumerate(changes):
        if not isinstance(change, Note | Reply | AddMessage):
            continue
        mark = reference(key, notes) if isinstance(change, Note) else ""
        notes += isinstance(change, Note)
        part = next((one for one in _written(change, conversation, owner, since, mark) if one not in taken), "")
        if part:
            taken.add(part)
            found[place] = part
    return found


def copied(change: AddMessage, conversation: Json) -> str:
    """The words to copy, with the speaker's name in front where that is not the conversation's own customer."""
    email, requester = change.author.email.casefold(), author_of(conversation).email.casefold()
    return (
        change.text
        if (email and email == requester) or not change.author.name
        else f"{change.author.name}: {change.text}"
    )


def recent(given: Json, since: datetime) -> bool:
    """Whether this came into being since then, Intercom's clock allowed for."""
    at = moment(given.get("created_at"))
    return at is not None and at >= since - SKEW


def _shown(change: Change, conversation: Json) -> bool:
    if isinstance(change, SetField | SetPriority):
        name, value = attribute(change)
        return bool(table(conversation.get("custom_attributes")).get(name) == value)
    if isinstance(change, Tag):
        return set(change.names) <= set(tag_ids(conversation))
    if isinstance(change, Untag):
        return not set(change.names) & set(tag_ids(conversation))
    if isinstance(change, Redact):
        said = [source(conversation), *parts(conversation)]
        return any(identity(one.get("id")) == change.message and one.get("redacted") is True for one in said)
    return isinstance(change, SetStatus) and wanted_state(change) == state(conversation)


def _written(
    change: Note | Reply | AddMessage, conversation: Json, owner: Owner, since: datetime, mark: str
) -> Iterator[str]:
    for part in parts(conversation):
        if isinstance(change, Note):
            matches = owner.sits(part) and mark in references(to_text(part.get("body")))
        else:
            ours = owner.sits(part) if isinstance(change, Reply) else _by_customer(part)
            note = "note" in str(part.get("part_type"))
            words = change.text if isinstance(change, Reply) else copied(change, conversation)
            matches = ours and not note and recent(part, since) and gist(to_text(part.get("body"))) == spoken(words)
        if matches:
            yield identity(part.get("id"))


def _by_customer(part: Json) -> bool:
    return table(part.get("author")).get("type") in CUSTOMERS
