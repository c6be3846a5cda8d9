"""Tickets as we remember them; and somebody's own tracker or pipeline says that an issue, or a ticket, is resolved."""

import hashlib
from datetime import datetime
from typing import Literal

from app.db import ids, listing, signals
from app.db.listing import Listed
from app.db.signals import Told as Signal
from app.services import Services
from app.web.api import parts, planned
from app.web.api.auth import Caller
from app.web.api.declared import Given, Moment, Operation, Page, Told, text
from app.web.api.door import Answer, Door
from app.web.api.problems import ApiError
from connectors.types import Note, SetStatus, Status

SOURCE = "api"
STATES = {"resolved": "issue.resolved", "reopened": "issue.changed", "in-progress": "issue.changed"}
STATUSES = {"resolved": Status.SOLVED, "reopened": Status.OPEN, "in-progress": Status.OPEN}
KEY = r"^#?[A-Za-z0-9][\w-]{0,99}$"


class Which(Given):
    """A ticket of ours by its id, or an issue by its key in the tracker."""

    ticket_id: str = text(101, pattern=KEY)


class News(Given):
    """What became of it."""

    ticket_id: str = text(101, default="", about="As in the address, if it is given at all.")
    status: Literal["resolved", "reopened", "in-progress"]
    resolution: str = text(200, default="", about="What people are told about it, as in `Fixed in v2.15.0`.")
    deployed_at: Moment | None = None


class Noted(Told):
    """Whether it is news. ``change``: where it can be seen how far the helpdesk is, for a ticket of ours."""

    ticket_id: str
    taken: bool
    change: str | None


class Story(Told):
    """What became of a ticket so far."""

    category: str
    confidence: float
    channel: str
    opened_at: datetime
    answered_at: datetime | None
    automatic: bool
    escalated: bool
    solved_at: datetime | None
    reopened_at: datetime | None
    rating: int | None


class Ticket(Told):
    """A ticket of the helpdesk's. What was said in it is there alone: ``ref`` is its name there."""

    id: str
    connection: str
    vendor: str
    ref: str
    created_at: datetime
    taken_over_at: datetime | None
    story: Story | None


class Tickets(Told):
    """Some tickets, the newest first."""

    items: list[Ticket]
    next: str | None


class Change(Told):
    """How far a change is that was asked for: ``pending``, ``sending``, ``sent``, ``dropped``, or ``review``: a person has to look."""

    id: str
    state: Literal["pending", "sending", "sent", "dropped", "review"]
    reason: str


class WhichChange(Given):
    """A change by its id."""

    change_id: str = text(64)


LIST = Operation(
    "listTickets",
    "GET",
    "/tickets",
    "read",
    "Tickets that were heard of.",
    {200: Tickets},
    query=Page,
    personal="tickets",
)
ONE = Operation(
    "ticket", "GET", "/tickets/{ticketId}", "read", "One ticket.", {200: Ticket}, path=Which, personal="ticket"
)
UPDATE = Operation(
    "updateTicket",
    "PATCH",
    "/tickets/{ticketId}",
    "tickets",
    "Say that an issue or a ticket is resolved, or open again.",
    {202: Noted},
    path=Which,
    body=News,
    refusals={
        409: "Address and body name different tickets, the ticket is in no helpdesk yet, or the key was used for another request."
    },
    keyed=True,
    details=(
        "For an issue's key, tickets that wait for it go on, and their customers are told. For a ticket's own id the "
        "helpdesk's ticket is moved, with the resolution in a note."
    ),
)
CHANGE = Operation(
    "change", "GET", "/changes/{changeId}", "read", "How far a change is.", {200: Change}, path=WhichChange
)


def register(door: Door) -> None:
    """Hang the operations at the door."""
    services = door.services

    @door.serves(LIST)
    def list_tickets(caller: Caller, query: Page) -> Tickets:
        with services.database.reading() as session:
            found = listing.tickets(session, caller.account_id, parts.wanted(query))
        return Tickets(items=[_shown(one) for one in found.items], next=parts.following(found))

    @door.serves(ONE)
    def ticket(caller: Caller, path: Which) -> Ticket:
        with services.database.reading() as session:
            return _shown(listing.ticket(session, caller.account_id, path.ticket_id))

    @door.serves(UPDATE)
    def update_ticket(caller: Caller, path: Which, body: News) -> Answer:
        if body.ticket_id not in ("", path.ticket_id):
            raise ApiError(409, "other_ticket", "ticketId: as in the address.")
        place = planned.place(services, caller.account_id, path.ticket_id)
        return (
            _moved(services, place, caller.key or ids.fresh(), body)
            if place
            else _told(services, caller, path.ticket_id, body)
        )

    @door.serves(CHANGE)
    def change(caller: Caller, path: WhichChange) -> Change:
        with services.database.reading() as session:
            state, reason = listing.states(session, caller.account_id, path.change_id)
        return Change.model_validate({"id": path.change_id, "state": state, "reason": reason})


def _moved(services: Services, place: planned.Place, name: str, news: News) -> Answer:
    """The helpdesk's ticket is moved by its own worker, once for each name."""
    words = f"**{news.status.capitalize()}:** {planned.plain(news.resolution)}" if news.resolution else ""
    changes = (*((Note(words),) if words else ()), SetStatus(STATUSES[news.status]))
    change, new = planned.plan(services, place, f"api-{name}", changes)
    told = Noted(ticket_id=place.asked, taken=new, change=change)
    return Answer(told, 202, {"Location": f"/api/v1/changes/{change}"})


def _told(services: Services, caller: Caller, key: str, news: News) -> Answer:
    """The news of an issue; whoever waits for it is told by a job. The same news twice has the same name."""
    about = key.removeprefix("#").upper()
    values = {"status": news.status, "resolution": news.resolution}
    with services.database.session() as session:
        now = services.database.now(session)
        at = news.deployed_at or now
        told = Signal(_digest(about, news), STATES[news.status], at, about, values=values)
        new = signals.accept(session, caller.account_id, SOURCE, [told], now)
    if new:
        services.work.signals(caller.account_id)
    return Answer(Noted(ticket_id=about, taken=bool(new), change=None), 202)


def _digest(about: str, news: News) -> str:
    named = (about, news.status, news.resolution, news.deployed_at and news.deployed_at.isoformat())
    return hashlib.sha256(repr(named).encode()).hexdigest()


def _shown(one: Listed) -> Ticket:
    return Ticket(
        id=one.id,
        connection=one.connection_id,
        vendor=one.vendor,
        ref=one.ref,
        created_at=one.created_at,
        taken_over_at=one.quiet_since,
        story=_story(one),
    )


def _story(one: Listed) -> Story | None:
    told = one.story
    if told is None:
        return None
    return Story(
        category=told.category,
        confidence=round(told.confidence, 4),
        channel=told.channel,
        opened_at=told.opened_at,
        answered_at=told.answered_at,
        automatic=told.automatic,
        escalated=told.escalated,
        solved_at=told.solved_at,
        reopened_at=told.reopened_at,
        rating=told.rating,
    )
