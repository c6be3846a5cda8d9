"""Setting up in five steps: connect, say what there is, know something, look, and try it with a ticket of one's own in the helpdesk."""

import logging
from dataclasses import dataclass

from flask import Response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.db import accounts, articles, connections, decisions, ids
from app.db.connections import Installed
from app.db.decisions import Asked
from app.db.visits import Visit
from app.engine.fields import TEST_TAG
from app.errors import UnknownRecord
from app.registered import apps
from app.services import Services
from app.web import cards
from app.web.pages.door import Door
from app.web.pages.settings_connections import offered
from app.web.pages.settings_decisions import EVER
from app.web.pages.settings_nav import may, settings
from app.web.pages.shell import lock
from connectors.errors import ConnectorError
from connectors.types import Level, OpenTicket, Person, Ref, Role, Tag

log = logging.getLogger(__name__)

WORDS = "Hello, where is my order? The parcel has not come yet."
SUBJECT = "A test of Deskhand"
TESTER = Person("deskhand-test", Role.CUSTOMER, "Deskhand Test", "deskhand-test@example.com")
LONGEST = 2000


@dataclass(frozen=True)
class Steps:
    """How far an account is. ``helpdesks`` are its connections that can open a ticket for the test."""

    connected: bool
    version: int
    known: int
    decided: bool
    helpdesks: tuple[Installed, ...]

    @property
    def done(self) -> int:
        """How many of those that can be seen from here are done."""
        return sum((self.connected, bool(self.version), bool(self.known), self.decided))


def register(door: Door) -> None:
    """``/app/setup``; a test ticket is opened by POST, and looked after by htmx until something was decided."""
    services = door.services
    ours = apps(services.settings.apps_file)

    @door.route("/setup", level=Level.LEAD)
    def show(who: Visit) -> Response:
        with services.database.reading() as session:
            steps = steps_of(services, session, who.account_id)
        offers, admin = offered(services, ours), may(who, Level.ADMIN)
        return settings(
            who, "settings_onboarding.html", steps=steps, offers=offers, admin=admin, words=words(services, who)
        )

    @door.route("/setup/<connection>/try", level=Level.LEAD, methods=("POST",))
    def attempt(who: Visit, connection: Installed) -> Response:
        return _tried(services, connection, request.form.get("text", "").strip()[:LONGEST] or WORDS)

    @door.route("/setup/<connection>/look", level=Level.LEAD)
    def look(who: Visit, connection: Installed) -> Response:
        ref = request.args.get("ref", "")[:200]
        with services.database.reading() as session:
            until = services.database.now(session)
            asked = Asked(who.account_id, EVER, until, ticket=ref)
            mine = (one for one in decisions.found(session, asked) if one.connection_id == connection.id)
            entry = next(mine, None) if ref else None
        return _part("settings_tried.html", connection=connection, ref=ref, entry=entry, bad="")


def steps_of(services: Services, session: Session, account_id: str) -> Steps:
    """How far the account is."""
    there = [one for one in connections.of_account(session, account_id) if one.vendor in services.helpdesks]
    opening = tuple(one for one in there if one.active and OpenTicket in services.helpdesks[one.vendor].supports)
    until = services.database.now(session)
    decided = next(decisions.found(session, Asked(account_id, EVER, until)), None) is not None
    known = len(articles.placed(session, account_id))
    return Steps(bool(there), accounts.version(session, account_id), known, decided, opening)


def words(services: Services, who: Visit) -> str:
    """Something that the account's first category would recognise."""
    try:
        categories = services.configuration(who.account_id).categories
    except UnknownRecord:
        return WORDS
    first = next((one.keywords for one in categories if one.keywords), ())
    return f"Hello, I have a question: {', '.join(first[:2])}?" if first else WORDS


def _tried(services: Services, connection: Installed, text: str) -> Response:
    """A ticket of ours in the helpdesk, marked as a test, so that it is counted nowhere and billed never."""
    kind = services.helpdesks.get(connection.vendor)
    if kind is None or OpenTicket not in kind.supports:
        raise NotFound
    with services.database.reading() as session:
        stopped = connections.stopped(session, connection.id)
    if stopped or not connection.active:
        why = "everything is stopped" if stopped else "the connection is paused"
        return _part("settings_tried.html", connection=connection, ref="", entry=None, bad=why)
    changes = (OpenTicket(SUBJECT, text, TESTER), Tag((TEST_TAG,)))
    try:
        receipt = services.connector(connection.id).apply(Ref(""), changes, key=f"test-{ids.fresh()}")
    except ConnectorError as error:
        log.warning("test.failed", extra={"error": type(error).__name__})
        return _part("settings_tried.html", connection=connection, ref="", entry=None, bad=type(error).__name__)
    ref = receipt.refs[0]
    with services.database.reading() as session:
        now = services.database.now(session)
    cards.wake(services, connection.id, Ref(ref), now)
    return _part("settings_tried.html", connection=connection, ref=ref, entry=None, bad="")


def _part(template: str, **values: object) -> Response:
    return lock(Response(render_template(template, **values), content_type="text/html; charset=utf-8"))
