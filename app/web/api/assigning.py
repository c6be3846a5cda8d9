"""``assignToAgent``: a ticket goes to somebody, with what they need to know. The outbox does it; nobody is called from here."""

from typing import Any

from pydantic import Field

from app.db import ids
from app.errors import UnknownRecord
from app.web.api import planned
from app.web.api.auth import Caller
from app.web.api.declared import BLANK, Given, Operation, Told, text
from app.web.api.door import Answer, Door
from app.web.api.planned import LONGEST, plain
from app.web.api.problems import ApiError
from connectors.types import Assign, Note

AGENT = rf"^[^{BLANK}][^\x00]{{0,199}}$"
MOST_LINES = 20


class Which(Given):
    """A ticket by its id, or by that of its conversation."""

    ticket_id: str = text(32)


class Notification(Given):
    """What whoever gets it is told first."""

    message: str = text(500)
    priority: str = text(20, default="")


class Handover(Given):
    """Who gets it, and what is known. ``context`` is shown in a note: its own values, and lists of values."""

    agent_id: str = text(200, pattern=AGENT, about="The agent's id at the helpdesk, as agents are listed.")
    context: dict[str, Any] = Field(default_factory=dict, description="Flat facts for the note.")
    notification: Notification | None = None


class Assigned(Told):
    """The change is planned; how far it is stands at the address in Location."""

    ticket_id: str
    agent_id: str
    change: str


ASSIGN = Operation(
    "assignToAgent",
    "POST",
    "/tickets/{ticketId}/assignment",
    "assign",
    "Give a ticket to an agent.",
    {202: Assigned},
    path=Which,
    body=Handover,
    refusals={
        404: "There is no such ticket, or no such agent.",
        409: "The ticket is in no helpdesk yet, its helpdesk cannot do that, or the key was used for another request.",
    },
    keyed=True,
    details="Done once by a worker, never while this waits. The customer sees nothing of it.",
)


def register(door: Door) -> None:
    """Hang the operation at the door."""
    services = door.services

    @door.serves(ASSIGN)
    def assign_to_agent(caller: Caller, path: Which, body: Handover) -> Answer:
        from app.web.api import people  # noqa: PLC0415  # who takes webhooks needs none of it

        there = planned.place(services, caller.account_id, path.ticket_id)
        if there is None:
            raise UnknownRecord("the account has no such ticket")
        if not people.known(services, there.connection_id, body.agent_id):
            raise ApiError(404, "no_such_agent", "agentId: name an agent of the helpdesk's, by the id there.")
        words = _words(body)
        changes = (*((Note(words),) if words else ()), Assign("", body.agent_id))
        change, new = planned.plan(services, there, f"api-{caller.key or ids.fresh()}", changes)
        if new:
            people.seat(services, there, body.agent_id)
        told = Assigned(ticket_id=there.ticket_id, agent_id=body.agent_id, change=change)
        return Answer(told, 202, {"Location": f"/api/v1/changes/{change}"})


def _words(given: Handover) -> str:
    """The note: what is to be told first, then each fact in a line. Nested values are left out: the ticket itself has them."""
    lines = []
    if given.notification:
        urgent = f" ({given.notification.priority})" if given.notification.priority else ""
        lines.append(plain(f"{given.notification.message}{urgent}"))
    facts = [(name, _value(value)) for name, value in given.context.items()]
    lines += [f"**{plain(name)}:** {value}" for name, value in facts if value]
    return "\n\n".join(lines[:MOST_LINES])


def _value(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(shown for one in value[:10] if (shown := _value(one)))[:LONGEST]
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain(str(value)) if isinstance(value, str | int | float) else ""
