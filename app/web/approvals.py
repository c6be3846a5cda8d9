"""The page behind a link in a note: it shows what a workflow proposes, asks once more, and saves the answer as a press of a button.

The link says what, never who: what is recorded is that a member of the team with the note said so. What compliance reviews, only somebody
approves who is signed in on our pages and releases for compliance. Looking changes nothing.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, render_template, request

from app.approvals import Asked, NoSuchApproval
from app.db import accounts, connections, trail
from app.db.trail import Entry, What
from app.errors import UnknownRecord
from app.services import Services
from app.web.limits import Failures
from app.web.pages import session as sessions
from connectors.operations import OPERATIONS
from connectors.types import Click, Level, Person, Role

log = logging.getLogger(__name__)

TEAM = Person("approval-link", Role.AGENT, "a member of the team with the note", external=False)
ANSWERS = ("approve", "reject")
STOPPED = "Deskhand is stopped for this account: start it first, then open this link again."
THANKS = "Thank you. The ticket's note says what came of it."
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}


@dataclass(frozen=True)
class Proposal:
    """What the page shows of an effect: its title, where it is done, its inputs in words."""

    title: str
    system: str
    over: str
    """Why nobody can answer it now, or nothing."""
    lines: Mapping[str, str]
    reviewed: bool = False
    """Compliance releases it."""


@dataclass(frozen=True)
class Asking:
    """Who has the page open: nobody in particular, or somebody who is signed in."""

    person: Person = TEAM
    level: Level | None = None
    proof: str = ""
    """What the form of their session carries."""
    may: bool = True
    """Whether they may approve what it is about."""


NOBODY = Asking()


def blueprint(services: Services) -> Blueprint:
    """``/approvals/<token>``: GET asks, POST with ``answer=approve`` or ``reject`` says."""
    pages = Blueprint("approvals", __name__, template_folder="templates")
    failures = Failures("approvals", shared=services.rates)

    @pages.get("/approvals/<token>")
    def ask(token: str) -> Response:
        asked, _ = _asked(services, failures, token)
        proposal = _proposal(services, asked.effect)
        who = _asking(services, asked, proposal)
        _seen(services, asked, who)
        return _page(proposal, proposal.over, who)

    @pages.post("/approvals/<token>")
    def say(token: str) -> Response:
        asked, now = _asked(services, failures, token)
        answer = request.form.get("answer", "")
        if answer not in ANSWERS:
            abort(400)
        proposal = _proposal(services, asked.effect)
        who = _asking(services, asked, proposal)
        if answer == "approve" and not (who.may and (not who.proof or sessions.proven(sessions.key()))):
            abort(403)
        click = Click(answer, asked.effect, who.person, level=who.level)
        taken = not proposal.over and _press(services, asked, click, now)
        log.info("approval.pressed", extra={"answer": answer, "taken": taken})
        return _page(proposal, THANKS if taken else proposal.over or "This was answered already.")

    return pages


def _proposal(services: Services, key: str) -> Proposal:
    """The effect of that key; 404 where there is none."""
    from app.db import deeds, runs  # noqa: PLC0415  # the web takes webhooks without it
    from app.engine.reviewing import reviewed  # noqa: PLC0415
    from app.engine.workflows.telling import shown  # noqa: PLC0415

    with services.database.reading() as session:
        deed = deeds.find(session, key)
        if deed is None:
            abort(404)
        category, settled = runs.category(session, deed.run_id), services.configuration(deed.account_id, session)
        stopped = accounts.find(session, deed.account_id).stopped
    known = OPERATIONS.get(deed.name)
    empty: tuple[Any, ...] = (None, "", [], {})
    lines = {name: shown(value) for name, value in deed.inputs.items() if value not in empty}
    title = known.title if known else deed.name
    reserved = reviewed(category, settled) is not None
    over = "" if deed.state == deeds.PROPOSED else f"This is {deed.state} already."
    return Proposal(title, deed.system, over or (STOPPED if stopped else ""), lines, reserved)


def _asking(services: Services, asked: Asked, proposal: Proposal) -> Asking:
    """Who it is, where that matters: what anybody with the note approves is approved by anybody with the note."""
    if not proposal.reviewed:
        return Asking()
    from app.engine.reviewing import releases  # noqa: PLC0415  # the web takes webhooks without it

    with services.database.reading() as session:
        account = connections.account_of(session, asked.connection)
        settled = services.configuration(account, session)
    try:
        visit = sessions.visit(services.database, sessions.key())
    except UnknownRecord:
        return Asking(may=False)
    if visit.account_id != account:
        return Asking(may=False)
    person = Person(visit.person, Role.AGENT, visit.name, external=False)
    return Asking(person, visit.level, sessions.proof(sessions.key()), releases(person, visit.level, settled))


def _seen(services: Services, asked: Asked, who: Asking) -> None:
    """That whoever has the link is shown what is proposed, before they are."""
    entry = Entry(
        What.VIEWED, "approval", detail={"effect": asked.effect}, who=who.person.id, authority="approval-link"
    )
    with services.database.session() as session:
        trail.record(session, connections.account_of(session, asked.connection), entry)


def _asked(services: Services, failures: Failures, token: str) -> tuple[Asked, datetime]:
    """What the link is about; 404 for one that was not made here (429 for many of them), 410 for one whose time is over."""
    now = datetime.now(UTC)
    try:
        return services.approvals.read(token, now), now
    except NoSuchApproval as error:
        if not error.over:
            failures.failed()
        abort(410 if error.over else 404)


def _press(services: Services, asked: Asked, click: Click, now: datetime) -> bool:
    """Save the press as an event of the ticket; False while one waits there."""
    from app.db import tickets  # noqa: PLC0415  # the web takes webhooks without it
    from app.web import cards  # noqa: PLC0415

    with services.database.reading() as session:
        ticket = tickets.find(session, asked.connection, asked.ref)
    return ticket is not None and cards.press(services, ticket, click, now)


def _page(asked: Proposal, said: str, who: Asking = NOBODY) -> Response:
    body = render_template(
        "approval.html",
        title=asked.title,
        system=asked.system,
        lines=asked.lines.items(),
        said=said,
        who=who,
    )
    return Response(body, headers=HEADERS, content_type="text/html; charset=utf-8")
