"""The pages' door: whose session it is, what their role allows, and that what an address names is their account's."""

import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import wraps
from types import MappingProxyType
from typing import Any

from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import Forbidden, NotFound

from app import logs, metrics
from app.db import connections, tickets, trail, visits
from app.db.connections import Installed
from app.db.tickets import Remembered
from app.db.trail import Entry, What
from app.db.visits import Visit
from app.errors import UnknownRecord
from app.services import Services
from app.web.pages import session as sessions
from app.web.pages.levels import Levels
from connectors.types import Level

log = logging.getLogger(__name__)

View = Callable[..., Response]


class NoSession(Exception):
    """Nobody is signed in, or not any more."""


def _connection(session: Session, account_id: str, given: str) -> Installed:
    found = connections.find(session, given)
    if found.account_id != account_id:
        raise UnknownRecord("there is no such connection")
    return found


def _ticket(session: Session, account_id: str, given: str) -> Remembered:
    found = tickets.remembered(session, given)
    _connection(session, account_id, found.connection_id)
    return found


Finder = Callable[[Session, str, str], Any]
NAMED: Mapping[str, Finder] = MappingProxyType({"connection": _connection, "ticket": _ticket})
"""Name in an address -> what finds it among the account's own. Raises UnknownRecord for what is another account's."""
FREE = frozenset({"category", "workflow", "template", "section", "vendor"})
"""Names in an address that mean nothing outside the account's own configuration, or the same for everybody."""


class Door:
    """Where pages hang their views. A view gets the visit first, and what its address names as found in the account."""

    def __init__(self, pages: Blueprint, services: Services) -> None:
        self.services = services
        self.pages = pages
        self._levels = Levels(services)

    def route(
        self, rule: str, *, level: Level, methods: tuple[str, ...] = ("GET",), shows: str = ""
    ) -> Callable[[View], View]:
        """Decorates ``view(visit, **from the address)``, run for sessions of at least that level only.

        ``shows`` names the personal data that are on the page: that somebody saw them is recorded before they are shown.
        What changes anything is recorded in any case, by the change itself or as asked for here.

        Raises ValueError for a rule that names something nobody can find: such a page would belong to no account.
        """

        def hang(view: View) -> View:
            endpoint = f"{view.__module__.rpartition('.')[2]}_{view.__name__}"

            @wraps(view)
            def guarded(**values: str) -> Response:
                who = self._visit()
                with logs.context(account=who.account_id):
                    if who.level.rank < level.rank:
                        metrics.count("pages.forbidden")
                        raise Forbidden
                    metrics.count(f"pages.{endpoint}")
                    found = self._found(who, values)
                    with trail.acting(who.person, visits.authority(sessions.key())) as acts:
                        answer = view(who, **found)
                        if shows or (not acts.recorded and request.method not in sessions.SAFE):
                            self._record(who, shows or endpoint, found)
                    return answer

            guarded.level = level  # type: ignore[attr-defined]
            guarded.shows = shows  # type: ignore[attr-defined]
            _check(rule)
            self.pages.add_url_rule(rule, endpoint=endpoint, view_func=guarded, methods=list(methods))
            return view

        return hang

    def _visit(self) -> Visit:
        """Raises NoSession, and Forbidden for a form that no page of ours sent."""
        given = sessions.key()
        try:
            g.visit = self._levels.still(sessions.visit(self.services.database, given), datetime.now(UTC))
        except UnknownRecord:
            metrics.count("pages.strangers")
            raise NoSession from None
        g.proof = sessions.proof(given)
        if not sessions.proven(given):
            metrics.count("pages.forged")
            log.warning("page.forged")
            raise Forbidden
        who: Visit = g.visit
        return who

    def _record(self, who: Visit, subject: str, found: Mapping[str, Any]) -> None:
        """That this was seen or asked for; who cannot be recorded is shown nothing."""
        ticket = getattr(found.get("ticket"), "id", "") or request.values.get("ticket", "")
        what = What.VIEWED if request.method in sessions.SAFE else What.ASKED
        entry = Entry(what, subject, ticket if re.fullmatch("[0-9a-f]{32}", ticket) else "")
        with self.services.database.session() as session:
            trail.record(session, who.account_id, entry)

    def _found(self, who: Visit, values: Mapping[str, str]) -> dict[str, Any]:
        named = [name for name in values if name in NAMED]
        if not named:
            return dict(values)
        with self.services.database.reading() as session:
            try:
                found = {name: NAMED[name](session, who.account_id, values[name]) for name in named}
            except UnknownRecord:
                raise NotFound from None
        return {**values, **found}


def _check(rule: str) -> None:
    names = {part.split(">")[0].rpartition(":")[2] for part in rule.split("<")[1:]}
    if unknown := names - set(NAMED) - FREE:
        raise ValueError(f"{rule}: nobody can say whose {', '.join(sorted(unknown))} it is")


def by_script() -> bool:
    """Whether a part of a page is asked for by a page that is open, and not the whole one."""
    return request.headers.get("HX-Request") == "true"
