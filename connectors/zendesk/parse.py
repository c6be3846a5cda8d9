"""Zendesk's tickets, comments, users and articles as our types. Pure: no call is made, and vendor words end here."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from connectors.errors import BadPayload
from connectors.types import Article, Attachment, HostClock, Message, Person, Priority, Ref, Role, Status, Ticket
from connectors.zendesk.text import plain, tidy

Row = Mapping[str, Any]

SYSTEM = -1
"""The author of what Zendesk writes by itself."""
CHATS = frozenset({"chat", "native_messaging", "sunshine_conversations_api", "whatsapp", "facebook", "line", "wechat"})
"""Channels on which the answer shows at once to whoever typed the question."""
AUTOMATIC = 4
"""Comment flag: the mail was generated automatically (an out-of-office note, a bounce)."""


def moment(text: Any, path: str) -> datetime:
    """An ISO time of Zendesk's, to nanoseconds in events, as aware UTC. Raises BadPayload naming ``path``."""
    if not isinstance(text, str):
        raise BadPayload(path, "an ISO 8601 time")
    head, dot, rest = text.partition(".")
    digits = rest.rstrip("Zz")
    try:
        at = datetime.fromisoformat(f"{head}.{digits[:6]}+00:00" if dot and digits.isdigit() else text)
    except ValueError:
        raise BadPayload(path, "an ISO 8601 time") from None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)


def name(value: Any) -> str:
    """An id as text; nothing and zero (Zendesk's "none" in events) are empty."""
    return str(value) if value not in (None, 0, "", "0") else ""


def status(word: Any) -> Status:
    """REST says ``open``, events say ``OPEN``; what is deleted or archived is over for good."""
    lower = str(word or "").lower()
    return Status(lower) if lower in set(Status) else Status.CLOSED


def priority(word: Any) -> Priority | None:
    """None when nobody has set one."""
    lower = str(word or "").lower()
    return Priority(lower) if lower in set(Priority) else None


def person(user: Row, us: str, organization: Row | None = None) -> Person:
    """A user; the role is Zendesk's word, never what they write."""
    id = name(user.get("id"))
    staff = user.get("role") in ("agent", "admin")
    role = Role.US if id and id == us else Role.AGENT if staff else Role.CUSTOMER
    return Person(
        id=id,
        role=role,
        name=str(user.get("name") or ""),
        email=str(user.get("email") or ""),
        phone=str(user.get("phone") or ""),
        locale=str(user.get("locale") or ""),
        external=not staff,
        claimed=user.get("verified") is not True,
        facts=_facts(user, organization or {}),
    )


def stranger(id: str, us: str, requester: str) -> Person:
    """Somebody whose record we may not read. Who is neither us nor the requester counts as staff: then we stay silent."""
    if id == name(SYSTEM):
        return Person(id, Role.MACHINE)
    if id == us:
        return Person(id, Role.US, external=False)
    return Person(id, Role.CUSTOMER if id == requester else Role.AGENT)


def ticket(
    row: Row, comments: Iterable[Row], people: Mapping[str, Person], us: str, names: Mapping[str, str], base: str
) -> Ticket:
    """The whole conversation. ``people`` are known by id; ``names`` are our field names and their ids."""
    asked = name(row.get("requester_id"))
    ordered = in_order(comments)
    assignee = name(row.get("assignee_id"))
    via = row.get("via") or {}
    who = people.get(asked) or stranger(asked, us, asked)
    return Ticket(
        ref=Ref(name(row.get("id"))),
        revision=revision(row, ordered, us),
        subject=str(row.get("raw_subject") or row.get("subject") or ""),
        status=status(row.get("status")),
        requester=replace(who, claimed=who.claimed and _read_where_written(row)),
        messages=tuple(message(comment, people, us, asked) for comment in ordered),
        created_at=moment(row.get("created_at"), "ticket.created_at"),
        updated_at=moment(row.get("updated_at"), "ticket.updated_at"),
        channel=str(via.get("channel") or "").lower(),
        priority=priority(row.get("priority")),
        assignee="" if assignee == us else assignee,
        group=name(row.get("group_id")),
        tags=frozenset(row.get("tags") or ()),
        fields=_fields(row, names),
        url=f"{base}/agent/tickets/{row.get('id')}",
        clocks=clocks(row.get("slas")),
        rating=rating(row.get("satisfaction_rating")),
    )


def _read_where_written(row: Row) -> bool:
    """Whether the answer shows where the question was typed. By mail it goes to the address's owner, whoever typed it."""
    channel = str((row.get("via") or {}).get("channel") or "").lower()
    return row.get("from_messaging_channel") is True or channel in CHATS


def rating(given: Any) -> int | None:
    """What the customer said when asked; None while they have not answered, or were not asked."""
    word = str(given.get("score") or "").lower() if isinstance(given, dict) else ""
    return {"good": 5, "good_with_comment": 5, "bad": 1, "bad_with_comment": 1}.get(word)


def clocks(slas: Any) -> tuple[HostClock, ...]:
    """The account's own SLA clocks, where they came along; one that cannot be read is left out."""
    metrics = slas.get("policy_metrics") if isinstance(slas, dict) else None
    found = (_clock(one) for one in metrics or () if isinstance(one, dict) and one.get("metric"))
    return tuple(clock for clock in found if clock)


