"""Connections and their health: installing, trying again, letting one go on, and ending one."""

import logging
from collections.abc import Container, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Response, url_for

from app import connecting
from app.db import connections
from app.db.connections import Installed
from app.db.listing import Wanted, problems
from app.db.problems import Problem
from app.db.visits import Visit
from app.registered import apps
from app.services import Services
from app.web.pages.door import Door
from app.web.pages.settings_nav import may, settings
from app.web.pages.shell import lock
from connectors import installing
from connectors.base import Setting
from connectors.errors import ConnectorError
from connectors.types import Level

log = logging.getLogger(__name__)

MOST = 100


@dataclass(frozen=True)
class Offered:
    """A vendor that can be installed here by clicking. ``place`` is what it has to be told first."""

    vendor: str
    place: Setting | None


@dataclass(frozen=True)
class Health:
    """One connection with what is wrong there."""

    installed: Installed
    helpdesk: bool
    problems: Sequence[Problem]
    again: bool
    """Whether an admin can grant it anew by clicking: it was granted so."""


def register(door: Door) -> None:
    """``/app/connections`` and what an admin does there."""
    services = door.services
    ours = apps(services.settings.apps_file)

    @door.route("/connections", level=Level.LEAD)
    def show(who: Visit) -> Response:
        return _page(services, who, offered(services, ours))

    @door.route("/connections/<connection>/resume", level=Level.ADMIN, methods=("POST",))
    def resume(who: Visit, connection: Installed) -> Response:
        try:
            connecting.system(services, connection).check()
        except ConnectorError as error:
            bad = f"{connection.vendor} cannot be used yet. {type(error).__name__}: {error}"
            return _page(services, who, offered(services, ours), bad=bad)
        with services.database.session() as session:
            connections.resume(session, connection.id)
        return _back()

    @door.route("/connections/<connection>/remove", level=Level.ADMIN, methods=("POST",))
    def remove(who: Visit, connection: Installed) -> Response:
        ended = connecting.remove(services, connection.id)
        log.warning("connection.removed", extra={"connection": connection.id})
        said = f"{connection.vendor.capitalize()} is disconnected. What was done there stays on record."
        return _page(services, who, offered(services, ours), left=ended.left, said=said)


def offered(services: Services, ours: Container[str]) -> list[Offered]:
    """The vendors whose app this Deskhand has."""
    there = [name for name in services.connected.helpdesks if name in ours]
    kinds = {name: services.connected.helpdesks[name] for name in there}
    return [Offered(name, kind.place) for name, kind in sorted(kinds.items()) if installing.installs(kind)]


def _page(
    services: Services, who: Visit, offers: list[Offered], bad: str = "", said: str = "", left: Sequence[str] = ()
) -> Response:
    with services.database.reading() as session:
        every = connections.of_account(session, who.account_id)
        wrong = problems(session, who.account_id, Wanted(MOST)).items
    grantable = {one.vendor for one in offers}
    found = [
        Health(
            one,
            one.vendor in services.connected.helpdesks,
            [w for w in wrong if w.connection_id == one.id],
            bool(one.place) and one.vendor in grantable,
        )
        for one in every
    ]
    admin = may(who, Level.ADMIN)
    told: dict[str, Any] = {"bad": bad, "said": said, "left": left}
    return settings(who, "settings_connections.html", health=found, offers=offers, admin=admin, **told)


def _back() -> Response:
    return lock(Response(status=303, headers={"Location": url_for("pages.settings_connections_show")}))
