"""Installing at a vendor by OAuth: off to its consent page, and back with a code that becomes a connection. Knows no vendor."""

import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from flask import Response, request
from werkzeug.exceptions import NotFound

from app import connecting, metrics
from app.connecting import Elsewhere, Outcome
from app.db import connections, installs
from app.db.connections import Installed
from app.db.installs import Begun
from app.db.visits import Visit
from app.errors import UnknownRecord
from app.registered import apps
from app.services import Services
from app.web.pages import session as sessions
from app.web.pages.door import Door
from app.web.pages.shell import page
from connectors import installing
from connectors.base import Connection
from connectors.errors import AuthFailed, BadPayload, ConnectorError
from connectors.installing import App, Asking, Grant, Installable, MissingScopes
from connectors.types import Level

log = logging.getLogger(__name__)

LONGEST = 4000
AGAIN = "Nothing was connected. Begin again from the page of connections."
REASONS: dict[type[ConnectorError], tuple[str, str]] = {
    MissingScopes: (
        "Some permissions were not given",
        "Deskhand needs all it asks for. Begin again as an admin there.",
    ),
    AuthFailed: ("The vendor did not take the answer", f"It may have been too late, or was used already. {AGAIN}"),
    BadPayload: ("That is not a place we can go to", AGAIN),
}
"""Why nothing was connected -> in words, and what to do."""
AWAY = ("The vendor cannot be reached", f"It may be down, or this machine may not reach it. {AGAIN}")


@dataclass(frozen=True)
class Desk:
    """What installing needs: our services, and our app at each vendor."""

    services: Services
    apps: dict[str, App]

    def of(self, vendor: str) -> tuple[type[Installable], App]:
        """The vendor's way to install us, and our app there. Raises NotFound where there is none."""
        kind, app = self.services.connected.helpdesks.get(vendor), self.apps.get(vendor)
        if kind is None or app is None or not installing.installs(kind):
            raise NotFound
        return kind, app


def register(door: Door) -> None:
    """``/app/install/<vendor>`` and its callback; ``/app/connections/<connection>/finish`` goes on where it stopped."""
    desk = Desk(door.services, dict(apps(door.services.settings.apps_file)))

    @door.route("/install/<vendor>", level=Level.ADMIN, methods=("POST",))
    def begin(who: Visit, vendor: str) -> Response:
        return _leaving(desk, who, vendor, request.form.get("place", "")[:200].strip())

    @door.route("/install/<vendor>/callback", level=Level.ADMIN)
    def back(who: Visit, vendor: str) -> Response:
        desk.of(vendor)
        begun, code = _begun(desk, vendor), request.args.get("code", "")[:LONGEST]
        if begun is None:
            return page("install_refused.html", status=400, headline="That way back is over", advice=AGAIN)
        if not code:
            return page("install_refused.html", headline="You did not give the permission", advice=AGAIN)
        return _arrived(desk, who, begun, code)

    @door.route("/connections/<connection>/again", level=Level.ADMIN, methods=("POST",))
    def again(who: Visit, connection: Installed) -> Response:
        kind, _ = desk.of(connection.vendor)
        known = Connection(connection.id, connection.base_url, connection.settings)
        return _leaving(desk, who, connection.vendor, kind.said(known), connection.id)

    @door.route("/connections/<connection>/finish", level=Level.ADMIN, methods=("POST",))
    def finish(who: Visit, connection: Installed) -> Response:
        if connection.vendor not in desk.services.connected.helpdesks:
            raise NotFound
        return _done(_finish(desk, connection), connection.settings.get("name", ""))


def _leaving(desk: Desk, who: Visit, vendor: str, place: str, again: str = "") -> Response:
    """A page that goes on by itself: a form may not be answered from elsewhere, by our own policy."""
    kind, app = desk.of(vendor)
    try:
        for setting in kind.app_settings:
            installing.value(app, setting)
        address = _consent(desk, Begun(who.account_id, vendor, place, "", "", again))
    except BadPayload as error:
        return _refused(vendor, error)
    return page("install_leaving.html", vendor=vendor, address=address)


