"""Coming in by a link that works once, and going out. Coming in from a host's frame is the apps' part."""

from flask import Response, url_for
from werkzeug.exceptions import Forbidden, Gone

from app.db import visits
from app.db.visits import Visit
from app.errors import UnknownRecord
from app.web.limits import Failures
from app.web.pages import session as sessions
from app.web.pages.door import Door
from app.web.pages.shell import lock, page
from app.web.pages.signon import ways_out
from app.web.turned import Turned
from connectors.types import Level

LONGEST = 200


def register(door: Door) -> None:
    """``/app/signin/<invitation>`` asks, so that a preview of the link does not use it up; its POST lets in."""
    database, public = door.services.database, door.services.settings.public_url
    elsewhere, turned = ways_out(door.services), Turned(database, "link")
    failures = Failures("signin", shared=door.services.rates)

    @door.pages.get("/signin/<invitation>")
    def ask(invitation: str) -> Response:
        with database.reading() as session:
            if not visits.open_invitation(session, invitation[:LONGEST], database.now(session)):
                failures.failed()
                turned.away()
                raise Gone
        return page("signin.html")

    @door.pages.post("/signin/<invitation>")
    def enter(invitation: str) -> Response:
        if not sessions.same_origin():
            raise Forbidden
        try:
            with database.session() as session:
                now = database.now(session)
                who = visits.accept(session, invitation[:LONGEST], now)
                key = visits.begin(session, who, now)
        except UnknownRecord:
            failures.failed()
            turned.away()
            raise Gone from None
        answer = Response(status=303, headers={"Location": url_for("pages.home_show")})
        return lock(sessions.keep(answer, key, framed=False, secure=sessions.secure(public)))

    @door.route("/signout", level=Level.VIEWER, methods=("POST",))
    def leave(who: Visit) -> Response:
        with database.session() as session:
            visits.end(session, sessions.key())
        return sessions.forget(page("gone.html", elsewhere=elsewhere(who)))
