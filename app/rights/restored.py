"""After a backup came back: whoever was erased since it was made is erased again. The key store, which is no part of it, knows them."""

from app.db import erasing, trail
from app.db.erasing import Subject
from app.db.trail import Entry, What
from app.services import Services


def erase(services: Services, account_id: str) -> int:
    """Take away every row of tickets and people whose keys were destroyed; how many rows. Nobody can read them any more.

    Raises Busy while a run works on one of them.
    """
    names = {scope.removeprefix(f"{account_id}:") for scope in services.keyring.destroyed(account_id)}
    people = tuple(sorted(name for name in names if len(name) == HASH))
    with services.database.session() as session:
        tickets = erasing.there(session, names - set(people))
        subject = Subject(account_id, tuple(tickets), people, signalled=people)
        rows = erasing.away(session, subject, services.database.now(session)) if names else {}
        if rows:
            trail.record(session, account_id, Entry(What.ERASED, "restored", why="restored", detail={"rows": rows}))
    if rows:
        services.database.scrub()
    return sum(rows.values())


HASH = 64
"""Digits of a person's keyed hash."""
