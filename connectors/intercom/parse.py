"""Intercom's words become ours: a conversation as a ``Ticket``. Pure; both generations of payload; makes no call."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.errors import BadPayload
from connectors.intercom.marks import Owner
from connectors.intercom.markup import to_text
from connectors.intercom.values import Json, identity, moment, rows, table
from connectors.types import Attachment, HostClock, Message, Person, Priority, Ref, Role, Status, Ticket

CUSTOMERS = frozenset({"user", "lead", "contact", "visitor"})
STATES = {"open": Status.OPEN, "snoozed": Status.PENDING, "closed": Status.SOLVED}
PRIORITIES = {
    "not_priority": Priority.NORMAL,
    "priority": Priority.HIGH,
    "low": Priority.LOW,
    "medium": Priority.NORMAL,
    "high": Priority.HIGH,
    "urgent": Priority.URGENT,
}
CHANNELS = {"conversation": "chat", "phone_call": "phone", "phone_switch": "phone", "push": "chat"}


def parts(conversation: Json) -> list[Json]:
    """The parts, oldest first."""
    found = rows(table(conversation.get("conversation_parts")).get("conversation_parts"))
    start = datetime.fromtimestamp(0, UTC)
    return sorted(found, key=lambda part: moment(part.get("created_at")) or start)


def source(conversation: Json) -> Json:
    """The first message; ``conversation_message`` in the first generation."""
    return table(conversation.get("source") or conversation.get("conversation_message"))


def contact_id(conversation: Json) -> str:
    """The customer's id: the first contact, or ``user`` in the first generation."""
    contacts = rows(table(conversation.get("contacts")).get("contacts"))
    named = [identity(contact.get("id")) for contact in contacts]
    user = table(conversation.get("user") or conversation.get("customer"))
    return next(filter(None, [*named, identity(user.get("id"))]), "")


def admin_assignee(conversation: Json) -> str:
    """The teammate who has it, or empty."""
    return identity(conversation.get("admin_assignee_id")) or identity(table(conversation.get("assignee")).get("id"))


def team_assignee(conversation: Json) -> str:
    """The team that has it, or empty."""
    return identity(conversation.get("team_assignee_id"))


def state(conversation: Json) -> str:
    """``open``, ``snoozed`` or ``closed``."""
    given = str(conversation.get("state") or "")
    return given if given in STATES else ("open" if conversation.get("open", True) else "closed")


def tag_ids(conversation: Json) -> Mapping[str, str]:
    """The conversation's tags, name to id."""
    tags = rows(table(conversation.get("tags")).get("tags"))
    return {str(tag["name"]): identity(tag.get("id")) for tag in tags if tag.get("name")}


def role(part: Json, *, ours: bool) -> Role:
    """Who speaks. An unknown kind of author is a machine: it is neither answered nor taken for a person."""
    author = table(part.get("author"))
    kind = str(author.get("type") or "")
    if kind in CUSTOMERS:
        return Role.CUSTOMER
    if kind != "admin" or author.get("from_ai_agent") is True:
        return Role.MACHINE
    return Role.US if ours else Role.AGENT


def person(author: Json, kind: Role) -> Person:
    """The author of a message."""
    return Person(
        id=identity(author.get("id")),
        role=kind,
        name=str(author.get("name") or ""),
        email=str(author.get("email") or ""),
        external=kind not in (Role.AGENT, Role.US),
    )


def messages(conversation: Json, owner: Owner, ours: Collection[str] = ()) -> tuple[Message, ...]:
    """All that was said, oldest first. Parts that only record a change have no words and are left out.

    What a customer said and somebody took out is a message without words: it was asked, and nothing before it is asked again.
    ``ours`` are ids of parts that a resend has recognised as its own.
    """
    every = parts(conversation)
    opening = {**source(conversation), "created_at": conversation.get("created_at"), "part_type": "source"}
    told = [(opening, False), *zip(every, mine(every, owner, ours), strict=True)]
    said = [_message(part, conversation, ours=ours) for part, ours in told]
    return tuple(message for message in said if message)


def mine(every: Sequence[Json], owner: Owner, ours: Collection[str] = ()) -> list[bool]:
    """For each part whether it is ours."""
    return [own or identity(part.get("id")) in ours for part, own in zip(every, owner.mine(every), strict=True)]


