"""The overview: what happened this week, what needs somebody, and the one switch that stops everything."""

import logging
from collections.abc import Container, Sequence
from datetime import timedelta

from flask import Response, redirect, request, url_for
from sqlalchemy.orm import Session

from app.db import accounts, connections, stories
from app.db.connections import Installed
from app.db.listing import Wanted, problems
from app.db.visits import Visit
from app.engine.outcomes import Story, rates
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from app.web.pages.shell import lock
from connectors.types import Level

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
MOST = 6


def register(door: Door) -> None:
    """``/app/overview``, and the switch."""
    services = door.services
    database = services.database

    @door.route("/overview", level=Level.VIEWER)
    def show(who: Visit) -> Response:
        return overview(services, who)

    @door.route("/switch", level=Level.LEAD, methods=("POST",))
    def switch(who: Visit) -> Response:
        stopped = request.form.get("stop") == "yes"
        with database.session() as session:
            _turn(session, who, stopped=stopped)
        return lock(_back())


def overview(services: Services, who: Visit) -> Response:
    """The page, wherever it stands."""
    database = services.database
    with database.reading() as session:
        now = database.now(session)
        account = accounts.find(session, who.account_id)
        told = stories.since(session, who.account_id, now - WEEK)
        connected = connections.of_account(session, who.account_id)
        wrong = problems(session, who.account_id, Wanted(MOST)).items
        configured = accounts.version(session, who.account_id)
    return settings(
        who,
        "settings_overview.html",
        current="pages.settings_overview_show",
        account=account,
        figures=figures(told),
        connections=connected,
        problems=wrong,
        missing=missing(services.connected.helpdesks, connected, configured),
        switches=may(who, Level.LEAD),
    )


def figures(told: Sequence[Story]) -> list[tuple[str, str]]:
    """The week in four figures, each with its words."""
    mine = [story for story in told if not story.test]
    whole = rates(mine)
    kept = sum(story.kept for story in mine)
    return [
        (str(whole.total), "tickets this week"),
        (str(whole.automatic), "resolved by Deskhand alone"),
        (str(kept), "answered by people with our draft as it was"),
        (str(whole.escalated), "passed on to somebody"),
    ]


def missing(helpdesks: Container[str], connected: Sequence[Installed], version: int) -> list[str]:
    """What has to be done before anything can happen, in words."""
    found = [] if version else ["Publish a configuration: it says which kinds of tickets there are."]
    if not any(one.vendor in helpdesks for one in connected):
        found.append("Connect a helpdesk: tickets are read there, and drafts are put there.")
    return found


def _turn(session: Session, who: Visit, *, stopped: bool) -> None:
    accounts.stop(session, who.account_id, stopped=stopped)
    log.warning("account.stopped" if stopped else "account.started", extra={"by": who.person})


def _back() -> Response:
    found = redirect(url_for("pages.settings_overview_show"), 303)
    return Response(status=found.status_code, headers={"Location": found.location or ""})
