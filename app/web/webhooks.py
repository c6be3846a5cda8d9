"""The one door in: every vendor's webhooks. Verifies, saves, rings, answers in that vendor's way; calls nobody."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, Response, abort, request

from app import logs, metrics, tracing
from app.db import connections
from app.db.problems import Problem
from app.errors import DatabaseDown, SealBroken, UnknownRecord
from app.registered import apps
from app.services import Services
from app.web import backends, limits
from app.web.intake import Intake
from connectors import installing
from connectors.base import Answer, Connection, Greets, Helpdesk
from connectors.errors import BadPayload, BadSignature, ForeignTenant, Untimely
from connectors.installing import App
from connectors.surfaces import Surfaces
from connectors.types import Event, Inbound

log = logging.getLogger(__name__)

LONGEST_ID = 500
"""Characters of a delivery's or a ticket's name that every database of ours can index."""
REFUSED = {
    "webhook.unsigned": (
        "webhook_unsigned",
        "a webhook's signature did not fit",
        "if your own deliveries fail, copy the signing secret from the vendor again and run `deskhand connect`; "
        "a few by strangers are nothing to worry about",
    ),
    "webhook.untimely": (
        "webhook_untimely",
        "a webhook was signed at another time than now",
        "see that the clock of each machine that takes webhooks is right: while one is not, it refuses every delivery; "
        "a single one was kept by somebody and sent again",
    ),
}
"""The line about a webhook that was not taken -> the problem that an admin reads: its kind, what it is, and the remedy."""
FOREIGN = "a webhook of another workspace or account came here and was dropped"
FOREIGN_REMEDY = "connect that one by itself with `deskhand connect`, and let it send to its own address"


def blueprint(services: Services) -> Blueprint:
    """``/webhooks/<vendor>/<connection>`` for all vendors. HEAD says that the address is right."""
    pages = Blueprint("webhooks", __name__)
    limits.watch(pages, "webhooks", (401, 404), services.rates)
    intake = Intake(services.database, services.work)
    desk = Desk(services, intake, apps(services.settings.apps_file))

    @pages.route("/webhooks/<vendor>/<connection_id>", methods=["POST", "HEAD"])
    def webhook(vendor: str, connection_id: str) -> Response:
        inbound = Inbound(
            {name.lower(): value for name, value in request.headers}, request.get_data(), datetime.now(UTC)
        )
        with (
            tracing.span("webhook", {"deskhand.vendor": vendor}),
            logs.context(connection=connection_id, vendor=vendor),
        ):
            if vendor in services.connected.backends:
                return backends.answered(services, intake, connection_id, inbound, head=request.method == "HEAD")
            try:
                connector = _connector(services, vendor, connection_id)
                answer = (
                    Answer(200)
                    if request.method == "HEAD"
                    else _take(connector, connection_id, intake, inbound, desk.look)
                )
            except UnknownRecord:
                abort(404)
            except (DatabaseDown, SealBroken) as error:
                metrics.count("webhooks.refused")
                log.error("webhook.refused", extra={"problem": str(error)})  # noqa: TRY400 - the reason is all
                answer = services.connected.helpdesks[vendor].answers.unavailable
        return Response(answer.body, answer.status, dict(answer.headers))

    @pages.route("/webhooks/<vendor>", methods=["POST", "HEAD"])
    def one_door(vendor: str) -> Response:
        """Where a vendor sends everybody's news: whose it is, stands in what our own app there signed."""
        inbound = Inbound(
            {name.lower(): value for name, value in request.headers}, request.get_data(), datetime.now(UTC)
        )
        with tracing.span("webhook", {"deskhand.vendor": vendor}), logs.context(vendor=vendor):
            answer = desk.answered(vendor, inbound, head=request.method == "HEAD")
        return Response(answer.body, answer.status, dict(answer.headers))

    return pages


Look = Callable[[Helpdesk, str, Inbound], Answer | None]


