"""The log of decisions: searched by what people remember of one, each with its reasons, its sources, and a way to take it back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from flask import Response, request
from werkzeug.exceptions import NotFound

from app.db import decisions, judgements, tickets
from app.db.decisions import Asked, Entry, Place, Portion
from app.db.visits import Visit
from app.engine.types import Mode
from app.services import Services
from app.web import cards
from app.web.pages.door import Door
from app.web.pages.settings_nav import settings
from connectors.types import Level

MOST = 50
LOOKED = 2000
"""Decisions that one page looks through for what the database cannot search by itself: a reason."""
DAYS = 30
LONGEST = 200
EVER = datetime(2000, 1, 1, tzinfo=UTC)


def register(door: Door) -> None:
    """``/app/decisions`` and ``/app/decisions/one?id=...``."""
    services = door.services

    @door.route("/decisions", level=Level.AGENT, shows="decisions")
    def show(who: Visit) -> Response:
        given = {
            name: request.args.get(name, "")[:LONGEST].strip() for name in ("ticket", "category", "mode", "reason")
        }
        days = request.args.get("days", "")[:5]
        count = int(days) if days.isdecimal() and 0 < int(days) <= 3650 else DAYS
        found = _found(services, who, given, count)
        older = {**{name: text for name, text in given.items() if text}, "days": str(count), **_after(found)}
        return settings(
            who,
            "settings_decisions.html",
            found=found,
            entries=found.entries,
            older=older if found.after else None,
            begun="after" in request.args,
            most=LOOKED,
            given=given,
            days=days or str(DAYS),
            modes=list(Mode),
        )

    @door.route("/decisions/one", level=Level.AGENT, shows="decision")
    def one(who: Visit) -> Response:
        return _whole(services, who, _one(services, who, request.args))

    @door.route("/decisions/undo", level=Level.AGENT, methods=("POST",))
    def undo(who: Visit) -> Response:
        entry = _one(services, who, request.form)
        with services.database.reading() as session:
            ticket, now = tickets.remembered(session, entry.judged.ticket_id), services.database.now(session)
        by = who.name or who.person
        asked = cards.undo(services, who.account_id, ticket, entry.judged.decision.id, by, now)
        return _whole(
            services, who, entry, "It is being taken back." if asked else "There is nothing left to take back."
        )


def _whole(services: Services, who: Visit, entry: Entry, told: str = "") -> Response:
    """One decision with all that it rests on, what was done, and what people said about it."""
    with services.database.reading() as session:
        ticket = tickets.remembered(session, entry.judged.ticket_id)
        card = cards.card(session, ticket, services.database.now(session))
        said = judgements.outcomes(session, entry.judged.ticket_id)
    undoable = card.undoable and card.decision == entry.judged.decision.id and not told
    return settings(who, "settings_decision.html", entry=entry, said=said, undoable=undoable, told=told)


def _found(services: Services, who: Visit, given: Mapping[str, str], days: int) -> Portion:
    """One page, newest first, from where the address says."""
    with services.database.reading() as session:
        now = services.database.now(session)
        asked = Asked(who.account_id, now - timedelta(days=days), now + timedelta(seconds=1), **given)
        return decisions.portion(session, asked, MOST, LOOKED, _place())


def _place() -> Place | None:
    """Where the page before ended; from the newest on for what is no such place."""
    at, _, id = request.args.get("after", "")[:LONGEST].partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, id) if moment.tzinfo and id else None


def _after(found: Portion) -> Mapping[str, str]:
    return {"after": f"{found.after[0].isoformat()}~{found.after[1]}"} if found.after else {}


def _one(services: Services, who: Visit, given: Mapping[str, str]) -> Entry:
    """The decision of the id that was given, where it is the account's own. Raises NotFound."""
    id = given.get("id", "")[:LONGEST]
    with services.database.reading() as session:
        until = services.database.now(session) + timedelta(days=1)
        asked = Asked(who.account_id, EVER, until, decision=id)
        entry = next(decisions.found(session, asked), None) if id else None
    if entry is None:
        raise NotFound
    return entry
