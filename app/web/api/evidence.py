"""What people's judgements prove, record by record. Nothing is promoted here: that is a person's to do."""

from datetime import datetime, timedelta

from app.db import evidence, lessons
from app.web.api.auth import Caller
from app.web.api.declared import Given, Operation, Told, text
from app.web.api.door import Door

LATELY = timedelta(days=90)


class Of(Given):
    """One category, or all."""

    category: str = text(200, default="")


class Proven(Told):
    """A signed record: so many of so many judged were wrong. Whether it counts is decided at each ticket.

    ``people`` judged them, and one of those ``largest``; null in records from before that was kept.
    """

    action: str
    judged: int
    errors: int
    people: int | None
    largest: int | None
    target: float
    issued_at: datetime
    expires_at: datetime
    over: bool


class Step(Told):
    """Something that happened to a category's autonomy, and who did it; ``by`` empty: it fell back by itself."""

    category: str
    action: str
    kind: str
    by: str
    reason: str
    at: datetime


class Standing(Told):
    """One category: its records, the newest first, and how people judged its drafts in the last 90 days."""

    category: str
    records: list[Proven]
    lessons: dict[str, int]


class Evidence(Told):
    """Every category about which there is something to say, and what happened lately."""

    categories: list[Standing]
    history: list[Step]


SHOW = Operation(
    "getEvidence", "GET", "/evidence", "read", "What people's judgements prove.", {200: Evidence}, query=Of
)


def register(door: Door) -> None:
    """Hang the operation at the door."""
    database = door.services.database

    @door.serves(SHOW)
    def show_evidence(caller: Caller, query: Of) -> Evidence:
        from app import promoting  # noqa: PLC0415  # who takes webhooks needs none of it

        with database.session() as session:
            now = database.now(session)
            counted = lessons.counts(session, caller.account_id, now - LATELY)
            steps = lessons.history(session, caller.account_id)
            names = sorted({*counted, *(step.category for step in steps)})
            chosen = [name for name in names if query.category in ("", name)]
            for name in chosen:
                promoting.looked(session, caller.account_id, name, now)
            found = {name: evidence.in_force(session, caller.account_id, name) for name in chosen}
        standing = [
            Standing(
                category=name,
                records=[
                    Proven(
                        action=one.action,
                        judged=one.judged,
                        errors=one.errors,
                        people=one.people or None,
                        largest=one.largest or None,
                        target=one.target,
                        issued_at=one.issued_at,
                        expires_at=one.expires_at,
                        over=one.expires_at <= now,
                    )
                    for one in found[name]
                ],
                lessons={str(kind): number for kind, number in counted.get(name, {}).items()},
            )
            for name in chosen
        ]
        history = [Step(**vars(step)) for step in steps if query.category in ("", step.category)]
        return Evidence(categories=standing, history=history)
