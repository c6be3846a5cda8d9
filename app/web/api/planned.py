"""Changes that callers ask for in the helpdesk: planned in the outbox, made once by a worker. No vendor is called here."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.db import connections, effects, ids, listing, tickets
from app.db.conversations import ticket_of
from app.db.effects import Planned
from app.services import Services
from app.web.api.problems import ApiError
from connectors.types import Change, Ref

UNRECORDED = "This ticket is kept in no helpdesk yet."
_OURS = re.compile(r"[0-9a-f]{28}|[0-9a-f]{32}")
"""A conversation's id, or a ticket's."""
LONGEST = 300
"""Characters of a line in a note."""


@dataclass(frozen=True)
class Place:
    """Where a ticket's changes go: its helpdesk's connection and name there. ``asked`` is how the caller named it."""

    asked: str
    ticket_id: str
    connection_id: str
    vendor: str
    ref: Ref


def place(services: Services, account_id: str, asked: str) -> Place | None:
    """The helpdesk's ticket by our id for it or for its conversation; None for a name that is none of ours, as an issue's key.

    Raises UnknownRecord for one that is not the account's, ApiError for one that has reached no helpdesk yet.
    """
    if not _OURS.fullmatch(asked):
        return None
    with services.database.reading() as session:
        found = listing.ticket(session, account_id, ticket_of(session, account_id, asked) or asked)
        remembered = tickets.remembered(session, found.id)
        where = remembered.linked or (found.connection_id, Ref(found.ref))
        if found.ref.startswith(tickets.CHAT) and remembered.linked is None:
            raise ApiError(409, "not_there_yet", UNRECORDED, {"Retry-After": "5"})
        vendor = connections.find(session, where[0]).vendor
    return Place(asked, ids.ticket(where[0], where[1].id), where[0], vendor, where[1])


def plan(services: Services, there: Place, key: str, changes: Sequence[Change]) -> tuple[str, bool]:
    """Plan what the vendor can do of it; False where the very same was planned before. Gives the change's id.

    Raises ApiError where the vendor can do nothing of it.
    """
    supports = services.connected.helpdesks[there.vendor].supports
    possible = tuple(one for one in changes if type(one) in supports)
    if not possible or type(changes[-1]) not in supports:
        raise ApiError(409, "not_possible", "The helpdesk of this ticket cannot do that.")
    with services.database.session() as session:
        now = services.database.now(session)
        if effects.exists(session, key):
            return key, False
        tickets.add(session, there.ticket_id, there.connection_id, there.ref.id, now)
        effects.plan(session, there.ticket_id, [Planned(key, there.connection_id, there.ref, possible)], now)
    services.work.ring(there.ticket_id)
    return key, True


def plain(text: str) -> str:
    """One line for a note that says just what it says: nothing in it is taken for Markdown."""
    line = " ".join(text.split())[:LONGEST]
    return "".join(f"\\{c}" if c in "\\*_[]#`<>|~" else c for c in line)
