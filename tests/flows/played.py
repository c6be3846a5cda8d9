"""A helpdesk played in memory, with a moment named at every step where the world may interfere.

It keeps the contract as the real ones do: safe updates, keys that can be read back, tickets that close, answers that get lost.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from connectors.base import Answers, Connection, Setting
from connectors.errors import (
    AuthFailed,
    BadPayload,
    Closed,
    Conflict,
    Forbidden,
    NotFound,
    RateLimited,
    Refused,
    Unavailable,
)
from connectors.types import (
    AddMessage,
    Assign,
    Change,
    Event,
    EventKind,
    Inbound,
    Message,
    Note,
    OpenTicket,
    Person,
    Receipt,
    Ref,
    Reply,
    Role,
    SetField,
    SetPriority,
    SetStatus,
    Status,
    Tag,
    Ticket,
    Untag,
    Whisper,
)

US = Person("us", Role.US, name="Deskhand", external=False)
AGENT = Person("a1", Role.AGENT, name="Sam Agent", external=False)
LATE = timedelta(seconds=9)
"""After a call was given up, the longest in which the vendor may still carry it out."""


@dataclass
class Held:
    """One ticket as the vendor keeps it."""

    id: str
    customer: Person
    messages: list[Message] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    fields: dict[str, Any] = field(default_factory=dict)
    status: Status = Status.NEW
    assignee: str = ""
    taken: dict[str, Receipt] = field(default_factory=dict)
    """Key -> receipt of every batch that was carried out."""
    log: list[tuple[str, Change]] = field(default_factory=list)
    """Every change that was carried out, with its key: more than once means more than once."""
    answered: dict[str, str] = field(default_factory=dict)
    """Key of a reply -> the customer's newest message when it was carried out."""
    gone: bool = False
    channel: str = "web"
    handed_back: datetime | None = None
    """When we last saw the tag that hands it back, or the button was pressed."""

    @property
    def revision(self) -> str:
        theirs = [m.id for m in self.messages if m.author.role is not Role.US]
        return f"{len(theirs)}:{self.status}:{self.assignee}"


def _nothing(moment: str) -> None:
    """Nobody interferes."""


