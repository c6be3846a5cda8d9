"""What somebody sees in a vendor's own windows: our overview, what we make of a message, a draft to edit. From the database alone.

The one call to the vendor that the web makes for an event: what opens a window there lives for seconds.
"""

import logging
from datetime import timedelta

from app import metrics
from app.db import accounts, stories, visits
from app.db.connections import Installed
from app.db.members import Who
from app.db.tickets import Remembered
from app.engine.outcomes import rates
from app.engine.sidebar import Card, State
from app.errors import UnknownRecord
from app.services import Services
from app.web import cards
from connectors.base import Answer, Helpdesk
from connectors.errors import ConnectorError, Rejected
from connectors.surfaces import Page, Surfaces, Wanted, Wish
from connectors.types import Inbound, Level

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
STRANGER = Page("Deskhand", (("", ("Only members of the team that uses Deskhand see more here.",)),))
LOOKING = Page("Deskhand", (("", ("Deskhand looks at it now. What it finds stands in a note in a moment.",)),))
STATES = {
    State.DRAFT: "A draft waits for somebody.",
    State.ANSWERED: "It has been answered.",
    State.PERSON: "A person has it; Deskhand says nothing until it is handed back.",
    State.WATCHING: "Deskhand only watches this kind of question.",
    State.NOTHING: "There is nothing that Deskhand could say.",
    State.UNREAD: "Deskhand has not decided anything here yet.",
}


def shown(services: Services, connector: Helpdesk, inbound: Inbound, connection: Installed) -> Answer | None:
    """The answer to a webhook that asked to be shown something; None where it did not. Raises Rejected.

    A vendor that does not take it, or too late, is told no more than that: nobody can be helped by a second try.
    """
    if not isinstance(connector, Surfaces):
        return None
    try:
        wish = connector.wished(inbound)
        if wish is None:
            return None
        metrics.count(f"surfaces.{wish.wanted}")
        connector.show(wish, page(services, connection, wish, inbound))
    except Rejected:
        raise
    except ConnectorError as error:
        log.warning("surface.failed", extra={"error": type(error).__name__})
    return connector.answers.accepted


def page(services: Services, connection: Installed, wish: Wish, inbound: Inbound) -> Page:
    """What that person may see of what they asked for."""
    if wish.level is None:
        return STRANGER
    if wish.wanted is Wanted.HOME:
        return _home(services, connection.account_id, wish.level)
    if wish.wanted is Wanted.SETTINGS:
        return _settings(services, connection, wish)
    return _ticket(services, connection, wish, inbound)


def _home(services: Services, account_id: str, level: Level) -> Page:
    with services.database.reading() as session:
        account = accounts.find(session, account_id)
        now = services.database.now(session)
        week = rates(one for one in stories.since(session, account_id, now - WEEK) if not one.test)
        try:
            configuration = services.configuration(account_id, session)
            modes = tuple(f"{one.name}: {configuration.mode(one.name)[0]}" for one in configuration.categories)
        except UnknownRecord:
            modes = ("Nothing is set up yet.",)
    facts = {"Tickets this week": str(week.total), "Resolved by Deskhand alone": str(week.automatic)}
    said = "Everything is stopped. All settings are kept." if account.stopped else "Deskhand is working."
    sections = (("", (said,)), ("What each kind of ticket may do", modes))
    return Page(account.name, sections, facts, asks_settings=level.rank >= Level.AGENT.rank)


def _settings(services: Services, connection: Installed, wish: Wish) -> Page:
    """A link that lets just this person in, once, within minutes."""
    with services.database.session() as session:
        who, now = Who(connection.account_id, connection.id, wish.person), services.database.now(session)
        token = visits.invite(session, who.account_id, wish.level or Level.VIEWER, wish.name, now, who)
    words = "This link is for you alone. It works once, within ten minutes."
    return Page("Settings", (("", (words,)),), links=(("Open Deskhand", f"{_root(services)}/app/signin/{token}"),))


def _root(services: Services) -> str:
    """Where people's browsers reach us."""
    return services.settings.public_url.rstrip("/") or f"http://{services.settings.host}:{services.settings.port}"


def _ticket(services: Services, connection: Installed, wish: Wish, inbound: Inbound) -> Page:
    if wish.ref is None:
        return LOOKING
    with services.database.reading() as session:
        known = cards.beside(session, connection.id, wish.ref)
        card = cards.card(session, known, services.database.now(session))
    if known is None or card.state is State.UNREAD:
        cards.wake(services, connection.id, wish.ref, inbound.at)
        return LOOKING
    cards.seen(services, connection.account_id, known, wish.person)
    return _drawn(services, card, wish, known)


def _drawn(services: Services, card: Card, wish: Wish, known: Remembered) -> Page:
    """The card as lines; the draft to edit where that was asked for and it is still the same."""
    about = f"{card.category or 'unknown'} ({card.sure}, {card.confidence:.0%})"
    sections = [("", (STATES[card.state],)), ("Why", card.why or ("No reason was kept.",))]
    if card.draft and wish.wanted is Wanted.LOOK:
        sections.insert(1, ("Draft", tuple(card.draft.splitlines())))
    if card.sources:
        sections.append(("It rests on", tuple(f"{one.title} {one.url}".strip() for one in card.sources)))
    facts = {"About": about, **dict(card.facts)}
    if wish.wanted is Wanted.EDIT:
        fresh = card.state is State.DRAFT and card.decision == wish.value
        if fresh:
            links = (("Beside the ticket", f"{_root(services)}/app/sidebar/{known.id}"),)
            return Page("Edit the draft", (("Why", card.why),) if card.why else (), edit=card.draft, links=links)
        sections.insert(0, ("", ("This draft is not the newest any more.",)))
    return Page("Deskhand", tuple(sections), facts)
