"""Sidebars that hosts draw themselves: what was pressed is done, and the card goes back in the vendor's components."""

import logging
from dataclasses import dataclass
from datetime import datetime

from app import metrics
from app.db import connections, problems
from app.db.connections import Installed
from app.db.judgements import Outcome
from app.db.tickets import Remembered
from app.services import Services
from app.web import cards, panels
from app.web.pages.words import tongue, words
from app.web.panels import Press
from connectors.base import Answer, Draws, Touch
from connectors.errors import BadPayload
from connectors.panel import Panel
from connectors.types import Inbound

log = logging.getLogger(__name__)

ACTIONS = ("initialize", "submit", "health", "uninstall")
DISCONNECTED = "the app was removed there"


@dataclass(frozen=True)
class Place:
    """Where a sidebar is drawn: the connection, its connector, and where more stands."""

    services: Services
    installed: Installed
    connector: Draws
    page: str


def answered(services: Services, installed: Installed, connector: Draws, action: str, inbound: Inbound) -> Answer:
    """The vendor's answer. Raises BadSignature before anything else is looked at, then BadPayload."""
    base = services.settings.public_url.rstrip("/")
    place = Place(services, installed, connector, f"{base}/app/" if base else "")
    connector.proved(inbound)
    if action == "health":
        return connector.healthy(_trouble(services, installed), page=place.page)
    if action == "uninstall":
        return _removed(services, installed)
    if action not in ACTIONS:
        raise BadPayload("$", "initialize, submit, health or uninstall")
    touch = connector.touched(inbound)
    metrics.count(f"canvas.{action}")
    return _drawn(place, touch, inbound.at)


def _drawn(place: Place, touch: Touch, now: datetime) -> Answer:
    """Do what was pressed, then draw what is in the database."""
    services = place.services
    with services.database.reading() as session:
        ticket = cards.beside(session, place.installed.id, touch.ref)
    cards.seen(services, place.installed.account_id, ticket, touch.person.id)
    wanted = panels.press(touch.press)
    told = _done(place, touch, ticket, wanted, now) if touch.press else ""
    with services.database.reading() as session:
        card = cards.card(session, ticket, services.database.now(session))
    panel = panels.panel(card, words(tongue([touch.language])), cards.REASONS, told)
    if wanted.action == "more":
        panel = Panel((*panel.parts, *panel.more), whole=True)
    return place.connector.drawn(panel, page=place.page)


def _done(place: Place, touch: Touch, ticket: Remembered | None, wanted: Press, now: datetime) -> str:
    """What to say of it; empty for what only shows something else, and for what no card of ours offers."""
    services = place.services
    if wanted.action == "look":
        cards.wake(services, place.installed.id, touch.ref, now)
        return "looking"
    if ticket is None:
        return ""
    if wanted.action == cards.UNDO and wanted.value:
        return _undone(place, touch, ticket, wanted.value, now)
    if wanted.action in cards.PRESSES and wanted.value:
        click = cards.clicked(wanted.action, wanted.value[:200], touch.person)
        return "pressed" if cards.press(services, ticket, click, now) else "again"
    if wanted.action in cards.USES and (not wanted.reason or wanted.reason in cards.REASONS):
        with services.database.session() as session:
            outcome = Outcome(wanted.action, touch.person.id, services.database.now(session), wanted.reason)
            kept = cards.use(session, place.installed.account_id, ticket, wanted.value, outcome)
        return "thanks" if kept else ""
    return ""


def _undone(place: Place, touch: Touch, ticket: Remembered, decision: str, now: datetime) -> str:
    account, by = place.installed.account_id, touch.person.id
    try:
        return "pressed" if cards.undo(place.services, account, ticket, decision, by, now) else "again"
    except ValueError:
        return ""


def _trouble(services: Services, installed: Installed) -> str:
    """Why this installation does no work, in words; empty when all is well."""
    with services.database.reading() as session:
        now = connections.find(session, installed.id)
        stopped = connections.stopped(session, installed.id)
    if not now.active:
        return now.reason or "Deskhand is paused for this workspace."
    return "Deskhand was stopped by an admin." if stopped else ""


def _removed(services: Services, installed: Installed) -> Answer:
    """The vendor says that its admin removed the app: nothing more is done for it, and ours are told."""
    with services.database.session() as session:
        connections.pause(session, installed.id, DISCONNECTED)
        remedy = "nothing more is written there; connect again to go on"
        trouble = problems.Problem("disconnected", DISCONNECTED, remedy, installed.id)
        problems.report(session, trouble, services.database.now(session))
    log.warning("app.removed", extra={"connection": installed.id})
    return Answer(200)
