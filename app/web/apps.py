"""One door for what hosts ask of our app in their own pages: a framed page of ours, or a sidebar that they draw themselves.

The connector says who asks, verified in its vendor's way; what is shown comes from the database, never from a model.
"""

import logging
from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlsplit

from flask import Blueprint, Response, abort, g, request, url_for
from werkzeug.exceptions import NotFound

from app import logs, metrics
from app.db import connections, members, visits
from app.db.connections import Installed
from app.db.members import ShutOut, Who
from app.db.visits import Visit
from app.errors import SealBroken, UnknownRecord
from app.services import Services
from app.web import limits
from app.web.pages import session as sessions
from app.web.pages.levels import FRESH, Levels
from app.web.pages.shell import lock, page, said
from app.web.pages.words import tongue, words
from app.web.turned import Turned
from connectors.base import Draws, Entrance, SignsIn
from connectors.errors import BadPayload, BadSignature, ConnectorError
from connectors.types import Inbound, Level

log = logging.getLogger(__name__)

PLACES = ("sidebar", "settings")


def blueprint(services: Services) -> Blueprint:
    """``POST /apps/<vendor>[/<connection>]/<place>`` opens a page, ``.../canvas/<action>`` draws a sidebar."""
    pages = Blueprint("apps", __name__, url_prefix="/apps")
    limits.watch(pages, "apps", (401, 404), services.rates)
    _frames(pages, services)
    _canvases(pages, services)
    return pages


def _frames(pages: Blueprint, services: Services) -> None:
    """Pages of ours in a host's frame, and what speaks with the host there."""
    levels, turned = Levels(services), Turned(services.database, "host")

    @pages.post("/<vendor>/<place>")
    @pages.post("/<vendor>/<connection_id>/<place>")
    def enter(vendor: str, place: str, connection_id: str = "") -> Response:
        if place not in PLACES:
            abort(404)
        inbound = _inbound()
        with logs.context(vendor=vendor, connection=connection_id):
            try:
                installed, entrance = _entered(services, vendor, connection_id, inbound)
                return _opened(services, installed, entrance, levels, place)
            except ShutOut:
                return said(403)
            except BadSignature:
                _unsigned()
                turned.away()
                return said(401)
            except ConnectorError as error:
                log.warning("app.unverified", extra={"error": type(error).__name__})
                return said(503)

    @pages.get("/<vendor>/<connection_id>/host.js")
    def adaptor(vendor: str, connection_id: str) -> Response:
        connector = _connector(services, vendor, connection_id)
        if not isinstance(connector, SignsIn):
            abort(404)
        answer = Response(connector.frame.adaptor, content_type="text/javascript; charset=utf-8")
        answer.headers.update({"Cache-Control": "public, max-age=300", "X-Content-Type-Options": "nosniff"})
        return answer


def _canvases(pages: Blueprint, services: Services) -> None:
    """Sidebars that a host draws itself."""

    @pages.post("/<vendor>/canvas/<action>")
    @pages.post("/<vendor>/<connection_id>/canvas/<action>")
    def canvas(vendor: str, action: str, connection_id: str = "") -> Response:
        from app.web import canvases  # noqa: PLC0415  # the web takes webhooks without the engine's rules

        inbound = _inbound()
        with logs.context(vendor=vendor, connection=connection_id):
            installed, connector = _drawing(services, vendor, connection_id, inbound)
            try:
                answer = canvases.answered(services, installed, connector, action, inbound)
            except BadSignature:
                _unsigned()
                abort(401)
            except BadPayload as error:
                log.warning("app.unreadable", extra={"path": error.path})
                abort(400)
        return Response(answer.body, answer.status, dict(answer.headers))


def _unsigned() -> None:
    metrics.count("apps.unsigned")
    log.warning("app.unsigned")


def _inbound() -> Inbound:
    headers = {name.lower(): value for name, value in request.headers}
    return Inbound(headers, request.get_data(), datetime.now(UTC), request.query_string.decode("ascii", "replace"))