@dataclass(frozen=True)
class Desk:
    """The one door of vendors that send the news of all who installed our app to one address."""

    services: Services
    intake: Intake
    apps: Mapping[str, App]

    def look(self, connector: Helpdesk, connection_id: str, inbound: Inbound) -> Answer | None:
        """The answer to whoever only wants to see something of ours at the vendor's; None for all others."""
        if not isinstance(connector, Surfaces):
            return None
        from app.web import surfaces  # noqa: PLC0415  # the web takes webhooks without the engine's rules

        return surfaces.shown(self.services, connector, inbound, self.services.connected.installed(connection_id))

    def answered(self, vendor: str, inbound: Inbound, *, head: bool) -> Answer:
        """Verified by the app's secret, then given to the connection it is for, which verifies it again by its own."""
        kind: Any = self.services.connected.helpdesks.get(vendor)
        app = self.apps.get(vendor)
        if kind is None or app is None or not installing.one_door(kind):
            abort(404)
        if head:
            return Answer(200)
        try:
            return self._let_in(kind, app, vendor, inbound)
        except (DatabaseDown, SealBroken) as error:
            metrics.count("webhooks.refused")
            log.error("webhook.refused", extra={"problem": str(error)})  # noqa: TRY400 - the reason is all
            return self.services.connected.helpdesks[vendor].answers.unavailable

    def _let_in(self, kind: Any, app: App, vendor: str, inbound: Inbound) -> Answer:
        try:
            names = kind.tenants(app, inbound)
        except BadSignature:
            metrics.count("webhooks.unsigned")
            log.warning("webhook.unsigned")
            answer: Answer = kind.answers.unsigned
            return answer
        except BadPayload:
            names = ()
        with self.services.database.reading() as session:
            found = connections.of_tenant(session, vendor, kind.tenant_setting, names) if names else []
        if not found:
            return self._nobody(kind, app, inbound)
        with logs.context(connection=found[0].id):
            connector = self.services.connected.connector(found[0].id)
            return _take(connector, found[0].id, self.intake, inbound, self.look)

    def _nobody(self, kind: Any, app: App, inbound: Inbound) -> Answer:
        """The greeting's word, where it was one; all else is let go: whoever it was for is connected here no more."""
        greeted = _greeting(kind(Connection("", app.base_url, {}, app.values)), inbound)
        metrics.count("webhooks.foreign")
        answer: Answer = greeted or kind.answers.accepted
        return answer


def _connector(services: Services, vendor: str, connection_id: str) -> Helpdesk:
    """The connection's connector. Raises UnknownRecord when there is no such connection of that vendor."""
    if vendor not in services.connected.helpdesks or services.connected.installed(connection_id).vendor != vendor:
        raise UnknownRecord("there is no such connection of that vendor")
    return services.connected.connector(connection_id)


def _take(connector: Helpdesk, connection_id: str, intake: Intake, inbound: Inbound, look: Look) -> Answer:
    """Let the vendor's connector verify and read it, and save what it told. The answer is given after the commit."""
    try:
        events = _events(connector, inbound)
        shown = None if events else look(connector, connection_id, inbound)
    except BadSignature as error:
        metrics.count("webhooks.unsigned")
        happened = "webhook.untimely" if isinstance(error, Untimely) else "webhook.unsigned"
        log.warning(happened)
        intake.record(Problem(*REFUSED[happened], connection_id), inbound.at)
        return connector.answers.unsigned
    except BadPayload as error:
        return _greeting(connector, inbound) or _unread(connector, connection_id, intake, inbound, error)
    if not events:
        return shown or _greeting(connector, inbound) or connector.answers.accepted
    intake.accept(connection_id, events, inbound.at)
    log.info("webhook.accepted", extra={"events": len(events)})
    return connector.answers.accepted


def _unread(connector: Helpdesk, connection_id: str, intake: Intake, inbound: Inbound, error: BadPayload) -> Answer:
    """Keep a word of what was verified and is dropped. What is not for us is no failure: vendors count those."""
    foreign = isinstance(error, ForeignTenant)
    kind = "foreign" if foreign else "unreadable"
    metrics.count(f"webhooks.{kind}")
    log.warning(f"webhook.{kind}", extra={"path": error.path})
    text = f"a verified webhook could not be read at {error.path}"
    problem = Problem("webhook_unreadable", text, error.remedy, connection_id)
    if foreign:
        problem = Problem(
            "webhook_foreign", f"{FOREIGN}: {error.path} is not {error.remedy}", FOREIGN_REMEDY, connection_id
        )
    intake.record(problem, inbound.at)
    return connector.answers.accepted if foreign else connector.answers.unreadable


def _events(connector: Helpdesk, inbound: Inbound) -> list[Event]:
    """What the connector reads, if our database can keep it. Raises BadSignature or BadPayload."""
    try:
        events = list(connector.receive(inbound))
    except RecursionError as error:
        raise BadPayload("$", "a body that is nested less deeply") from error
    for event in events:
        for path, name in (("delivery", event.delivery), ("ticket", event.ref.id if event.ref else "")):
            if len(name) > LONGEST_ID or not name.isprintable():
                raise BadPayload(path, f"an id of printable characters, {LONGEST_ID} at most")
    return events


def _greeting(connector: Helpdesk, inbound: Inbound) -> Answer | None:
    """The word back, where the vendor asked for one. Only verified bodies come here."""
    return connector.greeting(inbound) if isinstance(connector, Greets) else None
