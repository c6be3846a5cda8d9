"""People: who is signed in now, with which role, and how to send somebody out."""

import logging

from flask import Response, request, url_for

from app.db import visits
from app.db.visits import Visit
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from app.web.pages.shell import lock
from connectors.types import Level

log = logging.getLogger(__name__)

MEANS = {
    Level.VIEWER: "sees the overview, categories and figures",
    Level.AGENT: "works with drafts, and sees decisions",
    Level.LEAD: "switches modes, promotes, publishes configurations, stops everything",
    Level.ADMIN: "connects and disconnects, and sends people out",
}


def register(door: Door) -> None:
    """``/app/people``."""
    database = door.services.database

    @door.route("/people", level=Level.LEAD)
    def show(who: Visit) -> Response:
        with database.reading() as session:
            there = visits.there(session, who.account_id, database.now(session))
        return settings(
            who, "settings_people.html", people=there, means=MEANS, admin=may(who, Level.ADMIN), me=who.person
        )

    @door.route("/people/out", level=Level.ADMIN, methods=("POST",))
    def out(who: Visit) -> Response:
        person = request.form.get("person", "")
        with database.session() as session:
            ended = visits.end_all(session, who.account_id, person) if person else 0
        log.warning("person.sent_out", extra={"sessions": ended})
        return lock(Response(status=303, headers={"Location": url_for("pages.settings_people_show")}))