def _connector(services: Services, vendor: str, connection_id: str) -> Any:
    """404 where there is no such connection of that vendor."""
    try:
        if vendor not in services.connected.helpdesks or services.connected.installed(connection_id).vendor != vendor:
            abort(404)
        return services.connected.connector(connection_id)
    except UnknownRecord:
        abort(404)


def _candidates(services: Services, vendor: str, connection_id: str, inbound: Inbound) -> Iterable[Installed]:
    """The connections that the request may be about: the address's, or those that its unproven words name."""
    if connection_id:
        _connector(services, vendor, connection_id)
        return [services.connected.installed(connection_id)]
    kind: Any = services.connected.helpdesks.get(vendor)
    if kind is None or not hasattr(kind, "comes_from"):
        abort(404)
    claimed = kind.comes_from(inbound)
    with services.database.reading() as session:
        if setting := getattr(kind, "tenant_setting", ""):
            return connections.of_tenant(session, vendor, setting, [claimed]) if claimed else []
        return connections.of_address(session, vendor, claimed) if claimed else []


def _entered(services: Services, vendor: str, connection_id: str, inbound: Inbound) -> tuple[Installed, Entrance]:
    """Whose page it is and who opens it, once.

    Raises BadSignature; where a host could not be asked for its key, and no other connection knows the token, why not.
    """
    why: ConnectorError = BadSignature("no connection of ours signed that")
    for installed in _candidates(services, vendor, connection_id, inbound):
        connector: Any = services.connected.connector(installed.id)
        if not isinstance(connector, SignsIn):
            abort(404)
        g.framed_by = connector.frame.origin  # so that a refusal can be read where it was asked for
        try:
            entrance = connector.signed_in(inbound)
        except (BadSignature, SealBroken):
            continue
        except ConnectorError as error:
            why = error
            continue
        with services.database.session() as session:
            if not visits.use(session, entrance.once, entrance.ends, services.database.now(session)):
                raise BadSignature("the token was used before")
        return installed, entrance
    raise why


def _opened(services: Services, installed: Installed, entrance: Entrance, levels: Levels, place: str) -> Response:
    """A session for them: kept by the page itself in a sidebar, by a cookie of its own for the settings.

    Raises ShutOut, and BadSignature for who is no member of the team.
    """
    frame = cast(SignsIn, services.connected.connector(installed.id)).frame
    person = entrance.person
    who = Who(installed.account_id, installed.id, person.id)
    level, asked = levels.of(who)
    now = datetime.now(UTC)
    told_at = now if asked else now - FRESH
    with services.database.session() as session:
        may = members.seen(session, who, person.name, level, now)
        if place == "sidebar" and may.rank < Level.AGENT.rank:
            return said(403)
        begun = Visit(who.account_id, person.id, level, person.name, installed.id, frame.origin, told_at=told_at)
        key = visits.begin(session, begun, now)
    metrics.count(f"apps.{place}")
    if place == "settings":
        answer = Response(status=303, headers={"Location": url_for("pages.home_show")})
        return lock(sessions.keep(answer, key, framed=True, secure=True))
    g.proof = sessions.proof(key)
    parts = urlsplit(frame.script)
    language = tongue(request.accept_languages.values())
    return page(
        "frame.html",
        scripts=f"{parts.scheme}://{parts.netloc}",
        key=key,
        script=frame.script,
        vendor=installed.vendor,
        connection_id=installed.id,
        lang=language,
        w=words(language),
    )


def _drawing(services: Services, vendor: str, connection_id: str, inbound: Inbound) -> tuple[Installed, Draws]:
    """The connection whose host asks: the one whose secret signed, where there are several. That one of them did, is proven after this.

    404 where nothing is drawn.
    """
    every = (
        (one, services.connected.connector(one.id)) for one in _candidates(services, vendor, connection_id, inbound)
    )
    drawing = [(installed, connector) for installed, connector in every if isinstance(connector, Draws)]
    for installed, connector in drawing:
        with suppress(BadSignature):
            connector.proved(inbound)
            return installed, connector
    if not drawing:
        raise NotFound
    return drawing[0]
