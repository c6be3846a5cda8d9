"""People: who comes here, what their host says of them, which role an admin gave them instead, and how to send somebody out."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, request, url_for
from werkzeug.exceptions import BadRequest

from app.db import connections, members, trail, visits
from app.db.members import AS_TOLD, GIVEN, NOTHING, Member, Who
from app.db.trail import Entry, What
from app.db.visits import INVITED, Visit
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from connectors.types import Level

log = logging.getLogger(__name__)

MEANS = {
    Level.VIEWER: "sees the overview, categories and figures",
    Level.AGENT: "works with drafts, sees decisions, takes back what one of them changed",
    Level.LEAD: "switches modes, promotes, publishes configurations, stops everything",
    Level.ADMIN: "connects and disconnects, gives and takes roles, sends people out",
}
ROLES: Mapping[str, str] = {
    AS_TOLD: "as at the helpdesk",
    **{one: one for one in GIVEN[1:-1]},
    NOTHING: "may not come in",
}
OWN = "Nobody changes their own role: ask another admin, or change it at the helpdesk."


@dataclass(frozen=True)
class Line:
    """One person as the page shows them."""

    member: Member
    host: str
    """The vendor that they come in by; empty for a link of ours."""
    here: Visit | None
    """Their session, while they have one."""
    me: bool


def register(door: Door) -> None:
    """``/app/people``: an admin gives and takes roles, ends sessions, and lets somebody in by a link."""
    services = door.services

    @door.route("/people", level=Level.LEAD, shows="people")
    def show(who: Visit) -> Response:
        return _page(services, who)

    @door.route("/people/role", level=Level.ADMIN, methods=("POST",))
    def role(who: Visit) -> Response:
        person, given = _named(who), request.form.get("role", "")
        if given not in GIVEN:
            raise BadRequest
        if person == _me(who):
            return _page(services, who, status=400, bad=OWN)
        return _page(services, who, said=_given(services, who, person, given))

    @door.route("/people/out", level=Level.ADMIN, methods=("POST",))
    def out(who: Visit) -> Response:
        person = _named(who)
        with services.database.session() as session:
            ended = visits.end_all(session, who.account_id, person.person, person.connection_id) if person.person else 0
            trail.record(session, who.account_id, _entry(who, What.SIGNED_OUT, person, sessions=ended))
        log.warning("person.sent_out", extra={"sessions": ended})
        return _page(services, who, said="They are signed out, and may sign in again.")

    @door.route("/people/invite", level=Level.ADMIN, methods=("POST",))
    def invite(who: Visit) -> Response:
        name, level = request.form.get("name", "").strip()[:200], request.form.get("role", "")
        if not name or level not in set(Level):
            raise BadRequest
        with services.database.session() as session:
            token = visits.invite(session, who.account_id, Level(level), name, services.database.now(session))
            person = Who(who.account_id, "", f"invited:{name}")
            trail.record(session, who.account_id, _entry(who, What.INVITED, person, role=level))
        root = services.settings.public_url.rstrip("/") or request.host_url.rstrip("/")
        link = f"{root}{url_for('pages.enter', invitation=token)}"
        return _page(services, who, link=link, invited=name)


def _given(services: Services, who: Visit, person: Who, given: str) -> str:
    """Give the role, in words; who may not come in any more is out at once. Raises UnknownRecord."""
    with services.database.session() as session:
        now = services.database.now(session)
        member = members.give(session, person, given, who.name or who.person, now)
        ended = visits.end_all(session, who.account_id, person.person, person.connection_id) if given == NOTHING else 0
        entry = _entry(who, What.ROLE, person, given=given or "as told", told=str(member.told), sessions=ended)
        trail.record(session, who.account_id, entry)
    log.warning("person.role", extra={"given": given or "as told", "sessions": ended})
    name = member.name or member.who.person
    if given == NOTHING:
        return f"{name} may not come in any more, and is signed out."
    return f"{name} is {member.level} here from now on."


def _page(services: Services, who: Visit, *, status: int = 200, **told: str) -> Response:
    """The page; ``told``: what is ``said`` of what was done, or ``bad``, or the ``link`` for whom it ``invited``."""
    with services.database.reading() as session:
        hosts = {one.id: one.vendor for one in connections.of_account(session, who.account_id)}
        there = visits.there(session, who.account_id, services.database.now(session))
        here = {Who(one.account_id, one.connection_id, one.person): one for one in there}
        every = members.every(session, who.account_id)
    lines = [Line(one, hosts.get(one.who.connection_id, ""), here.get(one.who), one.who == _me(who)) for one in every]
    known = {"roles": ROLES, "levels": list(Level), "means": MEANS, "admin": may(who, Level.ADMIN)}
    minutes = int(INVITED.total_seconds() // 60)
    return settings(who, "settings_people.html", status=status, people=lines, minutes=minutes, **{**known, **told})


def _me(who: Visit) -> Who:
    return Who(who.account_id, who.connection_id, who.person)


def _named(who: Visit) -> Who:
    """Whom the form names, of the visitor's own account."""
    return Who(who.account_id, request.form.get("connection", "")[:64], request.form.get("person", "")[:300])


def _entry(who: Visit, what: What, person: Who, **detail: str | int) -> Entry:
    return Entry(what, f"{person.connection_id}:{person.person}", detail=detail, who=who.person)
