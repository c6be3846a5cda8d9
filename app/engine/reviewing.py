"""What compliance releases before it leaves, and who that may be. A category asks for it by ``complianceReview``, or its topic does."""

from app.engine.configuration.settled import Configuration
from app.engine.types import Decision, Reason
from connectors.types import Level, Person, Role

REVIEW = "compliance_review"
"""The reason's code, wherever it is given."""
RESERVED = "Compliance reviews this: only whoever the note names can release it."
"""What somebody else is told who presses the button."""


def reviewed(category: str, configuration: Configuration) -> Reason | None:
    """Why nothing about this category leaves before compliance has released it; None where nothing has to be released."""
    if category not in configuration.rules.reviews:
        return None
    who = "whoever `compliance.reviewers` names" if configuration.rules.reviewers else "a lead or an admin"
    said = f"Compliance reviews {category}: nothing leaves before {who} has released it, by a button or signed in."
    return Reason(REVIEW, said)


def awaits(decision: Decision) -> bool:
    """Whether what was decided waits for compliance."""
    return any(reason.code == REVIEW for reason in decision.reasons)


def releases(person: Person, level: Level | None, configuration: Configuration) -> bool:
    """Whether that is somebody who releases for compliance: proven to be who they are, of the team, and with the right role.

    ``level`` is their role as their host or our own page knows it; None: nobody knows.
    """
    if person.external or person.role is not Role.AGENT or person.claimed or not person.id:
        return False
    if named := configuration.rules.reviewers:
        return bool({person.id.casefold(), person.email.casefold()} & named)
    return level is not None and level.rank >= Level.LEAD.rank
