"""What a model may look up besides articles, as passages that its words are held to. Nothing here can write."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from app.engine.identity import spoken
from app.engine.standing import by_plain_names
from app.engine.types import Passage
from app.engine.workflows.types import Level
from connectors.errors import ConnectorError
from connectors.operations import Backend
from connectors.types import Ticket

log = logging.getLogger(__name__)

SHOWN: Mapping[str, str] = {
    "accountPlan": "plan",
    "plan": "plan",
    "tier": "tier",
    "organisation": "organisation",
    "seats": "number of seats",
}
"""Facts of the helpdesk's that a customer may be told about themselves, and how they are called."""
LONGEST = 100


def account(ticket: Ticket) -> list[Passage]:
    """What the helpdesk knows of the requester's plan, if the host proves that it is they who ask; else nothing."""
    if spoken(ticket).level < Level.HOST:
        return []
    known = by_plain_names(ticket.requester.facts)
    said = {SHOWN[name]: str(known[name])[:LONGEST] for name in SHOWN if known.get(name) not in (None, "")}
    text = " ".join(f"Your {name} is {value}." for name, value in said.items())
    return [Passage("account", "Your account", "", text, 1.0)] if text else []


def status(incidents: Iterable[Mapping[str, Any]]) -> list[Passage]:
    """What is going on, an incident each; one passage that says so where nothing is."""
    going_on = [one for one in incidents if not one.get("resolved_at")]
    if not going_on:
        return [Passage("status", "Service status", "", "The status page tells of no incident at the moment.", 1.0)]
    return [
        Passage(
            f"status:{one['incident']}",
            str(one["title"]),
            str(one.get("url") or ""),
            f"There is an incident: {one['title']} ({one['status']}). {one.get('text') or ''}".strip(),
            1.0,
        )
        for one in going_on
    ]


def on_page(pages: Sequence[Backend]) -> list[Passage]:
    """What the first of an account's public status pages says; nothing where it has none or that one does not answer."""
    if not pages:
        return []
    try:
        return status(pages[0].run("incidents", {}).outputs["incidents"])
    except ConnectorError as error:
        log.warning("status.unread", extra={"error": type(error).__name__})
        return []
