"""Which arm of an experiment a ticket is in, and what that changes for it."""

from dataclasses import dataclass, replace

from app.db import trials
from app.db.tickets import Remembered
from app.db.trials import Drawn
from app.engine.configuration import Configuration
from app.engine.configuration.trials import Arm
from app.engine.experiments import applied, concerns, drawn
from app.engine.types import Draft, Reason
from app.services import Services
from app.standing import Place
from connectors.types import Ticket
from jobs.duplicates import person, secret


@dataclass(frozen=True)
class Tried:
    """The configuration as this ticket is answered by. ``arm`` is None outside every experiment."""

    configuration: Configuration
    arm: Arm | None = None

    def offered(self, drafted: Draft) -> Draft:
        """The draft, or none of its words where people answer alone."""
        if self.arm is None or not self.arm.human:
            return drafted
        reason = Reason(
            "holdout", f"Drawn for {self.arm.name} alone: no draft is offered, so that both can be compared."
        )
        return replace(drafted, text="", reasons=(*drafted.reasons, reason))


def tried(services: Services, place: Place, remembered: Remembered, ticket: Ticket, category: str) -> Tried:
    """Draw the customer, keep where the ticket is, and say what follows. Whoever is nobody known is in no experiment."""
    account_id = place.connection.account_id
    usual = services.configuration(account_id)
    experiment = next((one for one in usual.experiments if concerns(one, category)), None)
    who = person(ticket, place, secret(services)) if experiment else ""
    if experiment is None or not who or usual.category(category) is None:
        return Tried(usual)
    arm = drawn(experiment, who, services.evidence_key)
    with services.database.session() as session:
        now = services.database.now(session)
        if trials.begin(session, account_id, experiment, now).ended_at is not None:
            return Tried(usual)
        trials.draw(session, account_id, experiment, Drawn(remembered.id, arm.name, category, who), now)
    return Tried(applied(usual, arm, category), arm)
