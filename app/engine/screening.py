"""Spam and abuse of strangers, screened: marked, and nobody is told, paged or answered because of it. Never of a customer.

A ticket that is screened stays open where it is: whoever looks sees it, and a person can take the tag away.
"""

from app.engine.fields import SPAM_TAG
from app.engine.standing import Case
from app.engine.types import Reason
from connectors.types import Role

SPAM, ABUSE = "spam", "abuse"
SURE = 0.8
"""A category as sure as this is a customer's question, however much it sounds like sales talk."""
GUESSED = 0.5
"""The same for one who curses: angry customers do."""
CUSTOMERS = (
    "accountPlan",
    "plan",
    "tier",
    "loyaltyTier",
    "lifetimeValue",
    "organization",
    "organisation",
    "company",
    "orders",
    "seats",
    "subscription",
)
"""Facts of the host that only customers have."""
TOPICS = frozenset({"legal", "security", "human"})
"""What a spammer has no use for: a ticket that touches on it is for people."""


def screened(case: Case) -> Reason | None:
    """Why this ticket bothers nobody, or None. In any doubt it is a customer's."""
    flags = case.classification.flags
    if not flags & {SPAM, ABUSE} or flags & TOPICS or customer(case):
        return None
    if case.classification.confidence >= (SURE if SPAM in flags else GUESSED):
        return None
    what = "spam" if SPAM in flags else "abuse"
    return Reason(f"screened_{what}", f"It looks like {what} from somebody unknown: marked {SPAM_TAG}, and left alone.")


def customer(case: Case) -> bool:
    """Whether this is somebody the account knows: by the host's facts, an earlier ticket, or a person who wrote to them here."""
    facts, ticket = case.facts, case.ticket
    if case.vip or case.standing.history.known or any(facts.get(name) for name in CUSTOMERS):
        return True
    return any(m.author.role is Role.AGENT for m in ticket.messages) or bool(ticket.assignee)