def _message(part: Json, conversation: Json, *, ours: bool) -> Message | None:
    at = moment(part.get("created_at")) or moment(conversation.get("created_at"))
    attachments = _attachments(part)
    kind, gone = role(part, ours=ours), part.get("redacted") is True
    text = "" if gone else to_text(_text(part.get("body")))
    if at is None or not (text or attachments or (gone and kind is Role.CUSTOMER)):
        return None
    if kind is Role.AGENT and part.get("delivered_as") == "automated":
        kind = Role.MACHINE
    return Message(
        id=identity(part.get("id")),
        author=person(table(part.get("author")), kind),
        text=text,
        at=at,
        public="note" not in str(part.get("part_type")),
        headers=_headers(part),
        attachments=attachments,
    )


def ticket(conversation: Json, owner: Owner, revision: str, requester: Person | None = None, url: str = "") -> Ticket:
    """The whole conversation, which ``revision`` names. Raises BadPayload where it has no id or no time."""
    name = identity(conversation.get("id"))
    created = moment(conversation.get("created_at"))
    if not name:
        raise BadPayload("id", "the conversation's id")
    if created is None:
        raise BadPayload("created_at", "unix seconds or ISO 8601")
    said = messages(conversation, owner)
    last = max([created, *(message.at for message in said)])
    opening = source(conversation)
    admin, team = admin_assignee(conversation), team_assignee(conversation)
    person_assigned = "" if admin == owner.admin_id else admin
    kind = str(opening.get("type") or "").lower()
    who = requester or author_of(conversation)
    return Ticket(
        ref=Ref(name),
        revision=revision,
        subject=to_text(_text(conversation.get("title") or opening.get("subject"))),
        status=STATES[state(conversation)],
        requester=replace(who, claimed=kind != "email" and _typed(conversation, who)),
        messages=said,
        created_at=created,
        updated_at=moment(conversation.get("updated_at")) or last,
        channel=CHANNELS.get(kind, "" if kind == "conversation_message" else kind),
        priority=PRIORITIES.get(str(conversation.get("priority"))),
        assignee=person_assigned or team,
        group=team,
        tags=frozenset(tag_ids(conversation)),
        fields=dict(table(conversation.get("custom_attributes"))),
        url=str(table(conversation.get("links")).get("conversation_web") or url),
        clocks=clocks(conversation.get("sla_applied")),
        rating=rating(table(conversation.get("conversation_rating"))),
    )


def _typed(conversation: Json, who: Person) -> bool:
    """Whether the address is what somebody typed into the messenger: of leads and visitors the workspace knows nothing."""
    author = table(source(conversation).get("author"))
    said = author.get("type") if identity(author.get("id")) == who.id else ""
    return str(who.facts.get("role") or said) in ("lead", "visitor")


def rating(given: Json) -> int | None:
    """What the customer said when asked, 1 to 5; None while they have not answered, or were not asked."""
    said = given.get("rating")
    return said if isinstance(said, int) and not isinstance(said, bool) and 1 <= said <= 5 else None


def clocks(applied: Any) -> tuple[HostClock, ...]:
    """The workspace's own SLA on this conversation, one word for all of it; Intercom shows no time. A cancelled one is none."""
    known = table(applied)
    word = str(known.get("sla_status") or "").lower()
    state = {"hit": "met", "missed": "missed", "active": "active"}.get(word)
    return (HostClock("", state, policy=str(known.get("sla_name") or "")),) if state else ()


def author_of(conversation: Json) -> Person:
    """The customer, as far as the conversation alone tells."""
    name = contact_id(conversation)
    voices = [source(conversation), *parts(conversation)]
    authors = [table(voice.get("author")) for voice in voices]
    user = table(conversation.get("user"))
    found = [
        one
        for one in [user, *authors]
        if one.get("type") in CUSTOMERS and identity(one.get("id")) == (name or identity(one.get("id")))
    ]
    best = max(found, key=lambda one: bool(one.get("email")) * 2 + bool(one.get("name")), default={})
    return person({**best, "id": name or best.get("id")}, Role.CUSTOMER)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _attachments(part: Json) -> tuple[Attachment, ...]:
    return tuple(
        Attachment(
            name=str(one.get("name") or ""),
            content_type=str(one.get("content_type") or ""),
            size=one["filesize"] if isinstance(one.get("filesize"), int) else 0,
            url=str(one.get("url") or ""),
        )
        for one in rows(part.get("attachments"))
    )


def _headers(part: Json) -> Mapping[str, str]:
    mail = table(part.get("email_message_metadata"))
    found: dict[str, str] = {"subject": str(mail["subject"])} if mail.get("subject") else {}
    for one in rows(mail.get("email_address_headers")):
        kind, address = str(one.get("type") or "").lower(), str(one.get("email_address") or "")
        if kind and address:
            found[kind] = ", ".join(filter(None, [found.get(kind, ""), address]))
    return found
