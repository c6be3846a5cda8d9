"""Facts: what a vendor says (ticket, message, event) and what we may ask of it (changes). No judgement lives here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from connectors.redaction import Redact

Empty: Mapping[str, Any] = MappingProxyType({})


class Role(StrEnum):
    """Who speaks, as an authority and never as text."""

    CUSTOMER = "customer"
    AGENT = "agent"
    US = "us"
    """Deskhand's own user at the vendor."""
    MACHINE = "machine"
    """Another bot, an automation, or the vendor itself."""


class Status(StrEnum):
    """Where a ticket stands; vendors' own states are mapped onto these in each ``parse``."""

    NEW = "new"
    OPEN = "open"
    PENDING = "pending"
    """Waiting for the customer (also: snoozed)."""
    HOLD = "hold"
    SOLVED = "solved"
    CLOSED = "closed"
    """For good: the vendor refuses every change."""


class Priority(StrEnum):
    """How soon, lowest first."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"
    URGENT = "urgent"


class EventKind(StrEnum):
    """Why a vendor knocked. Every kind wakes its ticket; the ticket is then read again, never believed from the event."""

    CREATED = "created"
    MESSAGE = "message"
    CHANGED = "changed"
    CLICK = "click"
    """A person pressed one of our buttons; ``Event.click`` says which."""
    RATING = "rating"
    DISCONNECTED = "disconnected"
    """The vendor says that our installation or token is gone."""


@dataclass(frozen=True)
class Ref:
    """A ticket's name at its vendor: ``"35436"``, a conversation id, or ``"C123:1719211249.499799"`` for a thread."""

    id: str


@dataclass(frozen=True)
class Person:
    """Somebody at the vendor. ``facts`` are flat and labelled: plan, tier, tags, organisation."""

    id: str
    role: Role
    name: str = ""
    email: str = ""
    phone: str = ""
    locale: str = ""
    external: bool = True
    """False only for a member of the account's own team. Unknown counts as external."""
    claimed: bool = field(default=False, kw_only=True)
    """The address is only what they typed: the vendor does not vouch that they are whose it is."""
    facts: Mapping[str, str | int | float | bool] = field(default_factory=lambda: Empty)


class Level(StrEnum):
    """What somebody may do on our pages, as their role at the host says, least first; compare with ``rank``."""

    VIEWER = "viewer"
    AGENT = "agent"
    LEAD = "lead"
    ADMIN = "admin"

    @property
    def rank(self) -> int:
        """0 for a viewer up to 3 for an admin."""
        return list(Level).index(self)


class Presence(StrEnum):
    """Whether somebody is at work, as far as the vendor says."""

    HERE = "here"
    AWAY = "away"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Teammate:
    """One of the account's own people who can be given tickets. What the vendor does not say is left empty."""

    id: str
    name: str = ""
    email: str = ""
    teams: Mapping[str, str] = field(default_factory=lambda: Empty)
    """Id -> name."""
    skills: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()
    """ISO 639-1."""
    time_zone: str = ""
    presence: Presence = Presence.UNKNOWN


@dataclass(frozen=True)
class HostClock:
    """One of the vendor's own SLA clocks on a ticket. ``state`` is active, paused, met or missed."""

    metric: str
    """As the vendor names it: ``first_reply_time``; empty where it keeps one for the whole ticket."""
    state: str
    due: datetime | None = None
    policy: str = ""


@dataclass(frozen=True)
class Attachment:
    """A file that came with a message; only its name and what the vendor claims about it."""

    name: str
    content_type: str = ""
    size: int = 0
    url: str = ""


@dataclass(frozen=True)
class File:
    """Something of ours to attach, such as a return label."""

    name: str
    content_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True)
class Message:
    """One thing said in a ticket. ``text`` is plain text, ``at`` is aware UTC."""

    id: str
    author: Person
    text: str
    at: datetime
    public: bool
    headers: Mapping[str, str] = field(default_factory=lambda: Empty)
    """Mail headers, lower-case names, where the vendor gives them."""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Ticket:
    """The whole conversation, now. ``messages`` are oldest first, our own included.

    ``revision`` changes with each message that is not ours and with status, assignee and requester.
    Our own notes, tags and fields leave it alone, so that a half-written decision does not contradict itself.
    """

    ref: Ref
    revision: str
    subject: str
    status: Status
    requester: Person
    messages: tuple[Message, ...]
    created_at: datetime
    updated_at: datetime
    channel: str = ""
    """``email``, ``chat``, ``web``, ``slack``, ``api``... as the vendor names it, lower case."""
    shared: bool = False
    """Everybody here, customers included, reads all that is posted (a shared Slack channel): no internal text, ever."""
    direct: bool = False
    """The host proves that the requester and we are the only ones here, and that it knows them itself (a member's direct
    message): what is theirs may be said, though internal text may not."""
    priority: Priority | None = None
    assignee: str = ""
    """The id of the human or team that has it, or empty. Our own user is not an assignee."""
    group: str = ""
    tags: frozenset[str] = frozenset()
    fields: Mapping[str, Any] = field(default_factory=lambda: Empty)
    url: str = ""
    clocks: tuple[HostClock, ...] = ()
    """The vendor's own promises, where it keeps any and shows them."""
    rating: int | None = None
    """How satisfied the customer said they are, 1 to 5; good and bad are 5 and 1."""

    @property
    def question(self) -> Message | None:
        """The newest public message, when it is the customer's: what is waiting for an answer."""
        public = [m for m in self.messages if m.public and m.author.role is not Role.MACHINE]
        return public[-1] if public and public[-1].author.role is Role.CUSTOMER else None