def _clock(metric: Row) -> HostClock | None:
    """``breach_at`` is when it ends; a clock whose time is used up says so by a negative rest."""
    try:
        due = moment(metric["breach_at"], "slas.breach_at") if metric.get("breach_at") else None
    except BadPayload:
        return None
    stage = str(metric.get("stage") or "").lower()
    rest = next((metric[unit] for unit in ("minutes", "hours", "days") if isinstance(metric.get(unit), int)), 0)
    state = {"paused": "paused", "achieved": "met"}.get(stage, "missed" if rest < 0 else "active")
    return HostClock(str(metric["metric"]), state, due)


def in_order(comments: Iterable[Row]) -> list[Row]:
    """Oldest first, whatever order the page had."""
    return sorted(comments, key=lambda c: (moment(c.get("created_at"), "comment.created_at"), c.get("id") or 0))


def revision(row: Row, comments: Sequence[Row], us: str) -> str:
    """Changes with each comment that is not ours and with status, assignee and requester; with nothing else."""
    theirs = [f"{c.get('id')}:{bool(c.get('public'))}" for c in comments if name(c.get("author_id")) != us]
    assignee = name(row.get("assignee_id"))
    parts = [status(row.get("status")), "" if assignee == us else assignee, name(row.get("requester_id")), *theirs]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:32]


def message(comment: Row, people: Mapping[str, Person], us: str, requester: str) -> Message:
    """One comment. Zendesk's rules and integrations speak as machines, whoever's name they use."""
    id = name(comment.get("author_id"))
    author = people.get(id) or stranger(id, us, requester)
    via = comment.get("via") or {}
    if via.get("channel") in ("rule", "system") and author.role is not Role.US:
        author = Person(author.id, Role.MACHINE, author.name)
    return Message(
        id=name(comment.get("id")),
        author=author,
        text=text_of(comment),
        at=moment(comment.get("created_at"), "comment.created_at"),
        # What is not said to be public is not shown to anybody.
        public=comment.get("public") is True,
        headers=_headers(comment, via),
        attachments=tuple(_attachment(a) for a in comment.get("attachments") or ()),
    )


def article(row: Row) -> Article:
    """A Help Center article. One that is bound to a user segment is restricted."""
    segments = row.get("user_segment_ids") or ()
    return Article(
        id=name(row.get("id")),
        title=str(row.get("title") or row.get("name") or ""),
        text=plain(str(row.get("body") or "")),
        url=str(row.get("html_url") or ""),
        locale=str(row.get("locale") or ""),
        restricted=row.get("user_segment_id") is not None or bool(segments),
        updated_at=moment(row.get("updated_at"), "article.updated_at"),
    )


def text_of(comment: Row) -> str:
    """What a comment says, plain. What is taken out of one is named by its place in this text."""
    # plain_body keeps line breaks and drops markup; hosts and old exports sometimes leave it out.
    for field in ("plain_body", "body"):
        if comment.get(field):
            return tidy(str(comment[field]))
    return plain(str(comment.get("html_body") or ""))


def _attachment(row: Row) -> Attachment:
    return Attachment(
        name=str(row.get("file_name") or ""),
        content_type=str(row.get("content_type") or ""),
        size=int(row.get("size") or 0),
        url=str(row.get("content_url") or ""),
    )


def _headers(comment: Row, via: Row) -> Mapping[str, str]:
    """What Zendesk keeps of a mail: its id, who it came from, and whether a machine wrote it."""
    metadata = comment.get("metadata") or {}
    system, source = metadata.get("system") or {}, via.get("source") or {}
    found = {str(k).lower(): str(v) for k, v in (metadata.get("headers") or {}).items()}
    if system.get("message_id"):
        found["message-id"] = str(system["message_id"])
    sender = (source.get("from") or {}).get("address")
    if via.get("channel") == "email" and sender:
        found.setdefault("from", str(sender))
    if AUTOMATIC in (metadata.get("flags") or ()):
        found.setdefault("auto-submitted", "auto-generated")
    return found


def _facts(user: Row, organization: Row) -> Mapping[str, str | int | float | bool]:
    facts: dict[str, str | int | float | bool] = {}
    if user.get("tags"):
        facts["tags"] = " ".join(sorted(user["tags"]))
    if user.get("suspended"):
        facts["suspended"] = True
    facts |= _scalars("user.", user.get("user_fields"))
    if organization.get("name"):
        facts["organization"] = str(organization["name"])
    if organization.get("tags"):
        facts["organization.tags"] = " ".join(sorted(organization["tags"]))
    return facts | _scalars("organization.", organization.get("organization_fields"))


def _scalars(prefix: str, fields: Any) -> dict[str, str | int | float | bool]:
    return {f"{prefix}{k}": v for k, v in (fields or {}).items() if isinstance(v, str | int | float | bool) and v != ""}


def _fields(row: Row, names: Mapping[str, str]) -> Mapping[str, Any]:
    """Custom fields that hold something, by id and, for ours, by name too."""
    values = {name(f.get("id")): f.get("value") for f in row.get("custom_fields") or ()}
    filled = {id: value for id, value in values.items() if value not in (None, "", [])}
    return filled | {ours: filled[id] for ours, id in names.items() if id in filled}