@dataclass
class Vendor:
    """The vendor's side: tickets, webhooks that wait to be delivered, calls given up that may still be carried out.

    ``at(moment)`` is called at every step and may raise, or let anything else happen first.
    """

    now: Callable[[], datetime]
    at: Callable[[str], None] = _nothing
    name: str = "desk"
    tickets: dict[str, Held] = field(default_factory=dict)
    hooks: list[Event] = field(default_factory=list)
    late: list[tuple[datetime, Callable[[], object]]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """What happens to the next calls, one each: see ``FAULTS``."""
    count: int = 0
    overtaken: list[str] = field(default_factory=list)
    """Keys of replies that were carried out although an agent had written before the call began."""
    doubled: list[str] = field(default_factory=list)
    """Keys of automatic replies that were carried out although nobody had said anything since our last word."""
    unwanted: list[str] = field(default_factory=list)
    """Keys of calls that began while everything was stopped."""
    unknown: bool = False
    """Our token is good for nothing any more."""
    closed_to_us: set[str] = field(default_factory=set)
    """Tickets that we may not read."""
    shut: bool = False
    """The account's switch is off: no call may begin."""
    down: bool = False
    """Nobody answers anything that we ask."""
    mark: str = ""
    """Begins every name that is given here, so that no two plays share one."""

    def forget(self, mark: str) -> None:
        """Begin anew, as a vendor without a ticket."""
        self.mark, self.count, self.shut = mark, 0, False
        for kept in (self.tickets, self.hooks, self.late, self.faults, self.overtaken, self.doubled, self.unwanted):
            kept.clear()  # type: ignore[attr-defined]

    def number(self, kind: str) -> str:
        self.count += 1
        return f"{self.name}{self.mark}-{kind}{self.count}"

    def customer_writes(self, text: str, ticket: str = "", who: Person | None = None) -> str:
        """Open a ticket, or answer in one. A closed one gives a new ticket, as the real ones do."""
        held = self.tickets.get(ticket)
        if held is None or held.status is Status.CLOSED or held.gone:
            customer = who or Person(self.number("p"), Role.CUSTOMER, "Ana Silva", "ana@customer.example")
            held = Held(self.number("t"), customer)
            self.tickets[held.id] = held
        text = f"{text} {self.number('say')}"
        self.says(held, held.customer, text, kind=EventKind.CREATED if not held.messages else EventKind.MESSAGE)
        return held.id

    def agent_writes(self, ticket: str, text: str = "Let me look.", *, public: bool = True) -> None:
        self.says(self.tickets[ticket], AGENT, text, public=public)

    def hands_back(self, ticket: str) -> None:
        """An agent puts the tag on it."""
        self.tickets[ticket].tags.add("deskhand_resume")
        self.knock(ticket)

    def assigns(self, ticket: str) -> None:
        """Somebody in the team gets the ticket and has said nothing yet."""
        self.tickets[ticket].assignee = AGENT.id if self.tickets[ticket].assignee != AGENT.id else "a2"
        self.knock(ticket)

    def closes(self, ticket: str) -> None:
        self.tickets[ticket].status = Status.CLOSED
        self.knock(ticket)

    def says(
        self, held: Held, author: Person, text: str, *, public: bool = True, kind: EventKind = EventKind.MESSAGE
    ) -> Message:
        message = Message(self.number("m"), author, text, self.now(), public)
        held.messages.append(message)
        held.status = Status.OPEN if held.status in (Status.NEW, Status.PENDING, Status.SOLVED) else held.status
        if author.role is not Role.US:
            self.knock(held.id, kind)
        return message

    def knock(self, ticket: str, kind: EventKind = EventKind.CHANGED, **more: Any) -> None:
        self.hooks.append(Event(self.number("e"), kind, Ref(ticket), self.now(), **more))

    def pass_time(self) -> None:
        """Carry out what is due of the calls that were given up."""
        due = [act for at, act in self.late if at <= self.now()]
        self.late = [(at, act) for at, act in self.late if at > self.now()]
        for act in due:
            act()

    def answers(self) -> None:
        """Raises Unavailable while it is down."""
        self.at("asked")
        if self.down:
            raise Unavailable("nobody there")

    def fault(self) -> str:
        return self.faults.pop(0) if self.faults else ""


FAULTS = ("conflict", "closed", "busy", "broken", "hang", "hang-taken", "hang-late", "reset-after", "refused")
VENDORS: dict[str, Vendor] = {}
"""By base address: where a connector finds the vendor it speaks to."""


class Desk:
    """The connector to a played helpdesk that holds tickets."""

    name: ClassVar[str] = "desk"
    settings: ClassVar[tuple[Setting, ...]] = ()
    supports: ClassVar[frozenset[type[Change]]] = frozenset(
        {Reply, Note, Tag, Untag, Assign, SetStatus, SetPriority, SetField, OpenTicket, AddMessage}
    )
    answers: ClassVar[Answers] = Answers()

    def __init__(self, connection: Connection) -> None:
        self.vendor = VENDORS[connection.base_url]

    def check(self) -> Mapping[str, str]:
        self.vendor.answers()
        if self.vendor.unknown:
            raise AuthFailed("who are you")
        return {"user_id": US.id}

    def receive(self, request: Inbound) -> Iterable[Event]:
        try:
            body = json.loads(request.body)
            return [Event(body["id"], EventKind(body["kind"]), Ref(body["ticket"]), datetime.fromisoformat(body["at"]))]
        except (ValueError, KeyError, TypeError) as error:
            raise BadPayload("body", "a played event") from error

    def ticket(self, ref: Ref) -> Ticket:
        self.vendor.at("read")
        self.vendor.answers()
        fault = self.vendor.fault() if self.vendor.faults[:1] in (["busy"], ["broken"], ["hang"]) else ""
        if ref.id in self.vendor.closed_to_us:
            raise Forbidden("not your group")
        _refuse(fault)
        held = self._held(ref)
        if "deskhand_resume" in held.tags:
            held.handed_back = self.vendor.now()
        return Ticket(
            ref=ref,
            revision=held.revision,
            subject="A question",
            status=held.status,
            requester=held.customer,
            messages=tuple(held.messages),
            created_at=held.messages[0].at,
            updated_at=held.messages[-1].at,
            assignee=held.assignee,
            tags=frozenset(held.tags),
            fields=dict(held.fields),
            channel=held.channel,
            shared=self.name == "thread",
        )

    def changed(self, since: datetime) -> Iterator[Event]:
        self.vendor.answers()
        for held in self.vendor.tickets.values():
            last = held.messages[-1]
            mark = f"{last.id}:{held.status}:{'deskhand_resume' in held.tags}"
            yield Event(f"changed:{held.id}:{mark}", EventKind.CHANGED, Ref(held.id), last.at)

    def apply(
        self, ref: Ref, changes: Sequence[Change], *, key: str, expect: str | None = None, since: datetime | None = None
    ) -> Receipt:
        assert all(type(change) in self.supports for change in changes), "the gate downgrades what is not supported"
        if self.vendor.shut:
            self.vendor.unwanted.append(key)
        self.vendor.at("apply")
        self.vendor.answers()
        begun = self.vendor.now()
        fault = self.vendor.fault()
        _refuse(fault)
        if since is not None and (known := self._known(key)):
            return replace(known, recovered=True)
        held = None if isinstance(changes[0], OpenTicket) else self._held(ref)
        if held and (fault == "closed" or held.status is Status.CLOSED):
            held.status = Status.CLOSED
            raise Closed("closed for good")
        if fault == "conflict" or (held and expect is not None and held.revision != expect):
            raise Conflict("the ticket moved on")
        if fault == "hang-late":
            self.vendor.late.append((begun + LATE, lambda: self._belatedly(held, changes, key, expect, begun)))
            raise Unavailable("no answer")
        receipt = self._carry_out(held, changes, key, expect, begun)
        self.vendor.at("applied")
        if fault in ("hang-taken", "reset-after"):
            raise Unavailable("the answer got lost")
        return receipt

    def _belatedly(
        self, held: Held | None, changes: Sequence[Change], key: str, expect: str | None, begun: datetime
    ) -> None:
        """What the vendor still does with a call after nobody waits for its answer."""
        with suppress(Conflict):
            self._carry_out(held, changes, key, expect, begun)

    def _carry_out(
        self, held: Held | None, changes: Sequence[Change], key: str, expect: str | None, begun: datetime
    ) -> Receipt:
        if held and expect is not None and held.revision != expect:
            raise Conflict("the ticket moved on")
        refs: list[str] = []
        for change in changes:
            if isinstance(change, OpenTicket):
                held = Held(self.vendor.number("t"), change.requester)
                self.vendor.tickets[held.id] = held
                refs.append(held.id)
            assert held is not None
            self._make(held, change, key, begun)
            held.log.append((key, change))
        assert held is not None
        receipt = Receipt(key, self.vendor.now(), tuple(refs))
        held.taken[key] = receipt
        return receipt

    def _make(self, held: Held, change: Change, key: str, begun: datetime) -> None:
        match change:
            case Reply(text=text):
                self._reply(held, text, key, begun)
            case Note(text=text) | Whisper(text=text):
                self.vendor.says(held, US, text, public=False)
            case OpenTicket(text=text, public=False):
                self.vendor.says(held, US, text, public=False)
                self.vendor.knock(held.id, EventKind.CREATED)
            case OpenTicket(text=text, requester=who) | AddMessage(text=text, author=who):
                self.vendor.says(held, who, text)
            case Tag(names=names):
                held.tags |= set(names)
            case Untag(names=names):
                held.tags -= set(names)
            case SetField(name=name, value=value):
                held.fields[name] = value
            case _:
                pass

    def _reply(self, held: Held, text: str, key: str, begun: datetime) -> None:
        """Say it, and note what is wrong with saying it now."""
        back = held.handed_back or datetime.min.replace(tzinfo=UTC)
        if any(m.author.role is Role.AGENT and back < m.at < begun for m in held.messages):
            self.vendor.overtaken.append(key)
        last = next((m for m in reversed(held.messages) if m.public), None)
        if last and last.author.role is Role.US and back < last.at and not key.endswith("s"):
            self.vendor.doubled.append(key)
        asked = [m.id for m in held.messages if m.public and m.author.role is Role.CUSTOMER]
        held.answered[key] = asked[-1] if asked else ""
        self.vendor.says(held, US, text)

    def _known(self, key: str) -> Receipt | None:
        return next((h.taken[key] for h in self.vendor.tickets.values() if key in h.taken), None)

    def _held(self, ref: Ref) -> Held:
        held = self.vendor.tickets.get(ref.id)
        if held is None or held.gone:
            raise NotFound("no such ticket")
        return held


def _refuse(fault: str) -> None:
    """The faults that come before anything is done."""
    if fault == "busy":
        raise RateLimited("slow down", 7.0)
    if fault in ("broken", "hang"):
        raise Unavailable("the vendor is down")
    if fault == "refused":
        raise Refused("never")
    if fault == "forbidden":
        raise Forbidden("not you")


class Thread(Desk):
    """The connector to a played chat: threads that everybody reads, recorded in a desk."""

    name: ClassVar[str] = "thread"
    supports: ClassVar[frozenset[type[Change]]] = frozenset({Reply, Whisper})