@dataclass(frozen=True)
class Click:
    """A button of ours that somebody pressed. ``value`` is the decision's id; ``answer_url`` takes one ephemeral reply."""

    action: str
    """``human``, ``helped``, ``share``, ``resume``, ``acknowledge``, ``merge``, ``incident``..."""
    value: str
    person: Person
    answer_url: str = ""
    text: str = ""
    """The person's own words, where they put a draft into others."""
    level: Level | None = None
    """What they may do, where a page of our own knows it; a vendor's payload says nothing of it."""


@dataclass(frozen=True)
class Event:
    """One knock by a vendor. ``delivery`` is unique per connection and the same for every resend."""

    delivery: str
    kind: EventKind
    ref: Ref | None
    at: datetime
    """By the vendor's clock."""
    click: Click | None = None


@dataclass(frozen=True)
class Inbound:
    """A request as it arrived: header names lower case, the raw body and query, and when. Knows no web framework."""

    headers: Mapping[str, str]
    body: bytes
    at: datetime
    query: str = ""


@dataclass(frozen=True)
class Article:
    """A page of the account's knowledge. ``restricted`` ones never reach a public reply."""

    id: str
    title: str
    text: str
    url: str
    locale: str
    restricted: bool
    updated_at: datetime


# --- changes: everything that we may ask of a vendor --------------------------------------------------------


@dataclass(frozen=True)
class Reply:
    """A message that the customer reads. Made only from a decision that carries its permission.

    ``text`` is Markdown: paragraphs, lists, links and bold only. ``buttons`` are the actions of ``Click`` to offer
    where the vendor has buttons. ``files`` are attached to it.
    """

    text: str
    buttons: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Note:
    """An internal message, never visible to the customer. ``text`` is Markdown as in ``Reply``."""

    text: str
    buttons: tuple[str, ...] = ()
    files: tuple[File, ...] = ()


@dataclass(frozen=True)
class Whisper:
    """A message that only ``person`` sees, in place (Slack's ephemeral message); refused for anybody external."""

    person: str
    text: str
    buttons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tag:
    """Add these tags and leave the others alone."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Untag:
    """Remove these tags and leave the others alone."""

    names: tuple[str, ...]


@dataclass(frozen=True)
class Assign:
    """Give the ticket to a team or an agent, by the vendor's id or by name."""

    team: str = ""
    agent: str = ""


@dataclass(frozen=True)
class SetStatus:
    """Move the ticket; ``until`` is when a pending ticket comes back by itself, where the vendor has that."""

    status: Status
    until: datetime | None = None


@dataclass(frozen=True)
class SetPriority:
    """Set the vendor's own priority."""

    priority: Priority


@dataclass(frozen=True)
class SetField:
    """Set one custom field by the name that we created it under (``deskhand_category``), or by the vendor's id."""

    name: str
    value: str | int | float | bool | None


@dataclass(frozen=True)
class OpenTicket:
    """Open a ticket in the account's helpdesk for something that began elsewhere (a Slack thread)."""

    subject: str
    text: str
    requester: Person
    source_url: str = ""
    public: bool = True
    """False: the words are ours and only the team reads them; the requester has not written. Not every vendor has that."""


@dataclass(frozen=True)
class AddMessage:
    """Copy what a customer said elsewhere into the ticket, in the customer's name, visible as the customer's."""

    text: str
    author: Person


REFUSED_AGENT = "agent "
"""Begins the words in a receipt for an assignee who was left out."""


@dataclass(frozen=True)
class Merge:
    """Make this ticket a part of ``into``. No vendor can undo it, so only a person's approval brings it about."""

    into: Ref
    note: str
    """What both tickets say about it, internally."""


@dataclass(frozen=True)
class LinkTo:
    """Put this ticket under ``parent``, as one of several with the same cause; the parent becomes their problem."""

    parent: Ref


Words = Reply | Note | Whisper | OpenTicket | AddMessage
Change = Words | Tag | Untag | Assign | SetStatus | SetPriority | SetField | Merge | LinkTo | Redact


@dataclass(frozen=True)
class Receipt:
    """What the vendor said to a batch of changes. ``refs`` name what came into being: message ids, or a new ticket's id."""

    key: str
    at: datetime
    refs: tuple[str, ...] = ()
    recovered: bool = False
    """True when an earlier attempt had already been taken and nothing was sent this time."""
    skipped: tuple[str, ...] = ()
    """Changes that the vendor refused one by one and that were left out, in words (an unknown field, say)."""

    @property
    def agent_refused(self) -> bool:
        """Whether the person whom the ticket was to go to was left out; its team stands."""
        return any(words.startswith(REFUSED_AGENT) for words in self.skipped)
