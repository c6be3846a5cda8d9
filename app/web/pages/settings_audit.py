"""The audit trail: who did what, searched and in pages, whether it is as it was sealed, and all of it as a file."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from flask import Response, request
from werkzeug.exceptions import BadRequest

from app import audit
from app.db import anchors, chains, history, holds, trail
from app.db.history import Act, Wanted
from app.db.trail import Entry, What
from app.db.visits import Visit
from app.reports.trails import json_lines, sheet
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import settings
from app.web.pages.shell import lock
from connectors.types import Level

MOST = 50
LONGEST = 200
DAYS = 30
FORMS = {"jsonl": "application/x-ndjson", "csv": "text/csv; charset=utf-8"}


def register(door: Door) -> None:
    """``/app/audit``, its file, and the look through the whole chain."""
    services = door.services

    @door.route("/audit", level=Level.LEAD, shows="audit")
    def show(who: Visit) -> Response:
        return _shown(services, who)

    @door.route("/audit/verify", level=Level.LEAD, methods=("POST",))
    def verify(who: Visit) -> Response:
        return _shown(services, who, _verified(services, who))

    @door.route("/audit/export", level=Level.LEAD, methods=("POST",))
    def export(who: Visit) -> Response:
        form = request.form.get("form", "")
        if form not in FORMS:
            raise BadRequest
        wanted = _wanted(services, who)
        with services.database.session() as session:
            trail.record(session, who.account_id, Entry(What.EXPORTED, "audit", detail={"format": form}))
        name = f"deskhand-audit-{datetime.now(UTC):%Y-%m-%d}.{form}"
        answer = Response(_lines(services, wanted, form), content_type=FORMS[form])
        answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        return lock(answer)


def _shown(services: Services, who: Visit, told: str = "") -> Response:
    """One page of acts, newest first, beside how the chain stands."""
    wanted = _wanted(services, who)
    with services.database.reading() as session:
        acts = history.page(session, wanted, MOST + 1, _place())
        chain = chains.chain(session, who.account_id)
        waiting = chains.lag(session, who.account_id)[0]
        anchor, held = anchors.newest(session, who.account_id), holds.of_account(session, who.account_id)
    here = acts[:MOST]
    older = f"{here[-1].at.isoformat()}~{here[-1].id}" if len(acts) > MOST else ""
    return settings(
        who,
        "settings_audit.html",
        acts=here,
        older=older,
        begun="after" in request.values,
        given=_given(),
        whats=list(What),
        public=services.signer.public,
        told=told,
        chain=chain,
        lag=waiting,
        anchor=anchor,
        holds=held,
    )


def _verified(services: Services, who: Visit) -> str:
    verdict = audit.looked(services.database, who.account_id, services.signer)
    known = f", but for {len(verdict.acknowledged)} of which people know" if verdict.acknowledged else ""
    return "" if verdict.fault else f"{verdict.rows} rows were looked at: all are as they were sealed{known}."


def _lines(services: Services, wanted: Wanted, form: str) -> Iterator[str]:
    """The file as it comes: however long the trail is, a page of it is in memory."""
    with services.database.reading() as session:
        found: Iterator[Act] = history.every(session, wanted)
        yield from json_lines(found) if form == "jsonl" else sheet(found)


def _given() -> dict[str, str]:
    names = ("who", "what", "ticket", "since", "until")
    return {name: request.values.get(name, "")[:LONGEST].strip() for name in names}


def _wanted(services: Services, who: Visit) -> Wanted:
    given = _given()
    with services.database.reading() as session:
        now = services.database.now(session)
        ticket = next(iter(holds.tickets(session, who.account_id, given["ticket"])), "-") if given["ticket"] else ""
    since = _day(given["since"]) or now - timedelta(days=DAYS)
    until = _day(given["until"])
    until = until + timedelta(days=1) if until else None
    what = (given["what"],) if given["what"] in set(map(str, What)) else ()
    return Wanted(who.account_id, since, until, given["who"], what, ticket_id=ticket)


def _day(text: str) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), UTC) if text else None
    except ValueError:
        return None


def _place() -> tuple[datetime, int] | None:
    """Where the page before ended; from the newest on for what is no such place."""
    at, _, id_ = request.values.get("after", "")[:LONGEST].partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, int(id_)) if moment.tzinfo else None
    except ValueError:
        return None
