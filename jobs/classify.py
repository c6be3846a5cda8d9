"""The first step: what the ticket is about."""

import logging

from app import telemetry
from app.engine.dialogue import keyed
from app.engine.types import Classification
from app.services import Services
from connectors.types import Ticket

log = logging.getLogger(__name__)


def classified(services: Services, account_id: str, ticket: Ticket) -> Classification:
    """The account's own judgement on the ticket as it was just read."""
    with telemetry.step("classify"):
        found = keyed(ticket, services.classifier(account_id).classify(ticket), services.configuration(account_id))
    log.info("ticket.classified", extra={"category": found.category, "confidence": round(found.confidence, 3)})
    return found
