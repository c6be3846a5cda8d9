"""Setting up in five steps: connect, say what there is, know something, look, and try it with a ticket of one's own in the helpdesk."""

import hashlib
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Response, render_template, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from app.db import accounts, articles, clocks, connections, decisions, ids, visits
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
from connectors.errors import ConnectorError, Unavailable, Unsupported
from connectors.types import Level, OpenTicket, Person, Ref, Role, Tag

log = logging.getLogger(__name__)

WORDS = "Hello, where is my order? The parcel has not come yet."
SUBJECT = "A test of Deskhand"
TESTER = Person("deskhand-test", Role.CUSTOMER, "Deskhand Test", "deskhand-test@example.com")
LONGEST = 2000
KEPT = timedelta(days=1)
"""For this long the same words from the same page are the same ticket."""
HOLD = timedelta(seconds=60)
PATIENCE = 5.0
"""Seconds to wait for another press that opens the same ticket."""


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
        known: dict[str, Any] = {"offers": offered(services, ours), "admin": may(who, Level.ADMIN), "once": ids.fresh()}
        return settings(who, "settings_onboarding.html", steps=steps, words=words(services, who), **known)

    @door.route("/setup/<connection>/try", level=Level.LEAD, methods=("POST",))
    def attempt(who: Visit, connection: Installed) -> Response:
        text = request.form.get("text", "").strip()[:LONGEST] or WORDS
        return _tried(services, connection, text, request.form.get("once", "")[:100] or ids.fresh())

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
    there = [one for one in connections.of_account(session, account_id) if one.vendor in services.connected.helpdesks]
    opening = tuple(one for one in services.connected.opening(there) if one.active)
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


def _tried(services: Services, connection: Installed, text: str, once: str) -> Response:
    """A ticket of ours in the helpdesk, marked as a test, so that it is counted nowhere and billed never.

    The same words sent twice from one page are one ticket, whoever was interrupted in between.
    """
    kind = services.connected.helpdesks.get(connection.vendor)
    if kind is None or OpenTicket not in kind.supports:
        raise NotFound
    with services.database.reading() as session:
        stopped = connections.stopped(session, connection.id)
    if stopped or not connection.active:
        why = "everything is stopped" if stopped else "the connection is paused"
        return _part("settings_tried.html", connection=connection, ref="", entry=None, bad=why)
    name = hashlib.sha256("\n".join((connection.id, once, text)).encode()).hexdigest()[:24]
    try:
        with _alone(services, name) as since:
            ref = _opened(services, connection, text, f"test-{name}", since)
    except ConnectorError as error:
        log.warning("test.failed", extra={"error": type(error).__name__})
        return _part("settings_tried.html", connection=connection, ref="", entry=None, bad=type(error).__name__)
    with services.database.reading() as session:
        now = services.database.now(session)
    cards.wake(services, connection.id, Ref(ref), now)
    return _part("settings_tried.html", connection=connection, ref=ref, entry=None, bad="")


@contextmanager
def _alone(services: Services, name: str) -> Iterator[datetime | None]:
    """While nobody else opens that very ticket: when it was begun before, or None. Raises Unavailable while somebody does."""
    database, owner, end = services.database, ids.fresh(), time.monotonic() + PATIENCE
    while True:
        with database.session() as session:
            now = database.now(session)
            if clocks.lead(session, f"test:{name}", owner, now, now + HOLD):
                first = visits.use(session, f"test {name}", now + KEPT, now)
                until = None if first else visits.used_until(session, f"test {name}")
                break
        if time.monotonic() > end:
            raise Unavailable("it is being opened already")
        threading.Event().wait(0.05)
    try:
        yield until - KEPT if until else None
    finally:
        with database.session() as session:
            clocks.resign(session, f"test:{name}", owner, database.now(session))


def _opened(services: Services, connection: Installed, text: str, key: str, since: datetime | None) -> str:
    """The ticket's number: opened and tagged at once, or one after the other where the vendor has it so. Raises a ConnectorError."""
    connector = services.connected.connector(connection.id)
    opening, tag = OpenTicket(SUBJECT, text, TESTER), Tag((TEST_TAG,))
    try:
        return connector.apply(Ref(""), (opening, tag), key=key, since=since).refs[0]
    except Unsupported:
        ref = connector.apply(Ref(""), (opening,), key=key, since=since).refs[0]
        connector.apply(Ref(ref), (tag,), key=f"{key}-tag", since=since)
        return ref


def _part(template: str, **values: object) -> Response:
    return lock(Response(render_template(template, **values), content_type="text/html; charset=utf-8"))