def _arrived(desk: Desk, who: Visit, begun: Begun, code: str) -> Response:
    """The code traded, the connection saved at once, and then whatever else there is to do: that can be done again."""
    try:
        grant = _grant(desk, begun, code)
    except ConnectorError as error:
        return _refused(begun.vendor, error)
    try:
        installed = connecting.granted(desk.services, who.account_id, begun.vendor, grant, begun.connection_id)
    except Elsewhere as error:
        metrics.count("installs.elsewhere")
        words = f"{error.problem[:1].upper()}{error.problem[1:]}"
        return page("install_refused.html", status=409, headline=words, advice=f"{error.remedy}.".capitalize())
    metrics.count(f"installs.{begun.vendor}")
    log.info("connection.granted", extra={"vendor": begun.vendor, "connection": installed.id})
    return _done(_finish(desk, installed), grant.name)


def _consent(desk: Desk, wanted: Begun) -> str:
    """The consent page's address, for a state that is good once in this session. Raises BadPayload before anything is kept."""
    kind, app = desk.of(wanted.vendor)
    redirect, verifier = f"{_public(desk.services)}/app/install/{wanted.vendor}/callback", secrets.token_urlsafe(48)
    kind.consent(app, wanted.place, Asking(redirect, "", verifier))
    begun = replace(wanted, redirect=redirect, verifier=verifier)
    database = desk.services.database
    with database.session() as session:
        state = installs.begin(session, begun, _seal(desk.services), sessions.key(), database.now(session))
    return kind.consent(app, wanted.place, Asking(redirect, state, verifier))


def _begun(desk: Desk, vendor: str) -> Begun | None:
    """What this session began with the state that came back, used up; None for any other state."""
    state, database = request.args.get("state", "")[:LONGEST], desk.services.database
    try:
        with database.session() as session:
            return installs.take(session, state, sessions.key(), vendor, database.now(session))
    except UnknownRecord:
        metrics.count("installs.strange")
        log.warning("install.strange", extra={"vendor": vendor})
        return None


def _grant(desk: Desk, begun: Begun, code: str) -> Grant:
    kind, app = desk.of(begun.vendor)
    state = request.args.get("state", "")
    opened = desk.services.vault.open(begun.verifier, place=installs.digest(state))
    return kind.granted(app, begun.place, Asking(begun.redirect, state, opened["verifier"]), code)


def _finish(desk: Desk, installed: Installed) -> Outcome:
    webhook = f"{_public(desk.services)}/webhooks/{installed.vendor}/{installed.id}"
    outcome = connecting.finish(desk.services, installed, webhook)
    if isinstance(outcome.error, AuthFailed):
        with desk.services.database.session() as session:
            connections.pause(session, installed.id, outcome.trouble)
    return outcome


def _done(outcome: Outcome, name: str) -> Response:
    return page("install_done.html", outcome=outcome, name=name or outcome.found.get("account", ""))


def _refused(vendor: str, error: ConnectorError) -> Response:
    """Why nothing was connected. What the error says holds no secret."""
    metrics.count("installs.refused")
    log.warning("install.refused", extra={"vendor": vendor, "kind": type(error).__name__})
    headline, advice = next((REASONS[kind] for kind in type(error).__mro__ if kind in REASONS), AWAY)
    status = 400 if isinstance(error, BadPayload) else 502
    return page("install_refused.html", status=status, headline=headline, advice=advice, detail=str(error))


def _public(services: Services) -> str:
    """Where vendors and browsers reach us."""
    return (services.settings.public_url or request.host_url).rstrip("/")


def _seal(services: Services) -> Callable[[str, str], str]:
    return lambda text, place: services.vault.seal({"verifier": text}, place=place)
