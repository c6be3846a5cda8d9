"""The sidebar beside a ticket: the card, what agents do with its draft, and what they press. Rendered from the database alone."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from flask import Response, request
from markupsafe import Markup, escape
from werkzeug.exceptions import BadRequest

from app import metrics
from app.db.connections import Installed
from app.db.judgements import Outcome
from app.db.tickets import Remembered
from app.db.visits import Visit
from app.engine.sidebar import LINK
from app.services import Services
from app.web import cards
from app.web.pages.door import Door, by_script
from app.web.pages.shell import page
from app.web.pages.words import tongue, words
from connectors.types import Level, Person, Ref, Role

log = logging.getLogger(__name__)

LONGEST_REF = 200


def register(door: Door) -> None:
    """``/app/sidebar/<ticket>`` is the page, ``/app/beside/<connection>?ref=`` the card for a host's frame; the others are pressed."""
    services = door.services
    _pressed(door)

    @door.route("/sidebar/<ticket>", level=Level.AGENT, shows="sidebar")
    def show(who: Visit, ticket: Remembered) -> Response:
        return page("sidebar.html", **drawn(services, ticket))

    @door.route("/beside/<connection>", level=Level.AGENT, shows="sidebar")
    def beside(who: Visit, connection: Installed) -> Response:
        ref = _ref()
        with services.database.reading() as session:
            ticket = cards.beside(session, connection.id, ref)
        return page("card.html", **drawn(services, ticket, connection.id, ref.id))

    @door.route("/beside/<connection>", level=Level.AGENT, methods=("POST",))
    def wake(who: Visit, connection: Installed) -> Response:
        ref = _ref()
        cards.wake(services, connection.id, ref, datetime.now(UTC))
        return _swapped(drawn(services, None, connection.id, ref.id), "looking")


def _pressed(door: Door) -> None:
    """What agents press, and what they do with the draft."""
    services = door.services

    @door.route("/sidebar/<ticket>/press", level=Level.AGENT, methods=("POST",))
    def press(who: Visit, ticket: Remembered) -> Response:
        try:
            asked = cards.clicked(request.form.get("action", ""), request.form.get("value", ""), _person(who))
            click = replace(asked, level=who.level)
        except ValueError:
            raise BadRequest from None
        taken = cards.press(services, ticket, click, datetime.now(UTC))
        metrics.count(f"sidebar.{click.action}")
        log.info("sidebar.pressed", extra={"action": click.action, "taken": taken})
        return _swapped(drawn(services, ticket), "pressed" if taken else "again")

    @door.route("/sidebar/<ticket>/undo", level=Level.AGENT, methods=("POST",))
    def undo(who: Visit, ticket: Remembered) -> Response:
        try:
            asked = cards.undo(
                services, who.account_id, ticket, request.form.get("value", ""), who.person, datetime.now(UTC)
            )
        except ValueError:
            raise BadRequest from None
        metrics.count("sidebar.undo")
        return _swapped(drawn(services, ticket), "pressed" if asked else "again")

    @door.route("/sidebar/<ticket>/use", level=Level.AGENT, methods=("POST",))
    def use(who: Visit, ticket: Remembered) -> Response:
        kind, reason = request.form.get("kind", ""), request.form.get("reason", "")
        if kind not in cards.USES or (reason and reason not in cards.REASONS):
            raise BadRequest
        with services.database.session() as session:
            said = Outcome(kind, who.person, services.database.now(session), reason)
            found = cards.use(session, who.account_id, ticket, request.form.get("value", ""), said)
        if not found:
            raise BadRequest
        metrics.count(f"sidebar.{kind}")
        told = {"inserted": "inserted", "edited": "inserted", "wrong": "thanks", "dismissed": "thanks"}
        return _swapped(drawn(services, ticket), "copied" if "copied" in request.form else told[kind])


def _swapped(shown: dict[str, Any], said: str) -> Response:
    """The card anew, with a word about what was pressed; the whole page for a browser without scripts."""
    return page("card.html" if by_script() else "sidebar.html", **shown, said=said)


def drawn(services: Services, ticket: Remembered | None, connection_id: str = "", ref: str = "") -> dict[str, Any]:
    """Everything that the card's template needs."""
    language = tongue(request.accept_languages.values())
    with services.database.reading() as session:
        card = cards.card(session, ticket, services.database.now(session))
    return {
        "card": card,
        "ticket": ticket,
        "connection_id": connection_id or (ticket.connection_id if ticket else ""),
        "ref": ref or (ticket.ref.id if ticket else ""),
        "reasons": cards.REASONS,
        "lang": language,
        "w": words(language),
        "linked": linked,
    }


def linked(markdown: str) -> Markup:
    """Text with the links in it as links; everything else is escaped."""
    parts, end = [], 0
    for found in LINK.finditer(markdown):
        parts.append(escape(markdown[end : found.start()]))
        link = Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>')  # both are escaped
        parts.append(link.format(found[2], found[1]))
        end = found.end()
    return Markup("").join((*parts, escape(markdown[end:])))


def _ref() -> Ref:
    given = request.args.get("ref", "")
    if not 0 < len(given) <= LONGEST_REF or not given.isprintable():
        raise BadRequest
    return Ref(given)


def _person(who: Visit) -> Person:
    return Person(who.person, Role.AGENT, who.name, external=False)
