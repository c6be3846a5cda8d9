"""The log of decisions: searched by what people remember of one, each with its reasons, its sources, and a way to take it back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import islice

from flask import Response, request
from werkzeug.exceptions import NotFound

from app.db import decisions, judgements, tickets
from app.db.decisions import Asked, Entry
from app.db.visits import Visit
from app.engine.types import Mode
from app.services import Services
from app.web import cards
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from connectors.types import Level

MOST = 50
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
        found = _found(services, who, given, int(days) if days.isdecimal() and 0 < int(days) <= 3650 else DAYS)
        return settings(
            who,
            "settings_decisions.html",
            entries=found[:MOST],
            more=len(found) > MOST,
            given=given,
            days=days or str(DAYS),
            modes=list(Mode),
        )

    @door.route("/decisions/one", level=Level.AGENT, shows="decision")
    def one(who: Visit) -> Response:
        return _whole(services, who, _one(services, who, request.args))

    @door.route("/decisions/undo", level=Level.LEAD, methods=("POST",))
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
    undoable = may(who, Level.LEAD) and card.undoable and card.decision == entry.judged.decision.id and not told
    return settings(who, "settings_decision.html", entry=entry, said=said, undoable=undoable, told=told)


def _found(services: Services, who: Visit, given: Mapping[str, str], days: int) -> list[Entry]:
    """One more than is shown, newest first."""
    with services.database.reading() as session:
        now = services.database.now(session)
        asked = Asked(who.account_id, now - timedelta(days=days), now + timedelta(seconds=1), **given)
        return list(islice(decisions.found(session, asked), MOST + 1))


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
