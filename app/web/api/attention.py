"""What an admin must read: what went wrong and stays wrong until somebody acts."""

from datetime import datetime

from app.db import listing
from app.web.api import parts
from app.web.api.auth import Caller
from app.web.api.declared import Operation, Page, Told
from app.web.api.door import Door


class Trouble(Told):
    """One thing, with what to do about it. ``kind`` is stable; ``times``: so often the same."""

    kind: str
    text: str
    remedy: str
    connection: str | None
    ticket_id: str
    times: int
    last_at: datetime | None


class Troubles(Told):
    """Some of them, the latest first."""

    items: list[Trouble]
    next: str | None


LIST = Operation(
    "listProblems", "GET", "/problems", "read", "What somebody has to look after.", {200: Troubles}, query=Page
)


def register(door: Door) -> None:
    """Hang the operation at the door."""

    @door.serves(LIST)
    def list_problems(caller: Caller, query: Page) -> Troubles:
        with door.services.database.reading() as session:
            found = listing.problems(session, caller.account_id, parts.wanted(query))
        items = [
            Trouble(
                kind=one.kind,
                text=one.text,
                remedy=one.remedy,
                connection=one.connection_id,
                ticket_id=one.ticket_id,
                times=one.times,
                last_at=one.last_at,
            )
            for one in found.items
        ]
        return Troubles(items=items, next=parts.following(found))
